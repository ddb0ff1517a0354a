//! One session with a PostgreSQL server.
//!
//! A session drives its own connection: bytes are transferred only while one of its methods runs, on the task that
//! called it, so a statement and its response need no other task. Invariants: no notification, notice or reported
//! setting makes a statement fail; a session with an unanswered statement is never used again.

mod statements;

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;

use quick_cache::unsync::Cache;
use tokio::time::{Instant, timeout};
use tokio_postgres::{AsyncMessage, Client, Notification, Row, Statement};

use super::drive::{Link, drive, lost};
use super::failure::PgFailure;
use super::transaction_id::TransactionId;
use super::waker::SharedWaker;

pub(in crate::store) use statements::PgResult;
pub(super) use statements::writes;

/// The maximum number of prepared statements that a session caches.
const MAX_STATEMENTS: usize = 100;

/// The idle time after which a session may be dead.
pub(super) const FRESH: Duration = Duration::from_secs(1);

/// The time limit for closing a session.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

pub(in crate::store) struct Session {
    client: Client,
    link: Link,
    waker: Arc<SharedWaker>,
    /// The prepared statements by their SQL; `None` for a read that has run once, unprepared.
    statements: Cache<String, Option<Statement>>,
    /// Whether a pooler may assign the server's session to another client after each transaction.
    shared: bool,
    /// Whether a pooler is between this process and the server.
    pooled: bool,
    /// The statements that each transaction begins with.
    preamble: String,
    /// Whether a statement outside a transaction also needs the preamble.
    needs_preamble: bool,
    /// Whether a statement is running, or was running when its caller timed out.
    busy: bool,
    in_transaction: bool,
    transaction_id: Option<TransactionId>,
    /// Whether the server returns the position of its last checkpoint.
    has_checkpoints: bool,
    answered: Instant,
}

