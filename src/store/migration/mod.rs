//! The migrations of the table.
//!
//! Invariants: every step can run on a table that stock created and filled, and stock's service can still use the
//! result; reverting a step restores stock's table with every key in it. An up-to-date table causes no write, so a
//! read-only role can use it.

mod change_feed;
mod create_api_key;
mod lookup_indexes;
mod medusa;
mod notify;
mod step;
mod steps;
mod token_digest;

use std::time::Duration;

use sea_orm::Statement;
use tokio::time::Instant;

use super::backend::Backend;
use super::postgres::{Param, PgExecutor, PgFailure};
use super::settings::DatabaseSettings;
use super::transaction::{Connection, Executor, Pool, Transaction};
use crate::columns::column_names;
use crate::deadline;
use crate::error::ApiKeyError;
pub(super) use change_feed::{BODY_DIGEST, defined_triggers};
use step::Step;
use steps::STEPS;

// NEVER CHANGE: existing databases have this table.
const RECORDS: &str = r#"
CREATE TABLE IF NOT EXISTS "api_key_native_migrations" ("version" varchar NOT NULL PRIMARY KEY, "applied_at" bigint NOT NULL);
"#;
const APPLIED: &str = r#"SELECT "version" FROM "api_key_native_migrations" ORDER BY "version""#;
const DROP_RECORDS: &str = r#"DROP TABLE "api_key_native_migrations""#;

/// The key of the advisory lock that serializes migrations of concurrent processes: an arbitrary number.
const LOCK: i64 = 0x6170_6b5f_6e61_7469;

/// The maximum time that a migration waits for a lock.
const MAX_LOCK_WAIT: Duration = Duration::from_secs(60);

/// The migrations that a database lacks.
#[derive(Default)]
struct Missing {
    schema: bool,
    steps: Vec<&'static Step>,
    change_feed: bool,
    stock_migrations: Vec<String>,
}

impl Missing {
    fn is_empty(&self) -> bool {
        !self.schema
            && self.steps.is_empty()
            && !self.change_feed
            && self.stock_migrations.is_empty()
    }
}

/// Applies every missing step, all or none, and returns their names.
pub(super) async fn up(
    pool: &Pool,
    settings: &DatabaseSettings,
) -> Result<Vec<String>, ApiKeyError> {
    // This check needs no lock: a complete table stays complete.
    if find_missing(&Connection::of_pool(pool), settings).await?.is_empty() {
        return Ok(Vec::new());
    }
    let transaction = Transaction::begin_write(pool).await.map_err(migration_error)?;
    let on = transaction.connection();
    let missing = apply_missing(&on, settings).await.map_err(migration_error)?;
    transaction.commit().await.map_err(migration_error)?;
    Ok(missing.steps.iter().map(|step| step.name.to_owned()).collect())
}

/// Reverts the named steps or all steps, all or none. The table stays, with its keys.
pub(super) async fn down(
    pool: &Pool,
    names: Option<&[String]>,
) -> Result<Vec<String>, ApiKeyError> {
    let transaction = Transaction::begin_write(pool).await.map_err(migration_error)?;
    let reverted = revert(&transaction.connection(), names).await.map_err(migration_error)?;
    transaction.commit().await.map_err(migration_error)?;
    Ok(reverted)
}

/// Returns whether an SQLite database lacks the table of keys.
pub(super) async fn lacks_table(pool: &Pool) -> Result<bool, ApiKeyError> {
    const TABLES: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'api_key'";
    let on = Connection::of_pool(pool);
    let tables = on.texts(Statement::from_string(on.backend().orm(), TABLES)).await?;
    Ok(tables.is_empty())
}

fn migration_error(error: ApiKeyError) -> ApiKeyError {
    match error {
        ApiKeyError::TableMissing => ApiKeyError::ForeignTable,
        ApiKeyError::Database { sqlstate: Some(code) } if code == "42501" => {
            ApiKeyError::MayNotMigrate
        }
        ApiKeyError::Forbidden(_) | ApiKeyError::ReadOnly => ApiKeyError::MayNotMigrate,
        other => other,
    }
}

/// Returns what is missing. Only reads.
async fn find_missing(
    on: &Connection<'_>,
    settings: &DatabaseSettings,
) -> Result<Missing, ApiKeyError> {
    let mut missing = Missing::default();
    let applied = match (applied(on).await, on.executor()) {
        (Ok(applied), _) => applied,
        (Err(ApiKeyError::TableMissing | ApiKeyError::SchemaMissing), _) => Vec::new(),
        // A role that may use the table may be unable to read the migration records. The table's columns and indexes
        // suffice.
        (Err(ApiKeyError::Forbidden(_)), Executor::Postgres(executor))
            if is_complete(executor).await? =>
        {
            STEPS.iter().map(|step| step.name.to_owned()).collect()
        }
        (Err(ApiKeyError::Forbidden(_)), Executor::Postgres(_) | Executor::Sqlite(_)) => Vec::new(),
        (Err(error), _) => return Err(error),
    };
    missing.steps =
        STEPS.iter().filter(|step| !applied.iter().any(|name| name == step.name)).collect();
    match on.executor() {
        Executor::Postgres(executor) => {
            missing.schema = missing_schema(executor, settings).await?.is_some();
            missing.change_feed = !change_feed::is_defined(executor).await?;
            missing.stock_migrations = medusa::unrecorded(executor, settings.in_medusa).await?;
        }
        Executor::Sqlite(_) => {}
    }
    Ok(missing)
}

