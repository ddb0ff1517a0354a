//! The table `api_key` as SeaORM sees it.

use std::fmt;

use sea_orm::entity::prelude::*;

use super::moment::Moment;

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
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SECURITY: rows hold hashes and salts, and logs are no place for them.
        f.debug_struct("api_key::Model").field("id", &self.id).finish_non_exhaustive()
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
