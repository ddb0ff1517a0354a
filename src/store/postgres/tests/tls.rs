//! Handshakes with a real rustls server, with certificates generated for the test.

use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConnection, RootCertStore, ServerConfig, ServerConnection};
use tokio_postgres::config::{SslMode, SslNegotiation};

use super::super::super::settings::Tls;
use super::super::tls::{certified_config, encrypt};
use super::super::url::PostgresUrl;
use crate::error::ApiKeyError;

type Issuer = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Issuer {
    let mut params = CertificateParams::new(vec![]).expect("has no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("has a key"))
        .expect("is signed")
}

/// Returns a certificate and a key, in PEM, for a host.
fn certify(issuer: &Issuer, host: &str) -> (String, String) {
    let key = KeyPair::generate().expect("has a key");
    let params = CertificateParams::new(vec![host.to_owned()]).expect("has a name");
    let certificate = params.signed_by(&key, issuer).expect("is signed");
    (certificate.pem(), key.serialize_pem())
}

fn server((certificate, key): &(String, String), clients: Option<&Issuer>) -> Arc<ServerConfig> {
    use rustls::pki_types::pem::PemObject as _;
    let provider = Arc::new(ring::default_provider());
    let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).expect("is PEM")];
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("is PEM");
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("has versions");
    let config = match clients {
        None => config.with_no_client_auth(),
        Some(issuer) => {
            let mut roots = RootCertStore::empty();
            roots.add(issuer.der().clone()).expect("is an authority");
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            config.with_client_cert_verifier(verifier.build().expect("is built"))
        }
    };
    Arc::new(config.with_single_cert(chain, key).expect("is a certificate"))
}

/// Returns whether a client with this option and URL completes a handshake with the server, for the host of the URL.
fn shakes_hands(server: &Arc<ServerConfig>, option: &Tls, url: &str) -> bool {
    let url = PostgresUrl::parse(url).expect("is read");
    let host = match url.config().get_hosts().first() {
        Some(tokio_postgres::config::Host::Tcp(host)) => host.clone(),
        _ => panic!("has a host"),
    };
    let config = certified_config(option, &url).expect("can be used").1;
    let name = ServerName::try_from(host).expect("is a name");
    let mut client = ClientConnection::new(Arc::new(config), name).expect("is a client");
    let listener = TcpListener::bind("127.0.0.1:0").expect("listens");
    let address = listener.local_addr().expect("has an address");
    let server = Arc::clone(server);
    let serving = thread::spawn(move || {
        let (mut socket, _) = listener.accept().expect("is called");
        let mut connection = ServerConnection::new(server).expect("is a server");
        while connection.is_handshaking() {
            if connection.complete_io(&mut socket).is_err() {
                return false;
            }
        }
        true
    });
    let mut socket = TcpStream::connect(address).expect("is reached");
    let mut done = true;
    while done && client.is_handshaking() {
        done = client.complete_io(&mut socket).is_ok();
    }
    drop(socket);
    serving.join().expect("ends") && done
}

fn required(verify: bool, ca: Option<&str>, client: Option<(&str, &str)>) -> Tls {
    let client = client.map(|(certificate, key)| (certificate.to_owned(), key.to_owned()));
    Tls::Required { verify, ca: ca.map(str::to_owned), client }
}

#[test]
fn the_option_verifies_authority_and_host_unless_disabled() {
    let (ours, others) = (authority(), authority());
    let (ca, other_ca) = (ours.pem(), others.pem());
    for host in ["db.example", "127.0.0.1", "::1"] {
        let server = server(&certify(&ours, host), None);
        let url = format!("postgres://{}/db", if host == "::1" { "[::1]" } else { host });
        assert!(shakes_hands(&server, &required(true, Some(&ca), None), &url), "{host}");
        assert!(shakes_hands(
            &server,
            &required(true, Some(&format!("{other_ca}{ca}")), None),
            &url
        ));
        assert!(shakes_hands(&server, &required(false, None, None), &url));
        assert!(!shakes_hands(&server, &required(true, None, None), &url));
        assert!(!shakes_hands(&server, &required(true, Some(&other_ca), None), &url));
        assert!(!shakes_hands(
            &server,
            &required(true, Some(&ca), None),
            "postgres://elsewhere/db"
        ));
    }
}

