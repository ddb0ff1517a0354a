//! The connections that write to an SQLite database.
//!
//! SQLite has one write lock per file and no queue for it: a connection gets it by asking at the right moment, and
//! SQLite asks at growing intervals. So the writes of a service wait in the order of their calls; a few of them compete
//! for the lock and ask every few milliseconds until the deadline of their call. Invariant: a write that did not get the
//! lock has changed nothing. See docs/adr/0029.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, ExecResult,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep};

use super::failure::{self, is_busy, locked};
use super::pools::OpenFile;
use crate::deadline;
use crate::error::ApiKeyError;

/// The number of writes that compete for the lock: while one holds it, the others are prepared.
pub(super) const WRITERS: u32 = 3;

/// The time that SQLite waits for the lock, in pauses of 1 to 5 milliseconds.
pub(super) const LOCK_WAIT: Duration = Duration::from_millis(10);

/// The time after which a write asks less often, because the lock is not held by writes of usual length.
const SHORT_WAIT: Duration = Duration::from_millis(500);

/// The connections that write, and the queue for them.
#[derive(Clone)]
pub(in crate::store) struct Writer {
    connections: DatabaseConnection,
    /// `None` for a database in memory.
    file: Option<OpenFile>,
    queue: Arc<Semaphore>,
}

/// The right to write, until it is dropped.
pub(super) type Turn = OwnedSemaphorePermit;

impl Writer {
    pub(super) fn new(connections: DatabaseConnection, file: Option<OpenFile>) -> Self {
        Self { connections, file, queue: Arc::new(Semaphore::new(WRITERS as usize)) }
    }

    /// Runs a statement in its own transaction. A call that times out meanwhile reports an unknown outcome.
    pub(super) async fn execute(&self, statement: Statement) -> Result<ExecResult, WriteError> {
        let turn = self.turn().await?;
        self.require_same_file()?;
        match committing(self.connections.execute_raw(statement.clone())).await {
            // Only BEGIN is repeated: repeating the statement would bind all of its values each time.
            Err(error) if is_busy(&error) => {}
            Err(error) => {
                // A connection that opened another file meanwhile has refused to write.
                self.require_same_file()?;
                return Err(error.into());
            }
            Ok(done) => return Ok(done),
        }
        let transaction = self.begin_in_turn().await?;
        let done = transaction.execute_raw(statement).await?;
        commit(transaction).await?;
        drop(turn);
        Ok(done)
    }

    /// Begins a transaction that holds the write lock. The turn must be kept until its end.
    pub(super) async fn begin(&self) -> Result<(DatabaseTransaction, Turn), WriteError> {
        let turn = self.turn().await?;
        Ok((self.begin_in_turn().await?, turn))
    }

    async fn turn(&self) -> Result<Turn, WriteError> {
        match deadline::wait(Arc::clone(&self.queue).acquire_owned()).await {
            Some(Ok(turn)) => Ok(turn),
            Some(Err(_)) | None => Err(WriteError::NoTurn),
        }
    }

    /// Begins a transaction on a connection to the file at the path.
    async fn begin_in_turn(&self) -> Result<DatabaseTransaction, WriteError> {
        let begun = self.begin_when_free().await;
        // The wait may have been long, and a connection that opened another file meanwhile refuses to write.
        self.require_same_file()?;
        Ok(begun?)
    }

    fn require_same_file(&self) -> Result<(), WriteError> {
        self.file.as_ref().map_or(Ok(()), OpenFile::require_same).map_err(WriteError::Replaced)
    }

    async fn begin_when_free(&self) -> Result<DatabaseTransaction, DbErr> {
        let (began, end) = (Instant::now(), deadline::end());
        loop {
            let options = TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            };
            match self.connections.begin_with_options(options).await {
                Err(error) if is_busy(&error) && Instant::now() < end => {
                    sleep(pause(began.elapsed())).await;
                }
                outcome => return outcome,
            }
        }
    }

    pub(super) async fn close(&self) {
        let _ = self.connections.close_by_ref().await;
    }
}

/// Commits. A call that times out meanwhile reports an unknown outcome.
pub(super) async fn commit(transaction: DatabaseTransaction) -> Result<(), DbErr> {
    committing(transaction.commit()).await
}

/// Runs what commits. A call that times out meanwhile reports an unknown outcome.
async fn committing<T>(work: impl Future<Output = T>) -> T {
    deadline::committing();
    let done = work.await;
    deadline::decided();
    done
}

/// Returns the pause before the next attempt: 1 to 4 milliseconds, or 4 to 16 if the lock is held for long. It differs
/// each time, so that processes do not ask in step.
fn pause(waited: Duration) -> Duration {
    let unit = if waited < SHORT_WAIT { 1 } else { 4 };
    let digits = u64::from(waited.subsec_nanos() / 100);
    Duration::from_millis(unit * (1 + digits % 4))
}

/// The failure of a write.
pub(super) enum WriteError {
    /// The earlier writes of the service took until the deadline of the call.
    NoTurn,
    /// The file at the path is no longer the one that was opened. Nothing was written.
    Replaced(ApiKeyError),
    Failed(DbErr),
}

impl From<DbErr> for WriteError {
    fn from(error: DbErr) -> Self {
        Self::Failed(error)
    }
}

impl From<WriteError> for ApiKeyError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::NoTurn => locked(),
            WriteError::Replaced(error) => error,
            WriteError::Failed(error) => failure::of(error),
        }
    }
}
