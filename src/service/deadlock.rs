//! Repeats transactions that the database aborted because they and others waited for each other.
//!
//! A cascade locks keys in the order in which it finds them, so any other write of several keys may meet it. An aborted
//! transaction has changed nothing.

use crate::error::ApiKeyError;
use crate::store::is_deadlock;

/// The number of times that a transaction is attempted. Its deadline usually ends it before.
pub(super) const MAX_ATTEMPTS: usize = 20;

/// Runs a transaction, and repeats it after each deadlock.
///
/// # Errors
/// The transaction's; `Contended` after too many deadlocks.
pub(super) async fn repeat_after_deadlocks<T, Attempt>(
    transaction: impl Fn() -> Attempt,
) -> Result<T, ApiKeyError>
where
    Attempt: Future<Output = Result<T, ApiKeyError>>,
{
    for _ in 0..MAX_ATTEMPTS {
        match transaction().await {
            Err(error) if is_deadlock(&error) => {}
            outcome => return outcome,
        }
    }
    Err(ApiKeyError::Contended)
}
