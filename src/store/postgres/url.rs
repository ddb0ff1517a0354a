//! The `databaseUrl` of a PostgreSQL server, in every form that libpq and Node's `pg` accept.

use std::fmt;
use std::path::PathBuf;

use tokio_postgres::Config;
use tokio_postgres::config::Host;

use super::parameters::{Environment, Parameters};
use super::parts::Parts;
use super::passfile::{self, Login};
use super::sslmode::UrlTls;
use super::startup::{self, KeepAlive};
use crate::error::ApiKeyError;

/// One server, or several that are tried in turn, as the URL, libpq's environment variables and the defaults of `pg`
/// define them.
#[derive(Clone)]
pub(in crate::store) struct PostgresUrl {
    config: Config,
    keep_alive: KeepAlive,
    tls: UrlTls,
    /// Whether every host is a local Unix socket.
    local: bool,
    passfile: Option<PathBuf>,
    display_url: String,
}

impl PostgresUrl {
    /// Parses `postgres://…`, `postgresql://…` or `socket:…`. Opens no connection and reads no file.
    ///
    /// # Errors
    /// `Option`, naming `databaseUrl`, without any part of the URL that may belong to the password.
    pub(in crate::store) fn parse(text: &str) -> Result<Self, ApiKeyError> {
        Self::read(text, &|name| std::env::var(name).ok())
    }

    pub(super) fn read(text: &str, environment: Environment<'_>) -> Result<Self, ApiKeyError> {
        // Browsers and Node.js remove these characters, too.
        let text = text.replace(['\t', '\n', '\r'], "");
        let parts = Parts::split(&text)?;
        let parameters = Parameters::read(parts.url.query_pairs(), environment)?;
        let hosts = parts.hosts(&parameters)?;
        let mut config = Config::new();
        hosts.write(&mut config)?;
        let database = parts.database(&parameters)?;
        parts.login(&parameters, database, &mut config)?;
        startup::write(&parameters, &mut config)?;
        Ok(Self {
            display_url: parts.display_url(&parameters, &hosts),
            keep_alive: KeepAlive::read(&parameters)?,
            tls: UrlTls::read(&parameters)?,
            local: hosts.are_local_sockets(),
            passfile: passfile(&parameters),
            config,
        })
    }

    /// Returns the driver's configuration, except encryption and keepalive.
    ///
    /// If the URL has no password, each call looks it up in the password file.
    pub(in crate::store) fn config(&self) -> Config {
        let mut config = self.config.clone();
        let file = self.passfile.as_deref().filter(|_| config.get_password().is_none());
        if let Some(password) = file.and_then(|file| passfile::password(file, &self.as_login())) {
            config.password(password);
        }
        config
    }

    /// Applies the URL's keepalive settings and leaves the others unchanged.
    pub(in crate::store) fn keep_alive(&self, config: &mut Config) {
        self.keep_alive.write(config);
    }

    /// Returns the URL's encryption settings.
    pub(in crate::store) fn tls(&self) -> &UrlTls {
        &self.tls
    }

    /// Returns whether every host is a local Unix socket, which is never encrypted.
    pub(in crate::store) fn is_local(&self) -> bool {
        self.local
    }

    fn as_login(&self) -> Login<'_> {
        let user = self.config.get_user().unwrap_or_default();
        let host = match self.config.get_hosts().first() {
            Some(Host::Tcp(name)) => name,
            // libpq uses this name for all sockets.
            _ => "localhost",
        };
        Login {
            host,
            port: self.config.get_ports().first().copied().unwrap_or(5432),
            database: self.config.get_dbname().unwrap_or(user),
            user,
        }
    }
}

impl fmt::Display for PostgresUrl {
    /// Formats the URL for messages: without password and parameters, but with the hosts that the parameters name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display_url)
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SECURITY: the configuration contains the password.
        write!(f, "PostgresUrl({self})")
    }
}

fn passfile(parameters: &Parameters<'_>) -> Option<PathBuf> {
    let home = || {
        let home = parameters.environment(if cfg!(windows) { "APPDATA" } else { "HOME" })?;
        let name = if cfg!(windows) { "postgresql/pgpass.conf" } else { ".pgpass" };
        Some(PathBuf::from(home).join(name))
    };
    parameters.path("passfile", "PGPASSFILE").or_else(home)
}
