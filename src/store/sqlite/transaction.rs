//! Transactions on SQLite.

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};

use super::executor::SqliteExecutor;
use super::failure;
use super::pools::OpenFile;
use crate::deadline;
use crate::error::ApiKeyError;

/// An atomic group of statements. Dropping it without a commit rolls it back.
pub(in crate::store) struct SqliteTransaction {
    transaction: DatabaseTransaction,
    file: Option<OpenFile>,
}

impl SqliteTransaction {
    /// Begins a transaction that may write.
    ///
    /// Two readers that upgrade to writers would deadlock, so a writer takes the write lock at once.
    pub(in crate::store) async fn begin_write(
        pool: &DatabaseConnection,
    ) -> Result<Self, ApiKeyError> {
        Self::begin(pool, Some(SqliteTransactionMode::Immediate)).await
    }

    /// Begins a transaction on a snapshot of the database.
    pub(in crate::store) async fn begin_snapshot(
        pool: &DatabaseConnection,
    ) -> Result<Self, ApiKeyError> {
        Self::begin(pool, None).await
    }

    async fn begin(
        pool: &DatabaseConnection,
        mode: Option<SqliteTransactionMode>,
    ) -> Result<Self, ApiKeyError> {
        let options =
            TransactionOptions { sqlite_transaction_mode: mode, ..TransactionOptions::default() };
        let transaction = pool.begin_with_options(options).await.map_err(failure::of)?;
        Ok(Self { transaction, file: None })
    }

    /// Sets the file; `commit` fails unless it is still the file at its path.
    pub(in crate::store) fn of_file(self, file: Option<OpenFile>) -> Self {
        Self { file, ..self }
    }

    /// Returns the connection to run statements on.
    pub(in crate::store) fn executor(&self) -> SqliteExecutor<'_> {
        SqliteExecutor::new(&self.transaction)
    }

    pub(in crate::store) async fn commit(self) -> Result<(), ApiKeyError> {
        deadline::committing();
        let committed = self.transaction.commit().await.map_err(failure::of);
        deadline::decided();
        committed?;
        self.file.map_or(Ok(()), |file| file.confirm_write())
    }
}
