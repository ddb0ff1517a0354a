//! Connects to an SQLite file with the access that this process has.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx;
use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sea_orm::sqlx::{ConnectOptions as _, Connection as _, Executor as _};

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

impl Opening<'_> {
    /// Connects with the highest access that the file allows. Returns `None` if the file was replaced in the meantime.
    pub(super) async fn attempt(&self) -> Result<Option<Opened>, sqlx::Error> {
        let create_by_sqlite = self.create && !self.exists() && !self.create_file();
        let expected = id(self.path);
        let mut outcome = self.connect_with(Access::Full, create_by_sqlite, expected).await;
        for access in [Access::ReadOnly, Access::Immutable] {
            let denied = matches!(&outcome, Err(sqlx::Error::Database(db_error)) if lacks_access(db_error.as_ref()));
            if !denied || !self.exists() || access == Access::Immutable && self.has_log() {
                break;
            }
            outcome = self.connect_with(access, false, expected).await;
        }
        outcome
    }

    async fn connect_with(
        &self,
        access: Access,
        create: bool,
        expected: Option<FileId>,
    ) -> Result<Option<Opened>, sqlx::Error> {
        let options = self.options(access);
        if create {
            options.clone().create_if_missing(true).connect().await?.close().await?;
            make_private(self.path);
        }
        self.watch.expect(expected);
        let readers =
            self.pooled(self.pool.min, self.pool.max).connect_with(options.clone()).await?;
        let mode = match journal_mode(&readers).await {
            Ok(mode) => mode,
            Err(error) => {
                readers.close().await;
                return Err(error);
            }
        };
        let session = expected
            .or_else(|| id(self.path))
            .and_then(|file| self.watch.begin(file, access == Access::Immutable));
        let Some(session) = session else {
            readers.close().await;
            return Ok(None);
        };
        let lookups = self.pooled(0, LOOKUP_CONNECTIONS).connect_lazy_with(options.clone());
        // Without a write-ahead log, readers hold up a commit, and SQLite has to wait for them in the commit.
        let waits = if mode == "wal" { LOCK_WAIT } else { self.busy_timeout };
        let writer = self
            .pooled(0, WRITERS + 1)
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
                options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Normal)
            }
            Access::ReadOnly => options.read_only(true),
            Access::Immutable => options.read_only(true).immutable(true),
        }
    }

    fn pooled(&self, min: u32, max: u32) -> SqlitePoolOptions {
        let watch = Arc::clone(self.watch);
        SqlitePoolOptions::new()
            .min_connections(min)
            .max_connections(max)
            .acquire_timeout(self.pool.acquire_timeout)
            .idle_timeout(self.pool.idle_timeout)
            .after_connect(move |connection, _| {
                let watch = Arc::clone(&watch);
                Box::pin(async move {
                    let file = opened_by_pool(connection, watch.path()).await?;
                    if !watch.connected(file) {
                        connection.execute("PRAGMA query_only = ON").await?;
                    }
                    Ok(())
                })
            })
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

/// Reads the file for the first time, and returns its journal mode.
async fn journal_mode(on: &SqlitePool) -> Result<String, sqlx::Error> {
    sqlx::query("SELECT count(*) FROM sqlite_schema").execute(on).await?;
    sqlx::query_scalar("PRAGMA journal_mode").fetch_one(on).await
}