/// Returns the schema that Medusa is configured with if it does not exist.
async fn missing_schema<'a>(
    executor: PgExecutor<'_>,
    settings: &'a DatabaseSettings,
) -> Result<Option<&'a str>, ApiKeyError> {
    match settings.schema.as_deref().filter(|_| settings.in_medusa) {
        Some(schema) if !medusa::has_schema(executor, schema).await? => Ok(Some(schema)),
        _ => Ok(None),
    }
}

/// Returns whether the table has every declared column and the lookup indexes.
async fn is_complete(executor: PgExecutor<'_>) -> Result<bool, ApiKeyError> {
    const COMPLETE: &str = "SELECT pg_catalog.count(*) = pg_catalog.cardinality($1) \
        AND pg_catalog.to_regclass('\"IDX_api_key_undigested\"') IS NOT NULL \
        FROM pg_catalog.pg_attribute WHERE attrelid = pg_catalog.to_regclass('api_key') AND NOT attisdropped \
        AND attname = ANY($1)";
    let columns = Param::texts(column_names().map(str::to_owned).collect());
    let rows = executor.query(COMPLETE, &[columns]).await?.rows;
    Ok(rows
        .first()
        .map(|row| row.try_get(0))
        .transpose()
        .map_err(PgFailure::from)?
        .unwrap_or(false))
}

/// Applies what is missing, and returns it.
async fn apply_missing(
    on: &Connection<'_>,
    settings: &DatabaseSettings,
) -> Result<Missing, ApiKeyError> {
    match on.executor() {
        Executor::Postgres(executor) => {
            lock(executor).await?;
            if let Some(schema) = missing_schema(executor, settings).await? {
                medusa::create_schema(executor, schema).await?;
            }
        }
        Executor::Sqlite(_) => {}
    }
    on.run(RECORDS).await?;
    let missing = find_missing(on, settings).await?;
    for step in &missing.steps {
        on.run(&step.up(on.backend())).await?;
        record(on, step).await?;
    }
    match on.executor() {
        Executor::Postgres(executor) => {
            if missing.change_feed && !change_feed::is_defined(executor).await? {
                change_feed::repair(executor).await?;
            }
            if !missing.stock_migrations.is_empty() {
                medusa::record(executor, missing.stock_migrations.clone()).await?;
            }
        }
        Executor::Sqlite(_) => {}
    }
    Ok(missing)
}

async fn revert(on: &Connection<'_>, names: Option<&[String]>) -> Result<Vec<String>, ApiKeyError> {
    match on.executor() {
        Executor::Postgres(executor) => lock(executor).await?,
        Executor::Sqlite(_) => {}
    }
    on.run(RECORDS).await?;
    let applied = applied(on).await?;
    let done: Vec<_> =
        STEPS.iter().filter(|step| applied.iter().any(|name| name == step.name)).collect();
    let mut reverted: Vec<_> = done.iter().rev().copied().collect();
    if let Some(names) = names {
        let last =
            reverted.iter().take_while(|step| names.iter().any(|name| name == step.name)).count();
        reverted.truncate(last);
    }
    for step in &reverted {
        let down = step.down(on.backend());
        if !down.is_empty() {
            on.run(&down).await?;
        }
        remove_record(on, step).await?;
    }
    if reverted.len() == done.len() {
        on.run(DROP_RECORDS).await?;
    }
    Ok(reverted.iter().map(|step| step.name.to_owned()).collect())
}

async fn applied(on: &Connection<'_>) -> Result<Vec<String>, ApiKeyError> {
    on.texts(Statement::from_string(on.backend().orm(), APPLIED)).await
}

async fn record(on: &Connection<'_>, step: &Step) -> Result<(), ApiKeyError> {
    // SECURITY: a step's name is a constant of this crate.
    let now = match on.backend() {
        Backend::Sqlite => "unixepoch()",
        Backend::Postgres => "extract(epoch FROM now())::bigint",
    };
    on.run(&format!(r#"INSERT INTO "api_key_native_migrations" VALUES ('{}', {now})"#, step.name))
        .await
}

async fn remove_record(on: &Connection<'_>, step: &Step) -> Result<(), ApiKeyError> {
    on.run(&format!(r#"DELETE FROM "api_key_native_migrations" WHERE "version" = '{}'"#, step.name))
        .await
}

async fn lock(executor: PgExecutor<'_>) -> Result<(), ApiKeyError> {
    // Migrating a large table takes long. `migrate()` allows that time; other calls that need the table do not.
    let left = deadline::end().saturating_duration_since(Instant::now());
    let lock = left.min(MAX_LOCK_WAIT).as_millis().max(1);
    let statement = left.as_millis().max(1);
    executor
        .run(&format!(
            "SET LOCAL statement_timeout = '{statement}'; SET LOCAL lock_timeout = '{lock}'"
        ))
        .await?;
    executor
        .query(
            "SELECT pg_catalog.pg_advisory_xact_lock($1::pg_catalog.text::pg_catalog.int8)",
            &[Param::text(&LOCK.to_string())],
        )
        .await?;
    Ok(())
}
