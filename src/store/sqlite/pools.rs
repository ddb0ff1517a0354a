//! The connections to an SQLite database.
//!
//! Token lookups have their own connections, writes have one, and the number of concurrent searches is limited because
//! each search keeps a core busy. So lookups wait neither for searches nor for writes, and reads do not wait for writes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sea_orm::sqlx;
use sea_orm::sqlx::ConnectOptions as _;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use sea_orm::{DatabaseConnection, SqlxSqliteConnector};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout};

use super::claim::{Claim, Lingering};
use super::codes::is_busy;
use super::executor::SqliteConnections;
use super::failure::{locked, unavailable};
use super::opening::{OpenError, Opened, Opening};
use super::transaction::SqliteTransaction;
use super::watch::{FileStatus, Remnant, Watch};
use super::writer::Writer;
use crate::error::ApiKeyError;
use crate::store::settings::{DatabaseSettings, DatabaseUrl};

const BUSY_PAUSE: Duration = Duration::from_millis(10);

/// The time in which a claim of another copy of the package may still end: after a fork, the child has its marker until
/// it executes its program.
const CLAIM_PATIENCE: Duration = Duration::from_millis(100);

/// A statement that needs the right to write, and changes nothing.
const WRITE_NOTHING: &str = r#"UPDATE "api_key" SET "title" = "title" WHERE 0"#;

/// The time that a check whether the file can be written waits for the write lock.
const LOCK_PATIENCE: Duration = Duration::from_millis(250);

/// The connections to an SQLite database, and the session of its file, if any.
pub(in crate::store) struct Pools {
    connections: SqliteConnections,
    pub(super) lookups: DatabaseConnection,
    searches: Arc<Semaphore>,
    file: Option<OpenFile>,
    /// `None` for a database in memory, and once the connections are closed.
    claim: Mutex<Option<Lingering<Claim>>>,
}

/// An open file.
#[derive(Clone)]
pub(in crate::store) struct OpenFile {
    watch: Arc<Watch>,
    session: u64,
    display_path: Arc<str>,
}

impl Pools {
    /// Connects to a file, and creates it if it is missing and `create` is set.
    pub(in crate::store) async fn open_file(
        settings: &DatabaseSettings,
        watch: &Arc<Watch>,
        create: bool,
    ) -> Result<Self, ApiKeyError> {
        // A writer times out before its call does, so nothing is written after the call has failed.
        let busy_timeout = settings.call_timeout * 4 / 5;
        let (pool, path) = (settings.pool, watch.path());
        let opening = Opening { pool, busy_timeout, path, watch, create };
        let started = Instant::now();
        loop {
            match opening.attempt().await {
                Ok(Some((Opened { readers, lookups, writer, session }, claim))) => {
                    let display_path = display_path(&settings.url).into();
                    let file = OpenFile { watch: Arc::clone(watch), session, display_path };
                    return Ok(Self::new(readers, lookups, writer, Some((file, claim))));
                }
                // The file was replaced while it was being opened.
                Ok(None) if started.elapsed() < busy_timeout => {}
                Ok(None) => {
                    return Err(unavailable(&settings.url, &sqlx::Error::PoolTimedOut));
                }
                // If two connections create the same file at once, SQLite fails one of them without waiting.
                Err(OpenError::Failed(sqlx::Error::Database(db_error)))
                    if is_busy(db_error.as_ref()) && started.elapsed() < busy_timeout =>
                {
                    sleep(BUSY_PAUSE).await;
                }
                Err(OpenError::Failed(error)) => return Err(unavailable(&settings.url, &error)),
                Err(OpenError::NoFolder) => return Err(missing_folder(&settings.url)),
                Err(OpenError::Taken) if started.elapsed() < CLAIM_PATIENCE => {
                    sleep(BUSY_PAUSE).await;
                }
                Err(OpenError::Taken) => {
                    return Err(open_in_other_copy(&display_path(&settings.url)));
                }
            }
        }
    }

