//! The table, step by step.
//!
//! Invariant: every step can run on a table that stock made and filled, and
//! leaves it in a shape that stock's service can go on using; taken back, it
//! leaves stock's table with every key in it.

mod create_api_key;
mod lookup_indexes;
mod medusa;
mod notify;
mod token_digest;
mod workflow_transaction;

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr};
use sea_orm_migration::{MigrationTrait, MigratorTrait, SchemaManager};

use super::failure;
use super::settings::DatabaseSettings;
use super::transaction::Transaction;
use crate::error::ApiKeyError;
pub(super) use notify::triggers_stand_on;

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(create_api_key::Migration),
            Box::new(token_digest::Migration),
            Box::new(workflow_transaction::Migration),
            Box::new(notify::Migration),
            Box::new(lookup_indexes::Migration),
        ]
    }

    fn migration_table_name() -> sea_orm::DynIden {
        sea_orm::sea_query::IntoIden::into_iden("api_key_native_migrations")
    }
}

/// Any number that no other program uses: processes that start together take turns.
const LOCK: i64 = 0x6170_6b5f_6e61_7469;

/// Takes every step that was not taken yet, all or none, and tells which.
pub(super) async fn up(
    pool: &DatabaseConnection,
    settings: &DatabaseSettings,
) -> Result<Vec<String>, ApiKeyError> {
    // An SQLite file that cannot be written can be read, if nothing is missing.
    if pool.get_database_backend() == DbBackend::Sqlite
        && Migrator::get_pending_migrations_read_only(pool).await.map_err(failed)?.is_empty()
    {
        return Ok(Vec::new());
    }
    let transaction = Transaction::begin_write(pool).await?;
    let taken = take(transaction.inner(), settings).await.map_err(failed)?;
    transaction.commit().await?;
    Ok(taken)
}

/// Takes steps back, all or none: those of the names, or every one. The table stays, with its keys.
pub(super) async fn down(
    pool: &DatabaseConnection,
    names: Option<&[String]>,
) -> Result<Vec<String>, ApiKeyError> {
    let transaction = Transaction::begin_write(pool).await?;
    let reverted = take_back(transaction.inner(), names).await.map_err(failed)?;
    transaction.commit().await?;
    Ok(reverted)
}

/// Whether an SQLite database has no table of keys.
pub(super) async fn lacks_table(pool: &DatabaseConnection) -> Result<bool, ApiKeyError> {
    let has_table = SchemaManager::new(pool).has_table("api_key").await;
    has_table.map(|has_table| !has_table).map_err(failure::of)
}

fn failed(error: DbErr) -> ApiKeyError {
    match failure::of(error) {
        ApiKeyError::TableMissing => ApiKeyError::ForeignTable,
        other => other,
    }
}

async fn take(on: &DatabaseTransaction, settings: &DatabaseSettings) -> Result<Vec<String>, DbErr> {
    let postgres = on.get_database_backend() == DbBackend::Postgres;
    if postgres {
        take_turns(on).await?;
        if let Some(schema) = settings.schema.as_deref().filter(|_| settings.in_medusa) {
            medusa::make_schema(on, schema).await?;
        }
    }
    Migrator::install(on).await?;
    let pending = names_of(&Migrator::get_pending_migrations(on).await?);
    Migrator::up(on, None).await?;
    if postgres {
        notify::repair(on).await?;
        medusa::record(on, settings.in_medusa).await?;
    }
    Ok(pending)
}

async fn take_back(
    on: &DatabaseTransaction,
    names: Option<&[String]>,
) -> Result<Vec<String>, DbErr> {
    if on.get_database_backend() == DbBackend::Postgres {
        take_turns(on).await?;
    }
    Migrator::install(on).await?;
    let applied = names_of(&Migrator::get_applied_migrations(on).await?);
    let mut reverted: Vec<_> = applied.iter().rev().cloned().collect();
    if let Some(names) = names {
        let last = reverted.iter().take_while(|name| names.contains(name)).count();
        reverted.truncate(last);
    }
    let steps = u32::try_from(reverted.len()).map_err(|error| DbErr::Custom(error.to_string()))?;
    Migrator::down(on, Some(steps)).await?;
    if reverted.len() == applied.len() {
        Migrator::uninstall(on).await?;
    }
    Ok(reverted)
}

async fn take_turns(on: &DatabaseTransaction) -> Result<(), DbErr> {
    let lock = format!("SET LOCAL lock_timeout = '60s'; SELECT pg_advisory_xact_lock({LOCK})");
    on.execute_unprepared(&lock).await.map(drop)
}

fn names_of(migrations: &[sea_orm_migration::Migration]) -> Vec<String> {
    migrations.iter().map(|migration| migration.name().to_owned()).collect()
}
