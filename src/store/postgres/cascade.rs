//! Ending keys and what they created, on PostgreSQL.
//!
//! A statement does not see what is committed while it waits for a lock, so it is repeated for what has appeared: a
//! creation that held the lock of its creator has committed once the creator has ended, and no other one follows.
//!
//! SECURITY: creations below keys that it has not reached yet may be faster than this, and nothing has ended before it
//! commits. So it gives up soon, and is repeated while all other writers wait.

use tokio_postgres::Row;

use super::executor::PgExecutor;
use super::failure::PgFailure;
use super::last_used::{second_later, whole_ms};
use super::model::{at, model};
use super::values::Param;
use crate::api_key::PublicApiKey;
use crate::error::ApiKeyError;
use crate::store::cascade::{ENDED, Ended, Ending, EndingSql};
use crate::store::failure::PREVENTED;
use crate::store::row::{Column, to_key};

const PREFER_INDEX: &str = r#"SELECT pg_catalog.set_config('enable_seqscan', 'off', true) FROM pg_catalog.pg_index
WHERE indisvalid AND indexrelid = pg_catalog.to_regclass('"IDX_api_key_created_by"')"#;

/// Waits for all other transactions that have written or locked rows, and lets new ones wait. Reads do not wait.
const LOCK: &str = r#"LOCK TABLE "api_key" IN EXCLUSIVE MODE"#;

const AMONG: &str = "= ANY($1)";
const FOUND_BY_ID: &str = r#"WITH "found" ("id") AS (SELECT unnest($1::text[]))"#;
const AMONG_IDS: &str = r#"WHERE "key"."id" IN (SELECT "id" FROM "found")"#;

/// The given ids, each with its row if there is one.
const GIVEN: &str = r#"unnest($1::text[]) AS "given" ("id") LEFT JOIN "api_key" AS "key" ON "key"."id" = "given"."id""#;

/// Joins the rows by their places, which saves a search of the primary key for each. A place is unique in one table only, and
/// others may inherit from this one.
const FOUND_BY_PLACE: &str = r#"FROM (SELECT "table", "place" FROM "found") AS "row"
WHERE "key"."ctid" = "row"."place"::tid AND "key"."tableoid" = "row"."table""#;

/// The place of the row of `key`.
const PLACE: &str = r#""key"."tableoid" AS "table", "key"."ctid"::text AS "place""#;

/// Without them, PostgreSQL would look in the indexes of these columns for versions of rows that it could remove, and
/// find none.
const UNCHANGED: &str = r#", "id" = "key"."id", "token" = "key"."token", "type" = "key"."type", "redacted" = "key"."redacted", "created_by" = "key"."created_by", "deleted_at" = "key"."deleted_at", "attributes" = "key"."attributes""#;

/// Secret keys whose end a trigger makes invisible to slow clocks. Publishable keys create no others.
const UNMARKED: &str = r#"SELECT "id" FROM "api_key" WHERE "id" = ANY($1) AND "type" = 'secret' AND "token_digest" IS NULL"#;

/// The number of times that keys are ended beside other writers, and the number of keys that may appear meanwhile.
const MAX_PASSES: usize = 3;
const MAX_LATE: usize = 1_000;

/// Ends keys and, if that is asked for, what they created. `None` if other writers create keys too fast.
pub(in crate::store) async fn end(
    executor: PgExecutor<'_>,
    ending: &Ending<'_>,
) -> Result<Option<Ended>, ApiKeyError> {
    let Ending { ids, cascade, alone, .. } = *ending;
    if alone {
        // Before the first row is locked, so that no writer is waited for that waits for this transaction.
        executor.run(LOCK).await?;
    }
    let is_indexed = cascade && prefer_index(executor).await?;
    let sql = sql(cascade, is_indexed);
    let update = sql.end(ending.is_immediate());
    let look = still_live(&sql, is_indexed, ending.is_immediate());
    let mut ended = Ended::default();
    let mut ids = ids.to_vec();
    let mut passes = 0;
    loop {
        update_rows(executor, &update, &ids, ending, &mut ended).await?;
        passes += 1;
        if cascade {
            // A key that has ended has all its descendants by now, but for the successors of the live ones.
            let params = params(&ids, ending);
            let look = texts(executor, &look, &params);
            // The caller needs them sorted, and sorts faster then.
            let (late, ()) = tokio::join!(look, async { ended.sort() });
            ids = late?;
        }
        if !cascade {
            let live = texts(executor, &sql.live_among(AMONG), &params(&ids, ending)).await?;
            return if live.is_empty() { Ok(Some(ended)) } else { Err(PREVENTED) };
        }
        if ids.is_empty() {
            return Ok(Some(ended));
        }
        if !alone && (passes == MAX_PASSES || ids.len() > MAX_LATE) {
            return Ok(None);
        }
        if alone && passes == MAX_PASSES {
            // No key has appeared meanwhile, so a trigger has undone what this did.
            let live = still_live(&sql, is_indexed, false);
            let live = texts(executor, &live, &params(&ids, ending)).await?;
            let unmarked = texts(executor, UNMARKED, &[Param::texts(ids)]).await?;
            if live.is_empty() && unmarked.is_empty() {
                return Ok(Some(ended));
            }
            return Err(PREVENTED);
        }
    }
}

