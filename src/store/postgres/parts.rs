//! Splits a URL into parts, and decides which part determines a setting.

use tokio_postgres::Config;
use url::Url;

use super::hosts::Hosts;
use super::invalid_url;
use super::parameters::Parameters;
use super::percent::{decode_component, decode_uri};
use crate::error::ApiKeyError;

/// A URL with a placeholder host, because URL parsers reject several hosts, and its actual hosts.
pub(super) struct Parts<'t> {
    pub(super) url: Url,
    hosts: &'t str,
}

impl<'t> Parts<'t> {
    pub(super) fn split(text: &'t str) -> Result<Self, ApiKeyError> {
        let (scheme, rest) = text.split_once(':').unwrap_or((text, ""));
        let is = |name: &str| scheme.eq_ignore_ascii_case(name);
        if !is("postgres") && !is("postgresql") && !is("socket") {
            return Err(invalid_url("must begin with postgres://, postgresql:// or socket:"));
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
                return Err(invalid_url(
                    "must have // after the colon, for example postgres://host/db",
                ));
            }
        };
        // SECURITY: with an unescaped `/`, `?` or `#`, part of a password would appear in messages.
        if behind.contains('@') {
            return Err(invalid_url(
                "has an @ after the host; percent-encode the characters /, ?, # and @ of user and password",
            ));
        }
        let at = if user.is_empty() { "" } else { "@" };
        let url = Url::parse(&format!("{scheme}://{user}{at}host{behind}"))
            .map_err(|error| invalid_url(format!("the PostgreSQL URL cannot be read: {error}")))?;
        Ok(Self { url, hosts })
    }

    fn is_socket(&self) -> bool {
        self.url.scheme() == "socket"
    }

    /// Determines the hosts, in this order: the parameters, the URL's authority, the environment, `localhost`.
    pub(super) fn hosts(&self, parameters: &Parameters<'_>) -> Result<Hosts, ApiKeyError> {
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
                .map_err(|_| invalid_url("the environment variable PGPORT is not a port"))?;
        }
        Ok(hosts)
    }

    pub(super) fn database(
        &self,
        parameters: &Parameters<'_>,
    ) -> Result<Option<String>, ApiKeyError> {
        let path = if self.is_socket() { "" } else { self.url.path() };
        let in_path = decode_uri(path.strip_prefix('/').unwrap_or(path), "name of the database")?;
        let of_socket = parameters.text("db").filter(|_| self.is_socket());
        match parameters.text("dbname").or(of_socket) {
            Some(named) if in_path.is_empty() || in_path == named => Ok(Some(named.to_owned())),
            Some(_) => Err(invalid_url("names two databases, in its path and as a parameter")),
            None if in_path.is_empty() => Ok(parameters.environment("PGDATABASE")),
            None => Ok(Some(in_path)),
        }
    }

    pub(super) fn login(
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
        // If all are missing, the driver uses the name of the operating system's user.
        let user = given("user", self.url.username(), &["PGUSER", "USER", "USERNAME"])?;
        let password = self.url.password().unwrap_or_default();
        let password = given("password", password, &["PGPASSWORD"])?;
        user.map(|user| config.user(user));
        password.map(|password| config.password(password));
        database.map(|database| config.dbname(database));
        Ok(())
    }

    pub(super) fn display_url(&self, parameters: &Parameters<'_>, hosts: &Hosts) -> String {
        let mut url = self.url.clone();
        // SECURITY: parameters may also contain passwords.
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
