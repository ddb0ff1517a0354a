//! Runs a statement on SQLite.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseExecutor, DatabaseTransaction, FromQueryResult,
    QueryResult, Select, Statement,
};

use super::failure;
use super::writer::{WriteError, Writer};
use crate::error::ApiKeyError;
use crate::store::failure::InsertError;
use crate::store::row::{Entity, Model};

/// The connections that read, and the connection that writes.
#[derive(Clone)]
pub(in crate::store) struct SqliteConnections {
    pub(super) readers: DatabaseConnection,
    pub(super) writer: Writer,
}

/// Any connection, or the connection of a transaction.
pub(in crate::store) struct SqliteExecutor<'a> {
    on: DatabaseExecutor<'a>,
    /// Executes writes outside a transaction.
    writer: Option<&'a Writer>,
}

impl<'a> SqliteExecutor<'a> {
    /// Runs each statement in its own transaction.
    pub(in crate::store) fn new(connections: &'a SqliteConnections) -> Self {
        Self { on: (&connections.readers).into(), writer: Some(&connections.writer) }
    }

    /// Only reads.
    pub(super) fn reader(connection: &'a DatabaseConnection) -> Self {
        Self { on: connection.into(), writer: None }
    }

    pub(super) fn in_transaction(transaction: &'a DatabaseTransaction) -> Self {
        Self { on: transaction.into(), writer: None }
    }

    /// Returns the rows of a query that selects all columns.
    pub(in crate::store) async fn models(
        self,
        select: Select<Entity>,
    ) -> Result<Vec<Model>, ApiKeyError> {
        select.all(&self.on).await.map_err(failure::of)
    }

    /// Runs a statement and returns the number of changed rows.
    pub(in crate::store) async fn execute(self, statement: Statement) -> Result<u64, ApiKeyError> {
        Ok(self.write(statement).await?)
    }

    /// Returns the rows of a statement. Outside a transaction the statement must only read.
    pub(super) async fn rows(&self, statement: Statement) -> Result<Vec<QueryResult>, ApiKeyError> {
        self.on.query_all_raw(statement).await.map_err(failure::of)
    }

    /// Returns the rows of a statement that returns all columns. Outside a transaction the statement must only read.
    pub(super) async fn returned(self, statement: Statement) -> Result<Vec<Model>, ApiKeyError> {
        self.rows(statement).await?.iter().map(model).collect()
    }

    /// Inserts new rows and returns their number.
    pub(in crate::store) async fn insert(&self, statement: Statement) -> Result<u64, InsertError> {
        self.write(statement).await.map_err(|error| match error {
            WriteError::Failed(error) => error.into(),
            WriteError::NoTurn | WriteError::Replaced(_) => InsertError::Failed(error.into()),
        })
    }

    /// Runs statements without bound values, one after the other, in a transaction.
    pub(in crate::store) async fn run(self, sql: &str) -> Result<(), ApiKeyError> {
        self.on.execute_unprepared(sql).await.map(drop).map_err(failure::of)
    }

    /// Returns the first column, a string, of each row. Outside a transaction the statement must only read.
    pub(in crate::store) async fn texts(
        &self,
        statement: Statement,
    ) -> Result<Vec<String>, ApiKeyError> {
        let rows = self.rows(statement).await?;
        rows.iter().map(|row| row.try_get_by(0)).collect::<Result<_, _>>().map_err(failure::of)
    }

    /// Returns the only column, a number, of the only row, if there is one.
    pub(in crate::store) async fn number(
        self,
        statement: Statement,
    ) -> Result<Option<i64>, ApiKeyError> {
        let row = self.on.query_one_raw(statement).await.map_err(failure::of)?;
        row.map(|row| row.try_get_by(0)).transpose().map_err(failure::of)
    }

    async fn write(&self, statement: Statement) -> Result<u64, WriteError> {
        let done = match self.writer {
            None => self.on.execute_raw(statement).await?,
            Some(writer) => writer.execute(statement).await?,
        };
        Ok(done.rows_affected())
    }
}

/// Decodes a row that has all columns.
pub(super) fn model(row: &QueryResult) -> Result<Model, ApiKeyError> {
    Model::from_query_result(row, "").map_err(failure::of)
}
