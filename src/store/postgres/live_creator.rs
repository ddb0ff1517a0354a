//! The insertion of a key whose creator must be live, on PostgreSQL.

use std::sync::LazyLock;

use sea_orm::{DbBackend, Statement};

use super::executor::PgExecutor;
use super::insert::insert;
use super::last_used::{second_later, whole_ms};
use crate::api_key::ApiKey;
use crate::call_context::Timestamp;
use crate::store::failure::InsertError;
use crate::store::last_used::is_live;
use crate::store::live_creator::{statement, values};

// FOR UPDATE waits for a transaction that is ending the creator, and then reads its row again. OFFSET keeps the planner
// from moving the condition into the subquery, which would lock a creator only if it has ended.
static INSERT: LazyLock<String> =
    LazyLock::new(|| statement(|now| is_live(now, whole_ms, second_later), "OFFSET 0 FOR UPDATE"));

/// Inserts a key unless its creator has ended, and returns whether it did.
pub(in crate::store) async fn insert_by_live_creator(
    executor: PgExecutor<'_>,
    key: &ApiKey,
    now: Timestamp,
) -> Result<bool, InsertError> {
    let values = values(key).chain([now.into()]);
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, INSERT.as_str(), values);
    Ok(insert(executor, statement, std::slice::from_ref(key)).await? > 0)
}
