//! The settings of a database connection.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;

use super::postgres::PostgresUrl;
use super::sqlite;
use crate::call_thread::CallThread;
use crate::error::ApiKeyError;

/// The settings of a database that a caller configured.
#[derive(Clone)]
pub struct DatabaseSettings {
    pub(super) url: DatabaseUrl,
    /// The schema of PostgreSQL; `None` uses the server's search path.
    pub schema: Option<String>,
    /// Whether and how the connection is encrypted (PostgreSQL).
    pub tls: Tls,
    /// The size and timeouts of the connection pool.
    pub pool: PoolSettings,
    /// Whether Medusa owns this database and runs its migrations.
    pub in_medusa: bool,
    /// The time limit of a call.
    pub call_timeout: Duration,
    /// The maximum time that a migration waits for a lock, while new readers of the table wait for it (PostgreSQL).
    pub(super) max_lock_wait: Duration,
    /// The mode of the pooler in front of the server; detected if `None` (PostgreSQL).
    pub pooler: Option<Pooler>,
    /// Whether reads from a hot standby are allowed (PostgreSQL).
    pub replica: bool,
    /// Where the calls of every request run.
    pub(super) call_thread: CallThread,
}

/// The maximum time that a migration waits for a lock.
pub(super) const MAX_LOCK_WAIT: Duration = Duration::from_secs(60);

/// The mode in which a pooler assigns server sessions to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooler {
    /// A client keeps its session until it disconnects.
    Session,
    /// A client has a session for one transaction.
    Transaction,
}

/// Encryption of the connection to PostgreSQL.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Tls {
    /// As the URL's `sslmode` specifies; without one, encrypted if the server supports it.
    #[default]
    FromUrl,
    /// Never.
    Off,
    /// Always.
    Required {
        /// Whether the server's certificate and name are checked.
        verify: bool,
        /// PEM of a certificate authority to trust in addition to the public ones.
        ca: Option<String>,
        /// PEM of the client's certificate and key.
        client: Option<(String, String)>,
    },
}

/// The settings of the connection pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolSettings {
    /// The minimum number of open connections.
    pub min: u32,
    /// The maximum number of open connections.
    pub max: u32,
    /// How long a call waits for a connection, including the time to open a new one.
    pub acquire_timeout: Duration,
    /// How long an idle connection stays open.
    pub idle_timeout: Duration,
}

impl Default for PoolSettings {
    /// No minimum, at most 10 connections, 10 seconds to acquire one, 10 minutes idle.
    fn default() -> Self {
        Self {
            min: 0,
            max: 10,
            acquire_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(600),
        }
    }
}

#[derive(Clone)]
pub(super) enum DatabaseUrl {
    SqliteMemory,
    SqliteFile(String),
    Postgres(Box<PostgresUrl>),
}

impl DatabaseSettings {
    /// Parses a URL: `sqlite:path`, `sqlite::memory:` or `postgres://…`.
    ///
    /// # Errors
    /// `Option`, naming `databaseUrl`, for any other string.
    pub fn parse(url: &str) -> Result<Self, ApiKeyError> {
        if ["postgres://", "postgresql://", "socket:"].iter().any(|scheme| url.starts_with(scheme))
        {
            let url = PostgresUrl::parse(url)?;
            return Ok(Self::of(DatabaseUrl::Postgres(Box::new(url))));
        }
        if url.starts_with("sqlite:") {
            return sqlite::parse_url(url).map(Self::of);
        }
        Err(invalid_url("must begin with sqlite: or postgres://, for example sqlite:api-keys.db"))
    }

    fn of(url: DatabaseUrl) -> Self {
        Self {
            url,
            schema: None,
            tls: Tls::default(),
            pool: PoolSettings::default(),
            in_medusa: false,
            call_timeout: Duration::from_secs(10),
            max_lock_wait: MAX_LOCK_WAIT,
            pooler: None,
            replica: false,
            call_thread: CallThread::next(),
        }
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SECURITY: the value may contain a private key.
        f.write_str(match self {
            Self::FromUrl => "Tls::FromUrl",
            Self::Off => "Tls::Off",
            Self::Required { .. } => "Tls::Required(***)",
        })
    }
}

/// Returns the error for an invalid `databaseUrl`.
///
/// SECURITY: `problem` contains no part of the URL except names that this crate knows: any other part may belong to the
/// password.
pub(super) fn invalid_url(problem: impl Into<String>) -> ApiKeyError {
    ApiKeyError::Option { option: "databaseUrl".to_owned(), problem: problem.into() }
}

impl fmt::Display for DatabaseUrl {
    /// Formats the URL for messages, without password and parameters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SqliteMemory => f.write_str("sqlite::memory:"),
            Self::SqliteFile(path) => write!(f, "sqlite:{path}"),
            Self::Postgres(url) => write!(f, "{url}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_the_url_of_an_unknown_database_by_the_name_of_its_option() {
        for url in [
            "",
            "mysql://h/db",
            "api-keys.db",
            "sqlite:",
            "sqlite://",
            "sqlite:a.db?mode=ro",
            "postgres://h:port/db",
        ] {
            let Err(ApiKeyError::Option { option, .. }) = DatabaseSettings::parse(url) else {
                panic!("{url} is not rejected");
            };
            assert_eq!(option, "databaseUrl");
        }
    }
}
