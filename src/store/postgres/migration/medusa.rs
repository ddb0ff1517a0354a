//! Medusa's record of the migrations of all modules, which its migrator reads.
//!
//! `create_api_key` leaves the table `api_key` as stock's migrations do. Recording them as executed prevents Medusa
//! from running them when a shop switches back to stock, where one of them would fail on an existing constraint.

use super::{Param, PgExecutor, PgFailure};

// NEVER CHANGE: MikroORM's table, and stock's migrations by their names in it.
const TABLE: &str = r#"
CREATE TABLE IF NOT EXISTS "mikro_orm_migrations" (
  "id" serial PRIMARY KEY,
  "name" varchar(255) NULL,
  "executed_at" timestamptz NULL DEFAULT CURRENT_TIMESTAMP
);
"#;
const STOCK_MIGRATIONS: [&str; 4] = [
    "InitialSetup20240221144943",
    "Migration20240604080145",
    "Migration20241205122700",
    "Migration20251015123842",
];

/// Selects whether the role may read the record; NULL if the table does not exist.
macro_rules! may_be_read {
    () => {
        "pg_catalog.has_table_privilege(to_regclass('mikro_orm_migrations'), 'SELECT')"
    };
}
pub(super) use may_be_read;

/// Selects whether the schema with the given parameter's name exists.
macro_rules! schema_exists {
    ($schema:literal) => {
        concat!(
            r#"EXISTS (SELECT FROM "pg_catalog"."pg_namespace" WHERE "nspname" = "#,
            $schema,
            ")"
        )
    };
}
pub(super) use schema_exists;

const MAY_BE_READ: &str = concat!("SELECT ", may_be_read!());
const HAS_SCHEMA: &str = concat!("SELECT ", schema_exists!("$1"));
const UNRECORDED: &str = r#"
SELECT "stock" FROM unnest($1::text[]) WITH ORDINALITY AS "stocks" ("stock", "place")
WHERE NOT EXISTS (SELECT FROM "mikro_orm_migrations" WHERE "name" IN ("stock", "stock" || '.js', "stock" || '.ts'))
ORDER BY "place"
"#;
const RECORD: &str = r#"
INSERT INTO "mikro_orm_migrations" ("name")
SELECT "stock" FROM unnest($1::text[]) WITH ORDINALITY AS "stocks" ("stock", "place") ORDER BY "place"
"#;

/// Returns whether the schema that Medusa is configured with exists.
pub(super) async fn has_schema(on: PgExecutor<'_>, schema: &str) -> Result<bool, PgFailure> {
    let rows = on.query(HAS_SCHEMA, &[Param::text(schema)]).await?.rows;
    Ok(rows.first().map(|row| row.try_get(0)).transpose()?.unwrap_or(false))
}

/// Creates that schema, as stock's migrator does.
pub(super) async fn create_schema(on: PgExecutor<'_>, schema: &str) -> Result<(), PgFailure> {
    on.run(&format!(r#"CREATE SCHEMA IF NOT EXISTS "{}""#, schema.replace('"', "\"\""))).await
}

/// Returns stock's migrations that are not recorded. A database without Medusa needs no record of them.
pub(super) async fn unrecorded(
    on: PgExecutor<'_>,
    in_medusa: bool,
) -> Result<Vec<String>, PgFailure> {
    let rows = on.query(MAY_BE_READ, &[]).await?.rows;
    let may_be_read = rows.first().and_then(|row| row.try_get::<_, Option<bool>>(0).ok()?);
    unrecorded_in(on, may_be_read, in_medusa).await
}

/// Returns the same for a record of which it is known whether the role may read it; `None` if it does not exist.
pub(super) async fn unrecorded_in(
    on: PgExecutor<'_>,
    may_be_read: Option<bool>,
    in_medusa: bool,
) -> Result<Vec<String>, PgFailure> {
    match may_be_read {
        Some(true) => {}
        // The record is unreadable, so nothing counts as missing.
        Some(false) => return Ok(Vec::new()),
        None if in_medusa => return Ok(STOCK_MIGRATIONS.map(str::to_owned).into()),
        None => return Ok(Vec::new()),
    }
    let rows = on
        .query(UNRECORDED, &[Param::texts(STOCK_MIGRATIONS.map(str::to_owned).into())])
        .await?
        .rows;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

/// Records stock's migrations as executed.
pub(super) async fn record(on: PgExecutor<'_>, missing: Vec<String>) -> Result<(), PgFailure> {
    on.run(TABLE).await?;
    on.query(RECORD, &[Param::texts(missing)]).await.map(drop)
}
