//! Runs a statement on any connection of the pool or in a transaction, on the database that is open.

use sea_orm::{Select, Statement};
use tokio::sync::OwnedSemaphorePermit;

use super::backend::Backend;
use super::postgres::{PgExecutor, PgPool, PgTransaction};
use super::row::{Entity, Model};
use super::sqlite::{SqliteConnections, SqliteExecutor, SqliteTransaction};
use crate::error::ApiKeyError;

/// Runs statements. A search on SQLite also holds a search permit.
pub struct Connection<'a> {
    handle: Handle<'a>,
    _search_permit: Option<OwnedSemaphorePermit>,
}

enum Handle<'a> {
    Sqlite(SqliteConnections),
    SqliteTransaction(&'a SqliteTransaction),
    Postgres(PgPool),
    PostgresTransaction(&'a PgTransaction),
}

/// A handle for code that differs between the databases.
pub(super) enum Executor<'a> {
    Sqlite(SqliteExecutor<'a>),
    Postgres(PgExecutor<'a>),
}

/// The connection pool of an open database.
#[derive(Clone)]
pub(super) enum Pool {
    Sqlite(SqliteConnections),
    Postgres(PgPool),
}

impl Connection<'_> {
    pub(super) fn of_pool(pool: Pool) -> Connection<'static> {
        let handle = match pool {
            Pool::Sqlite(pool) => Handle::Sqlite(pool),
            Pool::Postgres(pool) => Handle::Postgres(pool),
        };
        Connection { handle, _search_permit: None }
    }

    pub(super) fn with_search_permit(self, search_permit: Option<OwnedSemaphorePermit>) -> Self {
        Self { _search_permit: search_permit, ..self }
    }

    pub(super) fn executor(&self) -> Executor<'_> {
        match &self.handle {
            Handle::Sqlite(pool) => Executor::Sqlite(SqliteExecutor::new(pool)),
            Handle::SqliteTransaction(transaction) => Executor::Sqlite(transaction.executor()),
            Handle::Postgres(pool) => Executor::Postgres(PgExecutor::Pool(pool)),
            Handle::PostgresTransaction(transaction) => {
                Executor::Postgres(PgExecutor::Transaction(transaction))
            }
        }
    }

    pub(super) fn backend(&self) -> Backend {
        match &self.handle {
            Handle::Sqlite(_) | Handle::SqliteTransaction(_) => Backend::Sqlite,
            Handle::Postgres(_) | Handle::PostgresTransaction(_) => Backend::Postgres,
        }
    }

    /// Returns the rows of a query that selects all columns.
    pub(super) async fn models(&self, select: Select<Entity>) -> Result<Vec<Model>, ApiKeyError> {
        match self.executor() {
            Executor::Sqlite(executor) => executor.models(select).await,
            Executor::Postgres(executor) => Ok(executor.models(select).await?),
        }
    }

    /// Runs a statement and returns the number of changed rows.
    pub(super) async fn execute(&self, statement: Statement) -> Result<u64, ApiKeyError> {
        match self.executor() {
            Executor::Sqlite(executor) => executor.execute(statement).await,
            Executor::Postgres(executor) => Ok(executor.execute(statement).await?),
        }
    }

    /// Runs statements without bound values, one after the other.
    pub(super) async fn run(&self, sql: &str) -> Result<(), ApiKeyError> {
        match self.executor() {
            Executor::Sqlite(executor) => executor.run(sql).await,
            Executor::Postgres(executor) => Ok(executor.run(sql).await?),
        }
    }

    /// Returns the first column, a string, of each row.
    pub(super) async fn texts(&self, statement: Statement) -> Result<Vec<String>, ApiKeyError> {
        match self.executor() {
            Executor::Sqlite(executor) => executor.texts(statement).await,
            Executor::Postgres(executor) => Ok(executor.texts(statement).await?),
        }
    }

    /// Returns the only column, a number, of the only row.
    pub(super) async fn number(&self, statement: Statement) -> Result<i64, ApiKeyError> {
        let number = match self.executor() {
            Executor::Sqlite(executor) => executor.number(statement).await?,
            Executor::Postgres(executor) => executor.number(statement).await?,
        };
        number.ok_or(ApiKeyError::Unexpected("A count returned no row."))
    }
}

/// An atomic group of statements. Dropping it without a commit rolls it back.
pub struct Transaction {
    begun: Begun,
    _search_permit: Option<OwnedSemaphorePermit>,
}

pub(super) enum Begun {
    Sqlite(SqliteTransaction),
    Postgres(Box<PgTransaction>),
}

impl Transaction {
    pub(super) fn new(begun: Begun) -> Self {
        Self { begun, _search_permit: None }
    }

    pub(super) async fn begin_write(pool: &Pool) -> Result<Self, ApiKeyError> {
        Ok(Self::new(match pool {
            Pool::Sqlite(pool) => Begun::Sqlite(SqliteTransaction::begin_write(pool).await?),
            Pool::Postgres(pool) => {
                Begun::Postgres(Box::new(PgTransaction::begin_write(pool).await?))
            }
        }))
    }

    pub(super) async fn begin_snapshot(pool: &Pool) -> Result<Self, ApiKeyError> {
        Ok(Self::new(match pool {
            Pool::Sqlite(pool) => Begun::Sqlite(SqliteTransaction::begin_snapshot(pool).await?),
            Pool::Postgres(pool) => {
                Begun::Postgres(Box::new(PgTransaction::begin_snapshot(pool).await?))
            }
        }))
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
            Begun::Sqlite(transaction) => transaction.commit().await,
            Begun::Postgres(transaction) => transaction.commit().await,
        }
    }
}
