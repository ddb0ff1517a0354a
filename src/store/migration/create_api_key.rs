//! Stock's table as of Medusa 2.21.

use super::step::{Step, on};
use crate::store::backend::Backend;

// Stock 2.21.2: the first migration has no rollback either; keys survive every rollback.
pub(super) const STEP: Step = Step::sql("create_api_key", up, |_| String::new());

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

/// Columns and constraints from stock's later migrations, for a table that an older Medusa created.
const MISSING_COLUMNS: &str = r#"
ALTER TABLE "api_key"
  ADD COLUMN IF NOT EXISTS "updated_at" timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN IF NOT EXISTS "deleted_at" timestamptz NULL;
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'api_key'::regclass AND conname = 'api_key_type_check') THEN
    ALTER TABLE "api_key" ADD CONSTRAINT "api_key_type_check" CHECK ("type" IN ('publishable', 'secret'));
  END IF;
END $$;
"#;

const INDEXES: &str = r#"
CREATE UNIQUE INDEX IF NOT EXISTS "IDX_api_key_token_unique" ON "api_key" ("token");
CREATE INDEX IF NOT EXISTS "IDX_api_key_type" ON "api_key" ("type");
CREATE INDEX IF NOT EXISTS "IDX_api_key_deleted_at" ON "api_key" ("deleted_at") WHERE "deleted_at" IS NULL;
CREATE INDEX IF NOT EXISTS "IDX_api_key_redacted" ON "api_key" ("redacted") WHERE "deleted_at" IS NULL;
CREATE INDEX IF NOT EXISTS "IDX_api_key_revoked_at" ON "api_key" ("revoked_at") WHERE "deleted_at" IS NULL;
"#;

fn up(backend: Backend) -> String {
    let (timestamp, now) = match backend {
        Backend::Sqlite => {
            ("timestamp_with_timezone_text", "(strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'))")
        }
        Backend::Postgres => ("timestamptz", "now()"),
    };
    let table = TABLE.replace("{timestamp}", timestamp).replace("{now}", now);
    [&table, &on(backend, MISSING_COLUMNS, ""), INDEXES].concat()
}
