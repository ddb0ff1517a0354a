//! The triggers of earlier versions, which missed rows that a subscription applies. `change_feed` replaced them.

use super::step::{Step, on};

pub(super) const STEP: Step =
    Step::sql("notify", |_| String::new(), |backend| on(backend, DOWN, ""));

/// Drops what an earlier version may have created.
pub(super) const DOWN: &str = r#"
DROP TRIGGER IF EXISTS "api_key_native_update" ON "api_key";
DROP TRIGGER IF EXISTS "api_key_native_delete" ON "api_key";
DROP TRIGGER IF EXISTS "api_key_native_truncate" ON "api_key";
DROP FUNCTION IF EXISTS "api_key_native_tell"() CASCADE;
"#;
