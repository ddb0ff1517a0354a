//! Facts about an SQLite database and the table of keys in it.

use sea_orm::{DbBackend, Statement};

use super::executor::SqliteExecutor;
use super::migration::lacks_table;
use crate::error::ApiKeyError;
use crate::store::diagnosis::{DatabaseFacts, OwnTableFacts, ServerFacts};
use crate::store::settings::DatabaseSettings;

const VERSION: &str = "SELECT sqlite_version()";

/// Returns the facts about the database and the table. SQLite has no privileges, and its changes need no triggers.
pub(in crate::store) async fn facts(
    executor: SqliteExecutor<'_>,
    settings: &DatabaseSettings,
) -> Result<DatabaseFacts, ApiKeyError> {
    let version = executor.texts(Statement::from_string(DbBackend::Sqlite, VERSION)).await?;
    let server = ServerFacts {
        database: "sqlite",
        version: version.into_iter().next().unwrap_or_default(),
        location: settings.url.to_string(),
        schema: None,
        clock: None,
        encryption: None,
        pooler: None,
        replica: false,
        read_only: false,
    };
    let table = OwnTableFacts {
        exists: !lacks_table(executor).await?,
        missing_privileges: Vec::new(),
        may_migrate: true,
        triggers: None,
    };
    Ok(DatabaseFacts { server, table, clock_read_at: None })
}
