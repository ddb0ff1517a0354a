//! The index by which the keys that a key created are found. See docs/adr/0033.

use super::Change;
use crate::store::backend::Backend;

pub(super) fn change(_: Backend) -> Change {
    Change { up: UP.to_owned(), down: DOWN.to_owned() }
}

const UP: &str =
    r#"CREATE INDEX IF NOT EXISTS "IDX_api_key_created_by" ON "api_key" ("created_by");"#;

const DOWN: &str = r#"DROP INDEX IF EXISTS "IDX_api_key_created_by";"#;
