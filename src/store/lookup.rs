//! Finds the row of a presented token.
//!
//! The conditions contain only what their indexes contain (`migration/lookup_indexes.rs`), so no planner can choose
//! another index and scan every key, whatever its statistics. The code checks the type and `deleted_at` on the rows it
//! reads.

use sea_orm::sea_query::{Condition, Expr};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::api_keys::rows;
use super::row::{Column, Entity};
use super::transaction::Connection;
use crate::api_key::{ApiKey, ApiKeyType};
use crate::error::ApiKeyError;
use crate::token::{Redacted, TokenDigest};

/// Matches secret keys without a digest whose redacted form fulfills a condition.
pub(super) fn undigested(redacted: Expr) -> Condition {
    Condition::all()
        .add(Column::TokenDigest.is_null())
        // A plain comparison of the type would let the planner use the index on the type.
        .add(Expr::cust(r#"("type" || '') = 'secret'"#))
        .add(redacted)
}

/// Returns the secret keys that may belong to a presented token, ordered by id: not soft-deleted, live or not.
pub(super) async fn find_candidates(
    on: &Connection<'_>,
    digest: &TokenDigest,
    redacted: &Redacted,
) -> Result<Vec<ApiKey>, ApiKeyError> {
    let candidates = Condition::any()
        .add(Column::TokenDigest.is_in(TokenDigest::columns(digest.as_str())))
        .add(undigested(Column::Redacted.eq(redacted.as_str())));
    let found = Entity::find().filter(candidates).order_by_asc(Column::Id);
    Ok(visible(rows(on, found).await?, ApiKeyType::Secret))
}

/// Returns the publishable key of a token: not soft-deleted, live or not.
pub(super) async fn find_publishable(
    on: &Connection<'_>,
    token: &str,
) -> Result<Vec<ApiKey>, ApiKeyError> {
    let found = Entity::find().filter(Column::Token.eq(token));
    Ok(visible(rows(on, found).await?, ApiKeyType::Publishable))
}

fn visible(mut keys: Vec<ApiKey>, kind: ApiKeyType) -> Vec<ApiKey> {
    keys.retain(|key| key.kind == kind && key.deleted_at.is_none());
    keys
}
