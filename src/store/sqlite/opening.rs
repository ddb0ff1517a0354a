//! Connects to an SQLite file with the access that this process has.

use std::path::Path;
use std::sync::{Arc, Weak};
use std::time::Duration;

use sea_orm::sqlx;
use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sea_orm::sqlx::{ConnectOptions as _, Connection as _, Executor as _};

use super::claim::{Claim, Claimed, Hold, Lingering, Taken};
use super::codes::lacks_access;
use super::companion::companion_path;
use super::file::{FileId, create_private, id, make_private, stamp};
use super::opened_file::opened_by_pool;
use super::watch::Watch;
use super::writer::{LOCK_WAIT, WRITERS};
use crate::store::settings::PoolSettings;

/// The number of connections for token lookups.
const LOOKUP_CONNECTIONS: u32 = 2;

/// The access to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Full,
    ReadOnly,
    /// SQLite cannot create the files that it shares with other processes, so it assumes that the file never changes.
    /// The watch verifies this.
    Immutable,
}

/// The parameters for opening a file.
pub(super) struct Opening<'a> {
    pub(super) pool: PoolSettings,
    /// The time that SQLite waits for another connection, except for the write lock: see `writer`.
    pub(super) busy_timeout: Duration,
    pub(super) path: &'a Path,
    pub(super) watch: &'a Arc<Watch>,
    /// Whether a missing file is created.
    pub(super) create: bool,
}

/// The connections to a file, and the number of its session.
pub(super) struct Opened {
    pub(super) readers: SqlitePool,
    pub(super) lookups: SqlitePool,
    pub(super) writer: SqlitePool,
    pub(super) session: u64,
}

/// Why a file was not opened.
pub(super) enum OpenError {
    /// Another copy of the package in this process has it open.
    Taken,
    /// Its folder does not exist.
    NoFolder,
    Failed(sqlx::Error),
}

impl From<Taken> for OpenError {
    fn from(_: Taken) -> Self {
        Self::Taken
    }
}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error)
    }
}

