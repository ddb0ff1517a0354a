//! The batched write of `last_used_at` on PostgreSQL.

use std::sync::LazyLock;

use super::executor::PgExecutor;
use super::failure::PgFailure;
use super::values::Param;
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::store::last_used::{UsesWritten, is_due};

// A locked row is being changed, possibly by another process that flushes its uses. SKIP LOCKED skips it, which
// prevents deadlocks.
static WRITE: LazyLock<String> = LazyLock::new(|| {
    let due = is_due(r#""key"."deleted_at" IS NULL"#, whole_ms, second_later);
    format!(
        r#"WITH "uses" AS MATERIALIZED (
  SELECT "id", "at" FROM unnest($1::text[], $2::timestamptz[]) AS "given" ("id", "at")
), "due" AS MATERIALIZED (
  SELECT "used"."id", "used"."at" FROM "api_key" AS "key" JOIN "uses" AS "used" ON "used"."id" = "key"."id" WHERE {due}
), "free" AS MATERIALIZED (
  SELECT "key"."id" FROM "api_key" AS "key" WHERE "key"."id" IN (SELECT "id" FROM "due")
  ORDER BY "key"."id" FOR NO KEY UPDATE OF "key" SKIP LOCKED
), "written" AS (
  UPDATE "api_key" AS "key" SET "last_used_at" = "used"."at" FROM "due" AS "used" JOIN "free" ON "free"."id" = "used"."id"
  WHERE "key"."id" = "used"."id" AND {due}
  RETURNING "key"."id"
)
SELECT "due"."id", "written"."id" IS NOT NULL AS "written" FROM "due" LEFT JOIN "written" ON "written"."id" = "due"."id""#
    )
});

// `is_due` adds the second instead of subtracting it, because PostgreSQL cannot subtract `infinity`.
pub(super) fn second_later(time: &str) -> String {
    format!("{} + interval '1 second'", whole_ms(time))
}

pub(super) fn whole_ms(time: &str) -> String {
    format!("date_trunc('milliseconds', {time})")
}

/// Writes the last use of keys, given by their ids.
pub(in crate::store) async fn set_last_used(
    executor: PgExecutor<'_>,
    uses: &[(String, Timestamp)],
) -> Result<UsesWritten, ApiKeyError> {
    let (ids, times) = uses.iter().cloned().unzip();
    let params = [Param::texts(ids), Param::times(times)];
    let rows = executor.query(&WRITE, &params).await?.rows;
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
