//! The insertion of keys whose creator must be live, on PostgreSQL.

use super::executor::PgExecutor;
use super::insert::{Rows, execute};
use super::last_used::{second_later, whole_ms};
use super::values::Param;
use crate::api_key::ApiKey;
use crate::call_context::Timestamp;
use crate::store::failure::InsertError;
use crate::store::last_used::is_live;
use crate::store::live_creator::statement;

/// Inserts keys of one creator unless that has ended, and returns whether it did.
pub(in crate::store) async fn insert_by_live_creator(
    executor: PgExecutor<'_>,
    keys: &[ApiKey],
    now: Timestamp,
) -> Result<bool, InsertError> {
    let Some(creator) = keys.first().map(|key| Param::text(&key.created_by)) else {
        return Ok(true);
    };
    let Rows { sql, mut params } = Rows::of(keys)?;
    let live = |now: &str| is_live(now, whole_ms, second_later);
    // FOR UPDATE waits for a transaction that is ending the creator, and then reads its row again. OFFSET keeps the planner
    // from moving the condition into the subquery, which would lock a creator only if it has ended.
    let sql = statement(sql, params.len(), live, "OFFSET 0 FOR UPDATE");
    params.extend([creator, Param::time(now)]);
    Ok(execute(executor, &sql, &params, keys).await? > 0)
}
