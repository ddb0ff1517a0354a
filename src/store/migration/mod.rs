//! The table, step by step.
//!
//! Invariant: every step can run on a table that stock made and filled, and
//! leaves it in a shape that stock's service can go on using.

mod create_api_key;
mod notify;
mod token_digest;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};
use sea_orm_migration::{MigrationTrait, MigratorTrait};

use super::failure;
use super::transaction::Transaction;
use crate::error::ApiKeyError;

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(create_api_key::Migration),
            Box::new(token_digest::Migration),
            Box::new(notify::Migration),
        ]
    }

    fn migration_table_name() -> sea_orm::DynIden {
        sea_orm::sea_query::IntoIden::into_iden("api_key_native_migrations")
    }
}

/// Any number that no other program uses: processes that start together take turns.
const LOCK: i64 = 0x6170_6b5f_6e61_7469;

/// Takes every step that was not taken yet, all or none.
pub(super) async fn up(pool: &DatabaseConnection) -> Result<(), ApiKeyError> {
    let transaction = Transaction::begin_write(pool).await?;
    let on = transaction.inner();
    if pool.get_database_backend() == DbBackend::Postgres {
        let lock = format!("SET LOCAL lock_timeout = '60s'; SELECT pg_advisory_xact_lock({LOCK})");
        on.execute_unprepared(&lock).await.map_err(failure::of)?;
    }
    Migrator::up(on, None).await.map_err(failure::of)?;
    if pool.get_database_backend() == DbBackend::Postgres {
        notify::repair(on).await.map_err(failure::of)?;
    }
    transaction.commit().await
}