/// Ends keys, and adds what it changed to the result.
async fn update_rows(
    executor: PgExecutor<'_>,
    update: &str,
    ids: &[String],
    ending: &Ending<'_>,
    ended: &mut Ended,
) -> Result<(), ApiKeyError> {
    let [ids, end, now] = params(ids, ending);
    let by = Param::text_or_null(ending.revocation.revoked_by.as_deref());
    let each = |row: &Row| {
        if row.try_get(ENDED).map_err(PgFailure::from)? {
            ended.keys.push(to_key(model(row)?)?.into());
        } else {
            ended.marked.push(at(row, Column::Id)?);
        }
        Ok(())
    };
    executor.for_each(update, &[ids, end, now, by], each).await
}

/// Returns the keys that [`end`] would end.
pub(in crate::store) async fn would_end(
    executor: PgExecutor<'_>,
    ending: &Ending<'_>,
) -> Result<Vec<PublicApiKey>, ApiKeyError> {
    let is_indexed = ending.cascade && prefer_index(executor).await?;
    let sql = sql(ending.cascade, is_indexed).would_end();
    let mut keys = Vec::new();
    let each = |row: &Row| {
        keys.push(to_key(model(row)?)?.into());
        Ok(())
    };
    executor.for_each(&sql, &params(ending.ids, ending), each).await?;
    Ok(keys)
}

/// Returns whether a transaction was aborted because it and another one waited for each other.
pub(in crate::store) fn is_deadlock(error: &ApiKeyError) -> bool {
    error.sqlstate() == Some("40P01")
}

/// Returns whether the index on the creator exists, and then makes the planner use it: its estimates are wrong where most
/// keys have the same creator.
async fn prefer_index(executor: PgExecutor<'_>) -> Result<bool, PgFailure> {
    Ok(!executor.query(PREFER_INDEX, &[]).await?.rows.is_empty())
}

/// Returns the statements.
///
/// SECURITY: an UPDATE that joins the rows of a cascade by their places skips a row that another transaction changes
/// while it waits, so [`still_live`] must follow.
fn sql(cascade: bool, is_indexed: bool) -> EndingSql {
    let (found, unchanged, among_found) = if cascade {
        (found(is_indexed), UNCHANGED, FOUND_BY_PLACE)
    } else {
        (FOUND_BY_ID.to_owned(), "", AMONG_IDS)
    };
    EndingSql { found, unchanged, among_found, whole_ms, second_later }
}

/// Returns the query of the keys with the ids `$1` and what they created: their ids, and the places of their rows.
fn found(is_indexed: bool) -> String {
    // UNION, not UNION ALL: each key is found once, so a cycle ends.
    format!(
        r#"WITH RECURSIVE "found" ("id", "table", "place") AS (
  SELECT "given"."id", {PLACE} FROM {GIVEN}
  UNION SELECT "child"."id", "child"."table", "child"."place" FROM "found" {}
)"#,
        children(is_indexed, PLACE)
    )
}

/// Returns the statement that selects the ids of those of the keys `$1` and their descendants that the UPDATE would end or
/// mark at the same times, and the ids of their creators.
///
/// Of these keys alone may other descendants appear: a live key creates one, or is rolled, and its successor has the same
/// creator.
fn still_live(sql: &EndingSql, is_indexed: bool, at_once: bool) -> String {
    let marked = if at_once { format!(" OR {}", sql.is_to_be_marked("$3")) } else { String::new() };
    let live = format!(r#"("key"."id" IS NOT NULL AND ({}{marked})) AS "live""#, sql.ends());
    format!(
        r#"WITH RECURSIVE "found" ("id", "live") AS (
  SELECT "given"."id", {live} FROM {GIVEN}
  UNION SELECT "child"."id", "child"."live" FROM "found" {}
), "live" AS (SELECT "id" FROM "found" WHERE "live")
SELECT "id" FROM "live" UNION SELECT "key"."created_by" FROM "api_key" AS "key"
WHERE "key"."id" IN (SELECT "id" FROM "live") AND "key"."created_by" IN (SELECT "id" FROM "found")"#,
        children(is_indexed, &live)
    )
}

/// Joins the found keys to `child`, the keys that they created: the id, and what else is selected of `key`. Without the
/// index, the planner decides how the table is read.
fn children(is_indexed: bool, more: &str) -> String {
    if is_indexed {
        // OFFSET keeps the subquery as it is: one search of the index for each found key.
        format!(
            r#"CROSS JOIN LATERAL (SELECT "key"."id", {more} FROM "api_key" AS "key" WHERE "key"."created_by" = "found"."id" OFFSET 0) AS "child""#
        )
    } else {
        format!(
            r#"JOIN (SELECT "key"."id", "key"."created_by", {more} FROM "api_key" AS "key") AS "child" ON "child"."created_by" = "found"."id""#
        )
    }
}

fn params(ids: &[String], ending: &Ending<'_>) -> [Param; 3] {
    let [at, now] = [ending.revocation.revoked_at, ending.now].map(Param::time);
    [Param::texts(ids.to_vec()), at, now]
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
