//! What both databases share of ending keys and what they created.
//!
//! A key is created by the key whose id is its `created_by`, so the created keys are a graph that may have cycles. It is
//! followed through keys that have ended or are soft-deleted. Invariant: a key is inserted only while its creator is
//! locked and live (`service/bound.rs`, `live_creator.rs`), so a key that has ended gets no more descendants. See
//! docs/adr/0033.

use super::last_used::{ended_at_once, is_live};
use super::live_creator::COLUMNS;
use crate::api_key::{PublicApiKey, Revocation};
use crate::call_context::Timestamp;

/// The end of keys, and of what they created.
#[derive(Debug, Clone, Copy)]
pub struct Ending<'a> {
    /// The ids of the keys.
    pub ids: &'a [String],
    /// Whether the keys that these keys created end, too, and what those created.
    pub cascade: bool,
    /// Whether all other writers wait until the transaction ends.
    pub alone: bool,
    /// Who ends them, and when.
    pub revocation: &'a Revocation,
    /// The current time.
    pub now: Timestamp,
}

/// The result of an [`Ending`].
#[derive(Default)]
pub struct Ended {
    /// The keys that it ended.
    pub keys: Vec<PublicApiKey>,
    /// The ids of the keys that had ended and are now marked as revoked immediately.
    pub marked: Vec<String>,
}

impl Ended {
    /// Sorts the keys by id. A key that was ended and then marked is there once.
    pub(super) fn sort(&mut self) {
        self.keys.sort_by_cached_key(|key| key.id.as_str().to_owned());
        self.keys.dedup_by(|later, key| later.id == key.id);
    }

    /// Returns the ids of all changed rows.
    #[must_use]
    pub fn changed(&self) -> Vec<String> {
        let ended = self.keys.iter().map(|key| key.id.as_str().to_owned());
        ended.chain(self.marked.iter().cloned()).collect()
    }
}

impl Ending<'_> {
    /// Whether the keys end immediately.
    pub(super) fn is_immediate(&self) -> bool {
        self.revocation.revoked_at <= self.now
    }
}

/// The column of a returned row that tells an ended key from a marked one.
pub(super) const ENDED: &str = "ended";

/// The SQL that the databases write differently.
pub(super) struct EndingSql {
    /// `WITH "found" ("id", …) AS (…)`: the keys with the ids `$1` and, in a cascade, what they created.
    pub(super) found: String,
    /// Assignments that change nothing, each after a comma.
    pub(super) unchanged: &'static str,
    /// `WHERE …`, after a FROM clause if needed: the row of `key` in an UPDATE is among those found.
    pub(super) among_found: &'static str,
    /// The SQL of a time in whole milliseconds.
    pub(super) whole_ms: fn(&str) -> String,
    /// The SQL of a time one second later.
    pub(super) second_later: fn(&str) -> String,
}

impl EndingSql {
    /// Returns the statement that ends the keys with the ids `$1` at the time `$2`, if they are live at the time `$3` and
    /// do not end earlier. `$4` is who ends them. If the end is immediate, it also marks those that have ended already.
    /// Returns all columns of the changed rows, and as [`ENDED`] whether the row has this end. A trigger may have
    /// changed the time of its last change.
    ///
    /// SECURITY: the end of a key may have passed by this clock only, or a creation that began before it may be about to
    /// lock the key. The mark (see `TokenDigest::REVOKED`) ends the key for every clock and every call. A row without a
    /// digest, for example of a publishable key, gets the time of its end as its last change, which means the same.
    pub(super) fn end(&self, at_once: bool) -> String {
        let ends = self.ends();
        let (set, hit) = if at_once {
            let case = |column, value, otherwise| {
                format!(r#""{column}" = CASE WHEN {ends} THEN {value} ELSE {otherwise} END"#)
            };
            let changed = r#"CASE WHEN "key"."token_digest" IS NULL THEN "key"."revoked_at" ELSE "key"."updated_at" END"#;
            let end = [
                case("revoked_by", "$4", r#""key"."revoked_by""#),
                case("revoked_at", "$2", r#""key"."revoked_at""#),
                case("updated_at", "$3", changed),
            ]
            .join(", ");
            let mark = r#""token_digest" = '!' || "key"."token_digest""#;
            (format!("{end}, {mark}"), format!("({ends} OR {})", self.is_to_be_marked("$3")))
        } else {
            let end = r#""revoked_by" = $4, "revoked_at" = $2, "updated_at" = $3"#;
            (end.to_owned(), ends)
        };
        format!(
            r#"{} UPDATE "api_key" AS "key" SET {set}{} {} AND {hit}
RETURNING {}, ("revoked_at" IS NOT DISTINCT FROM $2 AND "revoked_by" IS NOT DISTINCT FROM $4) AS "{ENDED}""#,
            self.found, self.unchanged, self.among_found, *COLUMNS,
        )
    }

    /// Returns the statement that selects the keys that the same ids and times would end.
    pub(super) fn would_end(&self) -> String {
        format!(
            r#"{} SELECT {} FROM "api_key" AS "key" WHERE "key"."id" IN (SELECT "id" FROM "found") AND {}"#,
            self.found,
            *COLUMNS,
            self.ends(),
        )
    }

    /// Returns the statement that selects the ids of those of the keys `$1` that [`end`](Self::end) still has to end. `among`
    /// is the comparison of a column with these keys.
    pub(super) fn live_among(&self, among: &str) -> String {
        let ends = self.ends();
        format!(r#"SELECT "key"."id" FROM "api_key" AS "key" WHERE "key"."id" {among} AND {ends}"#)
    }

    /// Returns the condition that `key` has ended at the time with this SQL, without the mark.
    pub(super) fn is_to_be_marked(&self, now: &str) -> String {
        let live = is_live(now, self.whole_ms, self.second_later);
        let at_once = ended_at_once(self.whole_ms, self.second_later);
        format!(
            r#"(NOT {live} AND CASE WHEN "key"."token_digest" IS NULL THEN NOT {at_once} ELSE substr("key"."token_digest", 1, 1) <> '!' END)"#
        )
    }

    /// Returns the condition that `key` is live and does not end earlier.
    pub(super) fn ends(&self) -> String {
        let revoked = r#""key"."revoked_at""#;
        let live = is_live("$3", self.whole_ms, self.second_later);
        let (end, wanted) = ((self.whole_ms)(revoked), (self.whole_ms)("$2"));
        format!("{live} AND ({revoked} IS NULL OR {end} > {wanted})")
    }
}
