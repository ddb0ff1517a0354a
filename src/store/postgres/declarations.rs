//! The lock that makes a token's row unique.
//!
//! No unique index can: the hash of a token has a random salt, and rows that stock wrote have no selector.

use super::executor::PgExecutor;
use super::values::Param;
use crate::error::ApiKeyError;

// NEVER CHANGE: processes of other versions take the same lock.
/// The key of the advisory lock, an arbitrary number.
const LOCK: i64 = 0x6170_6b5f_6465_636c;

/// Waits until no other transaction adds keys by their tokens, and keeps others from it until this transaction ends.
pub(in crate::store) async fn lock(executor: PgExecutor<'_>) -> Result<(), ApiKeyError> {
    executor
        .query(
            "SELECT pg_catalog.pg_advisory_xact_lock($1::pg_catalog.text::pg_catalog.int8)",
            &[Param::text(&LOCK.to_string())],
        )
        .await?;
    Ok(())
}
