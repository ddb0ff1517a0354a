//! The digest column for looking up secret tokens, which stock ignores.

use super::step::{Step, add_text_column, drop_column};

pub(super) const STEP: Step = Step::sql(
    "token_digest",
    |backend| {
        let column = add_text_column("token_digest", backend);
        let index = r#"CREATE INDEX IF NOT EXISTS "IDX_api_key_token_digest" ON "api_key" ("token_digest") WHERE "deleted_at" IS NULL;"#;
        format!("{column}\n{index}")
    },
    |backend| {
        let column = drop_column("token_digest", backend);
        format!("DROP INDEX IF EXISTS \"IDX_api_key_token_digest\";\n{column}")
    },
);
