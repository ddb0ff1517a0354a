//! The definitions of table and columns that differ from SQLite's.

use crate::store::migration::{Change, TableSql};

/// The current time, in seconds since 1970.
pub(in crate::store) const NOW: &str = "extract(epoch FROM now())::bigint";

pub(in crate::store) const TABLE: TableSql =
    TableSql { timestamp: "timestamptz", now: "now()", missing_columns: MISSING_COLUMNS };

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

/// Returns the change that adds a nullable column of strings. It fails as on a table that is not Medusa's if the owner of the
/// table has a column of this name with another type, which the rollback would drop.
pub(in crate::store) fn text_column(column: &str) -> Change {
    Change {
        up: format!(
            r#"ALTER TABLE "api_key" ADD COLUMN IF NOT EXISTS "{column}" text NULL;
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = 'api_key'::regclass AND attname = '{column}'
      AND atttypid NOT IN ('text'::regtype, 'varchar'::regtype)) THEN
    RAISE EXCEPTION 'another column' USING ERRCODE = 'undefined_column';
  END IF;
END $$;"#
        ),
        down: format!(r#"ALTER TABLE IF EXISTS "api_key" DROP COLUMN IF EXISTS "{column}";"#),
    }
}
