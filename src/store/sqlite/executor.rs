//! Runs a statement on SQLite.

use sea_orm::{ConnectionTrait, DatabaseExecutor, Select, Statement};

use super::failure;
use crate::error::ApiKeyError;
use crate::store::failure::InsertError;
use crate::store::row::{Entity, Model};

/// Any connection of a pool, or the connection of a transaction.
pub(in crate::store) struct SqliteExecutor<'a>(DatabaseExecutor<'a>);

impl<'a> SqliteExecutor<'a> {
    pub(in crate::store) fn new(on: impl Into<DatabaseExecutor<'a>>) -> Self {
        Self(on.into())
    }

    /// Returns the rows of a query that selects all columns.
    pub(in crate::store) async fn models(
        self,
        select: Select<Entity>,
    ) -> Result<Vec<Model>, ApiKeyError> {
        select.all(&self.0).await.map_err(failure::of)
    }

    /// Runs a statement and returns the number of changed rows.
    pub(in crate::store) async fn execute(self, statement: Statement) -> Result<u64, ApiKeyError> {
        let done = self.0.execute_raw(statement).await.map_err(failure::of)?;
        Ok(done.rows_affected())
    }

    /// Inserts new rows.
    pub(in crate::store) async fn insert(self, statement: Statement) -> Result<(), InsertError> {
        Ok(self.0.execute_raw(statement).await.map(drop)?)
    }

    /// Runs statements without bound values, one after the other.
    pub(in crate::store) async fn run(self, sql: &str) -> Result<(), ApiKeyError> {
        self.0.execute_unprepared(sql).await.map(drop).map_err(failure::of)
    }

    /// Returns the first column, a string, of each row.
    pub(in crate::store) async fn texts(
        self,
        statement: Statement,
    ) -> Result<Vec<String>, ApiKeyError> {
        let rows = self.0.query_all_raw(statement).await.map_err(failure::of)?;
        rows.iter().map(|row| row.try_get_by(0)).collect::<Result<_, _>>().map_err(failure::of)
    }

    /// Returns the only column, a number, of the only row, if there is one.
    pub(in crate::store) async fn number(
        self,
        statement: Statement,
    ) -> Result<Option<i64>, ApiKeyError> {
        let row = self.0.query_one_raw(statement).await.map_err(failure::of)?;
        row.map(|row| row.try_get_by(0)).transpose().map_err(failure::of)
    }
}
