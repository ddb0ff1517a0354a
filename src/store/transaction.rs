//! Runs a statement on any connection of the pool or in a transaction.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseExecutor, DatabaseTransaction, DbBackend,
    QueryTrait, Select, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

use tokio::sync::OwnedSemaphorePermit;

use super::backend::Backend;
use super::failure;
use super::postgres::{PgExecutor, PgFailure, PgPool, PgTransaction, model, parts};
use super::row::{Entity, Model};
use super::sqlite::OpenFile;
use crate::deadline;
use crate::error::ApiKeyError;

/// The comment that makes a proxy or pooler send a statement to the primary.
const TO_THE_PRIMARY: &str = "/*NO LOAD BALANCE*/ ";

/// Runs statements. A search on SQLite also holds a search permit.
pub struct Connection<'a> {
    handle: Handle<'a>,
    _search_permit: Option<OwnedSemaphorePermit>,
}

enum Handle<'a> {
    Sqlite(DatabaseConnection),
    SqliteTransaction(&'a DatabaseTransaction),
    Postgres(PgPool),
    PostgresTransaction(&'a PgTransaction),
}

/// A handle for code that differs between the databases.
pub(super) enum Executor<'a> {
    Sqlite(DatabaseExecutor<'a>),
    Postgres(PgExecutor<'a>),
}

/// The connection pool of an open database.
#[derive(Clone)]
pub(super) enum Pool {
    Sqlite(DatabaseConnection),
    Postgres(PgPool),
}

impl Connection<'_> {
    pub(super) fn of_pool(pool: &Pool) -> Connection<'static> {
        let handle = match pool {
            Pool::Sqlite(pool) => Handle::Sqlite(pool.clone()),
            Pool::Postgres(pool) => Handle::Postgres(pool.clone()),
        };
        Connection { handle, _search_permit: None }
    }

    pub(super) fn with_search_permit(self, search_permit: Option<OwnedSemaphorePermit>) -> Self {
        Self { _search_permit: search_permit, ..self }
    }

    pub(super) fn executor(&self) -> Executor<'_> {
        match &self.handle {
            Handle::Sqlite(pool) => Executor::Sqlite(pool.into()),
            Handle::SqliteTransaction(transaction) => Executor::Sqlite((*transaction).into()),
            Handle::Postgres(pool) => Executor::Postgres(PgExecutor::Pool(pool)),
            Handle::PostgresTransaction(transaction) => {
                Executor::Postgres(PgExecutor::Transaction(transaction))
            }
        }
    }

    pub(super) fn backend(&self) -> Backend {
        match self.executor() {
            Executor::Sqlite(_) => Backend::Sqlite,
            Executor::Postgres(_) => Backend::Postgres,
        }
    }

    /// Returns the rows of a query that selects all columns.
    pub(super) async fn models(&self, select: Select<Entity>) -> Result<Vec<Model>, ApiKeyError> {
        match self.executor() {
            Executor::Sqlite(executor) => select.all(&executor).await.map_err(failure::of),
            Executor::Postgres(handle) => {
                let (sql, params) = parts(select.build(DbBackend::Postgres))?;
                let rows = handle.query(&format!("{TO_THE_PRIMARY}{sql}"), &params).await?.rows;
                Ok(rows.iter().map(model).collect::<Result<_, _>>()?)
            }
        }
    }

    /// Runs a statement and returns the number of changed rows.
    pub(super) async fn execute(&self, statement: Statement) -> Result<u64, ApiKeyError> {
        match self.executor() {
            Executor::Sqlite(executor) => {
                let done = executor.execute_raw(statement).await.map_err(failure::of)?;
                Ok(done.rows_affected())
            }
            Executor::Postgres(handle) => {
                let (sql, params) = parts(statement)?;
                Ok(handle.query(&sql, &params).await?.rows_affected)
            }
        }
    }

    /// Runs statements without bound values, one after the other.
    pub(super) async fn run(&self, sql: &str) -> Result<(), ApiKeyError> {
        match self.executor() {
            Executor::Sqlite(executor) => {
                executor.execute_unprepared(sql).await.map(drop).map_err(failure::of)
            }
            Executor::Postgres(handle) => Ok(handle.run(sql).await?),
        }
    }

    /// Returns the first column, a string, of each row.
    pub(super) async fn texts(&self, statement: Statement) -> Result<Vec<String>, ApiKeyError> {
        match self.executor() {
            Executor::Sqlite(executor) => {
                let rows = executor.query_all_raw(statement).await.map_err(failure::of)?;
                rows.iter()
                    .map(|row| row.try_get_by(0))
                    .collect::<Result<_, _>>()
                    .map_err(failure::of)
            }
            Executor::Postgres(handle) => {
                let (sql, params) = parts(statement)?;
                let rows = handle.query(&sql, &params).await?.rows;
                let first = |row: &tokio_postgres::Row| row.try_get(0).map_err(PgFailure::from);
                Ok(rows.iter().map(first).collect::<Result<_, _>>()?)
            }
        }
    }

    /// Returns the only column, a number, of the only row.
    pub(super) async fn number(&self, statement: Statement) -> Result<i64, ApiKeyError> {
        let missing = ApiKeyError::Unexpected("A count returned no row.");
        match self.executor() {
            Executor::Sqlite(executor) => {
                let row = executor.query_one_raw(statement).await.map_err(failure::of)?;
                row.ok_or(missing)?.try_get_by(0).map_err(failure::of)
            }
            Executor::Postgres(handle) => {
                let (sql, params) = parts(statement)?;
                let rows = handle.query(&format!("{TO_THE_PRIMARY}{sql}"), &params).await?.rows;
                let row = rows.first().ok_or(missing)?;
                Ok(row.try_get(0).map_err(PgFailure::from)?)
            }
        }
    }
}

