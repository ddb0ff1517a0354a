//! The insertion of keys whose creator must be live, on PostgreSQL.

use std::sync::LazyLock;

use sea_orm::Iterable;

use super::executor::PgExecutor;
use super::insert::Insert;
use super::last_used::{second_later, whole_ms};
use super::values::Param;
use crate::api_key::ApiKey;
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::store::failure::InsertError;
use crate::store::last_used::is_live;
use crate::store::live_creator::{Insertion, statement};
use crate::store::row::Column;

// FOR UPDATE waits for a transaction that is ending the creator, and then reads its row again. OFFSET keeps the planner
// from moving the condition into the subquery, which would lock a creator only if it has ended.
static INSERT: LazyLock<Insert> = LazyLock::new(|| {
    let live = |now: &str| is_live(now, whole_ms, second_later);
    Insert::new(|rows| statement(rows, Column::iter().count(), live, "OFFSET 0 FOR UPDATE"))
});

/// Inserts keys of one creator unless that has ended.
pub(in crate::store) async fn insert_by_live_creator(
    executor: PgExecutor<'_>,
    keys: &[ApiKey],
    now: Timestamp,
) -> Result<Insertion, InsertError> {
    let Some(creator) = keys.first().map(|key| Param::text(&key.created_by)) else {
        return Ok(Insertion::Done);
    };
    match INSERT.execute(executor, keys, [creator, Param::time(now)]).await {
        Ok(inserted) => Ok(Insertion::of(inserted, keys.len())?),
        Err(InsertError::Failed(error)) if is_serialization_failure(&error) => {
            Ok(Insertion::NeedsTransaction)
        }
        Err(error) => Err(error),
    }
}

/// Returns whether the isolation level of the session, which the role or the database may set, does not allow reading a
/// row that another transaction has changed.
fn is_serialization_failure(error: &ApiKeyError) -> bool {
    error.sqlstate() == Some("40001")
}
