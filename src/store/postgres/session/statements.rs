//! Statements with bound values, prepared if the session allows it.

use std::pin::pin;

use futures_util::TryStreamExt;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row, RowStream, Statement};

use super::Session;
use crate::store::postgres::drive::{drive, with_transaction_id};
use crate::store::postgres::failure::PgFailure;
use crate::store::postgres::transaction_id;
use crate::store::postgres::values::Param;

/// The result of a statement.
pub(in crate::store) struct PgResult {
    pub(in crate::store) rows: Vec<Row>,
    /// The number of rows that the statement wrote or selected.
    pub(in crate::store) rows_affected: u64,
}

/// Returns whether a statement may write rows: every statement but a SELECT, which a hint in a comment may precede.
pub(in crate::store::postgres) fn writes(sql: &str) -> bool {
    let statement = match sql.trim_start().strip_prefix("/*").and_then(|sql| sql.split_once("*/")) {
        Some((_hint, statement)) => statement,
        None => sql,
    };
    !statement.trim_start().starts_with("SELECT")
}

/// Receives the rows of a statement.
pub(in crate::store::postgres) type EachRow<'a> = &'a mut (dyn FnMut(Row) + Send);

impl Session {
    /// Runs a statement, in its own transaction if the session needs settings for it.
    pub(in crate::store) async fn query(
        &mut self,
        sql: &str,
        params: &[Param],
    ) -> Result<PgResult, PgFailure> {
        let mut rows = Vec::new();
        let rows_affected = self.query_each(sql, params, &mut |row| rows.push(row)).await?;
        Ok(PgResult { rows, rows_affected })
    }

    /// Runs a statement in the same way, and passes on each row when it has arrived, while the server works on the next
    /// ones. Returns the number of rows that the statement wrote or selected.
    pub(in crate::store::postgres) async fn query_each(
        &mut self,
        sql: &str,
        params: &[Param],
        each: EachRow<'_>,
    ) -> Result<u64, PgFailure> {
        if self.in_transaction || !self.needs_preamble {
            return self.query_here(sql, params, each).await;
        }
        self.begin("").await?;
        match self.query_here(sql, params, each).await {
            Ok(result) => {
                self.commit().await?;
                Ok(result)
            }
            Err(failure) => {
                if !failure.ends_session() {
                    self.roll_back().await?;
                }
                Err(failure)
            }
        }
    }

    async fn query_here(
        &mut self,
        sql: &str,
        params: &[Param],
        each: EachRow<'_>,
    ) -> Result<u64, PgFailure> {
        self.guarded(async |session| {
            let prepared = session.prepare(sql, params).await?;
            let query = run(&session.client, sql, prepared.as_ref(), params, each);
            // The first write of a transaction also selects the transaction's id, for looking up the outcome.
            if session.in_transaction && session.transaction_id.is_none() && writes(sql) {
                let (link, waker) = (&mut session.link, &session.waker);
                let id = transaction_id::query(session.has_checkpoints);
                let (result, transaction_id) =
                    with_transaction_id(link, waker, &session.client, id, query).await?;
                session.transaction_id = transaction_id;
                Ok(result)
            } else {
                drive(&mut session.link, &session.waker, query).await
            }
        })
        .await
    }

    /// Returns the prepared statement; `None` if it shall run unprepared: on a shared session, and at the first use of a
    /// read, because preparing takes another round trip. A write is always prepared, so that a session that turns out
    /// to be lost has not received it.
    async fn prepare(
        &mut self,
        sql: &str,
        params: &[Param],
    ) -> Result<Option<Statement>, PgFailure> {
        if self.shared {
            return Ok(None);
        }
        let kinds = || params.iter().map(|param| &param.kind);
        match self.statements.get(sql) {
            Some(Some(known)) if known.params().iter().eq(kinds()) => {
                return Ok(Some(known.clone()));
            }
            None if !writes(sql) => {
                self.statements.insert(sql.to_owned(), None);
                return Ok(None);
            }
            Some(_) | None => {}
        }
        let kinds: Vec<Type> = kinds().cloned().collect();
        let statement =
            drive(&mut self.link, &self.waker, self.client.prepare_typed(sql, &kinds)).await?;
        self.statements.insert(sql.to_owned(), Some(statement.clone()));
        Ok(Some(statement))
    }
}

async fn run(
    client: &Client,
    sql: &str,
    prepared: Option<&Statement>,
    params: &[Param],
    each: EachRow<'_>,
) -> Result<u64, tokio_postgres::Error> {
    let stream = match prepared {
        Some(statement) => client.query_raw(statement, params.iter().map(value)).await?,
        None => {
            let typed = params.iter().map(|param| (value(param), param.kind.clone()));
            client.query_typed_raw(sql, typed).await?
        }
    };
    pass_on(stream, each).await
}

fn value(param: &Param) -> &(dyn ToSql + Sync) {
    &*param.value
}

async fn pass_on(stream: RowStream, each: EachRow<'_>) -> Result<u64, tokio_postgres::Error> {
    let mut stream = pin!(stream);
    while let Some(row) = stream.try_next().await? {
        each(row);
    }
    Ok(stream.rows_affected().unwrap_or_default())
}
