//! Finding the row of a presented token.
//!
//! The conditions name no more than their own indexes have (`migration/lookup_indexes.rs`), so that no planner, whatever it
//! believes of the table, can choose another one and read every key. Whether a row is deleted, and of what type it is, is
//! told by the row.

use sea_orm::sea_query::{Condition, Expr};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::api_keys::rows;
use super::row::{Column, Entity};
use super::transaction::Connection;
use crate::api_key::{ApiKey, ApiKeyType};
use crate::error::ApiKeyError;
use crate::token::{Redacted, TokenDigest};

/// Secret keys without a digest whose redacted form fulfils a condition.
pub(super) fn undigested(redacted: Expr) -> Condition {
    Condition::all()
        .add(Column::TokenDigest.is_null())
        // A plain comparison of the type would bring the type's index into play.
        .add(Expr::cust(r#"("type" || '') = 'secret'"#))
        .add(redacted)
}

/// The undeleted secret keys that may belong to a presented token, live or not, by id.
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

/// The undeleted publishable key of a token, live or not.
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
