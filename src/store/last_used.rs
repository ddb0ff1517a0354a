//! What both databases share of the batched write of `last_used_at`.
//!
//! Invariant: the write waits for no row lock. It changes no other column, and no row whose key has ended, is
//! soft-deleted, or has a later last use.

/// The outcome of a batched write.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct UsesWritten {
    /// The number of updated rows.
    pub written: u64,
    /// The ids of the rows that another transaction held locked.
    pub skipped: Vec<String>,
}

/// Returns the condition that a use, a row of `used`, may be written to a row of `key`. `undeleted` is the condition that
/// `key` is not soft-deleted.
pub(super) fn is_due(
    undeleted: &str,
    whole_ms: fn(&str) -> String,
    second_later: fn(&str) -> String,
) -> String {
    let live = is_live(r#""used"."at""#, whole_ms, second_later);
    format!(
        r#"{undeleted} AND ("key"."last_used_at" IS NULL OR "key"."last_used_at" < "used"."at")
    AND {live}"#
    )
}

/// Returns the condition that a row of `key` has not ended at the time with this SQL.
///
/// The SQL version of `ApiKey::has_ended`. Both compare whole milliseconds; `__test__/last-used/ended.test.ts` compares
/// the two. `whole_ms` returns the SQL of a time in whole milliseconds, and `second_later` that of one second later.
pub(super) fn is_live(
    at: &str,
    whole_ms: fn(&str) -> String,
    second_later: fn(&str) -> String,
) -> String {
    let revoked = r#""key"."revoked_at""#;
    let (end, at) = (whole_ms(revoked), whole_ms(at));
    let at_once = ended_at_once(whole_ms, second_later);
    format!(
        r#"({revoked} IS NULL OR (substr(coalesce("key"."token_digest", ''), 1, 1) <> '!' AND {end} > {at} AND NOT {at_once}))"#
    )
}

/// Returns the condition that the times of a row of `key` mean an end that took effect at once: it was last changed when
/// it ended.
pub(super) fn ended_at_once(
    whole_ms: fn(&str) -> String,
    second_later: fn(&str) -> String,
) -> String {
    let revoked = r#""key"."revoked_at""#;
    let (end, latest) = (whole_ms(revoked), second_later(revoked));
    format!(r#"({} BETWEEN {end} AND {latest})"#, whole_ms(r#""key"."updated_at""#))
}
