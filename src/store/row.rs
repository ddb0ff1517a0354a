//! A row of `api_key`: SeaORM's entity, its conversion to and from a key, and the column of each field.

use std::fmt;

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use super::moment::Moment;
use crate::api_key::{ApiKey, ApiKeyId, ApiKeyType, Attributes, WorkflowTransaction};
use crate::call_context::Timestamp;
use crate::columns::Field;
use crate::error::ApiKeyError;
use crate::token::{Redacted, StoredToken, TokenDigest, TokenHash};

#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub id: String,
    #[sea_orm(column_type = "Text")]
    pub token: String,
    #[sea_orm(column_type = "Text")]
    pub salt: String,
    #[sea_orm(column_type = "Text")]
    pub redacted: String,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_name = "type", column_type = "Text")]
    pub kind: String,
    pub last_used_at: Option<Moment>,
    #[sea_orm(column_type = "Text")]
    pub created_by: String,
    pub created_at: Moment,
    #[sea_orm(column_type = "Text", nullable)]
    pub revoked_by: Option<String>,
    pub revoked_at: Option<Moment>,
    pub updated_at: Moment,
    pub deleted_at: Option<Moment>,
    #[sea_orm(column_type = "Text", nullable)]
    pub token_digest: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub workflow_transaction_id: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub attributes: Option<String>,
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SECURITY: rows hold hashes and salts, which must not be logged.
        f.debug_struct("api_key::Model").field("id", &self.id).finish_non_exhaustive()
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Reads a row that was selected with all columns: `$at($row, column)` returns a column's value.
macro_rules! model_of {
    ($row:expr, $at:ident) => {
        Model {
            id: $at($row, Column::Id)?,
            token: $at($row, Column::Token)?,
            salt: $at($row, Column::Salt)?,
            redacted: $at($row, Column::Redacted)?,
            title: $at($row, Column::Title)?,
            kind: $at($row, Column::Kind)?,
            last_used_at: $at($row, Column::LastUsedAt)?,
            created_by: $at($row, Column::CreatedBy)?,
            created_at: $at($row, Column::CreatedAt)?,
            revoked_by: $at($row, Column::RevokedBy)?,
            revoked_at: $at($row, Column::RevokedAt)?,
            updated_at: $at($row, Column::UpdatedAt)?,
            deleted_at: $at($row, Column::DeletedAt)?,
            token_digest: $at($row, Column::TokenDigest)?,
            workflow_transaction_id: $at($row, Column::WorkflowTransactionId)?,
            attributes: $at($row, Column::Attributes)?,
        }
    };
}
pub(super) use model_of;

pub(super) fn to_key(row: Model) -> Result<ApiKey, ApiKeyError> {
    let Model {
        id,
        token,
        salt,
        redacted,
        title,
        kind,
        last_used_at,
        created_by,
        created_at,
        revoked_by,
        revoked_at,
        updated_at,
        deleted_at,
        token_digest,
        workflow_transaction_id,
        attributes,
    } = row;
    let kind = ApiKeyType::parse(&kind).ok_or(ApiKeyError::Unexpected(
        "A row of api_key has a type that is neither publishable nor secret.",
    ))?;
    let token = match kind {
        ApiKeyType::Publishable => StoredToken::Public(token),
        ApiKeyType::Secret => StoredToken::Hashed { hash: TokenHash::new(token), salt },
    };
    let (token_digest, revoked_at_once) = match token_digest.map(TokenDigest::of_column) {
        Some((digest, at_once)) => (Some(digest), at_once),
        None => (None, false),
    };
    let attributes = attributes.map(|json| Box::new(Attributes::of_column(&json)));
    let restrict = attributes.as_ref().is_some_and(|attributes| attributes.restrict());
    Ok(ApiKey {
        restricted: restrict || token.is_sealed(),
        attributes,
        id: ApiKeyId::new(id),
        token,
        token_digest,
        revoked_at_once,
        redacted: Redacted::stored(redacted),
        title,
        kind,
        last_used_at: last_used_at.map(at),
        created_by,
        revoked_by,
        revoked_at: revoked_at.map(at),
        created_at: at(created_at),
        updated_at: at(updated_at),
        deleted_at: deleted_at.map(at),
        created_in: workflow_transaction_id.map(WorkflowTransaction::stored),
    })
}

fn at(Moment(at): Moment) -> Timestamp {
    at
}

pub(super) fn of_key(key: &ApiKey) -> ActiveModel {
    ActiveModel {
        id: Set(key.id.as_str().to_owned()),
        token: Set(key.token.token_column().to_owned()),
        salt: Set(key.token.salt_column().to_owned()),
        redacted: Set(key.redacted.as_str().to_owned()),
        title: Set(key.title.clone()),
        kind: Set(key.kind.as_str().to_owned()),
        last_used_at: Set(key.last_used_at.map(Moment)),
        created_by: Set(key.created_by.clone()),
        created_at: Set(Moment(key.created_at)),
        revoked_by: Set(key.revoked_by.clone()),
        revoked_at: Set(key.revoked_at.map(Moment)),
        updated_at: Set(Moment(key.updated_at)),
        deleted_at: Set(key.deleted_at.map(Moment)),
        token_digest: Set(key.token_digest.as_ref().map(|digest| digest.as_str().to_owned())),
        workflow_transaction_id: Set(key.created_in.as_ref().map(|id| id.as_str().to_owned())),
        attributes: Set(key.attributes.as_ref().and_then(|attributes| attributes.to_column())),
    }
}

pub(super) fn column(field: Field) -> Column {
    match field {
        Field::Id => Column::Id,
        Field::Token => Column::Token,
        Field::Salt => Column::Salt,
        Field::Redacted => Column::Redacted,
        Field::Title => Column::Title,
        Field::Type => Column::Kind,
        Field::LastUsedAt => Column::LastUsedAt,
        Field::CreatedBy => Column::CreatedBy,
        Field::RevokedBy => Column::RevokedBy,
        Field::RevokedAt => Column::RevokedAt,
        Field::CreatedAt => Column::CreatedAt,
        Field::UpdatedAt => Column::UpdatedAt,
        Field::DeletedAt => Column::DeletedAt,
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{EntityTrait, Iterable, QuerySelect, QueryTrait};

    use super::*;

    #[test]
    fn selects_columns_in_the_order_of_the_entity() {
        for (position, column) in Column::iter().enumerate() {
            assert_eq!(column as usize, position);
        }
        let whole = Entity::find().build(sea_orm::DbBackend::Postgres).to_string();
        let listed = Entity::find()
            .select_only()
            .columns(Column::iter())
            .build(sea_orm::DbBackend::Postgres)
            .to_string();
        assert_eq!(whole, listed);
    }
}
