//! The workflow in which a key was created. Stock ignores it.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = match manager.get_database_backend() {
            // SQLite cannot say it, but there the step is taken once.
            DbBackend::Sqlite => {
                r#"ALTER TABLE "api_key" ADD COLUMN "workflow_transaction_id" text NULL"#
            }
            _ => {
                r#"ALTER TABLE "api_key" ADD COLUMN IF NOT EXISTS "workflow_transaction_id" text NULL"#
            }
        };
        manager.get_connection().execute_unprepared(column).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = match manager.get_database_backend() {
            DbBackend::Sqlite => r#"ALTER TABLE "api_key" DROP COLUMN "workflow_transaction_id""#,
            _ => {
                r#"ALTER TABLE IF EXISTS "api_key" DROP COLUMN IF EXISTS "workflow_transaction_id""#
            }
        };
        manager.get_connection().execute_unprepared(column).await.map(drop)
    }
}
