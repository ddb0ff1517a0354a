//! Finding the row of a presented token.
//!
//! The conditions contain only what their indexes contain (`migration/lookup_indexes.rs`), so no planner can choose
//! another index and scan every key, whatever its statistics. The code checks the type and `deleted_at` on the rows it
//! reads.

use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Condition, Expr};

use super::row::Column;
use crate::token::{Redacted, TokenDigest};

/// The rows that a caller looks up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TokenLookup {
    /// The secret keys with a token's digest, but for those marked as revoked. Not finding a key proves nothing. A database
    /// where this takes no less time than `Candidates` finds none.
    Digested(TokenDigest),
    /// The secret keys that may belong to a token, with or without a digest.
    Candidates { digest: TokenDigest, redacted: Redacted },
    /// The publishable key of a token.
    Publishable(String),
}

impl TokenLookup {
    /// Whether this is the first lookup of a call. Before it rejects a token, a call looks up all candidates.
    pub(super) fn is_first_of_call(&self) -> bool {
        !matches!(self, Self::Candidates { .. })
    }
}

/// Matches secret keys without a digest whose redacted form fulfills a condition.
pub(super) fn undigested(redacted: Expr) -> Condition {
    Condition::all()
        .add(Column::TokenDigest.is_null())
        // A plain comparison of the type would let the planner use the index on the type.
        .add(Expr::cust(r#"("type" || '') = 'secret'"#))
        .add(redacted)
}
