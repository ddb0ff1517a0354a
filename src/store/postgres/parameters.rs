//! The query parameters of a URL: libpq's, and those of Node's `pg`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::invalid_url;
use super::percent::without_nul;
use crate::error::ApiKeyError;

/// Reads an environment variable.
pub(super) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The supported parameters.
const SUPPORTED: &[&str] = &[
    "user",
    "password",
    "host",
    "hostaddr",
    "port",
    "dbname",
    // The database of a `socket:` URL.
    "db",
    "passfile",
    "application_name",
    "fallback_application_name",
    "options",
    "connect_timeout",
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "target_session_attrs",
    "load_balance_hosts",
    "channel_binding",
    "ssl",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslnegotiation",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
];

/// Aliases of the supported parameters.
const ALIASES: &[(&str, &str)] = &[
    ("database", "dbname"),
    ("ssl-mode", "sslmode"),
    ("ssl-root-cert", "sslrootcert"),
    ("ssl-ca", "sslrootcert"),
    ("ssl-cert", "sslcert"),
    ("ssl-key", "sslkey"),
    ("keepalives_retries", "keepalives_count"),
];

/// Parameters that configure libpq or `pg` but are fixed here. Only the values that match the fixed behavior are
/// accepted.
const FIXED: &[(&str, &[&str])] = &[
    ("client_encoding", &["utf8", "utf-8", "unicode", "auto"]),
    ("encoding", &["utf8", "utf-8", "unicode"]),
    ("gssencmode", &["disable", "prefer"]),
    ("max_protocol_version", &["3.0", "3.2", "latest"]),
    ("min_protocol_version", &["3.0"]),
    ("query_timeout", &["0"]),
    ("replication", &["false", "off", "no", "0"]),
    ("require_auth", &[]),
    ("requirepeer", &[]),
    ("scram_client_key", &[]),
    ("scram_server_key", &[]),
    ("service", &[]),
    ("servicefile", &[]),
    ("sslcertmode", &["allow"]),
    ("sslcompression", &["0"]),
    ("sslcrl", &[]),
    ("sslcrldir", &[]),
    ("sslpassword", &[]),
    ("sslsni", &["1"]),
    ("ssl_max_protocol_version", &["TLSv1.3"]),
    ("ssl_min_protocol_version", &["TLSv1", "TLSv1.1", "TLSv1.2"]),
    ("uselibpqcompat", &["true"]),
];

/// The non-empty parameters of a URL. The last one of the same name wins.
pub(super) struct Parameters<'a> {
    given: BTreeMap<&'static str, String>,
    /// `options[name]=value`, in the order of the URL.
    settings: Vec<String>,
    environment: Environment<'a>,
}

