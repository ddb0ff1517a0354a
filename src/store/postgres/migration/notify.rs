//! The triggers of earlier versions, which missed rows that a subscription applies. `change_feed` replaced them.

use crate::store::migration::Change;

pub(in crate::store) fn change() -> Change {
    Change { up: String::new(), down: DOWN.to_owned() }
}

/// Drops what an earlier version may have created.
pub(super) const DOWN: &str = r#"
DROP TRIGGER IF EXISTS "api_key_native_update" ON "api_key";
DROP TRIGGER IF EXISTS "api_key_native_delete" ON "api_key";
DROP TRIGGER IF EXISTS "api_key_native_truncate" ON "api_key";
DROP FUNCTION IF EXISTS "api_key_native_tell"() CASCADE;
"#;
