//! Triggers that tell whoever listens which keys changed (PostgreSQL).
//!
//! They fire for every writer: this package, stock, psql. The columns `last_used_at` and `token_digest` are no news.

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

// NEVER CHANGE: what is told, and on which channel, is what `store::listen` of every version understands. `=` and an id
// for a key that changed or went; `*` for any key. A statement that changes many keys tells so once.
const UP: &str = r#"
CREATE OR REPLACE FUNCTION "api_key_native_tell"() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  channel text := 'api_key_native_' || TG_RELID;
  changed text[];
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    PERFORM pg_catalog.pg_notify(channel, '*');
    RETURN NULL;
  END IF;
  IF TG_OP = 'DELETE' THEN
    SELECT pg_catalog.array_agg(gone.id) INTO changed FROM (SELECT o.id FROM old_rows AS o LIMIT 101) AS gone;
  ELSE
    SELECT pg_catalog.array_agg(other.id) INTO changed FROM (
      SELECT o.id FROM old_rows AS o LEFT JOIN new_rows AS n ON n.id = o.id
      WHERE (n.token, n.salt, n.redacted, n.title, n.type, n.created_by, n.created_at, n.revoked_by, n.revoked_at, n.updated_at, n.deleted_at)
        IS DISTINCT FROM
        (o.token, o.salt, o.redacted, o.title, o.type, o.created_by, o.created_at, o.revoked_by, o.revoked_at, o.updated_at, o.deleted_at)
      LIMIT 101
    ) AS other;
  END IF;
  IF pg_catalog.cardinality(changed) > 100 THEN
    PERFORM pg_catalog.pg_notify(channel, '*');
  ELSE
    PERFORM pg_catalog.pg_notify(channel, CASE WHEN pg_catalog.octet_length(id) > 4096 THEN '*' ELSE '=' || id END)
      FROM pg_catalog.unnest(changed) AS told(id);
  END IF;
  RETURN NULL;
END
$body$;

DROP TRIGGER IF EXISTS "api_key_native_update" ON "api_key";
CREATE TRIGGER "api_key_native_update" AFTER UPDATE ON "api_key"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "api_key_native_tell"();
ALTER TABLE "api_key" ENABLE ALWAYS TRIGGER "api_key_native_update";

DROP TRIGGER IF EXISTS "api_key_native_delete" ON "api_key";
CREATE TRIGGER "api_key_native_delete" AFTER DELETE ON "api_key"
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "api_key_native_tell"();
ALTER TABLE "api_key" ENABLE ALWAYS TRIGGER "api_key_native_delete";

DROP TRIGGER IF EXISTS "api_key_native_truncate" ON "api_key";
CREATE TRIGGER "api_key_native_truncate" AFTER TRUNCATE ON "api_key"
  FOR EACH STATEMENT EXECUTE FUNCTION "api_key_native_tell"();
ALTER TABLE "api_key" ENABLE ALWAYS TRIGGER "api_key_native_truncate";
"#;

const DOWN: &str = r#"
DROP TRIGGER IF EXISTS "api_key_native_update" ON "api_key";
DROP TRIGGER IF EXISTS "api_key_native_delete" ON "api_key";
DROP TRIGGER IF EXISTS "api_key_native_truncate" ON "api_key";
DROP FUNCTION IF EXISTS "api_key_native_tell"();
"#;

/// SQL for whether all of them are there, on the table of an oid, and fire for every session.
macro_rules! triggers_stand_on {
    ($oid:literal) => {
        concat!(
            "(SELECT pg_catalog.count(*) = 3 FROM pg_catalog.pg_trigger AS t WHERE t.tgrelid = ",
            $oid,
            " AND t.tgenabled = 'A' AND t.tgname IN ('api_key_native_update', 'api_key_native_delete', 'api_key_native_truncate'))"
        )
    };
}
pub(in crate::store) use triggers_stand_on;

const COMPLETE: &str =
    concat!("SELECT WHERE ", triggers_stand_on!("pg_catalog.to_regclass('api_key')"));

/// Makes the triggers anew where somebody has dropped them, switched them off or made the table anew.
pub(super) async fn repair(on: &impl ConnectionTrait) -> Result<(), DbErr> {
    let complete = Statement::from_string(DbBackend::Postgres, COMPLETE);
    if on.query_one_raw(complete).await?.is_none() {
        on.execute_unprepared(UP).await?;
    }
    Ok(())
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, DOWN).await
    }
}

/// SQLite tells of changes by `PRAGMA data_version`.
async fn on_postgres(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    manager.get_connection().execute_unprepared(sql).await.map(drop)
}
