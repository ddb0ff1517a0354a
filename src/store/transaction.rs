//! Where a statement runs: on any connection of the pool, or in a transaction.

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseExecutor, DatabaseTransaction,
    DbBackend, IsolationLevel, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use super::failure;
use crate::error::ApiKeyError;

/// Somewhere to run statements.
pub struct Connection<'a>(Place<'a>);

enum Place<'a> {
    Pool(DatabaseConnection),
    Transaction(&'a DatabaseTransaction),
}

impl Connection<'_> {
    pub(super) fn of_pool(pool: DatabaseConnection) -> Self {
        Self(Place::Pool(pool))
    }

    pub(super) fn executor(&self) -> DatabaseExecutor<'_> {
        match &self.0 {
            Place::Pool(pool) => pool.into(),
            Place::Transaction(transaction) => (*transaction).into(),
        }
    }

    pub(super) fn backend(&self) -> DbBackend {
        self.executor().get_database_backend()
    }
}

/// Statements that take effect together or not at all. Dropped without a commit, it is rolled back.
pub struct Transaction(DatabaseTransaction);

impl Transaction {
    // SQLite would let two readers wait for each other's write lock, so a writer takes it at once.
    pub(super) async fn begin_write(pool: &DatabaseConnection) -> Result<Self, ApiKeyError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Self::begin(pool, options).await
    }

    pub(super) async fn begin_snapshot(pool: &DatabaseConnection) -> Result<Self, ApiKeyError> {
        let postgres = pool.get_database_backend() == DbBackend::Postgres;
        let options = TransactionOptions {
            isolation_level: postgres.then_some(IsolationLevel::RepeatableRead),
            access_mode: postgres.then_some(AccessMode::ReadOnly),
            sqlite_transaction_mode: None,
        };
        Self::begin(pool, options).await
    }

    async fn begin(
        pool: &DatabaseConnection,
        options: TransactionOptions,
    ) -> Result<Self, ApiKeyError> {
        pool.begin_with_options(options).await.map(Self).map_err(failure::of)
    }

    /// The connection to run statements on.
    #[must_use]
    pub fn connection(&self) -> Connection<'_> {
        Connection(Place::Transaction(&self.0))
    }

    pub(super) fn inner(&self) -> &DatabaseTransaction {
        &self.0
    }

    /// Makes it all take effect.
    ///
    /// # Errors
    /// `Database` when the database refuses; nothing took effect then.
    pub async fn commit(self) -> Result<(), ApiKeyError> {
        self.0.commit().await.map_err(failure::of)
    }
}
