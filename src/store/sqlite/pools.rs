//! The connections to an SQLite database.
//!
//! Lookups of tokens have connections of their own, and few searches run at a time: they take a processor each, and may
//! take long. So no lookup waits for a search, nor for those who wait for one.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _};
use sea_orm::{DatabaseConnection, SqlxSqliteConnector};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout};

use super::codes::{is_busy, lacks_access};
use super::file::{FileId, companion, create_private, id, make_private, stamp};
use super::watch::{Standing, Watch};
use crate::error::ApiKeyError;
use crate::store::failure::unavailable;
use crate::store::settings::{DatabaseSettings, DatabaseUrl, PoolSettings};

/// How long SQLite waits for another writer.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const BUSY_PAUSE: Duration = Duration::from_millis(10);

/// How many connections look tokens up.
const LOOKUPS: u32 = 2;

/// The connections to an SQLite database, and the session of its file if it has one.
pub(in crate::store) struct Pools {
    pub(in crate::store) main: DatabaseConnection,
    pub(in crate::store) lookups: DatabaseConnection,
    searches: Arc<Semaphore>,
    file: Option<OpenFile>,
}

/// A file that was opened.
#[derive(Clone)]
pub(in crate::store) struct OpenFile {
    watch: Arc<Watch>,
    session: u64,
    shown: Arc<str>,
}

/// How a file can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Full,
    ReadOnly,
    /// SQLite can make none of the files that it shares with other processes, so it takes the file for unchanging, and the
    /// watch sees to it that it is.
    Immutable,
}

impl Pools {
    /// Connects to a file. It is made if there is none and `create` allows it.
    pub(in crate::store) async fn open_file(
        settings: &DatabaseSettings,
        watch: &Arc<Watch>,
        create: bool,
    ) -> Result<Self, ApiKeyError> {
        let opening = Opening { pool: settings.pool, path: watch.path(), watch, create };
        let started = Instant::now();
        loop {
            match opening.attempt().await {
                Ok(Some((main, lookups, session))) => {
                    let shown = shown(&settings.url).into();
                    let file = OpenFile { watch: Arc::clone(watch), session, shown };
                    return Ok(Self::new(main, lookups, Some(file)));
                }
                // It was replaced while it was being opened.
                Ok(None) if started.elapsed() < BUSY_TIMEOUT => {}
                Ok(None) => {
                    return Err(unavailable(&settings.url, &sqlx::Error::PoolTimedOut));
                }
                // Of two who make one file at the same moment SQLite turns one away at once, whatever its patience.
                Err(sqlx::Error::Database(refusal))
                    if is_busy(refusal.as_ref()) && started.elapsed() < BUSY_TIMEOUT =>
                {
                    sleep(BUSY_PAUSE).await;
                }
                Err(error) => return Err(unavailable(&settings.url, &error)),
            }
        }
    }

    /// Makes a database in memory: one connection that is never given up, for the database lives and dies with it.
    pub(in crate::store) async fn open_memory(
        settings: &DatabaseSettings,
    ) -> Result<Self, ApiKeyError> {
        let options = SqliteConnectOptions::new().in_memory(true).with_regexp();
        let pool = SqlitePoolOptions::new()
            .min_connections(1)
            .max_connections(1)
            .acquire_timeout(settings.pool.acquire_timeout)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.disable_statement_logging())
            .await
            .map_err(|error| unavailable(&settings.url, &error))?;
        Ok(Self::new(pool.clone(), pool, None))
    }

    fn new(main: SqlitePool, lookups: SqlitePool, file: Option<OpenFile>) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            main: SqlxSqliteConnector::from_sqlx_sqlite_pool(main),
            lookups: SqlxSqliteConnector::from_sqlx_sqlite_pool(lookups),
            searches: Arc::new(Semaphore::new((processors / 2).clamp(1, 4))),
            file,
        }
    }

    /// The file that was opened; a database in memory has none.
    pub(in crate::store) fn file(&self) -> Option<&OpenFile> {
        self.file.as_ref()
    }

    /// The right to search, for as long as it is held.
    pub(in crate::store) async fn search(
        &self,
        patience: Duration,
    ) -> Result<OwnedSemaphorePermit, ApiKeyError> {
        match timeout(patience, Arc::clone(&self.searches).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_closed)) => Err(ApiKeyError::Closed),
            Err(_late) => Err(ApiKeyError::Unavailable(
                "other searches of the SQLite database did not end within pool.acquireTimeoutMs"
                    .to_owned(),
            )),
        }
    }

    /// Closes every connection, after the statements that run.
    pub(in crate::store) async fn close(&self, patience: Duration) {
        // The last connection copies the log into the file. If the file is another one by now, that must be the watch's,
        // which copies nothing.
        let copies = self.file.as_ref().is_none_or(|file| file.standing() == Standing::Same);
        if copies {
            self.end_watch();
        }
        let _late = timeout(patience, async {
            let _ = self.lookups.close_by_ref().await;
            let _ = self.main.close_by_ref().await;
        })
        .await;
        if !copies {
            self.end_watch();
        }
    }

    fn end_watch(&self) {
        if let Some(file) = &self.file {
            file.watch.end(file.session);
        }
    }
}

