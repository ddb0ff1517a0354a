//! Finding the rows of tokens that callers declare: live, ended or soft-deleted.

use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::lookup::undigested;
use super::row::{self, Column, Entity};
use super::transaction::Connection;
use crate::api_key::ApiKey;
use crate::error::ApiKeyError;
use crate::token::{Redacted, TokenDigest};

/// The number of tokens that one statement finds, well below both databases' limit on bound values. Each value is bound
/// by itself: PostgreSQL underestimates an array of unknown length, and may then compare every row with each element.
const TOKENS_PER_READ: usize = 1_000;

/// What the table knows of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenIdentity {
    /// The selector of a secret token, and its redacted form, by which rows without a selector are found.
    Secret {
        /// The selector.
        digest: TokenDigest,
        /// The redacted form; `None` if only the hash of the token is known.
        redacted: Option<Redacted>,
    },
    /// A publishable token.
    Publishable(String),
}

/// Returns the keys that may belong to one of several tokens, ordered by id within each kind of lookup.
///
/// # Errors
/// `Database` or `Unavailable`.
pub async fn find_same_tokens(
    on: &Connection<'_>,
    tokens: &[TokenIdentity],
) -> Result<Vec<ApiKey>, ApiKeyError> {
    let mut found = Vec::new();
    for chunk in tokens.chunks(TOKENS_PER_READ) {
        for condition in conditions(chunk) {
            let rows = Entity::find().filter(condition).order_by_asc(Column::Id);
            for model in on.models(rows).await? {
                found.push(row::to_key(model)?);
            }
        }
    }
    Ok(found)
}

/// The conditions, each of which one index fulfills. See `lookup`.
fn conditions(tokens: &[TokenIdentity]) -> Vec<Condition> {
    let (mut digests, mut redacted, mut publishable) = (Vec::new(), Vec::new(), Vec::new());
    for token in tokens {
        match token {
            TokenIdentity::Secret { digest, redacted: shown } => {
                digests.extend(TokenDigest::columns(digest.as_str()));
                redacted.extend(shown.iter().map(Redacted::as_str));
            }
            TokenIdentity::Publishable(token) => publishable.push(token.as_str()),
        }
    }
    let mut conditions = Vec::new();
    if !digests.is_empty() {
        let digested = Condition::all()
            .add(Column::TokenDigest.is_not_null())
            .add(Column::TokenDigest.is_in(digests));
        conditions.push(digested);
    }
    if !redacted.is_empty() {
        conditions.push(undigested(Column::Redacted.is_in(redacted)));
    }
    if !publishable.is_empty() {
        conditions.push(Condition::all().add(Column::Token.is_in(publishable)));
    }
    conditions
}
