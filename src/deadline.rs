//! The end of a call: one deadline for everything that a call waits for.
//!
//! A call carries its deadline along with its task, so that every wait inside it (a place in a queue, a connection, a
//! statement, a second attempt) shares one limit. Invariant: a call that runs out of time while it commits says that its
//! outcome is unknown, and never that nothing was written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};

use crate::error::ApiKeyError;

tokio::task_local! {
    static CALL: Call;
}

/// What work outside a call may take, such as the background writes.
const BACKGROUND: Duration = Duration::from_secs(10);

/// The share of a call's time that is kept back for its answer.
const MARGIN: Duration = Duration::from_millis(200);

#[derive(Clone)]
struct Call {
    end: Instant,
    committing: Arc<AtomicBool>,
}

/// Runs a call that ends within a limit, whatever it waits for.
///
/// # Errors
/// The call's own; `TimedOut` at the limit, or `OutcomeUnknown` when a commit was under way by then.
pub async fn call<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, ApiKeyError>>,
) -> Result<T, ApiKeyError> {
    let now = Instant::now();
    let committing = Arc::new(AtomicBool::new(false));
    // What waits inside gives up a little earlier, so that it can say why.
    let end = now + limit - MARGIN.min(limit / 10);
    let call = Call { end, committing: Arc::clone(&committing) };
    match timeout_at(now + limit, CALL.scope(call, work)).await {
        Ok(outcome) => outcome,
        Err(_elapsed) if committing.load(Ordering::SeqCst) => Err(ApiKeyError::OutcomeUnknown),
        Err(_elapsed) => Err(ApiKeyError::TimedOut),
    }
}

/// Runs many calls of one moment in one task under one deadline, which what they wait for observes by itself.
pub async fn calls<T>(limit: Duration, work: impl Future<Output = T>) -> T {
    let end = Instant::now() + limit - MARGIN.min(limit / 10);
    CALL.scope(Call { end, committing: Arc::default() }, work).await
}

/// When the current call ends; outside a call, some seconds from now.
#[must_use]
pub fn end() -> Instant {
    CALL.try_with(|call| call.end).unwrap_or_else(|_| Instant::now() + BACKGROUND)
}

/// Notes that the current call has begun to commit.
pub fn committing() {
    let _outside_a_call = CALL.try_with(|call| call.committing.store(true, Ordering::SeqCst));
}

/// Notes that the outcome of the current call's commit is known.
pub fn decided() {
    let _outside_a_call = CALL.try_with(|call| call.committing.store(false, Ordering::SeqCst));
}

/// Waits for work until the current call ends.
pub async fn wait<F: Future>(work: F) -> Option<F::Output> {
    timeout_at(end(), work).await.ok()
}

/// Waits for work until a share of what is left to the current call has passed, so that time for another attempt remains.
pub async fn wait_for_a_share<F: Future>(work: F) -> Option<F::Output> {
    timeout(end().saturating_duration_since(Instant::now()) / 2, work).await.ok()
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    const SHORT: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn a_call_that_waits_for_ever_times_out() {
        let outcome = call::<()>(SHORT, pending()).await;
        assert_eq!(outcome, Err(ApiKeyError::TimedOut));
    }

    #[tokio::test]
    async fn a_call_that_times_out_while_it_commits_has_an_unknown_outcome() {
        let outcome = call::<()>(SHORT, async {
            committing();
            pending().await
        });
        assert_eq!(outcome.await, Err(ApiKeyError::OutcomeUnknown));
    }

    #[tokio::test]
    async fn what_waits_inside_a_call_ends_before_it() {
        let outcome = call(Duration::from_millis(50), async { Ok(wait(pending::<()>()).await) });
        assert_eq!(outcome.await, Ok(None));
    }
}
