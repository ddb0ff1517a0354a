//! Finds the keys of a token on connections that searches do not use.

use std::sync::Arc;

use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::executor::SqliteExecutor;
use super::pools::Pools;
use crate::api_key::{ApiKey, ApiKeyType};
use crate::error::ApiKeyError;
use crate::store::lookup::{TokenLookup, undigested};
use crate::store::row::{Column, Entity, to_key};
use crate::token::TokenDigest;

impl Pools {
    /// Returns the keys that a caller looks up, ordered by id: not soft-deleted, live or not.
    pub(in crate::store) async fn find(
        &self,
        lookup: &TokenLookup,
    ) -> Result<Vec<Arc<ApiKey>>, ApiKeyError> {
        let (found, kind) = match lookup {
            TokenLookup::Digested(_) => return Ok(Vec::new()),
            TokenLookup::Candidates { digest, redacted } => {
                let candidates = Condition::any()
                    .add(Column::TokenDigest.is_in(TokenDigest::columns(digest.as_str())))
                    .add(undigested(Column::Redacted.eq(redacted.as_str())));
                (Entity::find().filter(candidates).order_by_asc(Column::Id), ApiKeyType::Secret)
            }
            TokenLookup::Publishable(token) => {
                let found = Entity::find().filter(Column::Token.eq(token.as_str()));
                (found, ApiKeyType::Publishable)
            }
        };
        let rows = SqliteExecutor::reader(&self.lookups).models(found).await?;
        let keys: Vec<_> = rows.into_iter().map(to_key).collect::<Result<_, _>>()?;
        let visible = |key: &ApiKey| key.kind == kind && key.deleted_at.is_none();
        Ok(keys.into_iter().filter(visible).map(Arc::new).collect())
    }
}
