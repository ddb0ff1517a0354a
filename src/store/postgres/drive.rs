//! Polls a request together with the connection that carries it.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio_postgres::{Client, Row};

use super::failure::PgFailure;
use super::session::Link;
use super::waker::SharedWaker;

/// Selects the transaction id assigned by the preceding write, the server process, and the server's start time.
const TRANSACTION_ID: &str = "SELECT pg_catalog.txid_current_if_assigned()::pg_catalog.text, pg_catalog.pg_backend_pid(), \
    pg_catalog.pg_postmaster_start_time()::pg_catalog.text";

/// Identifies a transaction that has written, to look up its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TransactionId {
    pub(super) xid: String,
    pub(super) process: i32,
    /// The start time of the server that assigned `xid`. A promoted standby assigns the same number to another
    /// transaction.
    pub(super) server: String,
}

/// Polls the connection until a request completes.
pub(super) async fn drive<T>(
    link: &mut Link,
    waker: &Arc<SharedWaker>,
    request: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, PgFailure> {
    let mut request = pin!(request);
    poll_fn(|context| {
        waker.poll(context, |context, waker| {
            if let Poll::Ready(answer) = request.as_mut().poll(context) {
                return Poll::Ready(answer.map_err(PgFailure::from));
            }
            waker.clear_woken();
            let lost = lost(link, context);
            // The bytes that just arrived may complete the request, even if the server closed the connection after
            // sending them.
            match (request.as_mut().poll(context), lost) {
                (Poll::Ready(answer), _) => Poll::Ready(answer.map_err(PgFailure::from)),
                (Poll::Pending, Some(failure)) => Poll::Ready(Err(failure)),
                (Poll::Pending, None) => Poll::Pending,
            }
        })
    })
    .await
}

/// Transfers the available bytes and ignores asynchronous messages. Returns the reason if the connection is lost.
pub(super) fn lost(link: &mut Link, context: &mut Context<'_>) -> Option<PgFailure> {
    loop {
        match link.poll_message(context) {
            Poll::Ready(Some(Ok(_message))) => {}
            Poll::Ready(Some(Err(error))) => return Some(error.into()),
            Poll::Ready(None) => return Some(PgFailure::Broken),
            Poll::Pending => return None,
        }
    }
}

/// Runs a write together with the statement that identifies its transaction. Both are sent at once.
pub(super) async fn with_transaction_id<T>(
    link: &mut Link,
    waker: &Arc<SharedWaker>,
    client: &Client,
    change: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<(T, Option<TransactionId>), PgFailure> {
    let both = async { Ok(tokio::join!(change, client.query_typed(TRANSACTION_ID, &[]))) };
    let (changed, rows) = drive(link, waker, both).await?;
    let changed = changed?;
    Ok((changed, rows?.first().and_then(transaction_id)))
}

fn transaction_id(row: &Row) -> Option<TransactionId> {
    Some(TransactionId {
        xid: row.try_get::<_, Option<String>>(0).ok()??,
        process: row.try_get(1).ok()?,
        server: row.try_get(2).ok()?,
    })
}
