//! The database of a service: reached when first needed, migrated then if it is to be, and watched.

mod postgres_server;
mod sqlite_file;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OnceCell, OwnedSemaphorePermit};
use tokio::time::timeout;

use super::api_keys::{Query, ROWS_PER_INSERT, insert};
use super::failure::InsertError;
use super::lane::{Lane, LaneStatus, Wanted, read_beside};
use super::listen::Listening;
use super::lookup::{find_candidates, find_publishable};
use super::migration;
use super::postgres::PostgresServer;
use super::settings::{DatabaseSettings, DatabaseUrl};
use super::sqlite::{OpenFile, Pools, Private, Standing, Watch};
use super::transaction::{Connection, Pool, Transaction};
use crate::api_key::ApiKey;
use crate::cache::{KeyCache, Lease};
use crate::deadline;
use crate::error::ApiKeyError;
use crate::notice::Notices;
use crate::token::{Redacted, TokenDigest};

/// A database that is connected to when first needed, and migrated then if it is to be.
pub struct Database {
    settings: DatabaseSettings,
    migrate: bool,
    memory: Memory,
    notices: Notices,
    attempt: Mutex<Attempt>,
    /// The connections to an SQLite file that was replaced, until they are closed.
    former: Mutex<Option<Arc<Opened>>>,
    /// Whether the SQLite file was opened once; from then on it is never created.
    found: AtomicBool,
    closed: AtomicBool,
}

/// The part of a call's time that a shared read may take before its callers read for themselves.
const LANES_SHARE: u32 = 3;

/// What stands between a service and its data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Whether the server replays another one's changes.
    pub replica: bool,
    /// Whether a pooler hands sessions on after each transaction.
    pub pooler: bool,
}

/// How often one call reopens a file that keeps being replaced.
const MOST_REOPENINGS: usize = 5;

/// One attempt to connect, shared by all calls that need it.
type Attempt = Arc<OnceCell<Result<Arc<Opened>, ApiKeyError>>>;

struct Opened {
    pool: Pool,
    sqlite: Option<Pools>,
    lane: Option<Arc<Lane>>,
    listening: Mutex<Option<Listening>>,
}

impl Opened {
    /// The SQLite file, if it is one.
    fn file(&self) -> Option<&OpenFile> {
        self.sqlite.as_ref().and_then(Pools::file)
    }
}

/// What may be answered without reading, and how that is known.
enum Memory {
    /// Nothing.
    None,
    /// What was heard to be unchanged.
    Leased(Arc<KeyCache>, Arc<Lease>),
    /// What the file says is unchanged.
    File(Arc<KeyCache>, Arc<Watch>),
    /// What this service has not changed.
    Private(Arc<KeyCache>, Arc<Private>),
}

impl Memory {
    fn of(url: &DatabaseUrl, max_staleness: Option<Duration>) -> Self {
        match (url, max_staleness) {
            (DatabaseUrl::Postgres(_), None) => Self::None,
            (DatabaseUrl::Postgres(_), Some(bound)) => {
                let lease = Arc::new(Lease::new(bound));
                Self::Leased(Arc::new(KeyCache::new(Arc::clone(&lease) as _)), lease)
            }
            (DatabaseUrl::SqliteFile(path), _) => {
                // A later change of the working directory must not change the file.
                let path = std::path::absolute(path).unwrap_or_else(|_| path.into());
                let watch = Arc::new(Watch::new(path));
                Self::File(Arc::new(KeyCache::new(Arc::clone(&watch) as _)), watch)
            }
            (DatabaseUrl::SqliteMemory, _) => {
                let private = Arc::new(Private::default());
                Self::Private(Arc::new(KeyCache::new(Arc::clone(&private) as _)), private)
            }
        }
    }

    fn cache(&self) -> Option<&Arc<KeyCache>> {
        match self {
            Self::None => None,
            Self::Leased(cache, _) | Self::File(cache, _) | Self::Private(cache, _) => Some(cache),
        }
    }
}

