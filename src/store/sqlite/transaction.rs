//! Transactions on SQLite.

use sea_orm::{DatabaseTransaction, TransactionTrait};

use super::executor::{SqliteConnections, SqliteExecutor};
use super::failure;
use super::pools::OpenFile;
use super::writer::{Turn, commit};
use crate::error::ApiKeyError;

/// An atomic group of statements. Dropping it without a commit rolls it back.
pub(in crate::store) struct SqliteTransaction {
    // Dropped before the turn: it rolls back first.
    transaction: DatabaseTransaction,
    _turn: Option<Turn>,
    file: Option<OpenFile>,
}

impl SqliteTransaction {
    /// Begins a transaction that may write.
    ///
    /// Two readers that upgrade to writers would deadlock, so a writer takes the write lock at once.
    pub(in crate::store) async fn begin_write(
        connections: &SqliteConnections,
    ) -> Result<Self, ApiKeyError> {
        let (transaction, turn) = connections.writer.begin().await?;
        Ok(Self { transaction, _turn: Some(turn), file: None })
    }

    /// Begins a transaction on a snapshot of the database.
    pub(in crate::store) async fn begin_snapshot(
        connections: &SqliteConnections,
    ) -> Result<Self, ApiKeyError> {
        let transaction = connections.readers.begin().await.map_err(failure::of)?;
        Ok(Self { transaction, _turn: None, file: None })
    }

    /// Sets the file; `commit` fails unless it is still the file at its path.
    pub(in crate::store) fn of_file(self, file: Option<OpenFile>) -> Self {
        Self { file, ..self }
    }

    /// Returns the connection to run statements on.
    pub(in crate::store) fn executor(&self) -> SqliteExecutor<'_> {
        SqliteExecutor::in_transaction(&self.transaction)
    }

    pub(in crate::store) async fn commit(self) -> Result<(), ApiKeyError> {
        commit(self.transaction).await.map_err(failure::of)?;
        self.file.map_or(Ok(()), |file| file.confirm_write())
    }
}
