//! Stock's table as of Medusa 2.21.

use super::Change;
use crate::store::backend::Backend;
use crate::store::dialect;

/// What the databases write differently.
pub(in crate::store) struct TableSql {
    /// The type of a timestamp.
    pub(in crate::store) timestamp: &'static str,
    /// The current time.
    pub(in crate::store) now: &'static str,
    /// The change of a table that an older Medusa created.
    pub(in crate::store) missing_columns: &'static str,
}

// NEVER CHANGE: column order, constraint and index names are stock's.
const TABLE: &str = r#"
CREATE TABLE IF NOT EXISTS "api_key" (
  "id" text NOT NULL,
  "token" text NOT NULL,
  "salt" text NOT NULL,
  "redacted" text NOT NULL,
  "title" text NOT NULL,
  "type" text NOT NULL CONSTRAINT "api_key_type_check" CHECK ("type" IN ('publishable', 'secret')),
  "last_used_at" {timestamp} NULL,
  "created_by" text NOT NULL,
  "created_at" {timestamp} NOT NULL DEFAULT {now},
  "revoked_by" text NULL,
  "revoked_at" {timestamp} NULL,
  "updated_at" {timestamp} NOT NULL DEFAULT {now},
  "deleted_at" {timestamp} NULL,
  CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);
"#;

const INDEXES: &str = r#"
CREATE UNIQUE INDEX IF NOT EXISTS "IDX_api_key_token_unique" ON "api_key" ("token");
CREATE INDEX IF NOT EXISTS "IDX_api_key_type" ON "api_key" ("type");
CREATE INDEX IF NOT EXISTS "IDX_api_key_deleted_at" ON "api_key" ("deleted_at") WHERE "deleted_at" IS NULL;
CREATE INDEX IF NOT EXISTS "IDX_api_key_redacted" ON "api_key" ("redacted") WHERE "deleted_at" IS NULL;
CREATE INDEX IF NOT EXISTS "IDX_api_key_revoked_at" ON "api_key" ("revoked_at") WHERE "deleted_at" IS NULL;
"#;

// Stock 2.21.2: the first migration has no rollback either; keys survive every rollback.
pub(super) fn change(backend: Backend) -> Change {
    let TableSql { timestamp, now, missing_columns } = dialect::table(backend);
    let table = TABLE.replace("{timestamp}", timestamp).replace("{now}", now);
    Change { up: [&table, missing_columns, INDEXES].concat(), down: String::new() }
}