impl OpenFile {
    /// How the file at the path relates to this one.
    pub(in crate::store) fn standing(&self) -> Standing {
        self.watch.standing(self.session)
    }

    /// Refuses to acknowledge a write unless it went into the file that is at the path.
    pub(in crate::store) fn written(&self) -> Result<(), ApiKeyError> {
        if self.standing() == Standing::Same {
            return Ok(());
        }
        Err(ApiKeyError::Unavailable(format!(
            "the SQLite file {} was replaced, moved or deleted while the call wrote to it, and the file that is there now may lack the change",
            self.shown
        )))
    }
}

/// What is wrong when the file of a service is not there any more.
pub(in crate::store) fn gone(url: &DatabaseUrl) -> ApiKeyError {
    ApiKeyError::Unavailable(format!(
        "the SQLite file {} was moved or deleted while the service was using it; put it back, or start a new service to begin with an empty one",
        shown(url)
    ))
}

/// What is wrong when the table cannot be brought up to date as the option `migrate` asks.
pub(in crate::store) fn cannot_migrate(url: &DatabaseUrl, error: ApiKeyError) -> ApiKeyError {
    match error {
        ApiKeyError::Refused(words) => ApiKeyError::Unavailable(format!(
            "the SQLite file {} has no table api_key or an older one, and the option `migrate` cannot change that: {words}",
            shown(url)
        )),
        other => other,
    }
}

fn shown(url: &DatabaseUrl) -> String {
    url.to_string().replacen("sqlite:", "", 1)
}

struct Opening<'a> {
    pool: PoolSettings,
    path: &'a Path,
    watch: &'a Arc<Watch>,
    create: bool,
}

type Opened = (SqlitePool, SqlitePool, u64);

impl Opening<'_> {
    /// Connects with the most that the file allows; `None` if it was replaced meanwhile.
    async fn attempt(&self) -> Result<Option<Opened>, sqlx::Error> {
        let by_sqlite = self.create && !self.is_there() && !self.create_file();
        let expected = id(self.path);
        let mut outcome = self.with(Access::Full, by_sqlite, expected).await;
        for access in [Access::ReadOnly, Access::Immutable] {
            let refused = matches!(&outcome, Err(sqlx::Error::Database(refusal)) if lacks_access(refusal.as_ref()));
            if !refused || !self.is_there() || access == Access::Immutable && self.has_log() {
                break;
            }
            outcome = self.with(access, false, expected).await;
        }
        outcome
    }

    async fn with(
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
        let main = self.pooled(self.pool.min, self.pool.max).connect_with(options.clone()).await?;
        if let Err(error) = sqlx::query("SELECT count(*) FROM sqlite_schema").execute(&main).await {
            main.close().await;
            return Err(error);
        }
        let session = expected
            .or_else(|| id(self.path))
            .and_then(|file| self.watch.begin(file, access == Access::Immutable));
        let Some(session) = session else {
            main.close().await;
            return Ok(None);
        };
        let lookups = self.pooled(0, LOOKUPS).connect_lazy_with(options);
        Ok(Some((main, lookups, session)))
    }

    fn options(&self, access: Access) -> SqliteConnectOptions {
        let options = SqliteConnectOptions::new()
            .filename(self.path)
            // SECURITY: statements and their values stay out of logs.
            .disable_statement_logging()
            .busy_timeout(BUSY_TIMEOUT)
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
            .after_connect(move |_, _| {
                watch.connected();
                Box::pin(async { Ok(()) })
            })
    }

    fn is_there(&self) -> bool {
        id(self.path).is_some()
    }

    /// Whether that succeeded. Where a symbolic link leads to nothing, for example, SQLite has to make the file.
    fn create_file(&self) -> bool {
        create_private(self.path).is_ok() && self.is_there()
    }

    /// Whether there is a log, of whose content a reader who takes the file for unchanging would know nothing.
    fn has_log(&self) -> bool {
        stamp(&companion(self.path, "-wal")).is_ok()
    }
}
