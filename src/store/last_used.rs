//! The batched write of `last_used_at`.
//!
//! Invariant: the write waits for no row lock. It changes no other column, and no row whose key has ended, is
//! soft-deleted, or has a later last use.

use chrono::SecondsFormat;
use sea_orm::{DbBackend, Statement};

use super::postgres::{Param, PgFailure};
use super::transaction::{Connection, Executor};
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;

/// The outcome of a batched write.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct UsesWritten {
    /// The number of updated rows.
    pub written: u64,
    /// The ids of the rows that another transaction held locked.
    pub skipped: Vec<String>,
}

// The SQL version of `ApiKey::has_ended`, at the time of the use. Both compare whole milliseconds;
// `__test__/last-used/ended.test.ts` compares the two.
macro_rules! live_and_used_before {
    ($end:expr, $updated:expr, $used:expr, $latest:expr) => {
        concat!(
            r#""key"."deleted_at" IS NULL AND ("key"."last_used_at" IS NULL OR "key"."last_used_at" < "used"."at")
    AND ("key"."revoked_at" IS NULL OR (substr(coalesce("key"."token_digest", ''), 1, 1) <> '!' AND "#,
            $end, " > ", $used, " AND ", $updated, " NOT BETWEEN ", $end, " AND ", $latest, "))"
        )
    };
}

macro_rules! live_in_sqlite {
    () => {
        live_and_used_before!(
            sqlite_ms!(r#""key"."revoked_at""#),
            sqlite_ms!(r#""key"."updated_at""#),
            sqlite_ms!(r#""used"."at""#),
            concat!(sqlite_ms!(r#""key"."revoked_at""#), " + 1000")
        )
    };
}

// SQLite's date functions round to milliseconds, and a timestamp is stored as a string: seconds, an optional fraction,
// the time zone. The leading zero keeps the sign of a zone from being parsed as part of a number.
macro_rules! sqlite_ms {
    ($at:expr) => {
        concat!(
            "(unixepoch(substr(",
            $at,
            ", 1, 19) || ltrim(substr(",
            $at,
            ", 20), '.0123456789')) * 1000",
            " + CAST(round(CAST('0' || substr(",
            $at,
            ", 20, 4) AS REAL) * 1000) AS INTEGER))"
        )
    };
}

// The interval is added, not subtracted, because PostgreSQL cannot subtract `infinity`.
macro_rules! live_in_postgres {
    () => {
        live_and_used_before!(
            r#"date_trunc('milliseconds', "key"."revoked_at")"#,
            r#"date_trunc('milliseconds', "key"."updated_at")"#,
            r#"date_trunc('milliseconds', "used"."at")"#,
            r#"date_trunc('milliseconds', "key"."revoked_at") + interval '1 second'"#
        )
    };
}

const SQLITE: &str = concat!(
    r#"UPDATE "api_key" AS "key" SET "last_used_at" = "used"."at"
FROM (SELECT json_extract(value, '$[0]') AS "id", json_extract(value, '$[1]') AS "at" FROM json_each(?)) AS "used"
WHERE "key"."id" = "used"."id" AND "#,
    live_in_sqlite!()
);

// A locked row is being changed, possibly by another process that flushes its uses. SKIP LOCKED skips it, which
// prevents deadlocks.
const POSTGRES: &str = concat!(
    r#"WITH "uses" AS MATERIALIZED (
  SELECT "id", "at" FROM unnest($1::text[], $2::timestamptz[]) AS "given" ("id", "at")
), "due" AS MATERIALIZED (
  SELECT "used"."id", "used"."at" FROM "api_key" AS "key" JOIN "uses" AS "used" ON "used"."id" = "key"."id" WHERE "#,
    live_in_postgres!(),
    r#"
), "free" AS MATERIALIZED (
  SELECT "key"."id" FROM "api_key" AS "key" WHERE "key"."id" IN (SELECT "id" FROM "due")
  ORDER BY "key"."id" FOR NO KEY UPDATE OF "key" SKIP LOCKED
), "written" AS (
  UPDATE "api_key" AS "key" SET "last_used_at" = "used"."at" FROM "due" AS "used" JOIN "free" ON "free"."id" = "used"."id"
  WHERE "key"."id" = "used"."id" AND "#,
    live_in_postgres!(),
    r#"
  RETURNING "key"."id"
)
SELECT "due"."id", "written"."id" IS NOT NULL AS "written" FROM "due" LEFT JOIN "written" ON "written"."id" = "due"."id""#
);

/// Writes the last use of keys, given by their ids.
///
/// # Errors
/// `Database` or `Unavailable`; nothing was written.
pub async fn set_last_used(
    on: &Connection<'_>,
    uses: &[(String, Timestamp)],
) -> Result<UsesWritten, ApiKeyError> {
    match on.executor() {
        Executor::Sqlite(_) => {
            let statement =
                Statement::from_sql_and_values(DbBackend::Sqlite, SQLITE, [json(uses).into()]);
            Ok(UsesWritten { written: on.execute(statement).await?, skipped: Vec::new() })
        }
        Executor::Postgres(executor) => {
            let (ids, times) = uses.iter().cloned().unzip();
            let params = [Param::texts(ids), Param::times(times)];
            let rows = executor.query(POSTGRES, &params).await?.rows;
            let mut outcome = UsesWritten::default();
            for row in rows {
                if row.try_get("written").map_err(PgFailure::from)? {
                    outcome.written += 1;
                } else {
                    outcome.skipped.push(row.try_get("id").map_err(PgFailure::from)?);
                }
            }
            Ok(outcome)
        }
    }
}

// Formats times like the SQLite driver, so that comparing the strings compares the times.
fn json(uses: &[(String, Timestamp)]) -> String {
    let pairs: Vec<_> = uses
        .iter()
        .map(|(id, at)| [id.clone(), at.to_rfc3339_opts(SecondsFormat::AutoSi, false)])
        .collect();
    serde_json::json!(pairs).to_string()
}
