//! The migrations of the table.
//!
//! Invariants: every step can run on a table that stock created and filled, and stock's service can still use the
//! result; reverting a step restores stock's table with every key in it. An up-to-date table causes no write, so a
//! read-only role can use it.

mod attributes;
mod create_api_key;
mod creators;
mod lookup_indexes;
mod step;
mod steps;
mod token_digest;

use sea_orm::Statement;

use super::backend::Backend;
use super::dialect;
use super::settings::{DatabaseSettings, MAX_LOCK_WAIT};
use super::transaction::{Connection, Pool, Transaction};
use crate::error::ApiKeyError;
pub(super) use create_api_key::TableSql;
pub(super) use step::Change;
use step::Step;
use steps::STEPS;

// NEVER CHANGE: existing databases have this table.
const RECORDS: &str = r#"
CREATE TABLE IF NOT EXISTS "api_key_native_migrations" ("version" varchar NOT NULL PRIMARY KEY, "applied_at" bigint NOT NULL);
"#;
const APPLIED: &str = r#"SELECT "version" FROM "api_key_native_migrations""#;
const DROP_RECORDS: &str = r#"DROP TABLE "api_key_native_migrations""#;

/// Applies every missing step, all or none, and returns their names.
pub(super) async fn up(
    pool: &Pool,
    settings: &DatabaseSettings,
) -> Result<Vec<String>, ApiKeyError> {
    let on = Connection::of_pool(pool.clone());
    // This check needs no lock: a complete table stays complete.
    if is_up_to_date(&on, settings).await? {
        return Ok(Vec::new());
    }
    let failed = |error| migration_error(on.backend(), error);
    let transaction = Transaction::begin_write(pool).await.map_err(failed)?;
    let applied = apply_missing(&transaction.connection(), settings).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    Ok(names(&applied))
}

/// Returns whether no step is missing, and nothing else that the table needs. Only reads.
pub(super) async fn is_up_to_date(
    on: &Connection<'_>,
    settings: &DatabaseSettings,
) -> Result<bool, ApiKeyError> {
    Ok(missing_steps(on).await?.is_empty() && dialect::is_set_up(on, settings).await?)
}

/// Returns whether a step is missing. Only reads.
pub(super) async fn lacks_steps(pool: &Pool) -> Result<bool, ApiKeyError> {
    Ok(!missing_steps(&Connection::of_pool(pool.clone())).await?.is_empty())
}

/// Reverts the named steps or all steps, all or none. The table stays, with its keys.
pub(super) async fn down(
    pool: &Pool,
    names: Option<&[String]>,
) -> Result<Vec<String>, ApiKeyError> {
    let backend = Connection::of_pool(pool.clone()).backend();
    let failed = |error| migration_error(backend, error);
    let transaction = Transaction::begin_write(pool).await.map_err(failed)?;
    let reverted = revert(&transaction.connection(), names).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    Ok(reverted)
}

fn migration_error(backend: Backend, error: ApiKeyError) -> ApiKeyError {
    match error {
        ApiKeyError::TableMissing => ApiKeyError::ForeignTable,
        ApiKeyError::Forbidden(_) | ApiKeyError::ReadOnly => ApiKeyError::MayNotMigrate,
        error if dialect::lacks_privilege(backend, &error) => ApiKeyError::MayNotMigrate,
        other => other,
    }
}

/// Returns the steps that are missing. Only reads.
async fn missing_steps(on: &Connection<'_>) -> Result<Vec<&'static Step>, ApiKeyError> {
    let applied = match applied(on).await {
        Ok(applied) => applied,
        Err(ApiKeyError::TableMissing | ApiKeyError::SchemaMissing) => Vec::new(),
        // A role that may use the table may be unable to read the migration records. The table's columns and indexes
        // suffice.
        Err(ApiKeyError::Forbidden(_)) if dialect::is_complete(on).await? => return Ok(Vec::new()),
        Err(ApiKeyError::Forbidden(_)) => Vec::new(),
        Err(error) => return Err(error),
    };
    let is_missing = |step: &&Step| !applied.iter().any(|name| name == step.name);
    Ok(STEPS.iter().filter(is_missing).collect())
}

/// Returns the names of the steps that are missing. Only reads.
pub(super) async fn missing_names(on: &Connection<'_>) -> Result<Vec<&'static str>, ApiKeyError> {
    Ok(missing_steps(on).await?.iter().map(|step| step.name).collect())
}

/// Returns the names of applied steps that this version does not have. Only reads.
pub(super) async fn unknown_names(on: &Connection<'_>) -> Result<Vec<String>, ApiKeyError> {
    match applied(on).await {
        Ok(applied) => Ok(applied
            .into_iter()
            .filter(|name| !STEPS.iter().any(|step| step.name == name))
            .collect()),
        Err(ApiKeyError::TableMissing | ApiKeyError::SchemaMissing | ApiKeyError::Forbidden(_)) => {
            Ok(Vec::new())
        }
        Err(error) => Err(error),
    }
}

/// Applies what is missing, and returns the steps of it.
async fn apply_missing(
    on: &Connection<'_>,
    settings: &DatabaseSettings,
) -> Result<Vec<&'static Step>, ApiKeyError> {
    dialect::lock(on, settings.max_lock_wait).await?;
    dialect::create_schema(on, settings).await?;
    dialect::enter_schema(on).await?;
    on.run(RECORDS).await?;
    let missing = missing_steps(on).await?;
    for step in &missing {
        on.run(&step.change(on.backend()).up).await?;
        record(on, step).await?;
    }
    dialect::set_up(on, settings).await?;
    Ok(missing)
}

async fn revert(on: &Connection<'_>, names: Option<&[String]>) -> Result<Vec<String>, ApiKeyError> {
    dialect::lock(on, MAX_LOCK_WAIT).await?;
    dialect::enter_schema(on).await?;
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
        let Change { down, .. } = step.change(on.backend());
        if !down.is_empty() {
            on.run(&down).await?;
        }
        remove_record(on, step).await?;
    }
    if reverted.len() == done.len() {
        on.run(DROP_RECORDS).await?;
    }
    Ok(self::names(&reverted))
}

fn names(steps: &[&Step]) -> Vec<String> {
    steps.iter().map(|step| step.name.to_owned()).collect()
}

async fn applied(on: &Connection<'_>) -> Result<Vec<String>, ApiKeyError> {
    on.texts(Statement::from_string(on.backend().orm(), APPLIED)).await
}

async fn record(on: &Connection<'_>, step: &Step) -> Result<(), ApiKeyError> {
    // SECURITY: a step's name is a constant of this crate.
    let now = dialect::epoch_seconds(on.backend());
    on.run(&format!(r#"INSERT INTO "api_key_native_migrations" VALUES ('{}', {now})"#, step.name))
        .await
}

async fn remove_record(on: &Connection<'_>, step: &Step) -> Result<(), ApiKeyError> {
    on.run(&format!(r#"DELETE FROM "api_key_native_migrations" WHERE "version" = '{}'"#, step.name))
        .await
}
