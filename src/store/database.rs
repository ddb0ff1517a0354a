//! The database of a service: connects lazily, migrates if configured, and watches for changes.

mod lookups;
mod opening;
mod source;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opening::Attempt;
use source::{Opened, Source};

use super::ReadBatcherStatus;
use super::api_keys::Query;
use super::diagnosis::{Diagnosis, diagnose};
use super::failure::InsertError;
use super::health::Health;
use super::live_creator::Insertion;
use super::settings::DatabaseSettings;
use super::transaction::{Connection, Transaction};
use super::{dialect, migration};
use crate::api_key::ApiKey;
use crate::cache::{KeyCache, Lease};
use crate::call_context::Timestamp;
use crate::call_thread::CallThread;
use crate::error::ApiKeyError;
use crate::event::EventSink;

/// A database that connects on first use and then migrates if configured.
pub struct Database {
    settings: DatabaseSettings,
    migrate: bool,
    source: Source,
    events: EventSink,
    attempt: Mutex<Attempt>,
    closed: AtomicBool,
}

/// Properties of the server that a service is connected to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Topology {
    /// Whether the server is a replica.
    pub replica: bool,
    /// Whether a pooler assigns sessions to clients per transaction.
    pub pooler: bool,
}

impl Database {
    /// Creates a database that is not connected yet.
    ///
    /// `max_staleness` allows cached keys of a PostgreSQL database for that long. SQLite keys are always cached,
    /// because every change of an SQLite database is detected.
    #[must_use]
    pub fn new(
        settings: DatabaseSettings,
        migrate: bool,
        max_staleness: Option<Duration>,
        events: EventSink,
    ) -> Self {
        Self {
            source: Source::new(&settings.url, max_staleness),
            settings,
            migrate,
            events,
            attempt: Mutex::default(),
            closed: AtomicBool::new(false),
        }
    }

    /// Returns the pool, for reads of one statement.
    ///
    /// # Errors
    /// `Unavailable` if the database cannot be reached. The next call retries.
    pub async fn connection(&self) -> Result<Connection<'static>, ApiKeyError> {
        Ok(Connection::of_pool(self.opened().await?.pool()))
    }

    /// Returns the pool, for a read of one statement that may be a search.
    ///
    /// # Errors
    /// As [`connection`](Self::connection).
    pub async fn connection_for(&self, query: &Query) -> Result<Connection<'static>, ApiKeyError> {
        let opened = self.opened().await?;
        let permit = opened.search_permit(query, self.settings.pool.acquire_timeout).await?;
        Ok(Connection::of_pool(opened.pool()).with_search_permit(permit))
    }

    /// Inserts new keys of one creator with one statement, unless that is a key that has ended.
    /// At most [`ROWS_PER_INSERT`](super::ROWS_PER_INSERT) keys.
    ///
    /// # Errors
    /// `Taken` if an existing key has the same id or token, otherwise `Failed` with `Database` or `Unavailable`.
    pub async fn insert_by_live_creator(
        &self,
        keys: &[ApiKey],
        now: Timestamp,
    ) -> Result<Insertion, InsertError> {
        let opened = self.opened().await?;
        let on = Connection::of_pool(opened.pool());
        let inserted = dialect::insert_by_live_creator(&on, keys, now).await;
        if !matches!(inserted, Err(InsertError::Failed(_))) {
            opened.confirm_write()?;
        }
        inserted
    }

    /// Begins a transaction for writes.
    ///
    /// # Errors
    /// `Unavailable` if the database cannot be reached.
    pub async fn begin(&self) -> Result<Transaction, ApiKeyError> {
        self.opened().await?.begin_write().await
    }

    /// Begins a transaction on a snapshot of the database, for reads that may be searches.
    ///
    /// # Errors
    /// `Unavailable` if the database cannot be reached.
    pub async fn snapshot_for(&self, query: &Query) -> Result<Transaction, ApiKeyError> {
        let opened = self.opened().await?;
        let permit = opened.search_permit(query, self.settings.pool.acquire_timeout).await?;
        Ok(Transaction::begin_snapshot(&opened.pool()).await?.with_search_permit(permit))
    }

    /// Begins a transaction on a snapshot of the database, for reads by indexes.
    ///
    /// # Errors
    /// `Unavailable` if the database cannot be reached.
    pub async fn snapshot(&self) -> Result<Transaction, ApiKeyError> {
        Transaction::begin_snapshot(&self.opened().await?.pool()).await
    }

    /// Returns the key cache, if keys of this database may be cached.
    #[must_use]
    pub fn cache(&self) -> Option<&KeyCache> {
        self.source.cache()
    }

    /// Returns the lease that the cache depends on, if it depends on one.
    #[must_use]
    pub fn lease(&self) -> Option<&Lease> {
        self.source.lease()
    }

    /// Returns the status of the shared reads. `None` for SQLite, and for PostgreSQL before its first use.
    #[must_use]
    pub fn read_batcher(&self) -> Option<ReadBatcherStatus> {
        self.opened_already()?.read_batcher()
    }

    /// Returns where the calls of every request run.
    #[must_use]
    pub fn call_thread(&self) -> CallThread {
        self.settings.call_thread
    }

    /// Returns the time limit of a call.
    #[must_use]
    pub fn call_timeout(&self) -> Duration {
        self.settings.call_timeout
    }

    /// Returns whether the server is a replica and whether a pooler shares its sessions, as far as known.
    #[must_use]
    pub fn topology(&self) -> Topology {
        self.opened_already().as_ref().map(Opened::topology).unwrap_or_default()
    }

    /// Gathers facts about the database and its table of keys. Only reads.
    ///
    /// # Errors
    /// `Unavailable`, or `Database` if the database rejects a statement.
    pub async fn diagnose(&self, now: Timestamp) -> Result<Diagnosis, ApiKeyError> {
        let opened = self.opened().await?;
        diagnose(&Connection::of_pool(opened.pool()), &self.settings, now).await
    }

    /// Returns what the database lacks. It takes the write lock of an SQLite file for a moment.
    ///
    /// # Errors
    /// `Unavailable` or `Database`.
    pub async fn health(&self) -> Result<Health, ApiKeyError> {
        let opened = self.opened().await?;
        let on = Connection::of_pool(opened.pool());
        Ok(Health {
            up_to_date: migration::is_up_to_date(&on, &self.settings).await?,
            replica: opened.topology().replica,
            write_obstacle: opened.write_obstacle().await?,
        })
    }

    fn opened_already(&self) -> Option<Opened> {
        let attempt = Arc::clone(&self.attempt());
        attempt.get()?.as_ref().ok().cloned()
    }

    /// Returns whether the database was closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Migrates the table, regardless of the option `migrate`, and returns the names of the applied steps.
    ///
    /// # Errors
    /// `Unavailable`, or `Database` if the database rejects a step.
    pub async fn migrate(&self) -> Result<Vec<String>, ApiKeyError> {
        Box::pin(migration::up(&self.opened().await?.pool(), &self.settings)).await
    }

    /// Reverts the named migration steps, or all of them, and returns their names. No key is lost.
    ///
    /// # Errors
    /// As [`migrate`](Self::migrate).
    pub async fn roll_back(&self, names: Option<&[String]>) -> Result<Vec<String>, ApiKeyError> {
        migration::down(&self.opened().await?.pool(), names).await
    }
}
