//! `databaseUrl` of a PostgreSQL server, in every form that libpq and Node's `pg` take.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{ChannelBinding, LoadBalanceHosts, TargetSessionAttrs};
use url::Url;

use super::hosts::Hosts;
use super::parameters::{Environment, Parameters};
use super::passfile::{self, Login};
use super::percent::{decode_component, decode_uri};
use super::sslmode::UrlTls;
use super::wrong;
use crate::error::ApiKeyError;

/// A server, or several that are tried in turn, as the URL, libpq's environment variables and `pg`'s defaults name them.
#[derive(Clone)]
pub(in crate::store) struct PostgresUrl {
    config: Config,
    keep_alive: KeepAlive,
    tls: UrlTls,
    /// Whether every host is a socket file of this machine.
    local: bool,
    passfile: Option<PathBuf>,
    shown: String,
}

/// How long a silent connection is trusted, as far as the URL says so.
#[derive(Clone, Copy, Default)]
struct KeepAlive {
    on: Option<bool>,
    idle: Option<Duration>,
    interval: Option<Duration>,
    count: Option<u32>,
    user_timeout: Option<Duration>,
}

impl PostgresUrl {
    /// Reads `postgres://…`, `postgresql://…` or `socket:…`. Nothing is connected and no file is read.
    ///
    /// # Errors
    /// `Option`, naming `databaseUrl`, without any part of the URL that may belong to the password.
    pub(in crate::store) fn parse(text: &str) -> Result<Self, ApiKeyError> {
        Self::read(text, &|name| std::env::var(name).ok())
    }

    fn read(text: &str, environment: Environment<'_>) -> Result<Self, ApiKeyError> {
        // As browsers and Node.js do.
        let text = text.replace(['\t', '\n', '\r'], "");
        let parts = Parts::split(&text)?;
        let parameters = Parameters::read(parts.url.query_pairs(), environment)?;
        let hosts = parts.hosts(&parameters)?;
        let mut config = Config::new();
        hosts.write(&mut config)?;
        let database = parts.database(&parameters)?;
        parts.login(&parameters, database, &mut config)?;
        session(&parameters, &mut config)?;
        Ok(Self {
            shown: parts.shown(&parameters, &hosts),
            keep_alive: KeepAlive::read(&parameters)?,
            tls: UrlTls::read(&parameters)?,
            local: hosts.are_local_sockets(),
            passfile: passfile(&parameters),
            config,
        })
    }

    /// What the driver is given, but for encryption and keepalive. A password that the URL does not have is looked up in the password
    /// file at each call.
    pub(in crate::store) fn config(&self) -> Config {
        let mut config = self.config.clone();
        let file = self.passfile.as_deref().filter(|_| config.get_password().is_none());
        if let Some(password) = file.and_then(|file| passfile::password(file, &self.as_login())) {
            config.password(password);
        }
        config
    }

    /// Sets what the URL says of keepalive, and leaves the rest.
    pub(in crate::store) fn keep_alive(&self, config: &mut Config) {
        let said = self.keep_alive;
        said.on.map(|on| config.keepalives(on));
        said.idle.map(|idle| config.keepalives_idle(idle));
        said.interval.map(|interval| config.keepalives_interval(interval));
        said.count.map(|count| config.keepalives_retries(count));
        said.user_timeout.map(|timeout| config.tcp_user_timeout(timeout));
    }

    /// What the URL says of encryption.
    pub(in crate::store) fn tls(&self) -> &UrlTls {
        &self.tls
    }

    /// Whether every host is a socket file of this machine, over which nothing is encrypted.
    pub(in crate::store) fn is_local(&self) -> bool {
        self.local
    }

    fn as_login(&self) -> Login<'_> {
        let user = self.config.get_user().unwrap_or_default();
        let host = match self.config.get_hosts().first() {
            Some(tokio_postgres::config::Host::Tcp(name)) => name,
            // libpq's word for all socket files.
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
    /// The URL as a message may show it: without password and parameters, with the hosts that they name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SECURITY: it holds the password.
        write!(f, "PostgresUrl({self})")
    }
}

