//! The table, step by step.
//!
//! Invariants: every step can run on a table that stock made and filled, and leaves it in a shape that stock's service can go on
//! using; taken back, it leaves stock's table with every key in it. Where nothing is missing nothing is written, so that a role
//! that may only read can use an up-to-date table.

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

// NEVER CHANGE: databases have this table.
const RECORDS: &str = r#"
CREATE TABLE IF NOT EXISTS "api_key_native_migrations" ("version" varchar NOT NULL PRIMARY KEY, "applied_at" bigint NOT NULL);
"#;
const TAKEN: &str = r#"SELECT "version" FROM "api_key_native_migrations" ORDER BY "version""#;
const NO_RECORDS: &str = r#"DROP TABLE "api_key_native_migrations""#;

/// Any number that no other program uses: processes that start together take turns.
const LOCK: i64 = 0x6170_6b5f_6e61_7469;

/// How long a migration waits for a lock at most.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What a database lacks.
#[derive(Default)]
struct Missing {
    schema: bool,
    steps: Vec<&'static Step>,
    change_feed: bool,
    stocks: Vec<String>,
}

impl Missing {
    fn is_nothing(&self) -> bool {
        !self.schema && self.steps.is_empty() && !self.change_feed && self.stocks.is_empty()
    }
}

/// Takes every step that was not taken yet, all or none, and returns their names.
pub(super) async fn up(
    pool: &Pool,
    settings: &DatabaseSettings,
) -> Result<Vec<String>, ApiKeyError> {
    // Looked at without a lock: what is complete stays so.
    if look(&Connection::of_pool(pool), settings).await?.is_nothing() {
        return Ok(Vec::new());
    }
    let transaction = Transaction::begin_write(pool).await.map_err(refused)?;
    let on = transaction.connection();
    let missing = take(&on, settings).await.map_err(refused)?;
    transaction.commit().await.map_err(refused)?;
    Ok(missing.steps.iter().map(|step| step.name.to_owned()).collect())
}

/// Takes steps back, all or none: those of the names, or every one. The table stays, with its keys.
pub(super) async fn down(
    pool: &Pool,
    names: Option<&[String]>,
) -> Result<Vec<String>, ApiKeyError> {
    let transaction = Transaction::begin_write(pool).await.map_err(refused)?;
    let reverted = take_back(&transaction.connection(), names).await.map_err(refused)?;
    transaction.commit().await.map_err(refused)?;
    Ok(reverted)
}

/// Whether an SQLite database has no table of keys.
pub(super) async fn lacks_table(pool: &Pool) -> Result<bool, ApiKeyError> {
    const TABLES: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'api_key'";
    let on = Connection::of_pool(pool);
    let tables = on.texts(Statement::from_string(on.backend().orm(), TABLES)).await?;
    Ok(tables.is_empty())
}

fn refused(error: ApiKeyError) -> ApiKeyError {
    match error {
        ApiKeyError::TableMissing => ApiKeyError::ForeignTable,
        ApiKeyError::Database { sqlstate: Some(code) } if code == "42501" => {
            ApiKeyError::MayNotMigrate
        }
        ApiKeyError::Forbidden(_) | ApiKeyError::ReadOnly => ApiKeyError::MayNotMigrate,
        other => other,
    }
}

/// What is missing. Reads only.
async fn look(on: &Connection<'_>, settings: &DatabaseSettings) -> Result<Missing, ApiKeyError> {
    let mut missing = Missing::default();
    let taken = match (taken(on).await, on.executor()) {
        (Ok(taken), _) => taken,
        (Err(ApiKeyError::TableMissing | ApiKeyError::SchemaMissing), _) => Vec::new(),
        // Who may use the table need not be able to read how it came to be: its shape tells as much.
        (Err(ApiKeyError::Forbidden(_)), Executor::Postgres(executor))
            if is_complete(executor).await? =>
        {
            STEPS.iter().map(|step| step.name.to_owned()).collect()
        }
        (Err(ApiKeyError::Forbidden(_)), Executor::Postgres(_) | Executor::Sqlite(_)) => Vec::new(),
        (Err(error), _) => return Err(error),
    };
    missing.steps =
        STEPS.iter().filter(|step| !taken.iter().any(|name| name == step.name)).collect();
    match on.executor() {
        Executor::Postgres(executor) => {
            missing.schema = missing_schema(executor, settings).await?.is_some();
            missing.change_feed = !change_feed::is_defined(executor).await?;
            missing.stocks = medusa::unrecorded(executor, settings.in_medusa).await?;
        }
        Executor::Sqlite(_) => {}
    }
    Ok(missing)
}

