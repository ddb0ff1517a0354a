//! Ending keys and what they created, on PostgreSQL.
//!
//! A statement does not see what is committed while it waits for a lock, so it is repeated for what has appeared: a
//! creation that held the lock of its creator has committed once the creator has ended, and no other one follows.
//!
//! SECURITY: creations below keys that it has not reached yet may be faster than this, and nothing has ended before it
//! commits. So it gives up soon, and is repeated while all other writers wait.

use super::executor::PgExecutor;
use super::failure::PgFailure;
use super::last_used::{second_later, whole_ms};
use super::model::{at, model};
use super::values::Param;
use crate::error::ApiKeyError;
use crate::store::cascade::{ENDED, Ending, EndingSql};
use crate::store::row::{Column, Model};

/// Returns whether the index on the creator exists, and then makes the planner use it: its estimates are wrong where most
/// keys have the same creator.
const PREFER_INDEX: &str = r#"SELECT pg_catalog.set_config('enable_seqscan', 'off', true) FROM pg_catalog.pg_index
WHERE indisvalid AND indexrelid = pg_catalog.to_regclass('"IDX_api_key_created_by"')"#;

/// Waits for all other transactions that have written or locked rows, and lets new ones wait. Reads do not wait.
const LOCK: &str = r#"LOCK TABLE "api_key" IN EXCLUSIVE MODE"#;

/// The number of times that keys are ended beside other writers, and the number of keys that may appear meanwhile.
const MAX_PASSES: usize = 3;
const MAX_LATE: usize = 100;

/// Ends keys and, if that is asked for, what they created. Returns the keys that it ended, and the ids of those that it
/// marked; `None` if other writers create keys too fast.
pub(in crate::store) async fn end(
    executor: PgExecutor<'_>,
    ending: &Ending<'_>,
) -> Result<Option<(Vec<Model>, Vec<String>)>, PgFailure> {
    let Ending { ids, cascade, alone, .. } = *ending;
    if alone {
        // Before the first row is locked, so that no writer is waited for that waits for this transaction.
        executor.run(LOCK).await?;
    }
    let sql = sql(executor, cascade).await?;
    let update = sql.end(cascade, ending.is_immediate());
    let (mut ended, mut marked) = (Vec::new(), Vec::new());
    let mut end = async |ids: &[String]| {
        let [ids, end, now] = params(ids, ending);
        let by = Param::text_or_null(ending.revocation.revoked_by.as_deref());
        for row in executor.query(&update, &[ids, end, now, by]).await?.rows {
            if row.try_get(ENDED).map_err(PgFailure::from)? {
                ended.push(model(&row)?);
            } else {
                marked.push(at(&row, Column::Id)?);
            }
        }
        Ok::<_, PgFailure>(())
    };
    let live_descendants = sql.live_descendants(ending.is_immediate());
    let mut ids = ids.to_vec();
    let mut passes = 0;
    loop {
        end(&ids).await?;
        passes += 1;
        if cascade {
            // A key that has ended has all its descendants by now, but for the successors of the live ones.
            ids = texts(executor, &live_descendants, &params(&ids, ending)).await?;
        }
        if !cascade || ids.is_empty() {
            return Ok(Some((ended, marked)));
        }
        if !alone && (passes == MAX_PASSES || ids.len() > MAX_LATE) {
            return Ok(None);
        }
    }
}

/// Returns the keys that [`end`] would end.
pub(in crate::store) async fn would_end(
    executor: PgExecutor<'_>,
    ending: &Ending<'_>,
) -> Result<Vec<Model>, PgFailure> {
    let sql = sql(executor, ending.cascade).await?.would_end(ending.cascade);
    models(executor, &sql, &params(ending.ids, ending)).await
}

/// Returns whether a transaction was aborted because it and another one waited for each other.
pub(in crate::store) fn is_deadlock(error: &ApiKeyError) -> bool {
    error.sqlstate() == Some("40P01")
}

/// Returns the statements. Without the index, the planner decides how the table is read.
async fn sql(executor: PgExecutor<'_>, cascade: bool) -> Result<EndingSql, PgFailure> {
    let is_indexed = cascade && !executor.query(PREFER_INDEX, &[]).await?.rows.is_empty();
    let children = if is_indexed { children_by_index } else { children_by_any_plan };
    Ok(EndingSql { ids: "SELECT unnest($1::text[])", children, whole_ms, second_later })
}

// OFFSET keeps the subquery as it is: one search of the index for each found key.
fn children_by_index(more: &str) -> String {
    format!(
        r#"CROSS JOIN LATERAL (SELECT "key"."id"{more} FROM "api_key" AS "key" WHERE "key"."created_by" = "found"."id" OFFSET 0) AS "child""#
    )
}

fn children_by_any_plan(more: &str) -> String {
    format!(
        r#"JOIN (SELECT "key"."id", "key"."created_by"{more} FROM "api_key" AS "key") AS "child" ON "child"."created_by" = "found"."id""#
    )
}

fn params(ids: &[String], ending: &Ending<'_>) -> [Param; 3] {
    let [at, now] = [ending.revocation.revoked_at, ending.now].map(Param::time);
    [Param::texts(ids.to_vec()), at, now]
}

async fn models(
    executor: PgExecutor<'_>,
    sql: &str,
    params: &[Param],
) -> Result<Vec<Model>, PgFailure> {
    executor.query(sql, params).await?.rows.iter().map(model).collect()
}

/// Returns the first column of the rows.
async fn texts(
    executor: PgExecutor<'_>,
    sql: &str,
    params: &[Param],
) -> Result<Vec<String>, PgFailure> {
    let rows = executor.query(sql, params).await?.rows;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}
