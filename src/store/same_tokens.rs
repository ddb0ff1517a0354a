//! Finding the rows of tokens that callers declare: live, ended or soft-deleted.

use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::backend::Backend;
use super::condition::key_column;
use super::dialect::among_texts;
use super::lookup::undigested;
use super::row::{self, Column, Entity};
use super::transaction::Connection;
use crate::api_key::ApiKey;
use crate::error::ApiKeyError;
use crate::token::{Redacted, TokenDigest};

/// The number of tokens that one statement finds, well below PostgreSQL's limit on bound values.
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
        for condition in conditions(on.backend(), chunk) {
            let rows = Entity::find().filter(condition).order_by_asc(Column::Id);
            for model in on.models(rows).await? {
                found.push(row::to_key(model)?);
            }
        }
    }
    Ok(found)
}

/// The conditions, each of which one index fulfills. See `lookup`.
pub(super) fn conditions(backend: Backend, tokens: &[TokenIdentity]) -> Vec<Condition> {
    let among = |column, texts: Vec<String>| among_texts(backend, key_column(column), texts);
    let (mut digests, mut redacted, mut publishable) = (Vec::new(), Vec::new(), Vec::new());
    for token in tokens {
        match token {
            TokenIdentity::Secret { digest, redacted: shown } => {
                digests.extend(TokenDigest::columns(digest.as_str()));
                redacted.extend(shown.iter().map(|shown| shown.as_str().to_owned()));
            }
            TokenIdentity::Publishable(token) => publishable.push(token.clone()),
        }
    }
    let mut conditions = Vec::new();
    if !digests.is_empty() {
        let digested = Condition::all()
            .add(Column::TokenDigest.is_not_null())
            .add(among(Column::TokenDigest, digests));
        conditions.push(digested);
    }
    if !redacted.is_empty() {
        conditions.push(undigested(among(Column::Redacted, redacted)));
    }
    if !publishable.is_empty() {
        conditions.push(Condition::all().add(among(Column::Token, publishable)));
    }
    conditions
}
