//! Runs a statement on PostgreSQL.

use std::time::Duration;

use sea_orm::Statement;
use tokio::time::{Instant, sleep};

use super::failure::PgFailure;
use super::pool::PgPool;
use super::session::PgResult;
use super::transaction::PgTransaction;
use super::values::Param;
use crate::deadline;
use crate::error::ApiKeyError;
use crate::store::failure::InsertError;

/// The delay between attempts to repeat an insert with an unknown outcome.
const PAUSE: Duration = Duration::from_millis(50);

/// Any session of the pool, or the session of a transaction.
#[derive(Clone, Copy)]
pub(in crate::store) enum PgExecutor<'a> {
    Pool(&'a PgPool),
    Transaction(&'a PgTransaction),
}

impl PgExecutor<'_> {
    /// Runs a statement with bound values.
    pub(in crate::store) async fn query(
        self,
        sql: &str,
        params: &[Param],
    ) -> Result<PgResult, PgFailure> {
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

    async fn number(self, (sql, params): (&str, &[Param])) -> Result<Option<i64>, PgFailure> {
        let rows = self.query(sql, params).await?.rows;
        Ok(rows.first().map(|row| row.try_get(0)).transpose()?)
    }

    /// Runs statements without bound values.
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

    /// Inserts new rows, and repeats the insert if its outcome is unknown.
    ///
    /// Repeating is safe: the second insert waits for the first one, and collides with it if that was committed.
    /// `count` counts exactly these rows; `rows` is their expected number.
    pub(in crate::store) async fn insert(
        self,
        sql: &str,
        params: &[Param],
        count: (&str, &[Param]),
        rows: usize,
    ) -> Result<(), InsertError> {
        let mut maybe_written = false;
        loop {
            let failure = match self.query(sql, params).await {
                Ok(_) => break,
                Err(failure) => failure,
            };
            if maybe_written {
                deadline::committing();
            }
            let in_transaction = matches!(self, Self::Transaction(_));
            match failure.violation() {
                Some(_) if maybe_written => match self.number(count).await {
                    Ok(written) if written == i64::try_from(rows).ok() => break,
                    Ok(_) => {
                        deadline::decided();
                        return Err(failure.into());
                    }
                    // The next iteration checks again.
                    Err(_) => {}
                },
                Some(_) => return Err(failure.into()),
                None if in_transaction => return Err(failure.into()),
                None if !maybe_written && !failure.outcome_is_unknown() => {
                    return Err(failure.into());
                }
                None => {}
            }
            maybe_written = true;
            deadline::committing();
            if Instant::now() + PAUSE >= deadline::end() {
                return Err(ApiKeyError::OutcomeUnknown.into());
            }
            sleep(PAUSE).await;
        }
        deadline::decided();
        Ok(())
    }
}

/// Splits a statement into its SQL and its bound values.
pub(in crate::store) fn parts(statement: Statement) -> Result<(String, Vec<Param>), PgFailure> {
    let values = statement.values.map(|values| values.0).unwrap_or_default();
    let params = values.into_iter().map(Param::of).collect::<Result<_, _>>()?;
    Ok((statement.sql, params))
}
