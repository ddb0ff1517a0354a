//! Connecting, once, when the first call needs it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::sqlx::ConnectOptions as _;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgSslMode};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, DatabaseConnection};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::failure::{self, unavailable};
use super::migration;
use super::settings::{DatabaseSettings, DatabaseUrl, Tls};
use super::transaction::{Connection, Transaction};
use crate::error::ApiKeyError;

/// How long SQLite waits for another writer.
const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// A database that is connected to when first needed, and migrated then if it is to be.
pub struct Database {
    settings: DatabaseSettings,
    migrate: bool,
    attempt: Mutex<Attempt>,
    closed: AtomicBool,
}

/// One attempt to connect, shared by all calls that need it.
type Attempt = Arc<OnceCell<Result<DatabaseConnection, ApiKeyError>>>;

impl Database {
    /// A database that nobody has connected to yet.
    #[must_use]
    pub fn new(settings: DatabaseSettings, migrate: bool) -> Self {
        Self { settings, migrate, attempt: Mutex::default(), closed: AtomicBool::new(false) }
    }

    /// The pool, for reads of one statement.
    ///
    /// # Errors
    /// `Unavailable` when the database cannot be reached; the next call tries anew.
    pub async fn connection(&self) -> Result<Connection<'static>, ApiKeyError> {
        self.pool().await.map(Connection::of_pool)
    }

    /// A transaction for writes.
    ///
    /// # Errors
    /// `Unavailable` when the database cannot be reached.
    pub async fn begin(&self) -> Result<Transaction, ApiKeyError> {
        Transaction::begin_write(&self.pool().await?).await
    }

    /// A transaction that sees one state of the database.
    ///
    /// # Errors
    /// `Unavailable` when the database cannot be reached.
    pub async fn snapshot(&self) -> Result<Transaction, ApiKeyError> {
        Transaction::begin_snapshot(&self.pool().await?).await
    }

    /// Brings the table up to date, whatever the option `migrate` says, and names the steps that this took.
    ///
    /// # Errors
    /// `Unavailable`, or `Database` when the database refuses.
    pub async fn migrate(&self) -> Result<Vec<String>, ApiKeyError> {
        migration::up(&self.pool().await?, &self.settings).await
    }

    /// Takes steps of the migration back, those named or every one, and names them. No key is lost.
    ///
    /// # Errors
    /// As [`migrate`](Self::migrate).
    pub async fn roll_back(&self, names: Option<&[String]>) -> Result<Vec<String>, ApiKeyError> {
        migration::down(&self.pool().await?, names).await
    }

    /// Closes every connection, after the statements that run, for which it waits as long as for a connection.
    ///
    /// # Errors
    /// `Database` when the driver cannot close.
    pub async fn close(&self) -> Result<(), ApiKeyError> {
        self.closed.store(true, Ordering::SeqCst);
        let attempt = Arc::clone(&self.attempt());
        let Some(Ok(pool)) = attempt.get() else { return Ok(()) };
        // A statement on a dead connection must not keep a server from shutting down.
        match timeout(self.settings.pool.acquire_timeout, pool.close_by_ref()).await {
            Ok(closed) => closed.map_err(failure::of),
            Err(_late) => Ok(()),
        }
    }

    async fn pool(&self) -> Result<DatabaseConnection, ApiKeyError> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(ApiKeyError::Closed);
        }
        let attempt = Arc::clone(&self.attempt());
        let outcome = attempt.get_or_init(|| self.open()).await.clone();
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

    async fn open(&self) -> Result<DatabaseConnection, ApiKeyError> {
        let pool = self.connect().await?;
        if self.migrate {
            migration::up(&pool, &self.settings).await?;
        }
        Ok(pool)
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

    async fn connect(&self) -> Result<DatabaseConnection, ApiKeyError> {
        let options = match &self.settings.url {
            DatabaseUrl::Postgres(url) => self.postgres(url).await?,
            DatabaseUrl::SqliteFile(path) => self.sqlite_file(path),
            DatabaseUrl::SqliteMemory => self.sqlite_memory(),
        };
        sea_orm::Database::connect(options)
            .await
            .map_err(|error| unavailable(&self.settings.url, &error))
    }

    async fn postgres(&self, url: &str) -> Result<ConnectOptions, ApiKeyError> {
        let tls = self.settings.tls.clone();
        let encrypt = move |options: PgConnectOptions| encrypted(options, &tls);
        self.try_postgres(encrypt(
            url.parse().map_err(|error| unavailable(&self.settings.url, &error))?,
        ))
        .await?;
        let mut options = self.pooled(url.to_owned());
        options.map_sqlx_postgres_opts(encrypt).connect_lazy(true);
        if let Some(schema) = &self.settings.schema {
            options.set_schema_search_path(format!("\"{}\"", schema.replace('"', "\"\"")));
        }
        Ok(options)
    }

    /// Connects once outside the pool, which would keep the reason of a failure to itself.
    async fn try_postgres(&self, options: PgConnectOptions) -> Result<(), ApiKeyError> {
        use sea_orm::sqlx::Connection as _;
        let patience = self.settings.pool.acquire_timeout;
        let unreachable =
            |reason: &(dyn std::error::Error + 'static)| unavailable(&self.settings.url, reason);
        let connection = timeout(patience, options.connect())
            .await
            .map_err(|late| unreachable(&late))?
            .map_err(|error| unreachable(&error))?;
        timeout(patience, connection.close())
            .await
            .map_err(|late| unreachable(&late))?
            .map_err(|error| unreachable(&error))
    }

    fn sqlite_file(&self, path: &str) -> ConnectOptions {
        let mut options = self.pooled("sqlite:file".to_owned());
        let path = path.to_owned();
        options.map_sqlx_sqlite_opts(move |options| {
            options
                .filename(&path)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal)
                .busy_timeout(BUSY_TIMEOUT)
                .with_regexp()
        });
        options
    }

    /// One connection that is never given up: the database lives and dies with it.
    fn sqlite_memory(&self) -> ConnectOptions {
        let mut options = self.pooled("sqlite::memory:".to_owned());
        options
            .min_connections(1)
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .map_sqlx_sqlite_opts(|options| options.with_regexp());
        options
    }

    fn pooled(&self, url: String) -> ConnectOptions {
        let pool = self.settings.pool;
        let mut options = ConnectOptions::new(url);
        options
            .min_connections(pool.min)
            .max_connections(pool.max)
            .acquire_timeout(pool.acquire_timeout)
            .idle_timeout(pool.idle_timeout)
            // SECURITY: statements and their values stay out of logs.
            .sqlx_logging(false);
        options
    }
}

fn encrypted(options: PgConnectOptions, tls: &Tls) -> PgConnectOptions {
    match tls {
        Tls::FromUrl => options,
        Tls::Off => options.ssl_mode(PgSslMode::Disable),
        Tls::Required { verify, ca, client } => {
            let mode = if *verify { PgSslMode::VerifyFull } else { PgSslMode::Require };
            let mut options = options.ssl_mode(mode);
            if let Some(pem) = ca {
                options = options.ssl_root_cert_from_pem(pem.clone().into_bytes());
            }
            if let Some((certificate, key)) = client {
                options = options
                    .ssl_client_cert_from_pem(certificate.as_bytes())
                    .ssl_client_key_from_pem(key.as_bytes());
            }
            options
        }
    }
}
