//! The selector of secret tokens, which stock ignores.

use super::step::{Step, on};

pub(super) const STEP: Step = Step {
    name: "token_digest",
    up: |backend| {
        // SQLite lacks IF NOT EXISTS here, but there the step is taken once.
        let column = on(
            backend,
            r#"ALTER TABLE "api_key" ADD COLUMN IF NOT EXISTS "token_digest" text NULL;"#,
            r#"ALTER TABLE "api_key" ADD COLUMN "token_digest" text NULL;"#,
        );
        let index = r#"CREATE INDEX IF NOT EXISTS "IDX_api_key_token_digest" ON "api_key" ("token_digest") WHERE "deleted_at" IS NULL;"#;
        format!("{column}\n{index}")
    },
    down: |backend| {
        let column = on(
            backend,
            r#"ALTER TABLE IF EXISTS "api_key" DROP COLUMN IF EXISTS "token_digest";"#,
            r#"ALTER TABLE "api_key" DROP COLUMN "token_digest";"#,
        );
        format!("DROP INDEX IF EXISTS \"IDX_api_key_token_digest\";\n{column}")
    },
};
