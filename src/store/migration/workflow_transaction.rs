//! The workflow in which a key was created. Stock ignores it.

use super::step::{Step, on};

pub(super) const STEP: Step = Step {
    name: "workflow_transaction",
    up: |backend| {
        // SQLite lacks IF NOT EXISTS here, but there the step is taken once.
        on(
            backend,
            r#"ALTER TABLE "api_key" ADD COLUMN IF NOT EXISTS "workflow_transaction_id" text NULL;"#,
            r#"ALTER TABLE "api_key" ADD COLUMN "workflow_transaction_id" text NULL;"#,
        )
    },
    down: |backend| {
        on(
            backend,
            r#"ALTER TABLE IF EXISTS "api_key" DROP COLUMN IF EXISTS "workflow_transaction_id";"#,
            r#"ALTER TABLE "api_key" DROP COLUMN "workflow_transaction_id";"#,
        )
    },
};