impl<'a> Parameters<'a> {
    pub(super) fn read<'q>(
        pairs: impl Iterator<Item = (std::borrow::Cow<'q, str>, std::borrow::Cow<'q, str>)>,
        environment: Environment<'a>,
    ) -> Result<Self, ApiKeyError> {
        let mut parameters = Self { given: BTreeMap::new(), settings: Vec::new(), environment };
        for (name, value) in pairs {
            if !value.is_empty() || name == "ssl" {
                parameters.set(&name, value.into_owned())?;
            }
        }
        Ok(parameters)
    }

    fn set(&mut self, name: &str, value: String) -> Result<(), ApiKeyError> {
        if let Some(setting) = name.strip_prefix("options[").and_then(|rest| rest.strip_suffix(']'))
        {
            self.settings.push(server_setting(setting, &value)?);
            return Ok(());
        }
        // Medusa's own parameter, which Medusa removes from the URLs that it passes on.
        if name == "ssl_mode" && matches!(value.as_str(), "disable" | "false") {
            self.given.insert("sslmode", "disable".to_owned());
            return Ok(());
        }
        let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| name);
        if let Some(known) = SUPPORTED.iter().find(|known| **known == name) {
            self.given.insert(known, without_nul(value, known)?);
            return Ok(());
        }
        if let Some((known, accepted)) = FIXED.iter().find(|(known, _)| *known == name) {
            return accept_only(known, accepted, &value);
        }
        reject_near_miss(name)
    }

    /// Returns the value of a parameter.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.given.get(name).map(String::as_str)
    }

    /// Returns the value of a parameter, or else that of an environment variable.
    pub(super) fn text_or(&self, name: &str, variable: &str) -> Option<String> {
        self.text(name).map(str::to_owned).or_else(|| self.environment(variable))
    }

    /// Returns the value of an environment variable unless it is empty.
    pub(super) fn environment(&self, variable: &str) -> Option<String> {
        (self.environment)(variable).filter(|value| !value.is_empty() && !value.contains('\0'))
    }

    /// Returns the value of a parameter as a path.
    pub(super) fn path(&self, name: &str, variable: &str) -> Option<PathBuf> {
        self.text_or(name, variable).map(PathBuf::from)
    }

    /// Returns the value of a parameter with a fixed set of values.
    pub(super) fn choice<T: Copy>(
        &self,
        name: &str,
        choices: &[(&str, T)],
    ) -> Result<Option<T>, ApiKeyError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let chosen = choices.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
        chosen.map(Some).ok_or_else(|| {
            invalid_url(format!("the parameter {name} must be one of: {}", words.join(", ")))
        })
    }

    /// Returns the value of a parameter as an integer, 0 or more.
    pub(super) fn number(&self, name: &str) -> Result<Option<u32>, ApiKeyError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| {
            invalid_url(format!("the parameter {name} must be a whole number, 0 or more"))
        })
    }

    /// Returns the value of a parameter in seconds. 0 counts as not given.
    pub(super) fn seconds(&self, name: &str) -> Result<Option<Duration>, ApiKeyError> {
        let seconds = self.number(name)?.filter(|seconds| *seconds > 0);
        Ok(seconds.map(|seconds| Duration::from_secs(seconds.into())))
    }

    /// Returns the command-line options for the server: `options`, and the parameters that set one server setting.
    pub(super) fn server_options(&self) -> Result<Option<String>, ApiKeyError> {
        let mut all: Vec<String> = self.text_or("options", "PGOPTIONS").into_iter().collect();
        all.extend(self.settings.iter().cloned());
        for name in ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"] {
            if let Some(value) = self.text(name) {
                all.push(server_setting(name, value)?);
            }
        }
        Ok(Some(all.join(" ")).filter(|all| !all.is_empty()))
    }
}

/// Returns `-c name=value`, with white space escaped so that the server does not split the value.
fn server_setting(name: &str, value: &str) -> Result<String, ApiKeyError> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_.".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_name) {
        return Err(invalid_url("a parameter options[…] must name a setting of PostgreSQL"));
    }
    let value = without_nul(value.to_owned(), "value of a setting")?;
    let mut setting = format!("-c {name}=");
    for character in value.chars() {
        if character.is_whitespace() || character == '\\' {
            setting.push('\\');
        }
        setting.push(character);
    }
    Ok(setting)
}

fn accept_only(name: &str, accepted: &[&str], value: &str) -> Result<(), ApiKeyError> {
    if accepted.iter().any(|accepted| accepted.eq_ignore_ascii_case(value)) {
        return Ok(());
    }
    Err(invalid_url(if accepted.is_empty() {
        format!("the parameter {name} is not supported; remove it")
    } else {
        format!("the parameter {name} is supported only as: {}", accepted.join(", "))
    }))
}

/// Rejects a name that resembles a known one.
///
/// Other names are ignored, as in `pg`: URLs are shared with tools that have their own parameters, such as `schema` or
/// `pgbouncer`.
fn reject_near_miss(name: &str) -> Result<(), ApiKeyError> {
    let plain = |name: &str| name.to_ascii_lowercase().replace(['-', '_'], "");
    let given = plain(name);
    let known = SUPPORTED.iter().chain(FIXED.iter().map(|(known, _)| known));
    if let Some(known) = known.into_iter().find(|known| plain(known) == given) {
        return Err(invalid_url(format!("has a misspelled parameter; write {known}")));
    }
    for (start, meant) in [("ssl", "sslmode"), ("target", "target_session_attrs"), ("host", "host")]
    {
        if given.starts_with(start) {
            return Err(invalid_url(format!(
                "has an unknown parameter that begins with {start}; did you mean {meant}?"
            )));
        }
    }
    Ok(())
}