/// An atomic group of statements. Dropping it without a commit rolls it back.
pub struct Transaction {
    begun: Begun,
    file: Option<OpenFile>,
    _search_permit: Option<OwnedSemaphorePermit>,
}

enum Begun {
    Sqlite(DatabaseTransaction),
    Postgres(Box<PgTransaction>),
}

impl Transaction {
    // In SQLite, two readers that upgrade to writers would deadlock, so a writer takes the write lock at once.
    pub(super) async fn begin_write(pool: &Pool) -> Result<Self, ApiKeyError> {
        Self::begin(pool, Some(SqliteTransactionMode::Immediate), "").await
    }

    pub(super) async fn begin_snapshot(pool: &Pool) -> Result<Self, ApiKeyError> {
        Self::begin(pool, None, "ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    async fn begin(
        pool: &Pool,
        sqlite: Option<SqliteTransactionMode>,
        postgres: &str,
    ) -> Result<Self, ApiKeyError> {
        let begun = match pool {
            Pool::Sqlite(pool) => {
                let options = TransactionOptions {
                    sqlite_transaction_mode: sqlite,
                    ..TransactionOptions::default()
                };
                Begun::Sqlite(pool.begin_with_options(options).await.map_err(failure::of)?)
            }
            Pool::Postgres(pool) => {
                Begun::Postgres(Box::new(PgTransaction::begin(pool, postgres).await?))
            }
        };
        Ok(Self { begun, file: None, _search_permit: None })
    }

    /// Sets the SQLite file; `commit` fails unless it is still the file at its path.
    pub(super) fn of_file(self, file: Option<OpenFile>) -> Self {
        Self { file, ..self }
    }

    pub(super) fn with_search_permit(self, search_permit: Option<OwnedSemaphorePermit>) -> Self {
        Self { _search_permit: search_permit, ..self }
    }

    /// Returns the connection to run statements on.
    #[must_use]
    pub fn connection(&self) -> Connection<'_> {
        let handle = match &self.begun {
            Begun::Sqlite(transaction) => Handle::SqliteTransaction(transaction),
            Begun::Postgres(transaction) => Handle::PostgresTransaction(transaction),
        };
        Connection { handle, _search_permit: None }
    }

    /// Commits the transaction.
    ///
    /// # Errors
    /// `Database` if the database rejects the commit; nothing was written. `OutcomeUnknown` if the database can no
    /// longer be queried for the outcome. `Unavailable` if an SQLite file was replaced in the meantime.
    pub async fn commit(self) -> Result<(), ApiKeyError> {
        match self.begun {
            Begun::Sqlite(transaction) => {
                deadline::committing();
                let committed = transaction.commit().await.map_err(failure::of);
                deadline::decided();
                committed?;
                self.file.map_or(Ok(()), |file| file.confirm_write())
            }
            Begun::Postgres(transaction) => transaction.commit().await,
        }
    }
}
