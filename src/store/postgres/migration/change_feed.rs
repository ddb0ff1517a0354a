//! Triggers that notify listeners of changed keys.
//!
//! They fire for each row and always, so they also report the changes of other writers: stock, psql, a subscription of
//! logical replication. A change of silent columns alone is not reported. See docs/adr/0021.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use super::{Param, PgExecutor, PgFailure};
use crate::columns::silent_columns;
use crate::error::ApiKeyError;
use crate::store::migration::Change;

pub(in crate::store) fn change() -> Change {
    Change { up: UP.clone(), down: [DROP_TRIGGERS, DROP_FUNCTION].concat() }
}

// NEVER CHANGE within this step: `postgres::change_listener` of every version parses these notifications and their
// channel. `=` and the first half of the SHA-256 of an id report a changed or deleted key; `*` reports a change of any
// key. A transaction that changes more than a hundred keys reports the others with one `*`. For these, rows are not
// compared, and the condition of an IF calls the function, because a statement would cost more than all the rest. The id
// itself is left out because every role that may connect may listen. Whole rows are compared, except the columns that
// `columns.rs` declares silent, so a column that others add is reported. Their binary images are compared because a
// column's type may lack equality. A comparison that fails, for example because a silent column is missing, reports a
// change, and does not make the write fail. A write fails only if the server's queue of notifications is full.
static BODY: LazyLock<String> = LazyLock::new(|| {
    let silence = |name| format!("NEW.{name} := OLD.{name};");
    let silence = silent_columns().map(silence).collect::<Vec<_>>().join(" ");
    BODY_TEMPLATE.replace("{silence}", &silence)
});

const BODY_TEMPLATE: &str = r"
DECLARE
  channel text := 'api_key_native_changes_' || TG_RELID;
  told text := coalesce(nullif(current_setting('medusa_api_key_native.told', true), ''), '0');
BEGIN
  IF TG_OP = 'TRUNCATE' OR told !~ '^[0-9]{1,2}$' THEN
    IF pg_notify(channel, '*') IS NULL THEN END IF;
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    BEGIN
      {silence}
      IF NEW *= OLD THEN
        RETURN NULL;
      END IF;
    EXCEPTION WHEN OTHERS THEN
      NULL;
    END;
  END IF;
  PERFORM set_config('medusa_api_key_native.told', (told::integer + 1)::text, true);
  PERFORM pg_notify(channel, '=' || substr(encode(sha256(convert_to(OLD.id, 'UTF8')), 'hex'), 1, 32));
  RETURN NULL;
END
";

static UP: LazyLock<String> = LazyLock::new(|| {
    [
        super::notify::DOWN,
        DROP_TRIGGERS,
        r#"CREATE OR REPLACE FUNCTION "api_key_native_changed"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$"#,
        &BODY,
        r#"$body$;
CREATE TRIGGER "api_key_native_change" AFTER UPDATE OR DELETE ON "api_key"
  FOR EACH ROW EXECUTE FUNCTION "api_key_native_changed"();
ALTER TABLE "api_key" ENABLE ALWAYS TRIGGER "api_key_native_change";
CREATE TRIGGER "api_key_native_clear" AFTER TRUNCATE ON "api_key"
  FOR EACH STATEMENT EXECUTE FUNCTION "api_key_native_changed"();
ALTER TABLE "api_key" ENABLE ALWAYS TRIGGER "api_key_native_clear";
"#,
    ]
    .concat()
});

const DROP_TRIGGERS: &str = r#"
DROP TRIGGER IF EXISTS "api_key_native_change" ON "api_key";
DROP TRIGGER IF EXISTS "api_key_native_clear" ON "api_key";
"#;

// A renamed table may still have triggers that call this function.
const DROP_FUNCTION: &str = r#"DROP FUNCTION IF EXISTS "api_key_native_changed"() CASCADE;"#;

/// Makes a subquery of both triggers of the table, with one row if they are defined as expected.
macro_rules! triggers {
    ($columns:literal, $table:literal, $body:literal) => {
        concat!(
            "(SELECT ", $columns, " \
            FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid \
            JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang \
            WHERE t.tgrelid = ", $table, " AND t.tgenabled = 'A' AND t.tgqual IS NULL AND t.tgnargs = 0 \
            AND pg_catalog.cardinality(t.tgattr::pg_catalog.int2[]) = 0 AND NOT t.tgdeferrable \
            AND (t.tgname, t.tgtype) IN (('api_key_native_change', 25), ('api_key_native_clear', 32)) \
            AND l.lanname = 'plpgsql' AND p.proconfig = ARRAY['search_path=pg_catalog, pg_temp'] \
            AND pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(p.prosrc, 'UTF8')), 'hex') = ", $body, " \
            HAVING pg_catalog.count(*) = 2)"
        )
    };
}
pub(in crate::store::postgres) use triggers;

/// Selects both triggers of the table `$1` if they are defined as expected, with the version of each catalog row that
/// defines them. Every change of a definition changes these versions, even if it is reverted later.
macro_rules! defined_triggers {
    ($table:literal, $body:literal) => {
        $crate::store::postgres::migration::change_feed::triggers!(
            "pg_catalog.string_agg(pg_catalog.concat_ws(':', t.oid, t.xmin, p.oid, p.xmin), ' ' ORDER BY t.tgname)",
            $table,
            $body
        )
    };
}
pub(in crate::store::postgres) use defined_triggers;

/// The expected SHA-256 of the function's body, in hex.
pub(in crate::store::postgres) static BODY_DIGEST: LazyLock<String> =
    LazyLock::new(|| hex::encode(Sha256::digest(BODY.as_bytes())));

/// Selects whether both triggers and their function are defined as this version defines them: with the body whose
/// SHA-256 is the given parameter.
macro_rules! triggers_are_defined {
    ($body:literal) => {
        concat!(
            "EXISTS ",
            $crate::store::postgres::migration::change_feed::triggers!(
                "true",
                "pg_catalog.to_regclass('api_key')",
                $body
            )
        )
    };
}
pub(super) use triggers_are_defined;

const DEFINED: &str = concat!("SELECT ", triggers_are_defined!("$1::pg_catalog.text"));

/// Returns whether both triggers and their function are defined as this version defines them.
pub(in crate::store::postgres) async fn is_defined(
    executor: PgExecutor<'_>,
) -> Result<bool, ApiKeyError> {
    let rows = executor.query(DEFINED, &[Param::text(&BODY_DIGEST)]).await?.rows;
    Ok(match rows.first() {
        Some(row) => row.try_get(0).map_err(PgFailure::from)?,
        None => false,
    })
}

/// Recreates the triggers after they were dropped, disabled or changed.
pub(super) async fn repair(executor: PgExecutor<'_>) -> Result<(), ApiKeyError> {
    Ok(executor.run(&UP).await?)
}
