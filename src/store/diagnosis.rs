//! Facts about a database and its table of keys, for finding out what is wrong with them.
//!
//! The databases gather the facts about the server and the table; this file counts the keys. Invariant: no fact holds a
//! token, a hash, a password or a value of a key.

use std::collections::BTreeMap;

use sea_orm::ColumnTrait as _;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use serde::Serialize;
use tokio::time::Instant;

use super::row::{Column, Entity};
use super::settings::DatabaseSettings;
use super::transaction::Connection;
use super::{dialect, migration};
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::token::{HashKeyId, TokenHash};

/// What is known about a database.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// The connection and the server.
    pub server: ServerFacts,
    /// The table of keys.
    pub table: TableFacts,
    /// The keys by how they are hashed; `None` if they cannot be counted.
    pub keys: Option<Vec<KeyCount>>,
    /// Why the keys cannot be counted.
    pub keys_failure: Option<String>,
}

/// The connection and the server.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerFacts {
    /// `postgres` or `sqlite`.
    pub database: &'static str,
    /// The version of the database.
    pub version: String,
    /// The URL without its password.
    pub location: String,
    /// The schema of the table; `None` if it does not exist, and on SQLite.
    pub schema: Option<String>,
    /// The time of the server; `None` on SQLite.
    pub clock: Option<ServerClock>,
    /// The encryption of the connection; `None` on SQLite.
    pub encryption: Option<Encryption>,
    /// The mode of the pooler in front of the server, if there is one.
    pub pooler: Option<&'static str>,
    /// Whether the server is a hot standby.
    pub replica: bool,
    /// Whether the session rejects writes.
    pub read_only: bool,
}

/// The time of a server, and when it was read.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerClock {
    /// The server's time, in epoch milliseconds.
    pub server_ms: i64,
    /// The duration of the statement that read it, in milliseconds.
    pub round_trip_ms: f64,
    /// The time since the end of that statement, in milliseconds.
    pub age_ms: f64,
}

/// The encryption of a connection.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Encryption {
    /// Whether the connection stays on this machine.
    pub local: bool,
    /// What the settings demand: `none`, `if-offered`, `unverified`, `authority` or `full`.
    pub demanded: &'static str,
    /// The version of TLS that the server reports for its session; `None` if that is not encrypted.
    pub protocol: Option<String>,
}

/// The table of keys.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TableFacts {
    /// Whether it exists.
    pub exists: bool,
    /// The migration steps that it lacks.
    pub missing_steps: Vec<&'static str>,
    /// Applied migration steps that this version does not have.
    pub unknown_steps: Vec<String>,
    /// The privileges on the table that the role lacks.
    pub missing_privileges: Vec<String>,
    /// Whether the role may migrate the table.
    pub may_migrate: bool,
    /// Whether the triggers of the change feed are as this version defines them; `None` if the database needs none.
    pub triggers: Option<bool>,
}

/// The facts that a database knows about itself and its table.
pub(super) struct DatabaseFacts {
    pub(super) server: ServerFacts,
    pub(super) table: OwnTableFacts,
    /// When the server's clock was read.
    pub(super) clock_read_at: Option<Instant>,
}

/// The facts about a table that its database knows.
pub(super) struct OwnTableFacts {
    pub(super) exists: bool,
    pub(super) missing_privileges: Vec<String>,
    pub(super) may_migrate: bool,
    pub(super) triggers: Option<bool>,
}

/// The number of keys whose hashes are alike. Soft-deleted keys are left out.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyCount {
    /// `publishable`, `argon2id`, `scrypt`, `sha256`, `hmac-sha256` or `unknown`.
    pub scheme: String,
    /// The id of the hash key, of `hmac-sha256`.
    pub hash_key: Option<String>,
    /// Whether the hash is sealed, because the key is restricted.
    pub restricted: bool,
    /// The number of keys that are accepted, some perhaps until a later time.
    pub live: u64,
    /// The number of keys that were revoked or have expired.
    pub ended: u64,
}

/// Gathers the facts. Only reads.
pub(super) async fn diagnose(
    on: &Connection<'_>,
    settings: &DatabaseSettings,
    now: Timestamp,
) -> Result<Diagnosis, ApiKeyError> {
    let DatabaseFacts { mut server, table: own, clock_read_at } =
        dialect::facts(on, settings).await?;
    let table = TableFacts {
        exists: own.exists,
        missing_steps: migration::missing_names(on).await?,
        unknown_steps: migration::unknown_names(on).await?,
        missing_privileges: own.missing_privileges,
        may_migrate: own.may_migrate,
        triggers: own.triggers,
    };
    let counted = if own.exists { count_keys(on, now).await.map(Some) } else { Ok(None) };
    let (keys, keys_failure) = match counted {
        Ok(keys) => (keys, None),
        Err(error) => (None, Some(error.to_string())),
    };
    if let (Some(clock), Some(read_at)) = (&mut server.clock, clock_read_at) {
        clock.age_ms = read_at.elapsed().as_secs_f64() * 1_000.0;
    }
    Ok(Diagnosis { server, table, keys, keys_failure })
}

