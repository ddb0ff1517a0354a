//! The option `ssl`.

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::wrong;
use crate::error::ApiKeyError;
use crate::store::Tls;

/// Encryption as a boolean, or with detailed options.
pub(super) enum Ssl {
    Switch(bool),
    Details(TlsOptions),
}

/// The verification of the server, and the client certificate.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TlsOptions {
    reject_unauthorized: Option<bool>,
    ca: Option<String>,
    cert: Option<String>,
    key: Option<String>,
}

impl Ssl {
    pub(super) fn settings(&self) -> Result<Tls, ApiKeyError> {
        match self {
            Self::Switch(false) => Ok(Tls::Off),
            Self::Switch(true) => TlsOptions::default().settings(),
            Self::Details(options) => options.settings(),
        }
    }
}

impl TlsOptions {
    fn settings(&self) -> Result<Tls, ApiKeyError> {
        let client = match (&self.cert, &self.key) {
            (Some(cert), Some(key)) => Some((cert.clone(), key.clone())),
            (None, None) => None,
            _ => return Err(wrong("ssl", "must have both cert and key, or neither")),
        };
        let verify = self.reject_unauthorized.unwrap_or(true);
        Ok(Tls::Required { verify, ca: self.ca.clone(), client })
    }
}

impl<'de> Deserialize<'de> for Ssl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SslVisitor)
    }
}

struct SslVisitor;

impl<'de> Visitor<'de> for SslVisitor {
    type Value = Ssl;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true, false or an object of TLS options")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Ssl, E> {
        Ok(Ssl::Switch(value))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Ssl, A::Error> {
        TlsOptions::deserialize(MapAccessDeserializer::new(map)).map(Ssl::Details)
    }
}
