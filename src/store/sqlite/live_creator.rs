//! The insertion of a key whose creator must be live, on SQLite.

use std::sync::LazyLock;

use sea_orm::{DbBackend, Statement};

use super::conditions::time_text;
use super::executor::SqliteExecutor;
use super::last_used::{second_later, whole_ms};
use crate::api_key::ApiKey;
use crate::call_context::Timestamp;
use crate::store::failure::InsertError;
use crate::store::last_used::is_live;
use crate::store::live_creator::{statement, values};

// The statement locks the file.
static INSERT: LazyLock<String> =
    LazyLock::new(|| statement(|now| is_live(now, whole_ms, second_later), ""));

/// Inserts a key unless its creator has ended, and returns whether it did.
pub(in crate::store) async fn insert_by_live_creator(
    executor: SqliteExecutor<'_>,
    key: &ApiKey,
    now: Timestamp,
) -> Result<bool, InsertError> {
    let values = values(key).chain([time_text(now).into()]);
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, INSERT.as_str(), values);
    Ok(executor.insert(statement).await? > 0)
}
