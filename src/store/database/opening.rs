//! Opens a database on first use, and closes it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};

use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::Database;
use super::source::Opened;
use crate::deadline;
use crate::error::ApiKeyError;

/// The number of times that one call reopens a file that keeps being replaced.
const MAX_REOPENINGS: usize = 5;

/// One connection attempt, shared by all calls that wait for it.
pub(super) type Attempt = Arc<OnceCell<Result<Opened, ApiKeyError>>>;

impl Database {
    /// Closes every connection after its running statement, with a time limit.
    ///
    /// # Errors
    /// `Database` when the driver cannot close.
    pub async fn close(&self) -> Result<(), ApiKeyError> {
        self.closed.store(true, Ordering::SeqCst);
        self.source.close(&self.settings).await;
        let attempt = Arc::clone(&self.attempt());
        // Waits for a running attempt. Without one there is nothing to close.
        let opened = attempt.get_or_init(|| async { Err(ApiKeyError::Closed) });
        if let Ok(Ok(opened)) = timeout(self.settings.call_timeout, opened).await {
            opened.close(&self.settings).await;
        }
        Ok(())
    }

    pub(super) async fn opened(&self) -> Result<Opened, ApiKeyError> {
        for _ in 0..MAX_REOPENINGS {
            let (attempt, opened) = self.open_once().await?;
            if opened.is_current()? {
                return Ok(opened);
            }
            self.retire(&attempt, &opened);
        }
        let url = &self.settings.url;
        Err(ApiKeyError::Unavailable(format!("the file {url} was replaced whenever it was opened")))
    }

    async fn open_once(&self) -> Result<(Attempt, Opened), ApiKeyError> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(ApiKeyError::Closed);
        }
        let attempt = Arc::clone(&self.attempt());
        let opening =
            || Box::pin(self.source.open(&self.settings, self.migrate, self.events.clone()));
        let outcome = deadline::wait(attempt.get_or_init(opening)).await;
        let outcome = outcome.ok_or(ApiKeyError::TimedOut)?.clone();
        if outcome.is_err() {
            self.forget(&attempt);
        }
        // A concurrent `close` found no pool to close.
        if self.closed.load(Ordering::SeqCst) {
            self.close().await?;
            return Err(ApiKeyError::Closed);
        }
        outcome.map(|opened| (attempt, opened))
    }

    pub(super) fn attempt(&self) -> MutexGuard<'_, Attempt> {
        self.attempt.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the next call retry. Calls that waited for the failed attempt share its error.
    fn forget(&self, failed: &Attempt) {
        let mut current = self.attempt();
        if Arc::ptr_eq(&current, failed) {
            *current = Attempt::default();
        }
    }

    /// Makes the next call open the database again.
    fn retire(&self, attempt: &Attempt, opened: &Opened) {
        let mut current = self.attempt();
        if Arc::ptr_eq(&current, attempt) {
            self.source.retire(opened);
            *current = Attempt::default();
        }
    }
}
