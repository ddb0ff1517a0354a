//! Polls a request together with the connection that carries it.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{AsyncMessage, Client, Connection, Notification, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::failure::PgFailure;
use super::transaction_id::TransactionId;
use super::waker::SharedWaker;

pub(super) type DriverConnection =
    Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>;

/// A connection, and the notifications that arrived on it while a request ran.
pub(super) struct Link {
    pub(super) connection: Box<DriverConnection>,
    /// `None` if notifications are ignored.
    kept: Option<VecDeque<Notification>>,
}

impl Link {
    pub(super) fn new(connection: DriverConnection) -> Self {
        Self { connection: Box::new(connection), kept: None }
    }

    /// Keeps notifications from now on.
    pub(super) fn keep_notifications(&mut self) {
        self.kept.get_or_insert_default();
    }

    /// Removes the oldest notification that was kept.
    pub(super) fn kept(&mut self) -> Option<Notification> {
        self.kept.as_mut()?.pop_front()
    }
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

/// Transfers the available bytes and ignores asynchronous messages, except notifications that are kept. Returns the
/// reason if the connection is lost.
pub(super) fn lost(link: &mut Link, context: &mut Context<'_>) -> Option<PgFailure> {
    loop {
        match link.connection.poll_message(context) {
            Poll::Ready(Some(Ok(message))) => {
                if let (AsyncMessage::Notification(heard), Some(kept)) = (message, &mut link.kept) {
                    kept.push_back(heard);
                }
            }
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
