//! Inserts new keys on SQLite.

use std::sync::LazyLock;

use sea_orm::{DbBackend, Iterable, Statement, Value};

use super::conditions::time_text;
use super::executor::SqliteExecutor;
use crate::api_key::ApiKey;
use crate::error::ApiKeyError;
use crate::store::failure::InsertError;
use crate::store::live_creator::{COLUMNS, values};
use crate::store::row::Column;

/// The bytes of values in a row beyond which the row is inserted by itself: SQLite parses the JSON of a row once for each
/// column.
const MAX_BYTES: usize = 8 * 1024;

/// A statement that inserts keys, for one and for many. The driver keeps each statement that it has prepared, so neither
/// depends on the number of keys.
pub(super) struct Insert {
    /// With one value for each column.
    one: String,
    /// With one JSON array of rows.
    many: String,
}

impl Insert {
    /// Makes a statement of the query that selects the rows and of the number of its parameters, which are the first ones.
    pub(super) fn new(statement: impl Fn(&str, usize) -> String) -> Self {
        let columns = Column::iter().count();
        let select = |value: fn(usize) -> String| {
            let values: Vec<_> = (0..columns).map(value).collect();
            format!("SELECT {}", values.join(", "))
        };
        let many = select(|index| format!("json_extract(value, '$[{index}]')"));
        Self {
            one: statement(&select(|index| format!("${}", index + 1)), columns),
            many: statement(&format!("{many} FROM json_each($1)"), 1),
        }
    }

    /// Inserts keys, with the values of the parameters that follow those of the rows, and returns the number of inserted
    /// rows.
    pub(super) async fn execute(
        &self,
        executor: &SqliteExecutor<'_>,
        keys: &[ApiKey],
        more: impl IntoIterator<Item = Value>,
    ) -> Result<u64, InsertError> {
        let (sql, mut params) = match keys {
            [key] => (&self.one, values(key).collect()),
            _ => (&self.many, vec![json(keys)?.into()]),
        };
        params.extend(more);
        executor.insert(Statement::from_sql_and_values(DbBackend::Sqlite, sql, params)).await
    }
}

/// Returns the rows of keys as a JSON array of arrays.
fn json(keys: &[ApiKey]) -> Result<String, ApiKeyError> {
    let row = |key| values(key).map(json_value).collect::<Result<Vec<_>, _>>();
    let rows = keys.iter().map(row).collect::<Result<Vec<_>, _>>()?;
    Ok(serde_json::json!(rows).to_string())
}

/// Returns the value of a column as SQLite stores it.
fn json_value(value: Value) -> Result<Option<String>, ApiKeyError> {
    match value {
        Value::String(text) => Ok(text),
        Value::ChronoDateTimeUtc(at) => Ok(at.map(time_text)),
        _ => Err(ApiKeyError::Unexpected("A column of api_key is neither a string nor a date.")),
    }
}

static INSERT: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(|rows, _| format!(r#"INSERT INTO "api_key" ({}) {rows}"#, *COLUMNS))
});

/// Inserts new keys.
pub(in crate::store) async fn insert(
    executor: SqliteExecutor<'_>,
    keys: &[ApiKey],
) -> Result<u64, InsertError> {
    let mut inserted = 0;
    for keys in keys.chunk_by(|one, next| !is_large(one) && !is_large(next)) {
        inserted += INSERT.execute(&executor, keys, []).await?;
    }
    Ok(inserted)
}

/// Returns whether a row is inserted by itself.
pub(super) fn is_large(key: &ApiKey) -> bool {
    let attributes = key.attributes.as_ref().and_then(|attributes| attributes.to_column());
    let bytes = key.title.len() + key.created_by.len() + attributes.map_or(0, |json| json.len());
    bytes > MAX_BYTES
}
