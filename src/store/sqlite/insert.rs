//! Inserts new keys on SQLite.

use sea_orm::{DbBackend, Statement, Value};

use super::executor::SqliteExecutor;
use crate::api_key::ApiKey;
use crate::store::failure::InsertError;
use crate::store::live_creator::{COLUMNS, values};

/// Returns the rows of keys as a query, and its bound values.
pub(super) fn rows(keys: &[ApiKey]) -> (String, Vec<Value>) {
    let mut bound = Vec::new();
    let mut row = |key| {
        let numbers = values(key).map(|value| {
            bound.push(value);
            format!("${}", bound.len())
        });
        format!("({})", numbers.collect::<Vec<_>>().join(", "))
    };
    let rows = keys.iter().map(&mut row).collect::<Vec<_>>().join(", ");
    (format!("SELECT * FROM (VALUES {rows})"), bound)
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
