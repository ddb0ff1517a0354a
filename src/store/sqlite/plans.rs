//! Tests of SQLite's query plans, and of the statements that its driver keeps.
//!
//! A write locks the file for as long as it reads: one that scans the table keeps every other process waiting. SQLite
//! has no statistics of the table, so it chooses an index by the conditions alone.

use sea_orm::sqlx::Connection as _;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryTrait, Statement};

use super::executor::SqliteExecutor;
use super::insert::insert;
use super::last_used::WRITE;
use super::live_creator::insert_by_live_creator;
use super::pools::Pools;
use crate::api_key::ApiKey;
use crate::call_context::{Timestamp, from_epoch_ms};
use crate::query::Filter;
use crate::store::api_keys::{Query, select};
use crate::store::backend::Backend;
use crate::store::live_creator::Insertion;
use crate::store::migration;
use crate::store::row::{Entity, to_key};
use crate::store::same_tokens::{TokenIdentity, conditions, find_same_tokens};
use crate::store::settings::DatabaseSettings;
use crate::store::transaction::{Connection, Pool};
use crate::token::{RawToken, StoredToken, TokenDigest};

const BY_ID: &str = "USING INDEX sqlite_autoindex_api_key_1 (id=?)";

async fn migrated() -> Pools {
    let settings = DatabaseSettings::parse("sqlite::memory:").expect("a URL");
    let pools = Pools::open_memory(&settings).await.expect("opens");
    migration::up(&Pool::Sqlite(pools.connections().clone()), &settings).await.expect("migrates");
    pools
}

/// Returns the steps of a statement's plan that read `api_key`.
async fn reads(pools: &Pools, mut statement: Statement) -> Vec<String> {
    statement.sql.insert_str(0, "EXPLAIN QUERY PLAN ");
    let rows = pools.lookups.query_all_raw(statement).await.expect("explains");
    let steps = rows.iter().map(|row| row.try_get::<String>("", "detail").expect("a text"));
    steps.filter(|step| step.contains("key")).collect()
}

#[tokio::test]
async fn the_write_of_last_uses_reads_keys_by_id() {
    let pools = migrated().await;
    let uses = r#"[["apk_1","2026-01-01T00:00:00+00:00"]]"#;
    let write = Statement::from_sql_and_values(DbBackend::Sqlite, WRITE.as_str(), [uses.into()]);
    assert_eq!(reads(&pools, write).await, [format!("SEARCH key {BY_ID}")]);
}

#[tokio::test]
async fn a_selection_of_ids_reads_keys_by_id() {
    let pools = migrated().await;
    let on = Connection::of_pool(Pool::Sqlite(pools.connections().clone()));
    for count in [1, 2, 50, 5_000] {
        let ids = Filter::ids((0..count).map(|number| format!("apk_{number}")));
        let unordered = Query { order: Vec::new(), ..Query::visible(ids.clone()) };
        for query in [Query::visible(ids.clone()), unordered, Query::every(ids)] {
            let select = select(&on, &query).expect("translates").build(DbBackend::Sqlite);
            assert_eq!(reads(&pools, select).await, [format!("SEARCH api_key {BY_ID}")], "{count}");
        }
    }
}

/// The identities of tokens: secret ones with and without a known redacted form, and publishable ones.
fn identities(count: usize) -> Vec<TokenIdentity> {
    let secret = |number: usize| {
        let token = RawToken::presented(format!("sk_{number:064}"));
        let redacted = number.is_multiple_of(2).then(|| token.redact());
        TokenIdentity::Secret { digest: TokenDigest::of(&token), redacted }
    };
    let publishable = |number| TokenIdentity::Publishable(format!("pk_{number:064}"));
    (0..count).map(secret).chain((0..count).map(publishable)).collect()
}

#[tokio::test]
async fn the_rows_of_tokens_are_read_by_indexes() {
    let pools = migrated().await;
    for count in [1, 2, 500] {
        let mut plans = Vec::new();
        for condition in conditions(Backend::Sqlite, &identities(count)) {
            plans.extend(
                reads(&pools, Entity::find().filter(condition).build(DbBackend::Sqlite)).await,
            );
        }
        let by =
            |index, column| format!("SEARCH api_key USING INDEX IDX_api_key_{index} ({column}=?)");
        let expected = [
            by("token_digest", "token_digest"),
            by("undigested", "redacted"),
            by("token_unique", "token"),
        ];
        assert_eq!(plans, expected, "{count}");
    }
}

fn now() -> Timestamp {
    from_epoch_ms(1_900_000_000_123.0).expect("a time")
}

/// Returns keys with other ids than those of other calls.
fn keys(first: usize, count: usize) -> Vec<ApiKey> {
    let key = |number: usize| {
        // Some rows are inserted by themselves.
        let title = if number % 10 == 9 { "\"".repeat(10_000) } else { "A \"key\"".to_owned() };
        ApiKey {
            token: StoredToken::Public(format!("pk_{number:064}")),
            revoked_at: number.is_multiple_of(3).then(now),
            ..ApiKey::example(format!("apk_{number}"), title, now())
        }
    };
    (first..first + count).map(key).collect()
}

#[tokio::test]
async fn the_driver_keeps_the_same_statements_for_any_number_of_keys() {
    let pools = migrated().await;
    let pool = Pool::Sqlite(pools.connections().clone());
    let sqlx = pools.lookups.get_sqlite_connection_pool();
    let (mut made, mut kept) = (0, Vec::new());
    for count in [1, 2, 3, 10, 99, 1_000] {
        for by_creator in [false, true] {
            let keys = keys(made, count);
            made += count;
            let executor = SqliteExecutor::new(pools.connections());
            let is_done = by_creator
                && insert_by_live_creator(executor, &keys, now()).await == Ok(Insertion::Done);
            if !is_done {
                insert(SqliteExecutor::new(pools.connections()), &keys).await.expect("inserts");
            }
            let ids = Filter::ids(keys.iter().map(|key| key.id.as_str().to_owned()));
            let on = Connection::of_pool(pool.clone());
            let select = select(&on, &Query::every(ids)).expect("translates");
            let read = on.models(select).await.expect("reads");
            let read = read.into_iter().map(|row| to_key(row).expect("a key"));
            let sorted = |mut keys: Vec<ApiKey>| {
                keys.sort_by(|one, other| one.id.cmp(&other.id));
                keys
            };
            assert_eq!(sorted(read.collect()), sorted(keys));
        }
        let on = Connection::of_pool(pool.clone());
        find_same_tokens(&on, &identities(count)).await.expect("reads");
        kept.push(sqlx.acquire().await.expect("is free").cached_statements_size());
    }
    assert_eq!(kept[1..], [kept[1]; 5], "{kept:?}");
}
