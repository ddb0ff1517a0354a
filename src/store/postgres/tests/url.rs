//! Parses URLs like libpq and Node's `pg`. `__test__/connection/urls.test.ts` compares them with `pg`.

use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::config::{ChannelBinding, Host, LoadBalanceHosts, TargetSessionAttrs};

use super::super::sslmode::Protection;
use super::super::url::PostgresUrl;
use crate::error::ApiKeyError;

fn read_with(text: &str, environment: &[(&str, &str)]) -> Result<PostgresUrl, ApiKeyError> {
    PostgresUrl::read(text, &|name| {
        let found = environment.iter().find(|(variable, _)| *variable == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

fn read(text: &str) -> PostgresUrl {
    read_with(text, &[]).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn rejection(text: &str) -> String {
    match read_with(text, &[]) {
        Err(ApiKeyError::Option { option, problem }) if option == "databaseUrl" => problem,
        outcome => panic!("{text} is not rejected by the name of its option: {outcome:?}"),
    }
}

fn hosts(url: &PostgresUrl) -> Vec<String> {
    let shown = |host: &Host| match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    };
    url.config().get_hosts().iter().map(shown).collect()
}

#[test]
fn reads_hosts_from_the_url_its_parameters_and_the_environment() {
    for (text, names, ports) in [
        ("postgres://h/db", vec!["h"], vec![]),
        ("postgres://u@[::1]:5433/db", vec!["::1"], vec![5433]),
        ("postgresql://h1:5432,h2:5433/db", vec!["h1", "h2"], vec![5432, 5433]),
        ("postgres://h1,h2/db?target_session_attrs=read-write", vec!["h1", "h2"], vec![]),
        ("postgres:///db?host=a,b&port=1,2", vec!["a", "b"], vec![1, 2]),
        ("postgres://ignored:5433/db?host=x", vec!["x"], vec![5433]),
        ("postgres://:5433/db?host=x", vec!["x"], vec![5433]),
        ("postgres:///db?hostaddr=127.0.0.1", vec!["127.0.0.1"], vec![]),
        ("postgres:///db", vec!["localhost"], vec![]),
        ("postgres://", vec!["localhost"], vec![]),
        ("postgres:///db?host=", vec!["localhost"], vec![]),
    ] {
        let url = read(text);
        assert_eq!(
            (hosts(&url), url.config().get_ports()),
            (names.into_iter().map(str::to_owned).collect(), &*ports),
            "{text}"
        );
        assert!(!url.is_local());
    }
    let url =
        read_with("postgres:///db", &[("PGHOST", "e1,e2"), ("PGPORT", "1")]).expect("is read");
    assert_eq!(
        (hosts(&url), url.config().get_ports()),
        (vec!["e1".to_owned(), "e2".to_owned()], &[1][..])
    );
}

#[cfg(unix)]
#[test]
fn reads_a_directory_as_a_unix_socket() {
    for text in [
        "postgres://u:p@/db?host=/cloudsql/project:region:instance",
        "postgres://u:p@%2Fcloudsql%2Fproject%3Aregion%3Ainstance/db",
        "socket://u:p@/cloudsql/project:region:instance?db=db",
        "socket:/cloudsql/project:region:instance?db=db&user=u&password=p",
    ] {
        let url = read(text);
        assert_eq!(hosts(&url), ["/cloudsql/project:region:instance"], "{text}");
        let config = url.config();
        assert_eq!(
            (config.get_user(), config.get_password(), config.get_dbname()),
            (Some("u"), Some(&b"p"[..]), Some("db")),
            "{text}"
        );
        assert!(url.is_local(), "{text}");
    }
}

#[test]
fn decodes_user_password_and_database_and_prefers_parameters() {
    for (text, user, password, database) in [
        ("postgres://u%40x:p%2F%3A@h/d%20b", Some("u@x"), Some("p/:"), Some("d b")),
        ("postgres://u@x:p@ss@h/db", Some("u@x"), Some("p@ss"), Some("db")),
        ("postgres://u:a:b@h/db", Some("u"), Some("a:b"), Some("db")),
        ("postgres://u:50%@h", Some("u"), Some("50%"), None),
        ("postgres://h/db?user=q&password=w+x", Some("q"), Some("w x"), Some("db")),
        ("postgres://u:p@h/db?user=q", Some("q"), Some("p"), Some("db")),
        ("postgres://h?dbname=a", None, None, Some("a")),
        ("postgres://h/a?database=a", None, None, Some("a")),
        ("postgres://h/a%2Fb", None, None, Some("a%2Fb")),
    ] {
        let config = read(text).config();
        assert_eq!(
            (config.get_user(), config.get_password(), config.get_dbname()),
            (user, password.map(str::as_bytes), database),
            "{text}"
        );
    }
}

#[test]
fn reads_missing_settings_from_the_environment() {
    let environment = [
        ("PGUSER", "e"),
        ("USER", "os"),
        ("PGPASSWORD", "s"),
        ("PGDATABASE", "d"),
        ("PGAPPNAME", "app"),
    ];
    let config = read_with("postgres://h", &environment).expect("is read").config();
    assert_eq!(
        (
            config.get_user(),
            config.get_password(),
            config.get_dbname(),
            config.get_application_name()
        ),
        (Some("e"), Some(&b"s"[..]), Some("d"), Some("app"))
    );
    let config = read_with("postgres://u@h/db", &environment).expect("is read").config();
    assert_eq!((config.get_user(), config.get_dbname()), (Some("u"), Some("db")));
    let config = read_with("postgres://h", &[("USER", "os")]).expect("is read").config();
    assert_eq!(config.get_user(), Some("os"));
    assert!(read_with("postgres://h", &[("PGPORT", "x")]).is_err());
    assert!(read_with("postgres://h", &[("PGSSLMODE", "x")]).is_err());
}

#[test]
fn passes_session_and_socket_parameters_to_the_driver() {
    let url = read(
        "postgres://h/db?application_name=a&options=-c%20x%3D1&options[search_path]=a,%20b&statement_timeout=5s&connect_timeout=3\
         &target_session_attrs=read-only&load_balance_hosts=random&channel_binding=require&keepalives=0&keepalives_idle=7\
         &keepalives_interval=8&keepalives_count=9&tcp_user_timeout=1500",
    );
    let mut config = url.config();
    url.keep_alive(&mut config);

    assert_eq!(config.get_application_name(), Some("a"));
    assert_eq!(config.get_options(), Some(r"-c x=1 -c search_path=a,\ b -c statement_timeout=5s"));
    assert_eq!(config.get_connect_timeout(), Some(&Duration::from_secs(3)));
    assert_eq!(config.get_target_session_attrs(), TargetSessionAttrs::ReadOnly);
    assert_eq!(config.get_load_balance_hosts(), LoadBalanceHosts::Random);
    assert_eq!(config.get_channel_binding(), ChannelBinding::Require);
    assert!(!config.get_keepalives());
    assert_eq!(config.get_keepalives_idle(), Duration::from_secs(7));
    assert_eq!(config.get_keepalives_interval(), Some(Duration::from_secs(8)));
    assert_eq!(config.get_keepalives_retries(), Some(9));
    assert_eq!(config.get_tcp_user_timeout(), Some(&Duration::from_millis(1500)));
}

#[test]
fn keeps_keepalive_settings_that_the_url_lacks() {
    let mut config = tokio_postgres::Config::new();
    config.keepalives_idle(Duration::from_secs(5)).keepalives_retries(2);
    let before = config.clone();
    read("postgres://h/db?keepalives_idle=0").keep_alive(&mut config);
    assert_eq!(config, before);
}

#[test]
fn reads_the_encryption_parameters_of_libpq_and_node() {
    for (parameters, protection) in [
        ("", Protection::IfOffered),
        ("?sslmode=disable", Protection::None),
        ("?sslmode=allow", Protection::IfOffered),
        ("?sslmode=prefer", Protection::IfOffered),
        ("?sslmode=require", Protection::Unverified),
        ("?sslmode=require&sslrootcert=ca", Protection::Authority),
        ("?sslmode=require&uselibpqcompat=true", Protection::Unverified),
        ("?sslmode=no-verify", Protection::Unverified),
        ("?sslmode=no-verify&sslrootcert=ca", Protection::Unverified),
        ("?sslmode=verify-ca", Protection::Authority),
        ("?sslmode=verify-full", Protection::Full),
        ("?ssl=true", Protection::Full),
        ("?ssl=1", Protection::Full),
        ("?ssl=0&application_name=a", Protection::None),
        ("?ssl=false", Protection::None),
        ("?ssl=false&sslmode=disable", Protection::None),
        ("?ssl_mode=disable", Protection::None),
        ("?ssl=no-verify", Protection::Unverified),
        ("?ssl=true&sslmode=require", Protection::Full),
        ("?ssl=true&sslmode=no-verify", Protection::Unverified),
        ("?sslrootcert=ca", Protection::Full),
        ("?sslrootcert=system", Protection::Full),
        ("?sslcert=c&sslkey=k", Protection::Full),
        ("?sslnegotiation=direct", Protection::Full),
        ("?sslnegotiation=direct&sslmode=require", Protection::Unverified),
    ] {
        assert_eq!(
            read(&format!("postgres://h/db{parameters}")).tls().protection,
            protection,
            "{parameters}"
        );
    }
    for (mode, protection) in [("require", Protection::Unverified), ("disable", Protection::None)] {
        let url = read_with("postgres://h/db", &[("PGSSLMODE", mode)]).expect("is read");
        assert_eq!(url.tls().protection, protection);
    }
    let tls = read("postgres://h/db?sslrootcert=/ca&sslcert=/c&sslkey=/k").tls().clone();
    assert_eq!(tls.authorities, Some(PathBuf::from("/ca")));
    assert_eq!(tls.client, Some((PathBuf::from("/c"), PathBuf::from("/k"))));
    assert_eq!(read("postgres://h/db?sslrootcert=system").tls().authorities, None);
}

#[test]
fn rejects_unsupported_parameters_by_name_d11() {
    for (parameters, named) in [
        ("target_session_attrs=primary", "target_session_attrs=primary"),
        ("target_session_attrs=standby", "target_session_attrs=standby"),
        ("target_session_attrs=prefer-standby", "target_session_attrs=prefer-standby"),
        ("target_session_attrs=x", "target_session_attrs"),
        ("target_session_attr=read-write", "target_session_attrs"),
        ("sslmode=x", "sslmode"),
        ("SSLMode=require", "sslmode"),
        ("ssl=yes", "ssl"),
        ("ssl=", "ssl"),
        ("ssl=false&sslmode=require", "ssl and sslmode"),
        ("ssl=true&sslmode=disable", "ssl and sslmode"),
        ("ssl_mode=require", "sslmode"),
        ("sslmod=require", "sslmode"),
        ("sslcert=c", "sslkey"),
        ("sslrootcert=system&sslmode=require", "sslrootcert=system"),
        ("sslnegotiation=direct&sslmode=prefer", "sslnegotiation"),
        ("sslnegotiation=x", "sslnegotiation"),
        ("sslcrl=f", "sslcrl"),
        ("uselibpqcompat=false", "uselibpqcompat"),
        ("channel_binding=x", "channel_binding"),
        ("gssencmode=require", "gssencmode"),
        ("client_encoding=latin1", "client_encoding"),
        ("replication=database", "replication"),
        ("service=s", "service"),
        ("query_timeout=5", "query_timeout"),
        ("connect_timeout=soon", "connect_timeout"),
        ("keepalives=x", "keepalives"),
        ("port=x", "port"),
        ("port=1,2", "port"),
        ("hostaddr=x", "hostaddr"),
        ("host=a,b&hostaddr=127.0.0.1", "hostaddr"),
        ("dbname=other", "databases"),
        ("user=a%00b", "user"),
        ("options[a;b]=1", "options"),
    ] {
        let problem = rejection(&format!("postgres://h/db?{parameters}"));
        assert!(problem.contains(named), "{parameters}: {problem}");
    }
}

#[test]
fn ignores_parameters_of_other_tools_like_pg() {
    read(
        "postgres://h/db?schema=public&pgbouncer=true&connection_limit=5&client_encoding=UTF8&gssencmode=prefer#x",
    );
}

#[test]
fn rejects_an_unreadable_url_without_showing_its_password() {
    for pattern in [
        "PASSWORD",
        "mysql://me:PASSWORD@h/db",
        "postgres:me:PASSWORD@h/db",
        "postgres:/me:PASSWORD@h/db",
        "socket:me:PASSWORD@h/db",
        r"postgres:\\me:PASSWORD@h/db",
        "postgresql:///me:PASSWORD@h/db",
        "postgres://user:1234/PASSWORD@localhost/db",
        "postgres://user:1234?PASSWORD@localhost/db",
        "postgres://user:1234#PASSWORD@localhost/db",
        "postgres://user:12@34/PASSWORD@localhost/db",
        "postgres://user:PASSWORD",
        "postgres://user:12/PASSWORD%zz@h",
        "postgres://me:PASSWORD@h:port/db",
        "postgres://me:PASSWORD%FF@h/db",
        "postgres://h/db?PASSWORD=1&sslPASSWORD=2",
        "postgres://h/db?port=PASSWORD",
        "postgres://h/db?host=a&hostaddr=PASSWORD",
        "postgres://h/db?ssl=PASSWORD",
        "postgres://h/db?sslmode=PASSWORD",
        "postgres://h/db?options[PASSWORD ]=1",
    ] {
        let problem = rejection(&pattern.replace("PASSWORD", "hunter2"));
        assert!(!problem.contains("hunter2"), "{pattern}: {problem}");
    }
}

#[test]
fn displays_a_url_with_hosts_but_without_password_and_parameters() {
    for (text, shown) in [
        ("postgres://me:hunter2@host:1/db?password=hunter2", "postgres://me:***@host:1/db"),
        ("postgres://me:hunter2@h1:1,[::1]:2/db", "postgres://me:***@h1:1,[::1]:2/db"),
        ("postgres://me@h/db", "postgres://me@h/db"),
        (
            "postgres://me:hunter2@/db?host=/cloudsql/a:b:c",
            "postgres://me:***@%2Fcloudsql%2Fa:b:c/db",
        ),
        ("postgres://:hunter2@h/db#hunter2", "postgres://:***@h/db"),
        ("postgres:///db", "postgres://localhost/db"),
        ("socket://me:hunter2@/run/pg?db=db", "socket://me:***@/run/pg"),
    ] {
        let url = read(text);
        assert_eq!(url.to_string(), shown);
        assert!(!format!("{url:?}").contains("hunter2"));
    }
}

#[cfg(unix)]
#[test]
fn reads_a_missing_password_from_the_password_file_at_each_call() {
    use std::os::unix::fs::PermissionsExt as _;
    let file =
        std::env::temp_dir().join(format!("medusa-api-key-native-pgpass-{}", std::process::id()));
    let path = file.display().to_string();
    let write = |text: &str, mode: u32| {
        std::fs::write(&file, text).expect("is written");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode))
            .expect("is protected");
    };
    let password = |text: &str| {
        let url = read_with(text, &[("PGPASSFILE", &path)]).expect("is read");
        url.config().get_password().map(|password| String::from_utf8_lossy(password).into_owned())
    };
    write("h:5432:db:me:first\n*:*:*:me:other\n", 0o600);
    assert_eq!(password("postgres://me@h/db").as_deref(), Some("first"));
    assert_eq!(password("postgres://me@h:1/db").as_deref(), Some("other"));
    assert_eq!(password("postgres://me:own@h/db").as_deref(), Some("own"));
    assert_eq!(password("postgres://you@h/db"), None);
    write("h:5432:db:me:first\n", 0o644);
    assert_eq!(password("postgres://me@h/db"), None);
    std::fs::remove_file(&file).expect("is removed");
}
