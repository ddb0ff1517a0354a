//! Locks for what no unique index can hold.
//!
//! A token has one row, but its hash has a random salt, and rows that stock wrote have no selector. An owner has one live
//! single-use key of a purpose, but whether a key is live depends on the time.

use super::executor::PgExecutor;
use super::values::Param;
use crate::error::ApiKeyError;

// NEVER CHANGE: processes of other versions take the same lock.
/// The key of the advisory lock, an arbitrary number.
const LOCK: i64 = 0x6170_6b5f_6465_636c;

/// Waits until no other transaction adds keys by their tokens, and keeps others from it until this transaction ends.
pub(in crate::store) async fn lock_declarations(
    executor: PgExecutor<'_>,
) -> Result<(), ApiKeyError> {
    take(executor, LOCK).await
}

/// Waits until no other transaction creates a single-use key with one of these hashes of owner and purpose, and keeps
/// others from it until this transaction ends. The hashes must be sorted, so that transactions cannot deadlock.
pub(in crate::store) async fn lock_single_use(
    executor: PgExecutor<'_>,
    hashes: &[i64],
) -> Result<(), ApiKeyError> {
    for hash in hashes {
        take(executor, *hash).await?;
    }
    Ok(())
}

async fn take(executor: PgExecutor<'_>, lock: i64) -> Result<(), ApiKeyError> {
    executor
        .query(
            "SELECT pg_catalog.pg_advisory_xact_lock($1::pg_catalog.text::pg_catalog.int8)",
            &[Param::text(&lock.to_string())],
        )
        .await?;
    Ok(())
}
