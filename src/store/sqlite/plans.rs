//! Tests of SQLite's query plans.
//!
//! A write locks the file for as long as it reads: one that scans the table keeps every other process waiting. SQLite
//! has no statistics of the table, so it chooses an index by the conditions alone.

use sea_orm::{ConnectionTrait, DbBackend, QueryTrait, Statement};

use super::last_used::WRITE;
use super::pools::Pools;
use crate::query::Filter;
use crate::store::api_keys::{Query, select};
use crate::store::migration;
use crate::store::settings::DatabaseSettings;
use crate::store::transaction::{Connection, Pool};

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