/// A URL without its hosts, which no reader of URLs takes when they are several, and the hosts.
struct Parts<'t> {
    url: Url,
    hosts: &'t str,
}

impl<'t> Parts<'t> {
    fn split(text: &'t str) -> Result<Self, ApiKeyError> {
        let (scheme, rest) = text.split_once(':').unwrap_or((text, ""));
        let is = |name: &str| scheme.eq_ignore_ascii_case(name);
        if !is("postgres") && !is("postgresql") && !is("socket") {
            return Err(wrong("must begin with postgres://, postgresql:// or socket:"));
        }
        let (user, hosts, behind) = match rest.strip_prefix("//") {
            Some(rest) => {
                let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
                let (authority, behind) = rest.split_at(end);
                let (user, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
                (user, hosts, behind)
            }
            None if is("socket") && rest.starts_with('/') => ("", "", rest),
            None => {
                return Err(wrong("must have // behind the colon, for example postgres://host/db"));
            }
        };
        // SECURITY: a password with an unescaped `/`, `?` or `#` would end up where messages show it.
        if behind.contains('@') {
            return Err(wrong(
                "has an @ behind the host; percent-encode the characters /, ?, # and @ of user and password",
            ));
        }
        let at = if user.is_empty() { "" } else { "@" };
        let url = Url::parse(&format!("{scheme}://{user}{at}host{behind}"))
            .map_err(|error| wrong(format!("the PostgreSQL URL cannot be read: {error}")))?;
        Ok(Self { url, hosts })
    }

    fn is_socket(&self) -> bool {
        self.url.scheme() == "socket"
    }

    /// The parameters come first, then the URL's own, the environment, and `localhost`.
    fn hosts(&self, parameters: &Parameters<'_>) -> Result<Hosts, ApiKeyError> {
        let mut hosts = Hosts::in_authority(self.hosts)?;
        if let Some(names) = parameters.text("host") {
            hosts.names = Hosts::names(names)?;
        }
        if let Some(ports) = parameters.text("port") {
            hosts.ports = Hosts::ports(ports)?;
        }
        if let Some(addresses) = parameters.text("hostaddr") {
            hosts.addresses = Hosts::addresses(addresses)?;
        }
        if self.is_socket() {
            hosts.names = vec![decode_uri(self.url.path(), "path of the socket")?];
        }
        if hosts.names.is_empty() {
            hosts.names = hosts.addresses.iter().map(ToString::to_string).collect();
        }
        if hosts.names.is_empty() {
            let named = parameters.environment("PGHOST");
            hosts.names = Hosts::names(named.as_deref().unwrap_or("localhost"))?;
        }
        if hosts.ports.is_empty()
            && let Some(ports) = parameters.environment("PGPORT")
        {
            hosts.ports = Hosts::ports(&ports)
                .map_err(|_| wrong("the environment variable PGPORT is not a port"))?;
        }
        Ok(hosts)
    }

    fn database(&self, parameters: &Parameters<'_>) -> Result<Option<String>, ApiKeyError> {
        let path = if self.is_socket() { "" } else { self.url.path() };
        let in_path = decode_uri(path.strip_prefix('/').unwrap_or(path), "name of the database")?;
        match parameters.text("dbname") {
            Some(named) if in_path.is_empty() || in_path == named => Ok(Some(named.to_owned())),
            Some(_) => Err(wrong("names two databases, in its path and as a parameter")),
            None if in_path.is_empty() => Ok(parameters.environment("PGDATABASE")),
            None => Ok(Some(in_path)),
        }
    }

    fn login(
        &self,
        parameters: &Parameters<'_>,
        database: Option<String>,
        config: &mut Config,
    ) -> Result<(), ApiKeyError> {
        let given = |name: &str, part: &str, variables: &[&str]| {
            let decoded = decode_component(part, name)?;
            let parameter = parameters.text(name).map(str::to_owned);
            let own = parameter.or_else(|| Some(decoded).filter(|own| !own.is_empty()));
            let mut environment = variables.iter().filter_map(|name| parameters.environment(name));
            Ok::<_, ApiKeyError>(own.or_else(|| environment.next()))
        };
        // Without any of them the driver asks the operating system.
        let user = given("user", self.url.username(), &["PGUSER", "USER", "USERNAME"])?;
        let password = self.url.password().unwrap_or_default();
        let password = given("password", password, &["PGPASSWORD"])?;
        user.map(|user| config.user(user));
        password.map(|password| config.password(password));
        database.map(|database| config.dbname(database));
        Ok(())
    }

    fn shown(&self, parameters: &Parameters<'_>, hosts: &Hosts) -> String {
        let mut url = self.url.clone();
        // SECURITY: parameters may hold passwords, too.
        url.set_query(None);
        url.set_fragment(None);
        if url.password().is_some() {
            let _has_a_host = url.set_password(Some("***"));
        }
        let named = if parameters.text("host").is_none() && !self.hosts.is_empty() {
            self.hosts.to_owned()
        } else if self.is_socket() {
            String::new()
        } else {
            hosts.names.join(",").replace('/', "%2F")
        };
        let text = url.to_string();
        let start = text.find("://").map_or(0, |at| at + 3);
        let (scheme, rest) = text.split_at(start);
        let end = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let user = authority.rfind('@').map_or("", |at| &authority[..=at]);
        format!("{scheme}{user}{named}{path}")
    }
}

/// What holds for a session.
fn session(parameters: &Parameters<'_>, config: &mut Config) -> Result<(), ApiKeyError> {
    let name = parameters
        .text_or("application_name", "PGAPPNAME")
        .or_else(|| parameters.text("fallback_application_name").map(str::to_owned));
    name.map(|name| config.application_name(name));
    parameters.server_options()?.map(|options| config.options(options));
    parameters.seconds("connect_timeout")?.map(|timeout| config.connect_timeout(timeout));
    let attributes = parameters.choice(
        "target_session_attrs",
        &[
            ("any", TargetSessionAttrs::Any),
            ("read-write", TargetSessionAttrs::ReadWrite),
            ("read-only", TargetSessionAttrs::ReadOnly),
        ],
    );
    attributes
        .map_err(|error| match parameters.text("target_session_attrs") {
            Some("primary") => unsupported("primary", "read-write"),
            Some("standby") => unsupported("standby", "read-only"),
            Some("prefer-standby") => unsupported("prefer-standby", "read-only or any"),
            _ => error,
        })?
        .map(|attributes| config.target_session_attrs(attributes));
    let order = [("disable", LoadBalanceHosts::Disable), ("random", LoadBalanceHosts::Random)];
    parameters.choice("load_balance_hosts", &order)?.map(|order| config.load_balance_hosts(order));
    let bindings = [
        ("disable", ChannelBinding::Disable),
        ("prefer", ChannelBinding::Prefer),
        ("require", ChannelBinding::Require),
    ];
    parameters.choice("channel_binding", &bindings)?.map(|binding| config.channel_binding(binding));
    Ok(())
}

fn unsupported(attribute: &str, instead: &str) -> ApiKeyError {
    wrong(format!("target_session_attrs={attribute} is not supported; write {instead}"))
}

impl KeepAlive {
    fn read(parameters: &Parameters<'_>) -> Result<Self, ApiKeyError> {
        // libpq counts this one in milliseconds.
        let user_timeout = parameters.number("tcp_user_timeout")?.filter(|ms| *ms > 0);
        Ok(Self {
            on: parameters.number("keepalives")?.map(|on| on != 0),
            idle: parameters.seconds("keepalives_idle")?,
            interval: parameters.seconds("keepalives_interval")?,
            count: parameters.number("keepalives_count")?.filter(|count| *count > 0),
            user_timeout: user_timeout.map(|ms| Duration::from_millis(ms.into())),
        })
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
