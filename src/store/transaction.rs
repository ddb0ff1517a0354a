//! Where a statement runs: on any connection of the pool, or in a transaction.

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseExecutor, DatabaseTransaction,
    DbBackend, IsolationLevel, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use tokio::sync::OwnedSemaphorePermit;

use super::failure;
use super::sqlite::OpenFile;
use crate::error::ApiKeyError;

/// Somewhere to run statements, for which a search on SQLite needs the right to search.
pub struct Connection<'a> {
    place: Place<'a>,
    _search: Option<OwnedSemaphorePermit>,
}

enum Place<'a> {
    Pool(DatabaseConnection),
    Transaction(&'a DatabaseTransaction),
}

impl Connection<'_> {
    pub(super) fn of_pool(pool: DatabaseConnection) -> Self {
        Self { place: Place::Pool(pool), _search: None }
    }

    pub(super) fn searching(self, search: Option<OwnedSemaphorePermit>) -> Self {
        Self { _search: search, ..self }
    }

    pub(super) fn executor(&self) -> DatabaseExecutor<'_> {
        match &self.place {
            Place::Pool(pool) => pool.into(),
            Place::Transaction(transaction) => (*transaction).into(),
        }
    }

    pub(super) fn backend(&self) -> DbBackend {
        self.executor().get_database_backend()
    }
}

/// Statements that take effect together or not at all. Dropped without a commit, it is rolled back.
pub struct Transaction {
    inner: DatabaseTransaction,
    file: Option<OpenFile>,
    _search: Option<OwnedSemaphorePermit>,
}

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
        let begun = pool.begin_with_options(options).await.map_err(failure::of)?;
        Ok(Self { inner: begun, file: None, _search: None })
    }

    /// The same of an SQLite file, which must be the one at its path when it is committed.
    pub(super) fn of_file(self, file: Option<OpenFile>) -> Self {
        Self { file, ..self }
    }

    pub(super) fn searching(self, search: Option<OwnedSemaphorePermit>) -> Self {
        Self { _search: search, ..self }
    }

    /// The connection to run statements on.
    #[must_use]
    pub fn connection(&self) -> Connection<'_> {
        Connection { place: Place::Transaction(&self.inner), _search: None }
    }

    pub(super) fn inner(&self) -> &DatabaseTransaction {
        &self.inner
    }

    /// Makes it all take effect.
    ///
    /// # Errors
    /// `Database` when the database refuses; nothing took effect then. `Unavailable` when an SQLite file was replaced
    /// meanwhile.
    pub async fn commit(self) -> Result<(), ApiKeyError> {
        self.inner.commit().await.map_err(failure::of)?;
        self.file.map_or(Ok(()), |file| file.written())
    }
}
