//! The deadline of a call, shared by everything that the call waits for.
//!
//! A task-local holds the deadline, so that every wait inside a call (for a queue slot, a connection, a statement, a
//! retry) shares one limit. Invariant: a call that times out during its commit reports an unknown outcome, never that
//! nothing was written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};

use crate::error::ApiKeyError;

tokio::task_local! {
    static CALL: Call;
}

/// The time limit of work outside a call, such as background writes.
const BACKGROUND: Duration = Duration::from_secs(10);

/// The part of a call's time that is reserved for its answer.
const MARGIN: Duration = Duration::from_millis(200);

#[derive(Clone)]
struct Call {
    end: Instant,
    committing: Arc<AtomicBool>,
}

/// Runs a call with a time limit.
///
/// # Errors
/// The call's errors; `TimedOut` at the limit, or `OutcomeUnknown` if a commit was in progress by then.
pub async fn call<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, ApiKeyError>>,
) -> Result<T, ApiKeyError> {
    let now = Instant::now();
    let committing = Arc::new(AtomicBool::new(false));
    // Waits inside the call time out a little earlier, so that they can report the reason.
    let end = now + limit - MARGIN.min(limit / 10);
    let call = Call { end, committing: Arc::clone(&committing) };
    match timeout_at(now + limit, CALL.scope(call, work)).await {
        Ok(outcome) => outcome,
        Err(_elapsed) if committing.load(Ordering::SeqCst) => Err(ApiKeyError::OutcomeUnknown),
        Err(_elapsed) => Err(ApiKeyError::TimedOut),
    }
}

/// Runs a batch of calls in one task under one deadline. Only the waits inside it enforce the deadline.
pub async fn calls<T>(limit: Duration, work: impl Future<Output = T>) -> T {
    let end = Instant::now() + limit - MARGIN.min(limit / 10);
    CALL.scope(Call { end, committing: Arc::default() }, work).await
}

/// The deadline of the current call; outside a call, 10 seconds from now.
#[must_use]
pub fn end() -> Instant {
    CALL.try_with(|call| call.end).unwrap_or_else(|_| Instant::now() + BACKGROUND)
}

/// Marks the current call as committing.
pub fn committing() {
    let _outside_a_call = CALL.try_with(|call| call.committing.store(true, Ordering::SeqCst));
}

/// Marks the outcome of the current call's commit as known.
pub fn decided() {
    let _outside_a_call = CALL.try_with(|call| call.committing.store(false, Ordering::SeqCst));
}

/// Waits for work until the deadline of the current call; `None` on timeout.
pub async fn wait<F: Future>(work: F) -> Option<F::Output> {
    timeout_at(end(), work).await.ok()
}

/// Waits for work for half of the current call's remaining time, so that time for a retry remains; `None` on timeout.
pub async fn wait_for_a_share<F: Future>(work: F) -> Option<F::Output> {
    timeout(end().saturating_duration_since(Instant::now()) / 2, work).await.ok()
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    const SHORT: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn a_call_that_waits_forever_times_out() {
        let outcome = call::<()>(SHORT, pending()).await;
        assert_eq!(outcome, Err(ApiKeyError::TimedOut));
    }

    #[tokio::test]
    async fn a_call_that_times_out_during_its_commit_has_an_unknown_outcome() {
        let outcome = call::<()>(SHORT, async {
            committing();
            pending().await
        });
        assert_eq!(outcome.await, Err(ApiKeyError::OutcomeUnknown));
    }

    #[tokio::test]
    async fn a_wait_inside_a_call_times_out_before_the_call() {
        let outcome = call(Duration::from_millis(50), async { Ok(wait(pending::<()>()).await) });
        assert_eq!(outcome.await, Ok(None));
    }
}
