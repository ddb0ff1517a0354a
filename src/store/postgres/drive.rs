//! Polls a request together with the connection that carries it.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio_postgres::Client;

use super::failure::PgFailure;
use super::session::Link;
use super::transaction_id::TransactionId;
use super::waker::SharedWaker;

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
    id: &str,
    change: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<(T, Option<TransactionId>), PgFailure> {
    let both = async { Ok(tokio::join!(change, client.query_typed(id, &[]))) };
    let (changed, rows) = drive(link, waker, both).await?;
    let changed = changed?;
    Ok((changed, rows?.first().and_then(TransactionId::read)))
}
