//! Which database, and how to connect to it.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;

use super::postgres::PostgresUrl;
use crate::error::ApiKeyError;

/// A database that a caller named.
#[derive(Clone)]
pub struct DatabaseSettings {
    pub(super) url: DatabaseUrl,
    /// PostgreSQL's schema; the server's search path when absent.
    pub schema: Option<String>,
    /// Whether and how the connection is encrypted (PostgreSQL).
    pub tls: Tls,
    /// How many connections.
    pub pool: PoolSettings,
    /// Whether it is Medusa that works in this database, and migrates it.
    pub in_medusa: bool,
    /// How long a call may take.
    pub call_timeout: Duration,
    /// Which pooler stands between; recognised when absent (PostgreSQL).
    pub pooler: Option<Pooler>,
    /// Whether a hot standby may answer (PostgreSQL).
    pub replica: bool,
}

/// How a pooler hands its sessions on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooler {
    /// A client keeps its session until it leaves.
    Session,
    /// A client has a session for a transaction.
    Transaction,
}

/// Encryption of the way to PostgreSQL.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Tls {
    /// As the URL's `sslmode` says; without one, encrypted if the server offers it.
    #[default]
    FromUrl,
    /// Never.
    Off,
    /// Always.
    Required {
        /// Whether the server's certificate and name are checked.
        verify: bool,
        /// PEM of an authority to trust beside the public ones.
        ca: Option<String>,
        /// PEM of the client's certificate and key.
        client: Option<(String, String)>,
    },
}

/// The connection pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolSettings {
    /// Connections kept open at least.
    pub min: u32,
    /// Connections open at most.
    pub max: u32,
    /// How long a call waits for one, and for a new one to be made.
    pub acquire_timeout: Duration,
    /// How long an unused one is kept.
    pub idle_timeout: Duration,
}

impl Default for PoolSettings {
    /// None kept, ten at most, ten seconds to get one, ten minutes unused.
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
    /// The database of a URL: `sqlite:path`, `sqlite::memory:` or `postgres://…`.
    ///
    /// # Errors
    /// `Option`, naming `databaseUrl`, for any other text.
    pub fn parse(url: &str) -> Result<Self, ApiKeyError> {
        if ["postgres://", "postgresql://", "socket:"].iter().any(|scheme| url.starts_with(scheme))
        {
            let url = PostgresUrl::parse(url)?;
            return Ok(Self::of(DatabaseUrl::Postgres(Box::new(url))));
        }
        if url.starts_with("sqlite:") {
            return sqlite(url).map(Self::of);
        }
        Err(invalid_url(
            "must begin with sqlite: or postgres://, for example sqlite:api-keys.db".to_owned(),
        ))
    }

    fn of(url: DatabaseUrl) -> Self {
        Self {
            url,
            schema: None,
            tls: Tls::default(),
            pool: PoolSettings::default(),
            in_medusa: false,
            call_timeout: Duration::from_secs(10),
            pooler: None,
            replica: false,
        }
    }

    /// The schema to look for the table in, quoted, if it is not the server's own.
    pub(super) fn search_path(&self) -> Option<String> {
        self.schema.as_ref().map(|schema| format!("\"{}\"", schema.replace('"', "\"\"")))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SECURITY: it may hold a private key.
        f.write_str(match self {
            Self::FromUrl => "Tls::FromUrl",
            Self::Off => "Tls::Off",
            Self::Required { .. } => "Tls::Required(***)",
        })
    }
}

fn sqlite(url: &str) -> Result<DatabaseUrl, ApiKeyError> {
    let rest = url.trim_start_matches("sqlite:");
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path == ":memory:" {
        return Ok(DatabaseUrl::SqliteMemory);
    }
    if path.contains('?') {
        return Err(invalid_url("an SQLite URL takes no parameters".to_owned()));
    }
    if path.is_empty() || path.contains('\0') {
        return Err(invalid_url("names no file; write sqlite:path/to/api-keys.db".to_owned()));
    }
    Ok(DatabaseUrl::SqliteFile(path.to_owned()))
}

fn invalid_url(problem: String) -> ApiKeyError {
    ApiKeyError::Option { option: "databaseUrl".to_owned(), problem }
}

impl fmt::Display for DatabaseUrl {
    /// The URL as a message may show it: without password and parameters.
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
    fn a_url_of_no_known_database_is_refused_by_the_name_of_its_option() {
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
                panic!("{url} is refused");
            };
            assert_eq!(option, "databaseUrl");
        }
    }
}
