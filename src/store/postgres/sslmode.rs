//! The encryption parameters of a URL.

use std::path::PathBuf;

use super::invalid_url;
use super::parameters::Parameters;
use crate::error::ApiKeyError;

/// The protection of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Protection {
    /// Not encrypted.
    None,
    /// Encrypted if the server supports it; the certificate is not verified.
    IfOffered,
    /// Encrypted; the certificate is not verified.
    Unverified,
    /// Encrypted; the certificate must come from a trusted authority, for any host.
    Authority,
    /// Encrypted; the certificate must come from a trusted authority, for this host.
    Full,
}

/// The encryption settings of a URL. The named files are read when a connection is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct UrlTls {
    pub(super) protection: Protection,
    /// The certificate authorities to trust.
    pub(super) authorities: Option<PathBuf>,
    /// The client's certificate and key.
    pub(super) client: Option<(PathBuf, PathBuf)>,
    /// Whether TLS starts without an SSLRequest (PostgreSQL 17).
    pub(super) direct: bool,
}

/// The value of `ssl`, the parameter of Node's `pg`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ssl {
    Yes,
    No,
    Unverified,
}

impl UrlTls {
    pub(super) fn read(parameters: &Parameters<'_>) -> Result<Self, ApiKeyError> {
        let direct = parameters
            .choice("sslnegotiation", &[("postgres", false), ("direct", true)])?
            .unwrap_or(false);
        let authorities = parameters.path("sslrootcert", "PGSSLROOTCERT");
        let system = authorities.as_deref() == Some("system".as_ref());
        let protection = protection(parameters, authorities.is_some(), direct)?;
        if system && protection != Protection::Full {
            return Err(invalid_url("sslrootcert=system needs sslmode=verify-full"));
        }
        if direct && matches!(protection, Protection::None | Protection::IfOffered) {
            return Err(invalid_url("sslnegotiation=direct needs sslmode=require or stronger"));
        }
        let certificate = parameters.path("sslcert", "PGSSLCERT");
        let key = parameters.path("sslkey", "PGSSLKEY");
        if certificate.is_some() != key.is_some() {
            return Err(invalid_url("the parameters sslcert and sslkey must be given together"));
        }
        Ok(Self {
            protection,
            authorities: authorities.filter(|_| !system),
            client: certificate.zip(key),
            direct,
        })
    }
}

/// Combines `sslmode` with libpq's meaning and `ssl` with that of Node's `pg`. The stronger one wins.
fn protection(
    parameters: &Parameters<'_>,
    has_authorities: bool,
    direct: bool,
) -> Result<Protection, ApiKeyError> {
    let modes = modes(has_authorities);
    let mode = parameters.choice("sslmode", &modes)?;
    let ssl = parameters.choice(
        "ssl",
        &[
            ("true", Ssl::Yes),
            ("1", Ssl::Yes),
            ("false", Ssl::No),
            ("0", Ssl::No),
            ("no-verify", Ssl::Unverified),
        ],
    )?;
    match (ssl, mode) {
        (Some(Ssl::No), None | Some(Protection::None)) => Ok(Protection::None),
        (Some(Ssl::No), Some(_)) | (Some(_), Some(Protection::None)) => {
            Err(invalid_url("the parameters ssl and sslmode contradict each other"))
        }
        (Some(Ssl::Yes), Some(_)) if parameters.text("sslmode") == Some("no-verify") => {
            Ok(Protection::Unverified)
        }
        (Some(Ssl::Yes), _) => Ok(Protection::Full),
        (Some(Ssl::Unverified), None) => Ok(Protection::Unverified),
        (_, Some(mode)) => Ok(mode),
        // As in `pg`, naming certificates enables their verification.
        (None, None) if direct || names_certificate(parameters) => Ok(Protection::Full),
        (None, None) => Ok(from_environment(parameters, &modes)?.unwrap_or(Protection::IfOffered)),
    }
}

/// Returns libpq's modes, and `no-verify` of `pg`.
///
/// As in libpq, `require` verifies the certificate if authorities are given.
fn modes(has_authorities: bool) -> [(&'static str, Protection); 7] {
    let require = if has_authorities { Protection::Authority } else { Protection::Unverified };
    [
        ("disable", Protection::None),
        // libpq would try without encryption first.
        ("allow", Protection::IfOffered),
        ("prefer", Protection::IfOffered),
        ("require", require),
        ("no-verify", Protection::Unverified),
        ("verify-ca", Protection::Authority),
        ("verify-full", Protection::Full),
    ]
}

fn from_environment(
    parameters: &Parameters<'_>,
    modes: &[(&str, Protection)],
) -> Result<Option<Protection>, ApiKeyError> {
    let Some(mode) = parameters.environment("PGSSLMODE") else { return Ok(None) };
    let known = modes.iter().find(|(name, _)| *name == mode).map(|(_, protection)| *protection);
    known
        .map(Some)
        .ok_or_else(|| invalid_url("the environment variable PGSSLMODE must be an sslmode"))
}

fn names_certificate(parameters: &Parameters<'_>) -> bool {
    ["sslrootcert", "sslcert", "sslkey"].iter().any(|name| parameters.text(name).is_some())
}