impl Session {
    pub(super) fn new(client: Client, connection: super::drive::DriverConnection) -> Self {
        Self {
            client,
            link: Link::new(connection),
            waker: Arc::default(),
            statements: Cache::new(MAX_STATEMENTS),
            shared: false,
            pooled: false,
            preamble: String::new(),
            needs_preamble: false,
            busy: false,
            in_transaction: false,
            transaction_id: None,
            has_checkpoints: false,
            answered: Instant::now(),
        }
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Marks the session as shared: statements are unnamed from now on, and each transaction applies the settings it
    /// needs.
    pub(super) fn share(&mut self) {
        self.shared = true;
    }

    /// Notes that a pooler is between this process and the server.
    pub(super) fn note_pooler(&mut self) {
        self.pooled = true;
    }

    /// Returns whether a pooler is between this process and the server.
    pub(in crate::store) fn is_pooled(&self) -> bool {
        self.pooled
    }

    /// Keeps the notifications that arrive while a statement runs.
    pub(in crate::store) fn keep_notifications(&mut self) {
        self.link.keep_notifications();
    }

    /// Returns the next notification that arrived while a statement ran.
    pub(in crate::store) fn kept_notification(&mut self) -> Option<Notification> {
        self.link.kept()
    }

    /// Sets the `SET LOCAL` statements that each transaction begins with; with `always`, each single statement, too.
    pub(super) fn begin_with(&mut self, preamble: String, always: bool) {
        self.preamble = preamble;
        self.needs_preamble = always;
    }

    /// Sets whether the ids of transactions contain the server's last checkpoint.
    pub(super) fn use_checkpoints(&mut self, has_checkpoints: bool) {
        self.has_checkpoints = has_checkpoints;
    }

    pub(in crate::store) fn is_shared(&self) -> bool {
        self.shared
    }

    pub(super) fn is_in_transaction(&self) -> bool {
        self.in_transaction
    }

    /// Returns the time of the server's last response.
    pub(super) fn answered(&self) -> Instant {
        self.answered
    }

    /// Returns whether the server responded recently.
    pub(in crate::store) fn is_fresh(&self) -> bool {
        self.answered.elapsed() < FRESH
    }

    /// Returns whether the session is known to be unusable. Reads the bytes that have arrived, without waiting.
    pub(super) async fn is_dead(&mut self) -> bool {
        if self.busy || self.client.is_closed() {
            return true;
        }
        let (link, waker) = (&mut self.link, &self.waker);
        poll_fn(|context| {
            waker.poll(context, |context, waker| {
                waker.clear_woken();
                Poll::Ready(lost(link, context).is_some())
            })
        })
        .await
    }

    /// Runs statements without bound values.
    pub(in crate::store) async fn run(&mut self, sql: &str) -> Result<(), PgFailure> {
        self.guarded(async |session| {
            drive(&mut session.link, &session.waker, session.client.batch_execute(sql)).await
        })
        .await
    }

    /// Runs an unnamed statement, before it is known whether the session is shared.
    pub(super) async fn query_unprepared(&mut self, sql: &str) -> Result<Vec<Row>, PgFailure> {
        self.guarded(async |session| {
            drive(&mut session.link, &session.waker, session.client.query_typed(sql, &[])).await
        })
        .await
    }

    /// Checks that the server responds.
    pub(super) async fn ping(&mut self) -> Result<(), PgFailure> {
        self.run("").await
    }

    pub(in crate::store) async fn begin(&mut self, how: &str) -> Result<(), PgFailure> {
        let begin = format!("BEGIN {how};{}", self.preamble);
        self.transaction_id = None;
        self.in_transaction = true;
        self.run(&begin).await
    }

    pub(in crate::store) async fn commit(&mut self) -> Result<(), PgFailure> {
        // In a failed transaction, COMMIT silently rolls back. The SELECT fails instead.
        self.run("SELECT; COMMIT").await?;
        self.in_transaction = false;
        Ok(())
    }

    pub(super) async fn roll_back(&mut self) -> Result<(), PgFailure> {
        self.run("ROLLBACK").await?;
        self.in_transaction = false;
        Ok(())
    }

    /// Returns the id for looking up the transaction's outcome, once the transaction has written.
    pub(super) fn take_transaction_id(&mut self) -> Option<TransactionId> {
        self.transaction_id.take()
    }

    /// Waits for the next notification. Cancel safe.
    pub(in crate::store) async fn notification(&mut self) -> Result<Notification, PgFailure> {
        if let Some(kept) = self.kept_notification() {
            return Ok(kept);
        }
        let (link, waker) = (&mut self.link, &self.waker);
        poll_fn(|context| {
            waker.poll(context, |context, waker| {
                waker.clear_woken();
                loop {
                    match ready!(link.connection.poll_message(context)) {
                        Some(Ok(AsyncMessage::Notification(notification))) => {
                            return Poll::Ready(Ok(notification));
                        }
                        Some(Ok(_other)) => {}
                        Some(Err(error)) => return Poll::Ready(Err(error.into())),
                        None => return Poll::Ready(Err(PgFailure::Broken)),
                    }
                }
            })
        })
        .await
    }

    /// Waits until the connection is lost. Cancel safe.
    pub(in crate::store) async fn lost(&mut self) {
        while self.notification().await.is_ok() {}
    }

    /// Closes the session.
    pub(in crate::store) async fn end(self) {
        let Self { client, link, statements, .. } = self;
        drop((statements, client));
        let _ = timeout(CLOSE_TIMEOUT, link.connection).await;
    }

    async fn guarded<T>(
        &mut self,
        statement: impl AsyncFnOnce(&mut Self) -> Result<T, PgFailure>,
    ) -> Result<T, PgFailure> {
        self.busy = true;
        let outcome = statement(self).await;
        if !outcome.as_ref().is_err_and(PgFailure::ends_session) {
            self.busy = false;
            self.answered = Instant::now();
        }
        outcome
    }
}