impl Opening<'_> {
    /// Connects with the highest access that the file allows. Returns `None` if the file was replaced in the meantime.
    pub(super) async fn attempt(&self) -> Result<Option<(Opened, Lingering<Claim>)>, OpenError> {
        // Before the file is created, so that two copies of the package do not create it at the same time.
        // SQLite would take `..` after a missing folder for the folder before it, and open a file that is not claimed.
        let path = Hold::of_path(self.path)?.ok_or(OpenError::NoFolder)?;
        let path = self.create(path).await?;
        let expected = id(self.path);
        let claim = Claimed::new(path, expected.map(Hold::of_file).transpose()?);
        let lingering = Lingering::new(Arc::clone(&claim), self.busy_timeout);
        let mut outcome = self.connect_with(Access::Full, expected, &claim).await;
        for access in [Access::ReadOnly, Access::Immutable] {
            let denied = matches!(&outcome, Err(sqlx::Error::Database(db_error)) if lacks_access(db_error.as_ref()));
            if !denied || !self.exists() || access == Access::Immutable && self.has_log() {
                break;
            }
            outcome = self.connect_with(access, expected, &claim).await;
        }
        Ok(outcome?.map(|opened| (opened, lingering)))
    }

    /// Creates the file if it is missing and `create` is set, and returns the hold on its path.
    async fn create(&self, path: Hold) -> Result<Option<Hold>, sqlx::Error> {
        if !self.create || self.exists() || self.create_file() {
            return Ok(Some(path));
        }
        let lingering = Lingering::new(path, self.busy_timeout);
        let created = self.options(Access::Full).create_if_missing(true).connect().await;
        match created {
            Ok(connection) => {
                connection.close().await?;
                make_private(self.path);
            }
            // Another process created it in the meantime.
            Err(_) if self.exists() => {}
            Err(error) => return Err(error),
        }
        Ok(lingering.into_inner())
    }

    async fn connect_with(
        &self,
        access: Access,
        expected: Option<FileId>,
        claim: &Claim,
    ) -> Result<Option<Opened>, sqlx::Error> {
        let options = self.options(access);
        self.watch.expect(expected);
        let readers =
            self.pooled(self.pool.min, self.pool.max, claim).connect_with(options.clone()).await?;
        let mode = match journal_mode(&readers).await {
            Ok(mode) => mode,
            Err(error) => {
                readers.close().await;
                return Err(error);
            }
        };
        // A file that appeared in the meantime is not claimed yet.
        let session =
            expected.and_then(|file| self.watch.begin(file, access == Access::Immutable, claim));
        let Some(session) = session else {
            readers.close().await;
            return Ok(None);
        };
        let lookups = self.pooled(0, LOOKUP_CONNECTIONS, claim).connect_lazy_with(options.clone());
        // Without a write-ahead log, readers hold up a commit, and SQLite has to wait for them in the commit.
        let waits = if mode == "wal" { LOCK_WAIT } else { self.busy_timeout };
        let writer = self
            .pooled(0, WRITERS + 1, claim)
            .test_before_acquire(false)
            .connect_lazy_with(options.busy_timeout(waits));
        Ok(Some(Opened { readers, lookups, writer, session }))
    }

    fn options(&self, access: Access) -> SqliteConnectOptions {
        let options = SqliteConnectOptions::new()
            .filename(self.path)
            // SECURITY: statements and their values must not be logged.
            .disable_statement_logging()
            .busy_timeout(self.busy_timeout)
            .create_if_missing(false)
            .with_regexp();
        match access {
            Access::Full => {
                // A commit is on the disk before it returns. With `Normal` it could be lost when the power fails.
                options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full)
            }
            Access::ReadOnly => options.read_only(true),
            Access::Immutable => options.read_only(true).immutable(true),
        }
    }

    fn pooled(&self, min: u32, max: u32, claim: &Claim) -> SqlitePoolOptions {
        // The pool keeps this function after it was closed, when the claim must have ended.
        let (watch, claim) = (Arc::clone(self.watch), Arc::downgrade(claim));
        SqlitePoolOptions::new()
            .min_connections(min)
            .max_connections(max)
            .acquire_timeout(self.pool.acquire_timeout)
            .idle_timeout(self.pool.idle_timeout)
            .after_connect(move |connection, _| {
                let (watch, claim) = (Arc::clone(&watch), Weak::clone(&claim));
                Box::pin(async move {
                    keep_claim(connection, &claim).await?;
                    let file = opened_by_pool(connection, watch.path()).await?;
                    if !watch.connected(file) {
                        connection.execute("PRAGMA query_only = ON").await?;
                    }
                    Ok(())
                })
            })
            .after_release(|connection, _| Box::pin(has_no_transaction(connection)))
    }

    fn exists(&self) -> bool {
        id(self.path).is_some()
    }

    /// Creates the file and returns whether that succeeded. It fails, for example, for a dangling symbolic link; then
    /// SQLite creates the file.
    fn create_file(&self) -> bool {
        create_private(self.path).is_ok() && self.exists()
    }

    /// Returns whether a write-ahead log exists, which an immutable connection would ignore.
    fn has_log(&self) -> bool {
        stamp(&companion_path(self.path, "-wal")).is_ok()
    }
}

/// Keeps a claim until a connection has closed its descriptors.
///
/// SQLite drops the functions of a connection after that, also if the pool was dropped without being closed. This one is
/// never called: no statement names it.
async fn keep_claim(
    connection: &mut SqliteConnection,
    claim: &Weak<Claimed>,
) -> Result<(), sqlx::Error> {
    let claim = claim.upgrade().ok_or(sqlx::Error::PoolClosed)?;
    connection.lock_handle().await?.create_collation("api_key_claim", move |left, right| {
        let _kept = &claim;
        left.cmp(right)
    })
}

/// Returns whether a connection that is returned to its pool has no transaction any more.
///
/// SECURITY: SQLite itself rolls back a transaction that fails, for example because the disk is full. Then the driver's own
/// rollback fails, and it would run the next transaction of the connection inside one that is never committed.
async fn has_no_transaction(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // A rollback may be waiting in the connection's queue.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

/// Reads the file for the first time, and returns its journal mode.
async fn journal_mode(on: &SqlitePool) -> Result<String, sqlx::Error> {
    sqlx::query("SELECT count(*) FROM sqlite_schema").execute(on).await?;
    sqlx::query_scalar("PRAGMA journal_mode").fetch_one(on).await
}
