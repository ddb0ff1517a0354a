//! The insertion of keys whose creator must be live, on PostgreSQL.

use std::sync::LazyLock;

use super::executor::PgExecutor;
use super::insert::{ROWS, execute, rows};
use super::last_used::{second_later, whole_ms};
use super::values::Param;
use crate::api_key::ApiKey;
use crate::call_context::Timestamp;
use crate::store::failure::InsertError;
use crate::store::last_used::is_live;
use crate::store::live_creator::statement;

// FOR UPDATE waits for a transaction that is ending the creator, and then reads its row again. OFFSET keeps the planner
// from moving the condition into the subquery, which would lock a creator only if it has ended.
static INSERT: LazyLock<String> = LazyLock::new(|| {
    let live = |now: &str| is_live(now, whole_ms, second_later);
    statement(&ROWS.sql, ROWS.params, live, "OFFSET 0 FOR UPDATE")
});

/// Inserts keys of one creator unless that has ended, and returns whether it did.
pub(in crate::store) async fn insert_by_live_creator(
    executor: PgExecutor<'_>,
    keys: &[ApiKey],
    now: Timestamp,
) -> Result<bool, InsertError> {
    let Some(creator) = keys.first().map(|key| Param::text(&key.created_by)) else {
        return Ok(true);
    };
    let mut params = rows(keys)?;
    params.extend([creator, Param::time(now)]);
    Ok(execute(executor, &INSERT, &params, keys).await? > 0)
}