#[test]
fn sslmode_determines_what_is_verified() {
    let ours = authority();
    let server = server(&certify(&ours, "db.example"), None);
    let ca = file("ca", &ours.pem());
    let others = file("others", &authority().pem());
    for (parameters, host, works) in [
        (String::new(), "elsewhere", true),
        ("sslmode=prefer".to_owned(), "elsewhere", true),
        ("sslmode=require".to_owned(), "elsewhere", true),
        ("sslmode=no-verify".to_owned(), "elsewhere", true),
        (format!("sslmode=require&sslrootcert={ca}"), "elsewhere", true),
        (format!("sslmode=require&sslrootcert={others}"), "db.example", false),
        (format!("sslmode=verify-ca&sslrootcert={ca}"), "elsewhere", true),
        (format!("sslmode=verify-ca&sslrootcert={others}"), "db.example", false),
        ("sslmode=verify-ca".to_owned(), "db.example", false),
        (format!("sslmode=verify-full&sslrootcert={ca}"), "db.example", true),
        (format!("sslmode=verify-full&sslrootcert={ca}"), "elsewhere", false),
        ("sslmode=verify-full".to_owned(), "db.example", false),
        (format!("sslrootcert={ca}"), "elsewhere", false),
        ("ssl=true".to_owned(), "db.example", false),
    ] {
        let url = format!("postgres://{host}/db?{parameters}");
        assert_eq!(shakes_hands(&server, &Tls::FromUrl, &url), works, "{url}");
    }
    for path in [ca, others] {
        std::fs::remove_file(path).expect("is removed");
    }
}

#[test]
fn sends_the_client_certificate_to_the_server() {
    let (ours, clients) = (authority(), authority());
    let server = server(&certify(&ours, "db.example"), Some(&clients));
    let (certificate, key) = certify(&clients, "client");
    let client = Some((certificate.as_str(), key.as_str()));
    let url = "postgres://db.example/db";
    for (verify, ca) in [(true, Some(ours.pem())), (false, None)] {
        assert!(shakes_hands(&server, &required(verify, ca.as_deref(), client), url));
    }
    let (cert, key) = (file("cert", &certificate), file("key", &key));
    let url = format!("{url}?sslmode=require&sslcert={cert}&sslkey={key}");
    assert!(shakes_hands(&server, &Tls::FromUrl, &url));
    assert!(shakes_hands(&server, &required(false, None, None), &url));
    for path in [cert, key] {
        std::fs::remove_file(path).expect("is removed");
    }
}

#[test]
fn rejects_a_server_without_its_certificate_key_even_unverified() {
    let ours = authority();
    let (certificate, _) = certify(&ours, "db.example");
    let (_, key) = certify(&ours, "db.example");
    let impostor = impostor(&certificate, &key);
    for option in [required(false, None, None), required(true, Some(&ours.pem()), None)] {
        assert!(!shakes_hands(&impostor, &option, "postgres://db.example/db"));
    }
}

/// Returns a server whose certificate does not match its signing key, which rustls' usual builder rejects.
fn impostor(certificate: &str, key: &str) -> Arc<ServerConfig> {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::sign::{CertifiedKey, SingleCertAndKey};
    let provider = ring::default_provider();
    let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).expect("is PEM")];
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("is PEM");
    let key = provider.key_provider.load_private_key(key).expect("is a key");
    let resolver = SingleCertAndKey::from(CertifiedKey::new(chain, key));
    let config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .expect("has versions")
        .with_no_client_auth();
    Arc::new(config.with_cert_resolver(Arc::new(resolver)))
}

