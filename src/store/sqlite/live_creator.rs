//! The insertion of keys whose creator must be live, on SQLite.

use std::sync::LazyLock;

use super::conditions::time_text;
use super::executor::SqliteExecutor;
use super::insert::{Insert, is_large};
use super::last_used::{second_later, whole_ms};
use crate::api_key::ApiKey;
use crate::call_context::Timestamp;
use crate::store::failure::InsertError;
use crate::store::last_used::is_live;
use crate::store::live_creator::{Insertion, statement};

static INSERT: LazyLock<Insert> = LazyLock::new(|| {
    let live = |now: &str| is_live(now, whole_ms, second_later);
    Insert::new(|rows, params| statement(rows, params, live, ""))
});

/// Inserts keys of one creator unless that has ended. The statement locks the file.
pub(in crate::store) async fn insert_by_live_creator(
    executor: SqliteExecutor<'_>,
    keys: &[ApiKey],
    now: Timestamp,
) -> Result<Insertion, InsertError> {
    let Some(creator) = keys.first().map(|key| key.created_by.clone()) else {
        return Ok(Insertion::Done);
    };
    if keys.len() > 1 && keys.iter().any(is_large) {
        return Ok(Insertion::NeedsTransaction);
    }
    let more = [creator.into(), time_text(now).into()];
    let inserted = INSERT.execute(&executor, keys, more).await?;
    Ok(Insertion::of(inserted, keys.len())?)
}
