//! How connections to SQLite are made.

use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, DatabaseConnection};
use tokio::time::{Instant, sleep};

use super::failure::{is_busy, unavailable};
use super::settings::{DatabaseSettings, DatabaseUrl};
use crate::error::ApiKeyError;

/// How long SQLite waits for another writer.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const BUSY_PAUSE: Duration = Duration::from_millis(10);

impl DatabaseSettings {
    /// An SQLite file, or a database in memory.
    pub(super) async fn connect_to_sqlite(&self) -> Result<DatabaseConnection, ApiKeyError> {
        let options = match &self.url {
            DatabaseUrl::SqliteFile(path) => self.sqlite_file(path),
            DatabaseUrl::SqliteMemory => self.sqlite_memory(),
            DatabaseUrl::Postgres(_) => {
                return Err(ApiKeyError::Unexpected("PostgreSQL has a driver of its own."));
            }
        };
        let started = Instant::now();
        loop {
            match sea_orm::Database::connect(options.clone()).await {
                // Of two who make one file at the same moment SQLite turns one away at once, whatever its patience.
                Err(error) if is_busy(&error) && started.elapsed() < BUSY_TIMEOUT => {
                    sleep(BUSY_PAUSE).await;
                }
                outcome => return outcome.map_err(|error| unavailable(&self.url, &error)),
            }
        }
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
        let pool = self.pool;
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
