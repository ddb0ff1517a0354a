//! Inserts new keys on SQLite.

use sea_orm::{DbBackend, Iterable, Statement, Value};

use super::executor::SqliteExecutor;
use crate::api_key::ApiKey;
use crate::store::failure::InsertError;
use crate::store::live_creator::{COLUMNS, values};
use crate::store::row::Column;

/// Returns the rows of keys as a query, and its bound values.
pub(super) fn rows(keys: &[ApiKey]) -> (String, Vec<Value>) {
    (query(keys.len()), keys.iter().flat_map(values).collect())
}

/// Returns the query of a number of rows.
// Its parameters have no numbers: SQLite compares each one that has with all before it, and a batch has thousands.
fn query(rows: usize) -> String {
    let row = format!("({})", vec!["?"; Column::iter().count()].join(", "));
    format!("SELECT * FROM (VALUES {})", vec![row; rows].join(", "))
}

/// Inserts new keys.
pub(in crate::store) async fn insert(
    executor: SqliteExecutor<'_>,
    keys: &[ApiKey],
) -> Result<u64, InsertError> {
    let (rows, values) = rows(keys);
    let sql = format!(r#"INSERT INTO "api_key" ({}) {rows}"#, *COLUMNS);
    executor.insert(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::query;
    use crate::store::live_creator::ROWS_PER_INSERT;

    #[test]
    fn sqlite_keeps_no_name_for_a_bound_value() {
        let connection = Connection::open_in_memory().expect("opens");
        let statement = connection.prepare(&query(ROWS_PER_INSERT)).expect("prepares");
        let named = |number| statement.parameter_name(number).is_some();
        assert!(statement.parameter_count() > ROWS_PER_INSERT);
        assert_eq!((1..=statement.parameter_count()).filter(|number| named(*number)).count(), 0);
    }
}
