//! What Medusa's own migrator reads: the table in which it records the migrations of all modules.
//!
//! `create_api_key` leaves the table `api_key` as stock's migrations do. Recorded as taken, they are not run again
//! when a shop goes back to stock, where one of them would fail on a constraint that is there already.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement};

// NEVER CHANGE: MikroORM's table, and stock's migrations by their names in it.
const TABLE: &str = r#"
CREATE TABLE IF NOT EXISTS "mikro_orm_migrations" (
  "id" serial PRIMARY KEY,
  "name" varchar(255) NULL,
  "executed_at" timestamptz NULL DEFAULT CURRENT_TIMESTAMP
);
"#;
const STOCKS: [&str; 4] = [
    "InitialSetup20240221144943",
    "Migration20240604080145",
    "Migration20241205122700",
    "Migration20251015123842",
];

const IS_THERE: &str = r"SELECT to_regclass('mikro_orm_migrations') IS NOT NULL";
const UNRECORDED: &str = r#"
SELECT "stock" FROM unnest($1::text[]) WITH ORDINALITY AS "stocks" ("stock", "place")
WHERE NOT EXISTS (SELECT FROM "mikro_orm_migrations" WHERE "name" IN ("stock", "stock" || '.js', "stock" || '.ts'))
ORDER BY "place"
"#;
const RECORD: &str = r#"
INSERT INTO "mikro_orm_migrations" ("name")
SELECT "stock" FROM unnest($1::text[]) WITH ORDINALITY AS "stocks" ("stock", "place") ORDER BY "place"
"#;

/// Makes the schema that Medusa is configured with, as stock's migrator does.
pub(super) async fn make_schema(on: &DatabaseTransaction, schema: &str) -> Result<(), DbErr> {
    let find = r#"SELECT FROM "pg_catalog"."pg_namespace" WHERE "nspname" = $1"#;
    let there = on.query_one_raw(statement(find, [schema.into()])).await?;
    if there.is_none() {
        let make = format!(r#"CREATE SCHEMA IF NOT EXISTS "{}""#, schema.replace('"', "\"\""));
        on.execute_unprepared(&make).await?;
    }
    Ok(())
}

/// Records stock's migrations as taken. A database in which Medusa does not live gets no table for it.
pub(super) async fn record(on: &DatabaseTransaction, medusa_lives_here: bool) -> Result<(), DbErr> {
    if medusa_lives_here {
        on.execute_unprepared(TABLE).await?;
    } else if !is_there(on).await? {
        return Ok(());
    }
    let missing: Vec<String> = on
        .query_all_raw(statement(UNRECORDED, [names(STOCKS)]))
        .await?
        .iter()
        .map(|row| row.try_get_by_index(0))
        .collect::<Result<_, _>>()?;
    // Who may only read Medusa's records can still work beside them once they are complete.
    if missing.is_empty() {
        return Ok(());
    }
    on.execute_raw(statement(RECORD, [names(missing)])).await.map(drop)
}

async fn is_there(on: &DatabaseTransaction) -> Result<bool, DbErr> {
    match on.query_one_raw(statement(IS_THERE, [])).await? {
        Some(row) => row.try_get_by_index(0),
        None => Ok(false),
    }
}

fn statement<const N: usize>(sql: &str, values: [sea_orm::Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

fn names<T: Into<String>>(names: impl IntoIterator<Item = T>) -> sea_orm::Value {
    names.into_iter().map(Into::into).collect::<Vec<String>>().into()
}