/// The schema that Medusa is configured with, if it is not there.
async fn missing_schema<'a>(
    executor: PgExecutor<'_>,
    settings: &'a DatabaseSettings,
) -> Result<Option<&'a str>, ApiKeyError> {
    match settings.schema.as_deref().filter(|_| settings.in_medusa) {
        Some(schema) if !medusa::has_schema(executor, schema).await? => Ok(Some(schema)),
        _ => Ok(None),
    }
}

/// Whether the table has every declared column and the indexes of the lookups.
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

/// Adds what is missing, and returns what that was.
async fn take(on: &Connection<'_>, settings: &DatabaseSettings) -> Result<Missing, ApiKeyError> {
    match on.executor() {
        Executor::Postgres(executor) => {
            take_turns(executor).await?;
            if let Some(schema) = missing_schema(executor, settings).await? {
                medusa::make_schema(executor, schema).await?;
            }
        }
        Executor::Sqlite(_) => {}
    }
    on.run(RECORDS).await?;
    let missing = look(on, settings).await?;
    for step in &missing.steps {
        on.run(&step.up(on.backend())).await?;
        record(on, step).await?;
    }
    match on.executor() {
        Executor::Postgres(executor) => {
            if missing.change_feed && !change_feed::is_defined(executor).await? {
                change_feed::repair(executor).await?;
            }
            if !missing.stocks.is_empty() {
                medusa::record(executor, missing.stocks.clone()).await?;
            }
        }
        Executor::Sqlite(_) => {}
    }
    Ok(missing)
}

async fn take_back(
    on: &Connection<'_>,
    names: Option<&[String]>,
) -> Result<Vec<String>, ApiKeyError> {
    match on.executor() {
        Executor::Postgres(executor) => take_turns(executor).await?,
        Executor::Sqlite(_) => {}
    }
    on.run(RECORDS).await?;
    let taken = taken(on).await?;
    let applied: Vec<_> =
        STEPS.iter().filter(|step| taken.iter().any(|name| name == step.name)).collect();
    let mut reverted: Vec<_> = applied.iter().rev().copied().collect();
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
        forget(on, step).await?;
    }
    if reverted.len() == applied.len() {
        on.run(NO_RECORDS).await?;
    }
    Ok(reverted.iter().map(|step| step.name.to_owned()).collect())
}

async fn taken(on: &Connection<'_>) -> Result<Vec<String>, ApiKeyError> {
    on.texts(Statement::from_string(on.backend().orm(), TAKEN)).await
}

async fn record(on: &Connection<'_>, step: &Step) -> Result<(), ApiKeyError> {
    // SECURITY: a step's name is a constant of ours.
    let now = match on.backend() {
        Backend::Sqlite => "unixepoch()",
        Backend::Postgres => "extract(epoch FROM now())::bigint",
    };
    on.run(&format!(r#"INSERT INTO "api_key_native_migrations" VALUES ('{}', {now})"#, step.name))
        .await
}

async fn forget(on: &Connection<'_>, step: &Step) -> Result<(), ApiKeyError> {
    on.run(&format!(r#"DELETE FROM "api_key_native_migrations" WHERE "version" = '{}'"#, step.name))
        .await
}

async fn take_turns(executor: PgExecutor<'_>) -> Result<(), ApiKeyError> {
    // A large table takes its time, which `migrate()` has and another call that needs the table has not.
    let left = deadline::end().saturating_duration_since(Instant::now());
    let lock = left.min(LONGEST_WAIT).as_millis().max(1);
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
