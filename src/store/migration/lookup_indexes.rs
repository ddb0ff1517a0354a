//! The indexes for finding a token's row.
//!
//! Their conditions are those of `lookup`, which explains them.

use super::Change;
use crate::store::backend::Backend;

pub(super) fn change(_: Backend) -> Change {
    Change { up: UP.to_owned(), down: DOWN.to_owned() }
}

const UP: &str = r#"
DROP INDEX IF EXISTS "IDX_api_key_token_digest";
CREATE INDEX "IDX_api_key_token_digest" ON "api_key" ("token_digest") WHERE "token_digest" IS NOT NULL;
CREATE INDEX IF NOT EXISTS "IDX_api_key_undigested" ON "api_key" ("redacted") WHERE "token_digest" IS NULL AND ("type" || '') = 'secret';
"#;

const DOWN: &str = r#"
DROP INDEX IF EXISTS "IDX_api_key_undigested";
DROP INDEX IF EXISTS "IDX_api_key_token_digest";
CREATE INDEX "IDX_api_key_token_digest" ON "api_key" ("token_digest") WHERE "deleted_at" IS NULL;
"#;
