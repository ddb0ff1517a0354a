//! TLS for connections to PostgreSQL, from the option `ssl` and the URL.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::Config;
use tokio_postgres::config::{SslMode, SslNegotiation};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::super::settings::Tls;
use super::invalid_url;
use super::sslmode::Protection;
use super::url::PostgresUrl;
use super::verifier::{AnyCertificate, AnyHost};
use crate::error::ApiKeyError;

/// Sets in `config` whether a connection is encrypted, and returns its TLS connector.
///
/// The option `ssl` takes precedence; the URL provides the certificates that it lacks. Reads the files that the URL
/// names.
///
/// # Errors
/// `Option`, naming `ssl.ca`, `ssl.cert`, `ssl.key` or the parameter of `databaseUrl`.
pub(in crate::store) fn encrypt(
    config: &mut Config,
    option: &Tls,
    url: &PostgresUrl,
) -> Result<MakeRustlsConnect, ApiKeyError> {
    let (mode, tls) = certified_config(option, url)?;
    let direct = !tls.alpn_protocols.is_empty();
    config.ssl_mode(mode).ssl_negotiation(if direct {
        SslNegotiation::Direct
    } else {
        SslNegotiation::Postgres
    });
    Ok(MakeRustlsConnect::new(tls))
}

/// Returns the protection that the option `ssl` and the URL demand.
pub(super) fn protection(option: &Tls, url: &PostgresUrl) -> Protection {
    match option {
        // As in libpq, a connection that stays on the machine is not encrypted.
        _ if url.is_local() => Protection::None,
        Tls::FromUrl => url.tls().protection,
        Tls::Off => Protection::None,
        Tls::Required { verify: true, .. } => Protection::Full,
        Tls::Required { verify: false, .. } => Protection::Unverified,
    }
}

pub(super) fn certified_config(
    option: &Tls,
    url: &PostgresUrl,
) -> Result<(SslMode, ClientConfig), ApiKeyError> {
    let url_tls = url.tls();
    let protection = protection(option, url);
    let mode = match protection {
        Protection::None => SslMode::Disable,
        Protection::IfOffered => SslMode::Prefer,
        Protection::Unverified | Protection::Authority | Protection::Full => SslMode::Require,
    };
    let certificates = if mode == SslMode::Disable {
        Certificates::default()
    } else {
        Certificates::of(option, url)?
    };
    let mut config = client_config(protection, certificates)?;
    if url_tls.direct && mode == SslMode::Require {
        config.alpn_protocols = vec![b"postgresql".to_vec()];
    }
    Ok((mode, config))
}

/// Parsed certificates and key.
#[derive(Default)]
struct Certificates {
    authorities: Vec<CertificateDer<'static>>,
    client: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
    /// The sources of the certificates, for error messages.
    sources: Sources,
}

/// The sources of certificates, as a user knows them.
#[derive(Clone, Copy, Default)]
struct Sources {
    authorities: Source,
    client: Source,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Source {
    #[default]
    Option,
    Url,
}

impl Source {
    /// Returns the error for a member of the option or a parameter of the URL.
    fn invalid(self, member: &str, parameter: &str, problem: &str) -> ApiKeyError {
        match self {
            Self::Option => {
                ApiKeyError::Option { option: member.to_owned(), problem: problem.to_owned() }
            }
            Self::Url => invalid_url(format!("the file of {parameter} {problem}")),
        }
    }
}

impl Certificates {
    fn of(option: &Tls, url: &PostgresUrl) -> Result<Self, ApiKeyError> {
        let (ca, client) = match option {
            Tls::Required { ca, client, .. } => (ca.as_ref(), client.as_ref()),
            Tls::FromUrl | Tls::Off => (None, None),
        };
        let mut parsed = Self::default();
        if let Some(pem) = ca {
            parsed.authorities = chain(pem.as_bytes(), Source::Option, "ssl.ca", "sslrootcert")?;
        } else if let Some(file) = &url.tls().authorities {
            let pem = contents(file, "sslrootcert")?;
            parsed.sources.authorities = Source::Url;
            parsed.authorities = chain(&pem, Source::Url, "ssl.ca", "sslrootcert")?;
        }
        if let Some((certificate, key)) = client {
            let chain = chain(certificate.as_bytes(), Source::Option, "ssl.cert", "sslcert")?;
            parsed.client = Some((chain, private_key(key.as_bytes(), Source::Option)?));
        } else if let Some((certificate, key)) = &url.tls().client {
            let chain =
                chain(&contents(certificate, "sslcert")?, Source::Url, "ssl.cert", "sslcert")?;
            parsed.sources.client = Source::Url;
            parsed.client = Some((chain, private_key(&contents(key, "sslkey")?, Source::Url)?));
        }
        Ok(parsed)
    }
}

fn client_config(
    protection: Protection,
    certificates: Certificates,
) -> Result<ClientConfig, ApiKeyError> {
    let provider = Arc::new(ring::default_provider());
    let sources = certificates.sources;
    let verifier: Arc<dyn ServerCertVerifier> = match protection {
        Protection::None | Protection::IfOffered | Protection::Unverified => {
            Arc::new(AnyCertificate(Arc::clone(&provider)))
        }
        // SECURITY: since any host is accepted, trusting public authorities would accept every public server.
        Protection::Authority if !certificates.authorities.is_empty() => {
            let roots = trusted(RootCertStore::empty(), certificates.authorities, sources)?;
            Arc::new(AnyHost(web_pki(roots, &provider)?))
        }
        Protection::Authority => Arc::new(AnyHost(web_pki(public_roots(), &provider)?)),
        Protection::Full => {
            web_pki(trusted(public_roots(), certificates.authorities, sources)?, &provider)?
        }
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| unusable())?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let Some((chain, key)) = certificates.client else { return Ok(config.with_no_client_auth()) };
    config.with_client_auth_cert(chain, key).map_err(|_| {
        sources.client.invalid("ssl.key", "sslkey", "is not a key of the client's certificate")
    })
}

fn public_roots() -> RootCertStore {
    webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect()
}

fn trusted(
    mut roots: RootCertStore,
    authorities: Vec<CertificateDer<'static>>,
    sources: Sources,
) -> Result<RootCertStore, ApiKeyError> {
    for authority in authorities {
        roots.add(authority).map_err(|_| {
            let problem = "has a certificate that cannot be an authority's";
            sources.authorities.invalid("ssl.ca", "sslrootcert", problem)
        })?;
    }
    Ok(roots)
}

fn web_pki(
    roots: RootCertStore,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, ApiKeyError> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|_| unusable())
}

fn unusable() -> ApiKeyError {
    ApiKeyError::Unexpected("TLS cannot be set up.")
}

fn contents(file: &Path, parameter: &str) -> Result<Vec<u8>, ApiKeyError> {
    // SECURITY: the path is left out because it may contain part of a password.
    fs::read(file).map_err(|error| {
        invalid_url(format!("the file of {parameter} cannot be read: {}", error.kind()))
    })
}

/// Parses one or more certificates.
fn chain(
    pem: &[u8],
    source: Source,
    member: &str,
    parameter: &str,
) -> Result<Vec<CertificateDer<'static>>, ApiKeyError> {
    let parsed: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    parsed
        .ok()
        .filter(|certificates| !certificates.is_empty())
        .ok_or_else(|| source.invalid(member, parameter, "must hold a certificate in PEM"))
}

fn private_key(pem: &[u8], source: Source) -> Result<PrivateKeyDer<'static>, ApiKeyError> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|_| {
        let problem = "must hold a private key in PEM that is not encrypted";
        source.invalid("ssl.key", "sslkey", problem)
    })
}
