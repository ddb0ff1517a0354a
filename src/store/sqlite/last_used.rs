//! The batched write of `last_used_at` on SQLite.

use std::sync::LazyLock;

use sea_orm::{DbBackend, Statement};

use super::conditions::{mostly, time_text};
use super::executor::SqliteExecutor;
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::store::last_used::{UsesWritten, is_due};

pub(super) static WRITE: LazyLock<String> = LazyLock::new(|| {
    let undeleted = mostly(r#""key"."deleted_at" IS NULL"#);
    let due = is_due(&undeleted, whole_ms, second_later);
    format!(
        r#"UPDATE "api_key" AS "key" SET "last_used_at" = "used"."at"
FROM (SELECT json_extract(value, '$[0]') AS "id", json_extract(value, '$[1]') AS "at" FROM json_each(?)) AS "used"
WHERE "key"."id" = "used"."id" AND {due}"#
    )
});

// SQLite's date functions round to milliseconds, and a timestamp is stored as a string: seconds, an optional fraction,
// the time zone. The leading zero keeps the sign of a zone from being parsed as part of a number.
pub(super) fn whole_ms(time: &str) -> String {
    let seconds =
        format!("unixepoch(substr({time}, 1, 19) || ltrim(substr({time}, 20), '.0123456789'))");
    let fraction = format!("CAST('0' || substr({time}, 20, 4) AS REAL)");
    format!("({seconds} * 1000 + CAST(round({fraction} * 1000) AS INTEGER))")
}

pub(super) fn second_later(time: &str) -> String {
    format!("{} + 1000", whole_ms(time))
}

/// Writes the last use of keys, given by their ids.
pub(in crate::store) async fn set_last_used(
    executor: SqliteExecutor<'_>,
    uses: &[(String, Timestamp)],
) -> Result<UsesWritten, ApiKeyError> {
    let pairs: Vec<_> = uses.iter().map(|(id, at)| [id.clone(), time_text(*at)]).collect();
    let pairs = serde_json::json!(pairs).to_string();
    let write = Statement::from_sql_and_values(DbBackend::Sqlite, WRITE.as_str(), [pairs.into()]);
    Ok(UsesWritten { written: executor.execute(write).await?, skipped: Vec::new() })
}