/// Counts the keys by scheme, hash key, seal and state, in one statement.
async fn count_keys(on: &Connection<'_>, now: Timestamp) -> Result<Vec<KeyCount>, ApiKeyError> {
    let live = Column::RevokedAt.is_null().or(Column::RevokedAt.gt(now));
    let keys = Query::select()
        .expr_as(Expr::cust(scheme()), "scheme")
        .expr_as(Expr::cust(is_sealed()), "sealed")
        .expr_as(Expr::case(live, "live").finally("ended"), "state")
        .from(Entity)
        .and_where(Column::DeletedAt.is_null())
        .to_owned();
    let groups = Query::select()
        .expr(Expr::cust(
            r#""scheme" || ' ' || "sealed" || ' ' || "state" || ' ' || CAST(count(*) AS text)"#,
        ))
        .from_subquery(keys, "keys")
        .group_by_columns(["scheme", "sealed", "state"])
        .to_owned();
    let groups = on.texts(on.backend().orm().build(&groups)).await?;
    Ok(counts_of(groups.iter().map(String::as_str)))
}

/// The SQL of a hash without its seal.
fn unsealed() -> String {
    let seal = TokenHash::SEAL;
    let from = seal.len() + 1;
    format!(r#"CASE WHEN "token" LIKE '{seal}%' THEN substr("token", {from}) ELSE "token" END"#)
}

fn is_sealed() -> String {
    format!(r#"CASE WHEN "token" LIKE '{}%' THEN 'sealed' ELSE 'plain' END"#, TokenHash::SEAL)
}

/// The SQL of a hash's scheme; `hmac-sha256:` is followed by the id of the hash key.
fn scheme() -> String {
    const KEYED: &str = "$hmac-sha256$k=";
    const DIGITS: usize = 64;
    let hash = unsealed();
    let id_at = KEYED.len() + 1;
    let around_id = KEYED.len() + 1 + DIGITS;
    format!(
        r#"CASE WHEN "type" = 'publishable' THEN 'publishable'
WHEN ({hash}) LIKE '$argon2id$%' THEN 'argon2id'
WHEN ({hash}) LIKE '$sha256$%' THEN 'sha256'
WHEN ({hash}) LIKE '{KEYED}%' AND length({hash}) > {around_id} THEN 'hmac-sha256:' || substr({hash}, {id_at}, length({hash}) - {around_id})
WHEN length({hash}) = 128 AND ({hash}) NOT LIKE '%$%' THEN 'scrypt' ELSE 'unknown' END"#
    )
}

/// Reads the groups of the statement: `scheme seal state count`.
fn counts_of<'t>(groups: impl Iterator<Item = &'t str>) -> Vec<KeyCount> {
    let mut counts: BTreeMap<(String, Option<String>, bool), KeyCount> = BTreeMap::new();
    for group in groups {
        let mut words = group.rsplitn(4, ' ');
        let number = words.next().and_then(|count| count.parse::<u64>().ok()).unwrap_or_default();
        let is_live = words.next() == Some("live");
        let restricted = words.next() == Some("sealed");
        let (scheme, hash_key) = scheme_of(words.next().unwrap_or_default());
        let of_scheme = (scheme.clone(), hash_key.clone(), restricted);
        let count = counts.entry(of_scheme).or_insert_with(|| KeyCount {
            scheme,
            hash_key,
            restricted,
            ..KeyCount::default()
        });
        *(if is_live { &mut count.live } else { &mut count.ended }) += number;
    }
    counts.into_values().collect()
}

fn scheme_of(text: &str) -> (String, Option<String>) {
    match text.split_once(':') {
        None => (text.to_owned(), None),
        // SECURITY: what is not an id may be a part of a hash.
        Some((scheme, id)) => match HashKeyId::parse(id) {
            Some(id) => (scheme.to_owned(), Some(id.as_str().to_owned())),
            None => ("unknown".to_owned(), None),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_one_scheme_become_one_count() {
        let groups = [
            "argon2id plain live 3",
            "argon2id plain ended 2",
            "argon2id sealed live 1",
            "hmac-sha256:2026-11 plain live 4",
        ];
        let count = |scheme: &str, hash_key: Option<&str>, restricted, live, ended| KeyCount {
            scheme: scheme.to_owned(),
            hash_key: hash_key.map(str::to_owned),
            restricted,
            live,
            ended,
        };
        assert_eq!(
            counts_of(groups.into_iter()),
            [
                count("argon2id", None, false, 3, 2),
                count("argon2id", None, true, 1, 0),
                count("hmac-sha256", Some("2026-11"), false, 4, 0),
            ]
        );
    }

    #[test]
    fn what_is_not_an_id_of_a_hash_key_is_not_shown() {
        for text in ["hmac-sha256:0f0f$0f0f", "hmac-sha256:", "hmac-sha256:a b"] {
            assert_eq!(scheme_of(text), ("unknown".to_owned(), None), "{text}");
        }
    }
}
