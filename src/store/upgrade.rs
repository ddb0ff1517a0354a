//! Updates of a row to the current storage format when its key is used.
//!
//! Invariant: each update targets the row with the verified hash, changes nothing that a caller sees, and leaves
//! `updated_at` unchanged.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryTrait};

use super::row::{Column, Entity};
use super::transaction::Connection;
use crate::error::ApiKeyError;
use crate::token::{TokenDigest, TokenHash};

/// Sets the digest of a row that stock wrote, unless the row has a digest or another hash by now.
///
/// # Errors
/// `Database` or `Unavailable`.
pub async fn fill_digest(
    on: &Connection<'_>,
    id: &str,
    verified: &TokenHash,
    digest: &TokenDigest,
) -> Result<(), ApiKeyError> {
    let update = Entity::update_many()
        .col_expr(Column::TokenDigest, Expr::val(digest.as_str()))
        .filter(Column::Id.eq(id))
        .filter(Column::Token.eq(verified.as_str()))
        .filter(Column::TokenDigest.is_null());
    on.execute(update.build(on.backend().orm())).await.map(drop)
}

/// Replaces the verified hash by another hash of the same token, if the row still has the verified one.
///
/// # Errors
/// `Database` or `Unavailable`.
pub async fn replace_hash(
    on: &Connection<'_>,
    id: &str,
    verified: &TokenHash,
    hash: &TokenHash,
) -> Result<(), ApiKeyError> {
    let update = Entity::update_many()
        .col_expr(Column::Token, Expr::val(hash.as_str()))
        .filter(Column::Id.eq(id))
        .filter(Column::Token.eq(verified.as_str()));
    on.execute(update.build(on.backend().orm())).await.map(drop)
}