impl Database {
    /// A database that nobody has connected to yet. `max_staleness` allows PostgreSQL's keys to be answered from
    /// memory for that long; SQLite's always may be, since there it is known whether they changed.
    #[must_use]
    pub fn new(
        settings: DatabaseSettings,
        migrate: bool,
        max_staleness: Option<Duration>,
        notices: Notices,
    ) -> Self {
        Self {
            memory: Memory::of(&settings.url, max_staleness),
            settings,
            migrate,
            notices,
            attempt: Mutex::default(),
            former: Mutex::default(),
            found: AtomicBool::new(false),
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
        Ok(Connection::of_pool(&opened.pool).searching(search))
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
                opened.file().map_or(Ok(()), OpenFile::written)?;
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
        Ok(Transaction::begin_snapshot(&opened.pool).await?.searching(search))
    }

    /// The right to search an SQLite database, where a query needs it.
    async fn search(
        &self,
        opened: &Opened,
        query: &Query,
    ) -> Result<Option<OwnedSemaphorePermit>, ApiKeyError> {
        match &opened.sqlite {
            Some(pools) if query.filter.searches() => {
                pools.search(self.settings.pool.acquire_timeout).await.map(Some)
            }
            _ => Ok(None),
        }
    }

    /// The undeleted secret keys that may belong to a token, live or not, by id, as of a read that begins now.
    ///
    /// # Errors
    /// `Database` or `Unavailable`.
    pub async fn candidates(
        &self,
        digest: TokenDigest,
        redacted: Redacted,
    ) -> Result<Vec<Arc<ApiKey>>, ApiKeyError> {
        self.find(Wanted::Candidates { digest, redacted }).await
    }

    /// The undeleted publishable key of a token, live or not, as of a read that begins now.
    ///
    /// # Errors
    /// `Database` or `Unavailable`.
    pub async fn publishable(&self, token: &str) -> Result<Option<Arc<ApiKey>>, ApiKeyError> {
        Ok(self.find(Wanted::Publishable(token.to_owned())).await?.into_iter().next())
    }

    async fn find(&self, wanted: Wanted) -> Result<Vec<Arc<ApiKey>>, ApiKeyError> {
        let opened = self.opened().await?;
        let wanted = Arc::new(wanted);
        if let Some(lane) = &opened.lane
            && let Some(found) = lane.ask(Arc::clone(&wanted)).await?
        {
            return Ok(found);
        }
        if let Pool::Postgres(pool) = &opened.pool {
            return Box::pin(read_beside(pool, &wanted)).await;
        }
        let lookups = opened.sqlite.as_ref().map(|pools| Pool::Sqlite(pools.lookups.clone()));
        let on = Connection::of_pool(lookups.as_ref().unwrap_or(&opened.pool));
        let found = Box::pin(async {
            match &*wanted {
                Wanted::Candidates { digest, redacted } => {
                    find_candidates(&on, digest, redacted).await
                }
                Wanted::Publishable(token) => find_publishable(&on, token).await,
            }
        });
        Ok(found.await?.into_iter().map(Arc::new).collect())
    }

    /// The keys that may be answered from memory, if any may.
    #[must_use]
    pub fn cache(&self) -> Option<&KeyCache> {
        self.memory.cache().map(Arc::as_ref)
    }

    /// The lease under which they may, if that is how.
    #[must_use]
    pub fn lease(&self) -> Option<&Lease> {
        match &self.memory {
            Memory::Leased(_, lease) => Some(lease),
            _ => None,
        }
    }

    /// How the shared reads are; SQLite has none, and PostgreSQL none before its first use.
    #[must_use]
    pub fn lane(&self) -> Option<LaneStatus> {
        let attempt = Arc::clone(&self.attempt());
        let opened = attempt.get()?.as_ref().ok()?;
        opened.lane.as_deref().map(Lane::status)
    }

    /// How long a call may take.
    #[must_use]
    pub fn call_timeout(&self) -> Duration {
        self.settings.call_timeout
    }

    /// Whether answers are as old as a replica, and whether a pooler hands sessions on, as far as is known.
    #[must_use]
    pub fn surroundings(&self) -> Surroundings {
        let attempt = Arc::clone(&self.attempt());
        match attempt.get().and_then(|opened| opened.as_ref().ok()).map(|opened| &opened.pool) {
            Some(Pool::Postgres(pool)) => Surroundings {
                replica: pool.server().is_replica(),
                pooler: pool.server().shares_sessions(),
            },
            Some(Pool::Sqlite(_)) | None => Surroundings::default(),
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

    /// Closes every connection, after the statements that run, for which it waits as long as for a connection.
    ///
    /// # Errors
    /// `Database` when the driver cannot close.
    pub async fn close(&self) -> Result<(), ApiKeyError> {
        self.closed.store(true, Ordering::SeqCst);
        if let Memory::Private(_, private) = &self.memory {
            private.end();
        }
        self.close_former().await;
        let attempt = Arc::clone(&self.attempt());
        // An attempt that is under way is waited for; without one there is nothing to close.
        let opened = attempt.get_or_init(|| async { Err(ApiKeyError::Closed) });
        let Ok(Ok(opened)) = timeout(self.settings.call_timeout, opened).await else {
            return Ok(());
        };
        if let Some(pools) = &opened.sqlite {
            pools.close(self.settings.pool.acquire_timeout).await;
            return Ok(());
        }
        opened.listening.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(lane) = &opened.lane {
            lane.close().await;
        }
        // A statement on a dead connection must not keep a server from shutting down.
        if let Pool::Postgres(pool) = &opened.pool {
            let _late = timeout(self.settings.call_timeout, pool.close()).await;
        }
        Ok(())
    }

    async fn opened(&self) -> Result<Arc<Opened>, ApiKeyError> {
        for _ in 0..MOST_REOPENINGS {
            let opened = self.opened_once().await?;
            match opened.file().map_or(Standing::Same, OpenFile::standing) {
                Standing::Same => return Ok(opened),
                Standing::Gone => return Err(self.gone()),
                Standing::Replaced => self.put_aside(&opened),
            }
        }
        Err(self.gone())
    }

    async fn opened_once(&self) -> Result<Arc<Opened>, ApiKeyError> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(ApiKeyError::Closed);
        }
        let attempt = Arc::clone(&self.attempt());
        let outcome = deadline::wait(attempt.get_or_init(|| Box::pin(self.open()))).await;
        let outcome = outcome.ok_or(ApiKeyError::TimedOut)?.clone();
        if outcome.is_err() {
            self.give_up(&attempt);
        }
        // Whoever closed the service meanwhile found no pool to close.
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

    fn attempt(&self) -> MutexGuard<'_, Attempt> {
        self.attempt.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the next call try anew. Those that waited for the attempt share its failure.
    fn give_up(&self, failed: &Attempt) {
        let mut current = self.attempt();
        if Arc::ptr_eq(&current, failed) {
            *current = Attempt::default();
        }
    }
}
