//! What migrations of a PostgreSQL database have in addition to those of SQLite: a lock, privileges, a schema, triggers,
//! and Medusa's record of migrations.

pub(in crate::store) mod change_feed;
mod medusa;
pub(in crate::store) mod notify;
mod table;

use std::time::Duration;

use tokio::time::Instant;

use super::executor::PgExecutor;
use super::failure::PgFailure;
use super::values::Param;
use crate::columns::column_names;
use crate::deadline;
use crate::error::ApiKeyError;
use crate::store::settings::DatabaseSettings;
pub(in crate::store) use table::{NOW, TABLE, text_column};

/// The key of the advisory lock that serializes migrations of concurrent processes: an arbitrary number.
const LOCK: i64 = 0x6170_6b5f_6e61_7469;

const ENTER_SCHEMA: &str = "SELECT pg_catalog.set_config('search_path', \
    pg_catalog.quote_ident(n.nspname) || ', ' || pg_catalog.current_setting('search_path'), true) \
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
    WHERE c.oid = pg_catalog.to_regclass('api_key')";

/// Waits until no other process migrates, and keeps others out until the transaction ends.
pub(in crate::store) async fn lock(
    executor: PgExecutor<'_>,
    max_wait: Duration,
) -> Result<(), ApiKeyError> {
    // Migrating a large table takes long. `migrate()` allows that time; other calls that need the table do not.
    let left = deadline::end().saturating_duration_since(Instant::now());
    let lock = left.min(max_wait).as_millis().max(1);
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

/// Puts the schema that contains the table first in the search path until the transaction ends.
///
/// Statements create in the first schema of the path what they do not find there. The default path begins with a schema of
/// the role's name, so a new and empty table could hide the one with the keys.
pub(in crate::store) async fn enter_schema(executor: PgExecutor<'_>) -> Result<(), ApiKeyError> {
    executor.query(ENTER_SCHEMA, &[]).await?;
    Ok(())
}

/// Creates the schema that Medusa is configured with if it does not exist.
pub(in crate::store) async fn create_schema(
    executor: PgExecutor<'_>,
    settings: &DatabaseSettings,
) -> Result<(), ApiKeyError> {
    if let Some(schema) = missing_schema(executor, settings).await? {
        medusa::create_schema(executor, schema).await?;
    }
    Ok(())
}

/// Returns whether the database has everything that is not part of a step. Only reads.
///
/// Every new service waits for this, so one statement reads all but Medusa's records.
pub(in crate::store) async fn is_set_up(
    executor: PgExecutor<'_>,
    settings: &DatabaseSettings,
) -> Result<bool, ApiKeyError> {
    const SET_UP: &str = concat!(
        "SELECT ",
        change_feed::triggers_are_defined!("$1"),
        " AND (pg_catalog.cardinality($2) = 0 OR ",
        medusa::schema_exists!("$2[1]"),
        "), ",
        medusa::may_be_read!()
    );
    let schemas = medusa_schema(settings).into_iter().map(str::to_owned).collect();
    let params = [Param::text(&change_feed::BODY_DIGEST), Param::texts(schemas)];
    let rows = executor.query(SET_UP, &params).await?.rows;
    let Some(row) = rows.first() else { return Ok(false) };
    let is_set_up: bool = row.try_get(0).map_err(PgFailure::from)?;
    let may_be_read = row.try_get(1).map_err(PgFailure::from)?;
    Ok(is_set_up
        && medusa::unrecorded_in(executor, may_be_read, settings.in_medusa).await?.is_empty())
}

/// Adds what is not part of a step, after the steps.
pub(in crate::store) async fn set_up(
    executor: PgExecutor<'_>,
    settings: &DatabaseSettings,
) -> Result<(), ApiKeyError> {
    if !change_feed::is_defined(executor).await? {
        change_feed::repair(executor).await?;
    }
    let missing = medusa::unrecorded(executor, settings.in_medusa).await?;
    if !missing.is_empty() {
        medusa::record(executor, missing).await?;
    }
    Ok(())
}

/// Returns whether the table has every declared column and the lookup indexes.
pub(in crate::store) async fn is_complete(executor: PgExecutor<'_>) -> Result<bool, ApiKeyError> {
    const COMPLETE: &str = "SELECT pg_catalog.count(*) = pg_catalog.cardinality($1) \
        AND pg_catalog.to_regclass('\"IDX_api_key_undigested\"') IS NOT NULL \
        FROM pg_catalog.pg_attribute WHERE attrelid = pg_catalog.to_regclass('api_key') AND NOT attisdropped \
        AND attname = ANY($1)";
    let columns = Param::texts(column_names().map(str::to_owned).collect());
    let rows = executor.query(COMPLETE, &[columns]).await?.rows;
    let complete = rows.first().map(|row| row.try_get(0)).transpose();
    Ok(complete.map_err(PgFailure::from)?.unwrap_or(false))
}

/// Returns whether an error is a missing privilege.
pub(in crate::store) fn lacks_privilege(error: &ApiKeyError) -> bool {
    matches!(error, ApiKeyError::Database { sqlstate: Some(code) } if code == "42501")
}

/// Returns the schema that Medusa is configured with if it does not exist.
async fn missing_schema<'a>(
    executor: PgExecutor<'_>,
    settings: &'a DatabaseSettings,
) -> Result<Option<&'a str>, ApiKeyError> {
    match medusa_schema(settings) {
        Some(schema) if !medusa::has_schema(executor, schema).await? => Ok(Some(schema)),
        _ => Ok(None),
    }
}

/// Returns the schema that Medusa is configured with.
fn medusa_schema(settings: &DatabaseSettings) -> Option<&str> {
    settings.schema.as_deref().filter(|_| settings.in_medusa)
}
