//! The selector of secret tokens, which stock ignores.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = match manager.get_database_backend() {
            // SQLite cannot say it, but there the step is taken once.
            DbBackend::Sqlite => r#"ALTER TABLE "api_key" ADD COLUMN "token_digest" text NULL;"#,
            _ => r#"ALTER TABLE "api_key" ADD COLUMN IF NOT EXISTS "token_digest" text NULL;"#,
        };
        let index = r#"CREATE INDEX IF NOT EXISTS "IDX_api_key_token_digest" ON "api_key" ("token_digest") WHERE "deleted_at" IS NULL;"#;
        manager.get_connection().execute_unprepared(&format!("{column}\n{index}")).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = match manager.get_database_backend() {
            DbBackend::Sqlite => r#"ALTER TABLE "api_key" DROP COLUMN "token_digest";"#,
            _ => r#"ALTER TABLE IF EXISTS "api_key" DROP COLUMN IF EXISTS "token_digest";"#,
        };
        let index = r#"DROP INDEX IF EXISTS "IDX_api_key_token_digest";"#;
        manager.get_connection().execute_unprepared(&format!("{index}\n{column}")).await.map(drop)
    }
}
