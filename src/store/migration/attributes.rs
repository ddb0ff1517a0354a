//! The column of a key's attributes, which stock ignores, and the index on the owner in it.
//!
//! The conditions on an owner contain exactly the expressions of the index (`condition.rs`).

use super::Change;
use crate::store::backend::Backend;
use crate::store::dialect;

pub(super) fn change(backend: Backend) -> Change {
    let column = dialect::text_column(backend, "attributes");
    let [owner_id, owner_type] = dialect::owner(backend);
    Change {
        up: format!(
            r#"{}
CREATE INDEX IF NOT EXISTS "IDX_api_key_owner" ON "api_key" (({owner_id}), ({owner_type}), "id") WHERE "attributes" IS NOT NULL;"#,
            column.up
        ),
        down: format!(
            r#"DROP INDEX IF EXISTS "IDX_api_key_owner";
{}"#,
            column.down
        ),
    }
}
