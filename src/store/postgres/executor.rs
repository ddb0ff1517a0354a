//! Runs a statement on PostgreSQL.

use sea_orm::{DbBackend, QueryTrait, Select, Statement};
use tokio_postgres::Row;

use super::failure::PgFailure;
use super::model::model;
use super::pool::PgPool;
use super::session::PgResult;
use super::transaction::PgTransaction;
use super::values::Param;
use crate::deadline;
use crate::error::ApiKeyError;
use crate::store::row::{Entity, Model};

/// The comment that makes a proxy or pooler send a statement to the primary.
const TO_THE_PRIMARY: &str = "/*NO LOAD BALANCE*/ ";

/// Any session of the pool, or the session of a transaction.
#[derive(Clone, Copy)]
pub(in crate::store) enum PgExecutor<'a> {
    Pool(&'a PgPool),
    Transaction(&'a PgTransaction),
}

impl PgExecutor<'_> {
    /// Runs a statement with bound values.
    pub(super) async fn query(self, sql: &str, params: &[Param]) -> Result<PgResult, PgFailure> {
        let result = match self {
            Self::Pool(pool) => pool.query(sql, params).await,
            Self::Transaction(transaction) => {
                let mut session = transaction.session().await;
                let result = deadline::wait(session.session()?.query(sql, params)).await;
                transaction.pool().observe(result)
            }
        };
        result.map_err(|failure| failure.with_required_privilege(sql))
    }

    /// Runs a statement with bound values, and passes on each row when it has arrived, while the server works on the next
    /// ones. For many rows. Returns the first error of `each`.
    pub(super) async fn for_each(
        self,
        sql: &str,
        params: &[Param],
        mut each: impl FnMut(&Row) -> Result<(), ApiKeyError> + Send,
    ) -> Result<(), ApiKeyError> {
        let Self::Transaction(transaction) = self else {
            return self.query(sql, params).await?.rows.iter().try_for_each(each);
        };
        let mut outcome = Ok(());
        // After an error, the other rows are received as well, so that the session stays usable.
        let mut receive = |row| {
            if outcome.is_ok() {
                outcome = each(&row);
            }
        };
        let mut session = transaction.session().await;
        let run = deadline::wait(session.session()?.query_each(sql, params, &mut receive)).await;
        transaction.pool().observe(run).map_err(|failure| failure.with_required_privilege(sql))?;
        outcome
    }

    /// Returns the rows of a query that selects all columns.
    pub(in crate::store) async fn models(
        self,
        select: Select<Entity>,
    ) -> Result<Vec<Model>, PgFailure> {
        let (sql, params) = parts(select.build(DbBackend::Postgres))?;
        let rows = self.query(&format!("{TO_THE_PRIMARY}{sql}"), &params).await?.rows;
        rows.iter().map(model).collect()
    }

    /// Runs a statement and returns the number of changed rows.
    pub(in crate::store) async fn execute(self, statement: Statement) -> Result<u64, PgFailure> {
        let (sql, params) = parts(statement)?;
        Ok(self.query(&sql, &params).await?.rows_affected)
    }

    /// Runs statements without bound values, one after the other.
    pub(in crate::store) async fn run(self, sql: &str) -> Result<(), PgFailure> {
        match self {
            Self::Pool(pool) => {
                let mut session = pool.acquire().await?;
                pool.observe(deadline::wait(session.run(sql)).await)
            }
            Self::Transaction(transaction) => {
                let mut session = transaction.session().await;
                transaction.pool().observe(deadline::wait(session.session()?.run(sql)).await)
            }
        }
    }

    /// Returns the first column, a string, of each row.
    pub(in crate::store) async fn texts(
        self,
        statement: Statement,
    ) -> Result<Vec<String>, PgFailure> {
        let (sql, params) = parts(statement)?;
        let rows = self.query(&sql, &params).await?.rows;
        Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    /// Returns the only column, a number, of the only row, if there is one.
    pub(in crate::store) async fn number(
        self,
        statement: Statement,
    ) -> Result<Option<i64>, PgFailure> {
        let (sql, params) = parts(statement)?;
        let rows = self.query(&format!("{TO_THE_PRIMARY}{sql}"), &params).await?.rows;
        Ok(rows.first().map(|row| row.try_get(0)).transpose()?)
    }

    /// Returns the pool of the session.
    pub(super) fn pool(&self) -> &PgPool {
        match self {
            Self::Pool(pool) => pool,
            Self::Transaction(transaction) => transaction.pool(),
        }
    }

    pub(super) fn is_in_transaction(self) -> bool {
        matches!(self, Self::Transaction(_))
    }
}

/// Splits a statement into its SQL and its bound values.
pub(super) fn parts(statement: Statement) -> Result<(String, Vec<Param>), PgFailure> {
    let values = statement.values.map(|values| values.0).unwrap_or_default();
    let params = values.into_iter().map(Param::of).collect::<Result<_, _>>()?;
    Ok((statement.sql, params))
}
