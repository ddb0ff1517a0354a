//! Rows and keys.

use sea_orm::ActiveValue::Set;

use super::entity::{ActiveModel, Column, Model};
use super::moment::Moment;
use crate::api_key::{ApiKey, ApiKeyId, ApiKeyType, WorkflowTransaction};
use crate::edge::Timestamp;
use crate::error::ApiKeyError;
use crate::query::Field;
use crate::token::{Redacted, StoredToken, TokenDigest, TokenHash};

pub(super) fn to_key(row: Model) -> Result<ApiKey, ApiKeyError> {
    let kind = ApiKeyType::parse(&row.kind).ok_or(ApiKeyError::Unexpected(
        "A row of api_key has a type that is neither publishable nor secret.",
    ))?;
    let token = match kind {
        ApiKeyType::Publishable => StoredToken::Public(row.token),
        ApiKeyType::Secret => {
            StoredToken::Hashed { hash: TokenHash::new(row.token), salt: row.salt }
        }
    };
    let (token_digest, revoked_at_once) = match row.token_digest.map(TokenDigest::of_column) {
        Some((digest, at_once)) => (Some(digest), at_once),
        None => (None, false),
    };
    Ok(ApiKey {
        id: ApiKeyId::new(row.id),
        token,
        token_digest,
        revoked_at_once,
        redacted: Redacted::stored(row.redacted),
        title: row.title,
        kind,
        last_used_at: row.last_used_at.map(at),
        created_by: row.created_by,
        revoked_by: row.revoked_by,
        revoked_at: row.revoked_at.map(at),
        created_at: at(row.created_at),
        updated_at: at(row.updated_at),
        deleted_at: row.deleted_at.map(at),
        created_in: row.workflow_transaction_id.map(WorkflowTransaction::stored),
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

    use super::super::entity::Entity;
    use super::*;

    #[test]
    fn whole_rows_are_selected_in_the_order_of_the_entity() {
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
