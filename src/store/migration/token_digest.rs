//! The digest column for looking up secret tokens, which stock ignores.

use super::Change;
use crate::store::backend::Backend;
use crate::store::dialect;

const CREATE_INDEX: &str = r#"CREATE INDEX IF NOT EXISTS "IDX_api_key_token_digest" ON "api_key" ("token_digest") WHERE "deleted_at" IS NULL;"#;
const DROP_INDEX: &str = r#"DROP INDEX IF EXISTS "IDX_api_key_token_digest";"#;

pub(super) fn change(backend: Backend) -> Change {
    let column = dialect::text_column(backend, "token_digest");
    Change {
        up: format!("{}\n{CREATE_INDEX}", column.up),
        down: format!("{DROP_INDEX}\n{}", column.down),
    }
}
