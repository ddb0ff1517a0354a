//! Writes that bring a row in use up to date.
//!
//! Invariant: they are aimed at the row whose hash was proven, change nothing
//! that a caller sees, and leave `updated_at` as it is.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryTrait};

use super::row::{Column, Entity};
use super::transaction::Connection;
use crate::error::ApiKeyError;
use crate::token::{TokenDigest, TokenHash};

/// Gives a row that stock wrote the selector of its token, unless it has one by now or another hash.
///
/// # Errors
/// `Database` or `Unavailable`.
pub async fn fill_digest(
    on: &Connection<'_>,
    id: &str,
    proven: &TokenHash,
    digest: &TokenDigest,
) -> Result<(), ApiKeyError> {
    let update = Entity::update_many()
        .col_expr(Column::TokenDigest, Expr::val(digest.as_str()))
        .filter(Column::Id.eq(id))
        .filter(Column::Token.eq(proven.as_str()))
        .filter(Column::TokenDigest.is_null());
    on.execute(update.build(on.backend().orm())).await.map(drop)
}

/// Puts another hash of the same token in the place of the one that was proven, if that is still there.
///
/// # Errors
/// `Database` or `Unavailable`.
pub async fn replace_hash(
    on: &Connection<'_>,
    id: &str,
    proven: &TokenHash,
    hash: &TokenHash,
) -> Result<(), ApiKeyError> {
    let update = Entity::update_many()
        .col_expr(Column::Token, Expr::val(hash.as_str()))
        .filter(Column::Id.eq(id))
        .filter(Column::Token.eq(proven.as_str()));
    on.execute(update.build(on.backend().orm())).await.map(drop)
}
