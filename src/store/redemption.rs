//! What both databases share of the redemption of a single-use key.
//!
//! Invariant: one statement both checks that the key is live and ends it, so of several redemptions one finds it live.

use crate::call_context::Timestamp;

/// A redemption of a key that was found by its token.
#[derive(Debug, Clone, Copy)]
pub struct Redemption<'a> {
    /// The id of the key.
    pub id: &'a str,
    /// The purpose that the key must have.
    pub purpose: &'a str,
    /// Who redeems it.
    pub revoked_by: Option<&'a str>,
    /// The time of the redemption.
    pub now: Timestamp,
}

/// Returns the statement that ends the live key `$1` with the purpose `$4` at the time `$2`, by `$3`, and returns its id.
/// `live` and `purpose` are the SQL of two conditions.
pub(super) fn statement(live: &str, purpose: &str) -> String {
    format!(
        r#"UPDATE "api_key" AS "key" SET "revoked_at" = $2, "revoked_by" = $3, "updated_at" = $2, "token_digest" = '!' || "key"."token_digest"
WHERE "key"."id" = $1 AND "key"."deleted_at" IS NULL AND {live} AND {purpose} RETURNING "id""#
    )
}
