//! The timeout of the read batcher's reads.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// One timer for all reads, reset for each: creating a timer per read would wake the runtime's driver each time.
pub(super) struct ReusableTimeout {
    limit: Duration,
    timer: Pin<Box<Sleep>>,
}

impl ReusableTimeout {
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, timer: Box::pin(sleep(limit)) }
    }

    /// Sets the limit of the following waits.
    pub(super) fn limit_to(&mut self, limit: Duration) {
        self.limit = limit;
    }

    /// Returns the output of a future, or `None` after the limit.
    pub(super) async fn wait<F: Future>(&mut self, work: F) -> Option<F::Output> {
        let end = Instant::now() + self.limit;
        self.timer.as_mut().reset(end);
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.timer.as_mut() => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test]
    async fn ends_each_wait_after_the_limit_and_no_sooner() {
        let mut reusable_timeout = ReusableTimeout::new(Duration::from_millis(40));
        assert_eq!(reusable_timeout.wait(ready(1)).await, Some(1));
        assert_eq!(reusable_timeout.wait(pending::<()>()).await, None);
        assert_eq!(reusable_timeout.wait(sleep(Duration::from_millis(5))).await, Some(()));
        assert_eq!(reusable_timeout.wait(pending::<()>()).await, None);
    }
}
