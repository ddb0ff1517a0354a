//! Ending keys and what they created, on SQLite.

use sea_orm::{DbBackend, Statement, Value};

use super::conditions::time_text;
use super::executor::{SqliteExecutor, model};
use super::failure;
use super::last_used::{second_later, whole_ms};
use crate::api_key::PublicApiKey;
use crate::error::ApiKeyError;
use crate::store::cascade::{ENDED, Ended, Ending, EndingSql};
use crate::store::failure::PREVENTED;
use crate::store::row::to_key;

const IDS: &str = "SELECT value FROM json_each($1)";

// CROSS JOIN keeps the order: SQLite finds the keys that each found key created. UNION, not UNION ALL: each key is found
// once, so a cycle ends.
const DESCENDANTS: &str = r#"SELECT "child"."id" FROM "found" CROSS JOIN "api_key" AS "child" ON "child"."created_by" = "found"."id""#;

fn sql(cascade: bool) -> EndingSql {
    EndingSql {
        found: if cascade {
            format!(r#"WITH RECURSIVE "found" ("id") AS ({IDS} UNION {DESCENDANTS})"#)
        } else {
            format!(r#"WITH "found" ("id") AS ({IDS})"#)
        },
        unchanged: "",
        among_found: r#"WHERE "key"."id" IN (SELECT "id" FROM "found")"#,
        whole_ms,
        second_later,
    }
}

/// Ends keys and, if that is asked for, what they created.
pub(in crate::store) async fn end(
    executor: SqliteExecutor<'_>,
    ending: &Ending<'_>,
) -> Result<Ended, ApiKeyError> {
    // The transaction has locked the file, so nothing appears meanwhile.
    let sql = sql(ending.cascade);
    let end = sql.end(ending.is_immediate());
    let live = sql.live_among(&format!("IN ({IDS})"));
    let values = values(ending).into_iter().chain([ending.revocation.revoked_by.clone().into()]);
    let end = Statement::from_sql_and_values(DbBackend::Sqlite, end, values);
    let mut ended = Ended::default();
    for row in executor.rows(end).await? {
        if row.try_get("", ENDED).map_err(failure::of)? {
            ended.keys.push(to_key(model(&row)?)?.into());
        } else {
            ended.marked.push(row.try_get("", "id").map_err(failure::of)?);
        }
    }
    let live = Statement::from_sql_and_values(DbBackend::Sqlite, live, self::values(ending));
    if executor.rows(live).await?.is_empty() { Ok(ended) } else { Err(PREVENTED) }
}

/// Returns the keys that [`end`] would end.
pub(in crate::store) async fn would_end(
    executor: SqliteExecutor<'_>,
    ending: &Ending<'_>,
) -> Result<Vec<PublicApiKey>, ApiKeyError> {
    let sql = sql(ending.cascade).would_end();
    let select = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values(ending));
    executor.returned(select).await?.into_iter().map(|model| Ok(to_key(model)?.into())).collect()
}

fn values(ending: &Ending<'_>) -> [Value; 3] {
    let ids = serde_json::Value::from(ending.ids).to_string();
    let [at, now] = [ending.revocation.revoked_at, ending.now].map(time_text);
    [ids.into(), at.into(), now.into()]
}