#[test]
fn sets_the_ssl_mode_and_negotiation_of_the_driver() {
    for (url, option, mode, negotiation) in [
        ("postgres://h/db", Tls::FromUrl, SslMode::Prefer, SslNegotiation::Postgres),
        ("postgres://h/db", Tls::Off, SslMode::Disable, SslNegotiation::Postgres),
        ("postgres://h/db?ssl=true", Tls::Off, SslMode::Disable, SslNegotiation::Postgres),
        (
            "postgres://h/db?ssl=false",
            required(true, None, None),
            SslMode::Require,
            SslNegotiation::Postgres,
        ),
        (
            "postgres://h/db?sslmode=require",
            Tls::FromUrl,
            SslMode::Require,
            SslNegotiation::Postgres,
        ),
        (
            "postgres://h/db?sslnegotiation=direct",
            Tls::FromUrl,
            SslMode::Require,
            SslNegotiation::Direct,
        ),
        (
            "postgres:///db?host=/run",
            required(true, None, None),
            SslMode::Disable,
            SslNegotiation::Postgres,
        ),
    ] {
        if cfg!(not(unix)) && url.contains("/run") {
            continue;
        }
        let parsed = PostgresUrl::parse(url).expect("is read");
        let mut config = parsed.config();
        encrypt(&mut config, &option, &parsed).expect("can be used");
        let set = (config.get_ssl_mode(), config.get_ssl_negotiation());
        assert_eq!(set, (mode, negotiation), "{url}");
    }
    let direct = PostgresUrl::parse("postgres://h/db?sslnegotiation=direct").expect("is read");
    let config = certified_config(&Tls::FromUrl, &direct).expect("can be used").1;
    assert_eq!(config.alpn_protocols, [b"postgresql"]);
}

#[test]
fn rejects_unusable_certificates_by_the_name_of_their_option() {
    let ours = authority();
    let (certificate, key) = certify(&ours, "client");
    let (_, other_key) = certify(&ours, "client");
    let broken = "-----BEGIN CERTIFICATE-----\nMAAA\n-----END CERTIFICATE-----\n";
    let plain = "postgres://h/db?sslmode=verify-full";
    let rejects = |option: &Tls, url: &str| {
        let url = PostgresUrl::parse(url).expect("is read");
        match encrypt(&mut url.config(), option, &url).map(|_| ()) {
            Err(ApiKeyError::Option { option, problem }) => format!("{option}: {problem}"),
            outcome => panic!("is not rejected: {outcome:?}"),
        }
    };
    for (ca, client, named) in [
        (Some("not a certificate"), None, "ssl.ca:"),
        (Some(broken), None, "ssl.ca:"),
        (None, Some(("secret", key.as_str())), "ssl.cert:"),
        (None, Some((certificate.as_str(), "secret")), "ssl.key:"),
        (None, Some((certificate.as_str(), other_key.as_str())), "ssl.key:"),
    ] {
        let error = rejects(&required(true, ca, client), plain);
        assert!(error.starts_with(named) && !error.contains("secret"), "{error}");
    }
    let (cert, bad) = (file("refused-cert", &certificate), file("refused-bad", "secret"));
    for (parameters, named) in [
        ("sslrootcert=/not/there-secret".to_owned(), "sslrootcert"),
        (format!("sslrootcert={bad}"), "sslrootcert"),
        (format!("sslcert={bad}&sslkey={bad}"), "sslcert"),
        (format!("sslcert={cert}&sslkey={bad}"), "sslkey"),
        (format!("sslcert={cert}&sslkey=/not/there-secret"), "sslkey"),
    ] {
        let error = rejects(&Tls::FromUrl, &format!("{plain}&{parameters}"));
        assert!(error.starts_with("databaseUrl:") && error.contains(named), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
    for path in [cert, bad] {
        std::fs::remove_file(path).expect("is removed");
    }
}

/// Writes a temporary file and returns its path.
fn file(name: &str, text: &str) -> String {
    let name = format!("medusa-api-key-native-{}-{name}.pem", std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, text).expect("is written");
    path.display().to_string()
}
