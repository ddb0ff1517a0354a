//! Which database, and how to connect to it.

use std::fmt;
use std::time::Duration;

use url::Url;

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
    Postgres(String),
}

impl DatabaseSettings {
    /// The database of a URL: `sqlite:path`, `sqlite::memory:` or `postgres://…`.
    ///
    /// # Errors
    /// `Option`, naming `databaseUrl`, for any other text.
    pub fn parse(url: &str) -> Result<Self, ApiKeyError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let (url, tls) = postgres(url)?;
            return Ok(Self { tls, ..Self::of(DatabaseUrl::Postgres(url)) });
        }
        if url.starts_with("sqlite:") {
            return sqlite(url).map(Self::of);
        }
        Err(wrong(
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
        }
    }
}

/// The URL as the driver reads it, and what it says of encryption in the words of Node.js' `pg`.
fn postgres(text: &str) -> Result<(String, Tls), ApiKeyError> {
    let mut url = Url::parse(text)
        .map_err(|error| wrong(format!("the PostgreSQL URL cannot be read: {error}")))?;
    // SECURITY: a password with an unescaped `/`, `?` or `#` ends up where messages show it.
    let behind_host = [Some(url.path()), url.query(), url.fragment()];
    if behind_host.into_iter().flatten().any(|part| part.contains('@')) {
        return Err(wrong(
            "has an @ behind the host; percent-encode the characters /, ?, # and @ of user and password"
                .to_owned(),
        ));
    }
    let mut tls = Tls::FromUrl;
    let mut others = Vec::new();
    for (name, value) in url.query_pairs() {
        match (name.as_ref(), value.as_ref()) {
            ("ssl", "true" | "1") => tls = Tls::required(true),
            ("ssl", "false" | "0") => tls = Tls::Off,
            ("sslmode", "no-verify") => tls = Tls::required(false),
            _ => others.push((name.into_owned(), value.into_owned())),
        }
    }
    if tls != Tls::FromUrl {
        url.query_pairs_mut().clear().extend_pairs(others);
    }
    Ok((url.to_string(), tls))
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

impl Tls {
    fn required(verify: bool) -> Self {
        Self::Required { verify, ca: None, client: None }
    }
}

fn sqlite(url: &str) -> Result<DatabaseUrl, ApiKeyError> {
    let rest = url.trim_start_matches("sqlite:");
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path == ":memory:" {
        return Ok(DatabaseUrl::SqliteMemory);
    }
    if path.contains('?') {
        return Err(wrong("an SQLite URL takes no parameters".to_owned()));
    }
    if path.is_empty() || path.contains('\0') {
        return Err(wrong("names no file; write sqlite:path/to/api-keys.db".to_owned()));
    }
    Ok(DatabaseUrl::SqliteFile(path.to_owned()))
}

fn wrong(problem: String) -> ApiKeyError {
    ApiKeyError::Option { option: "databaseUrl".to_owned(), problem }
}

impl fmt::Display for DatabaseUrl {
    /// The URL as a message may show it: without password and parameters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SqliteMemory => f.write_str("sqlite::memory:"),
            Self::SqliteFile(path) => write!(f, "sqlite:{path}"),
            Self::Postgres(text) => {
                let Ok(mut url) = Url::parse(text) else { return f.write_str("postgres://***") };
                // SECURITY: URLs carry passwords, also as parameters.
                url.set_query(None);
                url.set_fragment(None);
                if url.password().is_some() {
                    let _cannot_be_a_base = url.set_password(Some("***"));
                }
                write!(f, "{url}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_its_password() {
        let settings = DatabaseSettings::parse("postgres://me:hunter2@host:1/db?password=hunter2")
            .expect("parses");
        assert_eq!(settings.url.to_string(), "postgres://me:***@host:1/db");
    }

    #[test]
    fn encryption_is_understood_as_node_writes_it() {
        for (parameters, tls) in [
            ("?ssl=true", Tls::required(true)),
            ("?ssl=0&application_name=a", Tls::Off),
            ("?sslmode=no-verify", Tls::required(false)),
            ("?sslmode=require", Tls::FromUrl),
        ] {
            let settings = DatabaseSettings::parse(&format!("postgres://h/db{parameters}"));
            assert_eq!(settings.map(|settings| settings.tls), Ok(tls), "{parameters}");
        }
    }

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
