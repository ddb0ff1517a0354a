//! The definitions of table and columns that differ from PostgreSQL's.

use sea_orm::{DbBackend, Statement};

use super::executor::SqliteExecutor;
use crate::error::ApiKeyError;
use crate::store::migration::{Change, TableSql};

/// The current time, in seconds since 1970.
pub(in crate::store) const NOW: &str = "unixepoch()";

// No older Medusa created a table on SQLite.
pub(in crate::store) const TABLE: TableSql = TableSql {
    timestamp: "timestamp_with_timezone_text",
    now: "(strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'))",
    missing_columns: "",
};

/// Returns the change that adds a nullable column of strings.
///
/// SQLite lacks IF NOT EXISTS here, but each step runs only once.
pub(in crate::store) fn text_column(column: &str) -> Change {
    Change {
        up: format!(r#"ALTER TABLE "api_key" ADD COLUMN "{column}" text NULL;"#),
        down: format!(r#"ALTER TABLE "api_key" DROP COLUMN "{column}";"#),
    }
}

/// Returns whether the database lacks the table of keys.
pub(super) async fn lacks_table(executor: SqliteExecutor<'_>) -> Result<bool, ApiKeyError> {
    const TABLES: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'api_key'";
    let tables = executor.texts(Statement::from_string(DbBackend::Sqlite, TABLES)).await?;
    Ok(tables.is_empty())
}