    /// Creates a database in memory, with one connection that is never closed: the database exists only on that
    /// connection.
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
        Ok(Self::new(pool.clone(), pool.clone(), pool, None))
    }

    fn new(
        readers: SqlitePool,
        lookups: SqlitePool,
        writer: SqlitePool,
        claimed: Option<(OpenFile, Lingering<Claim>)>,
    ) -> Self {
        let (file, claim) = claimed.unzip();
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            connections: SqliteConnections {
                readers: SqlxSqliteConnector::from_sqlx_sqlite_pool(readers),
                writer: Writer::new(
                    SqlxSqliteConnector::from_sqlx_sqlite_pool(writer),
                    file.clone(),
                ),
            },
            lookups: SqlxSqliteConnector::from_sqlx_sqlite_pool(lookups),
            searches: Arc::new(Semaphore::new((processors / 2).clamp(1, 4))),
            file,
            claim: Mutex::new(claim),
        }
    }

    /// Returns the connections to run statements on.
    pub(in crate::store) fn connections(&self) -> &SqliteConnections {
        &self.connections
    }

    /// Returns whether the connections still lead to the database at the configured path; `false` if its file was
    /// replaced.
    pub(in crate::store) fn are_current(&self) -> Result<bool, ApiKeyError> {
        let Some(file) = &self.file else { return Ok(true) };
        match file.status() {
            FileStatus::Same => Ok(true),
            FileStatus::Replaced => Ok(false),
            FileStatus::Gone => Err(missing_file(&file.display_path)),
        }
    }

    /// Returns the open file; `None` for a database in memory.
    pub(in crate::store) fn file(&self) -> Option<&OpenFile> {
        self.file.as_ref()
    }

    /// Returns why a write would fail. A lock that another connection holds is no reason.
    pub(in crate::store) async fn write_obstacle(&self) -> Option<ApiKeyError> {
        // A transaction on a file that cannot be written begins as one that only reads.
        let attempt = async {
            let transaction = SqliteTransaction::begin_write(&self.connections).await?;
            transaction.executor().run(WRITE_NOTHING).await
        };
        match timeout(LOCK_PATIENCE, attempt).await {
            Ok(Err(error)) if error != locked() => Some(error),
            Ok(_) | Err(_) => None,
        }
    }

    /// Acquires a search permit.
    pub(in crate::store) async fn search_permit(
        &self,
        wait_limit: Duration,
    ) -> Result<OwnedSemaphorePermit, ApiKeyError> {
        match timeout(wait_limit, Arc::clone(&self.searches).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_closed)) => Err(ApiKeyError::Closed),
            Err(_late) => Err(ApiKeyError::Unavailable(
                "other searches of the SQLite database did not finish within pool.acquireTimeoutMs"
                    .to_owned(),
            )),
        }
    }

    /// Closes every connection after its running statement.
    pub(in crate::store) async fn close(&self, wait_limit: Duration) {
        // The last connection to close copies the log into the file. If the file was replaced, the watching connection
        // must be the last, because it copies nothing.
        let copies = self.file.as_ref().is_none_or(|file| file.status() == FileStatus::Same);
        // A write that is finishing must not take the end of the watch for a replaced file.
        if copies && let Some(file) = &self.file {
            file.watch.release(file.session);
        }
        let closed = timeout(wait_limit, async {
            let _ = self.lookups.close_by_ref().await;
            self.connections.writer.close().await;
            let _ = self.connections.readers.close_by_ref().await;
        })
        .await;
        if !copies {
            self.end_watch();
        }
        let claim = self.claim.lock().unwrap_or_else(PoisonError::into_inner).take();
        if closed.is_ok() {
            let _ended = claim.and_then(Lingering::into_inner);
        }
    }

    fn end_watch(&self) {
        if let Some(file) = &self.file {
            file.watch.end(file.session);
        }
    }
}

impl OpenFile {
    /// Returns whether this file is still the one at its path.
    pub(in crate::store) fn status(&self) -> FileStatus {
        self.watch.status(self.session)
    }

    /// Returns an error if opening the file at the path would use the log or the wal-index of this session.
    pub(in crate::store) fn reject_mixing(&self) -> Result<(), ApiKeyError> {
        let path = &self.display_path;
        let problem = match self.watch.remnant(self.session) {
            None => return Ok(()),
            Some(Remnant::OfFormerFile) => format!(
                "the SQLite file {path} was replaced, but {path}-wal or {path}-shm still belongs to the former one; remove both"
            ),
            Some(Remnant::IndexOfRemovedLog) => format!(
                "{path}-wal was moved or deleted while the service was using it; put it back, or remove {path}-shm, too, and lose the changes that it had"
            ),
        };
        Err(ApiKeyError::Unavailable(problem))
    }

    /// Returns an error unless this file is still the one at its path. To be checked before a write, on a connection
    /// that has the write lock.
    pub(super) fn require_same(&self) -> Result<(), ApiKeyError> {
        if self.status() == FileStatus::Same {
            return Ok(());
        }
        Err(ApiKeyError::Unavailable(format!(
            "the SQLite file {} was replaced, moved or deleted while the call waited to write to it; nothing was written",
            self.display_path
        )))
    }

    /// Returns an error unless a write went into the file at the path.
    pub(in crate::store) fn confirm_write(&self) -> Result<(), ApiKeyError> {
        if self.status() == FileStatus::Same {
            return Ok(());
        }
        Err(ApiKeyError::Unavailable(format!(
            "the SQLite file {} was replaced, moved or deleted while the call wrote to it, and the file that is there now may lack the change",
            self.display_path
        )))
    }
}

/// Returns the error for a file that another copy of this package has open in this process.
fn open_in_other_copy(display_path: &str) -> ApiKeyError {
    ApiKeyError::Unavailable(format!(
        "the SQLite file {display_path} is open in another copy of medusa-api-key-native in this process, and SQLite's locks protect a file only between processes: two copies would damage it. Use one copy: `npm ls medusa-api-key-native` lists all of them, `npm dedupe` removes duplicates"
    ))
}

/// Returns the error for a file that no longer exists.
pub(super) fn missing_file(display_path: &str) -> ApiKeyError {
    ApiKeyError::Unavailable(format!(
        "the SQLite file {display_path} was moved or deleted while the service was using it; put it back, or start a new service to begin with an empty one"
    ))
}

/// Returns the error for a file whose folder does not exist.
fn missing_folder(url: &DatabaseUrl) -> ApiKeyError {
    ApiKeyError::Unavailable(format!(
        "cannot connect to {url}: the folder of the SQLite file does not exist"
    ))
}

/// Returns the error for a table that cannot be migrated although the option `migrate` is set.
pub(super) fn cannot_migrate(url: &DatabaseUrl, error: ApiKeyError) -> ApiKeyError {
    match error {
        ApiKeyError::Refused(description) => ApiKeyError::Unavailable(format!(
            "the SQLite file {} has no table api_key or an older one, and the option `migrate` cannot change that: {description}",
            display_path(url)
        )),
        other => other,
    }
}

pub(super) fn display_path(url: &DatabaseUrl) -> String {
    url.to_string().replacen("sqlite:", "", 1)
}
