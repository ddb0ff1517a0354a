//! The database of a service: reached when first needed, migrated then if it is to be, and watched.

mod cache_policy;
mod lookups;
mod opening;
mod postgres_server;
mod sqlite_file;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;

use cache_policy::CachePolicy;
use opening::{Attempt, Opened};

use super::api_keys::{Query, ROWS_PER_INSERT, insert};
use super::failure::InsertError;
use super::migration;
use super::postgres::read_batcher::{ReadBatcher, ReadBatcherStatus};
use super::settings::DatabaseSettings;
use super::sqlite::OpenFile;
use super::transaction::{Connection, Pool, Transaction};
use crate::api_key::ApiKey;
use crate::cache::{KeyCache, Lease};
use crate::error::ApiKeyError;
use crate::event::EventSink;

/// A database that is connected to when first needed, and migrated then if it is to be.
pub struct Database {
    settings: DatabaseSettings,
    migrate: bool,
    cache_policy: CachePolicy,
    events: EventSink,
    attempt: Mutex<Attempt>,
    /// The connections to an SQLite file that was replaced, until they are closed.
    replaced: Mutex<Option<Arc<Opened>>>,
    /// Whether the SQLite file was opened once; from then on it is never created.
    opened_before: AtomicBool,
    closed: AtomicBool,
}

/// What stands between a service and its data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Topology {
    /// Whether the server replays another one's changes.
    pub replica: bool,
    /// Whether a pooler hands sessions on after each transaction.
    pub pooler: bool,
}

impl Database {
    /// A database that nobody has connected to yet. `max_staleness` allows PostgreSQL's keys to be answered from
    /// cache_policy for that long; SQLite's always may be, since there it is known whether they changed.
    #[must_use]
    pub fn new(
        settings: DatabaseSettings,
        migrate: bool,
        max_staleness: Option<Duration>,
        events: EventSink,
    ) -> Self {
        Self {
            cache_policy: CachePolicy::new(&settings.url, max_staleness),
            settings,
            migrate,
            events,
            attempt: Mutex::default(),
            replaced: Mutex::default(),
            opened_before: AtomicBool::new(false),
            closed: AtomicBool::new(false),
        }
    }

    /// The pool, for reads of one statement.
    ///
    /// # Errors
    /// `Unavailable` when the database cannot be reached; the next call tries anew.
    pub async fn connection(&self) -> Result<Connection<'static>, ApiKeyError> {
        Ok(Connection::of_pool(&self.opened().await?.pool))
    }

    /// The pool, for a read of one statement that may be a search.
    ///
    /// # Errors
    /// As [`connection`](Self::connection).
    pub async fn connection_for(&self, query: &Query) -> Result<Connection<'static>, ApiKeyError> {
        let opened = self.opened().await?;
        let search = self.search(&opened, query).await?;
        Ok(Connection::of_pool(&opened.pool).with_search_permit(search))
    }

    /// Writes new keys, all or none.
    ///
    /// # Errors
    /// `Taken` for a key whose id or token an existing key has, else `Failed` with `Database` or `Unavailable`.
    pub async fn insert(&self, keys: &[ApiKey]) -> Result<(), InsertError> {
        // One statement takes effect as a whole by itself.
        if keys.len() <= ROWS_PER_INSERT {
            let opened = self.opened().await?;
            let inserted = insert(&Connection::of_pool(&opened.pool), keys).await;
            if !matches!(inserted, Err(InsertError::Failed(_))) {
                opened.file().map_or(Ok(()), OpenFile::confirm_write)?;
            }
            return inserted;
        }
        let transaction = self.begin().await?;
        insert(&transaction.connection(), keys).await?;
        Ok(transaction.commit().await?)
    }

    /// A transaction for writes.
    ///
    /// # Errors
    /// `Unavailable` when the database cannot be reached.
    pub async fn begin(&self) -> Result<Transaction, ApiKeyError> {
        let opened = self.opened().await?;
        let transaction = Transaction::begin_write(&opened.pool).await?;
        Ok(transaction.of_file(opened.file().cloned()))
    }

    /// A transaction that sees one state of the database, for reads that may be searches.
    ///
    /// # Errors
    /// `Unavailable` when the database cannot be reached.
    pub async fn snapshot_for(&self, query: &Query) -> Result<Transaction, ApiKeyError> {
        let opened = self.opened().await?;
        let search = self.search(&opened, query).await?;
        Ok(Transaction::begin_snapshot(&opened.pool).await?.with_search_permit(search))
    }

    /// The right to search an SQLite database, where a query needs it.
    async fn search(
        &self,
        opened: &Opened,
        query: &Query,
    ) -> Result<Option<OwnedSemaphorePermit>, ApiKeyError> {
        let Some(pools) = opened.sqlite.as_ref().filter(|_| query.filter.searches()) else {
            return Ok(None);
        };
        pools.search(self.settings.pool.acquire_timeout).await.map(Some)
    }

    /// The keys that may be answered from cache_policy, if any may.
    #[must_use]
    pub fn cache(&self) -> Option<&KeyCache> {
        self.cache_policy.cache().map(Arc::as_ref)
    }

    /// The lease under which they may, if that is how.
    #[must_use]
    pub fn lease(&self) -> Option<&Lease> {
        match &self.cache_policy {
            CachePolicy::Leased(_, lease) => Some(lease),
            CachePolicy::None | CachePolicy::File(..) | CachePolicy::Private(..) => None,
        }
    }

    /// How the shared reads are; SQLite has none, and PostgreSQL none before its first use.
    #[must_use]
    pub fn read_batcher(&self) -> Option<ReadBatcherStatus> {
        let attempt = Arc::clone(&self.attempt());
        let opened = attempt.get()?.as_ref().ok()?;
        opened.read_batcher.as_deref().map(ReadBatcher::status)
    }

    /// How long a call may take.
    #[must_use]
    pub fn call_timeout(&self) -> Duration {
        self.settings.call_timeout
    }

    /// Whether answers are as old as a replica, and whether a pooler hands sessions on, as far as is known.
    #[must_use]
    pub fn topology(&self) -> Topology {
        let attempt = Arc::clone(&self.attempt());
        match attempt.get().and_then(|opened| opened.as_ref().ok()).map(|opened| &opened.pool) {
            Some(Pool::Postgres(pool)) => Topology {
                replica: pool.server().is_replica(),
                pooler: pool.server().shares_sessions(),
            },
            Some(Pool::Sqlite(_)) | None => Topology::default(),
        }
    }

    /// Whether the database was closed for good.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Brings the table up to date, whatever the option `migrate` says, and names the steps that this took.
    ///
    /// # Errors
    /// `Unavailable`, or `Database` when the database refuses.
    pub async fn migrate(&self) -> Result<Vec<String>, ApiKeyError> {
        Box::pin(migration::up(&self.opened().await?.pool, &self.settings)).await
    }

    /// Takes steps of the migration back, those named or every one, and names them. No key is lost.
    ///
    /// # Errors
    /// As [`migrate`](Self::migrate).
    pub async fn roll_back(&self, names: Option<&[String]>) -> Result<Vec<String>, ApiKeyError> {
        migration::down(&self.opened().await?.pool, names).await
    }
}
