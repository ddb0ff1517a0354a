//! Opens a database on first use, and closes it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::{CachePolicy, Database};
use crate::deadline;
use crate::error::ApiKeyError;
use crate::store::postgres::PostgresServer;
use crate::store::postgres::change_listener::ChangeListener;
use crate::store::postgres::read_batcher::ReadBatcher;
use crate::store::settings::DatabaseUrl;
use crate::store::sqlite::{FileStatus, OpenFile, Pools};
use crate::store::transaction::Pool;

/// The number of times that one call reopens a file that keeps being replaced.
const MAX_REOPENINGS: usize = 5;

/// One connection attempt, shared by all calls that wait for it.
pub(super) type Attempt = Arc<OnceCell<Result<Arc<Opened>, ApiKeyError>>>;

pub(super) struct Opened {
    pub(super) pool: Pool,
    pub(super) sqlite: Option<Pools>,
    pub(super) read_batcher: Option<Arc<ReadBatcher>>,
    pub(super) change_listener: Mutex<Option<ChangeListener>>,
}

impl Opened {
    /// Returns the open SQLite file, if the database is one.
    pub(super) fn file(&self) -> Option<&OpenFile> {
        self.sqlite.as_ref().and_then(Pools::file)
    }
}

impl Database {
    /// Closes every connection after its running statement, with a time limit.
    ///
    /// # Errors
    /// `Database` when the driver cannot close.
    pub async fn close(&self) -> Result<(), ApiKeyError> {
        self.closed.store(true, Ordering::SeqCst);
        if let CachePolicy::Private(_, private) = &self.cache_policy {
            private.end();
        }
        self.close_replaced().await;
        let attempt = Arc::clone(&self.attempt());
        // Waits for a running attempt. Without one there is nothing to close.
        let opened = attempt.get_or_init(|| async { Err(ApiKeyError::Closed) });
        let Ok(Ok(opened)) = timeout(self.settings.call_timeout, opened).await else {
            return Ok(());
        };
        opened.change_listener.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(read_batcher) = &opened.read_batcher {
            read_batcher.close().await;
        }
        match &opened.pool {
            Pool::Sqlite(_) => {
                if let Some(pools) = &opened.sqlite {
                    pools.close(self.settings.pool.acquire_timeout).await;
                }
            }
            // A statement on a dead connection must not block the shutdown.
            Pool::Postgres(pool) => {
                let _late = timeout(self.settings.call_timeout, pool.close()).await;
            }
        }
        Ok(())
    }

    pub(super) async fn opened(&self) -> Result<Arc<Opened>, ApiKeyError> {
        for _ in 0..MAX_REOPENINGS {
            let opened = self.open_once().await?;
            match opened.file().map_or(FileStatus::Same, OpenFile::status) {
                FileStatus::Same => return Ok(opened),
                FileStatus::Gone => return Err(self.missing_file()),
                FileStatus::Replaced => self.retire(&opened),
            }
        }
        Err(self.missing_file())
    }

    async fn open_once(&self) -> Result<Arc<Opened>, ApiKeyError> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(ApiKeyError::Closed);
        }
        let attempt = Arc::clone(&self.attempt());
        let outcome = deadline::wait(attempt.get_or_init(|| Box::pin(self.open()))).await;
        let outcome = outcome.ok_or(ApiKeyError::TimedOut)?.clone();
        if outcome.is_err() {
            self.reset_attempt(&attempt);
        }
        // A concurrent `close` found no pool to close.
        if self.closed.load(Ordering::SeqCst) {
            self.close().await?;
            return Err(ApiKeyError::Closed);
        }
        outcome
    }

    async fn open(&self) -> Result<Arc<Opened>, ApiKeyError> {
        match &self.settings.url {
            DatabaseUrl::Postgres(url) => {
                self.open_postgres(PostgresServer::new(url, &self.settings)?).await
            }
            DatabaseUrl::SqliteFile(_) | DatabaseUrl::SqliteMemory => self.open_sqlite().await,
        }
    }

    pub(super) fn attempt(&self) -> MutexGuard<'_, Attempt> {
        self.attempt.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the next call retry. Calls that waited for the failed attempt share its error.
    fn reset_attempt(&self, failed: &Attempt) {
        let mut current = self.attempt();
        if Arc::ptr_eq(&current, failed) {
            *current = Attempt::default();
        }
    }
}
