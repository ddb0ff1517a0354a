//! Compares the parsing of URLs with Node's `pg`, using a list that `__test__/connection/urls.test.ts` compares with
//! `pg-connection-string`. An entry in which this crate differs explains how and why.

use serde_json::{Map, Value, json};
use tokio_postgres::config::Host;

use super::super::sslmode::Protection;
use super::super::url::PostgresUrl;

const LIST: &str = include_str!("../../../../__test__/connection/urls.json");

/// Parses a URL into the form of a list entry: null where `pg` uses its default.
fn read(text: &str) -> Value {
    let Ok(url) = PostgresUrl::read(text, &|_| None) else { return json!("refused") };
    let config = url.config();
    let hosts = config.get_hosts().iter().map(|host| match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    });
    let ports: Vec<_> = config.get_ports().iter().map(|port| json!(port)).collect();
    json!({
        "host": hosts.collect::<Vec<_>>().join(","),
        "port": if let [port] = &ports[..] { port.clone() } else { json!(ports) },
        "user": config.get_user(),
        "password": config.get_password().map(String::from_utf8_lossy),
        "database": config.get_dbname(),
        "ssl": match url.tls().protection {
            Protection::None => "none",
            Protection::IfOffered => "if offered",
            Protection::Unverified => "unverified",
            Protection::Authority => "authority",
            Protection::Full => "full",
        },
    })
}

/// Returns the expected result of an entry: the result of `pg`, overridden by the differences of this crate.
fn expected(entry: &Value) -> Value {
    match (&entry["pg"], &entry["here"]) {
        (pg, Value::Null) => with_defaults(pg.as_object()).unwrap_or_else(|| pg.clone()),
        (Value::Object(pg), Value::Object(here)) => {
            let mut both = pg.clone();
            both.extend(here.clone());
            with_defaults(Some(&both)).unwrap_or_default()
        }
        (_, here) => with_defaults(here.as_object()).unwrap_or_else(|| here.clone()),
    }
}

fn with_defaults(read: Option<&Map<String, Value>>) -> Option<Value> {
    let mut read = read?.clone();
    for (name, default) in [("host", json!("localhost")), ("port", json!([]))] {
        if read.get(name).is_none_or(Value::is_null) {
            read.insert(name.to_owned(), default);
        }
    }
    // Without a setting, `pg` does not encrypt, and libpq encrypts if the server supports it.
    if read["ssl"] == "unsaid" {
        read.insert("ssl".to_owned(), json!("if offered"));
    }
    Some(Value::Object(read))
}

#[test]
fn parses_each_url_like_pg_unless_the_list_explains_why_not_d11() {
    let list: Vec<Value> = serde_json::from_str(LIST).expect("is JSON");
    let complaints: Vec<_> = list
        .iter()
        .filter_map(|entry| {
            let url = entry["url"].as_str().expect("has a URL");
            let (read, expected) = (read(url), expected(entry));
            let argued = entry["here"].is_null() == entry["why"].is_null();
            (read != expected || !argued).then(|| format!("{url}\n  is {read}\n not {expected}"))
        })
        .collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}
