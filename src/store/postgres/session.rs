//! One session with a PostgreSQL server.
//!
//! A session drives its own connection: bytes move only while one of its methods runs, on the task that called it, so that
//! no other task stands between a statement and its answer. Invariants: no notification, notice or setting that the server
//! reports makes a statement fail; a session whose statement was not answered is never used again.

mod statements;

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;

use quick_cache::unsync::Cache;
use tokio::time::{Instant, timeout};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{AsyncMessage, Client, Connection, Notification, Row, Socket, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::drive::{TransactionId, drive, lost};
use super::failure::PgFailure;
use super::waker::SharedWaker;

pub(in crate::store) use statements::PgResult;
pub(super) use statements::writes;

pub(super) type Link = Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>;

/// How many statements a session keeps prepared.
const MAX_STATEMENTS: usize = 100;

/// A session that was silent for longer may be gone.
pub(super) const FRESH: Duration = Duration::from_secs(1);

/// How long the end of a session may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

pub(in crate::store) struct Session {
    client: Client,
    link: Box<Link>,
    waker: Arc<SharedWaker>,
    statements: Cache<String, Statement>,
    /// Whether a pooler may hand the server's session on after each transaction.
    shared: bool,
    /// What each transaction begins with.
    preamble: String,
    /// Whether a statement needs that, too.
    needs_preamble: bool,
    /// A statement is under way, or was when its caller gave up.
    busy: bool,
    in_transaction: bool,
    transaction_id: Option<TransactionId>,
    answered: Instant,
}

impl Session {
    pub(super) fn new(client: Client, link: Link) -> Self {
        Self {
            client,
            link: Box::new(link),
            waker: Arc::default(),
            statements: Cache::new(MAX_STATEMENTS),
            shared: false,
            preamble: String::new(),
            needs_preamble: false,
            busy: false,
            in_transaction: false,
            transaction_id: None,
            answered: Instant::now(),
        }
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// From now on statements have no names, and each transaction makes the settings that it needs.
    pub(super) fn share(&mut self) {
        self.shared = true;
    }

    /// `SET LOCAL` statements that each transaction begins with; `always`: and each statement by itself.
    pub(super) fn begin_with(&mut self, preamble: String, always: bool) {
        self.preamble = preamble;
        self.needs_preamble = always;
    }

    pub(in crate::store) fn is_shared(&self) -> bool {
        self.shared
    }

    pub(super) fn is_in_transaction(&self) -> bool {
        self.in_transaction
    }

    /// When the server last answered.
    pub(super) fn answered(&self) -> Instant {
        self.answered
    }

    /// Whether the server answered a moment ago.
    pub(in crate::store) fn is_fresh(&self) -> bool {
        self.answered.elapsed() < FRESH
    }

    /// Whether it is known that the session is of no use any more. Reads what has arrived, and waits for nothing.
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

    /// Statements without values.
    pub(in crate::store) async fn run(&mut self, sql: &str) -> Result<(), PgFailure> {
        self.guarded(async |session| {
            drive(&mut session.link, &session.waker, session.client.batch_execute(sql)).await
        })
        .await
    }

    /// The first rows of a session, of which it is not known yet whether it is shared.
    pub(super) async fn query_unprepared(&mut self, sql: &str) -> Result<Vec<Row>, PgFailure> {
        self.guarded(async |session| {
            drive(&mut session.link, &session.waker, session.client.query_typed(sql, &[])).await
        })
        .await
    }

    /// Whether the server answers.
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
        // Of a transaction that a failure has ended COMMIT makes a ROLLBACK, without a word. The SELECT fails there.
        self.run("SELECT; COMMIT").await?;
        self.in_transaction = false;
        Ok(())
    }

    pub(super) async fn roll_back(&mut self) -> Result<(), PgFailure> {
        self.run("ROLLBACK").await?;
        self.in_transaction = false;
        Ok(())
    }

    /// What the transaction can be looked up by, once it has written.
    pub(super) fn take_transaction_id(&mut self) -> Option<TransactionId> {
        self.transaction_id.take()
    }

    /// The next notification. Can be given up at any time.
    pub(in crate::store) async fn notification(&mut self) -> Result<Notification, PgFailure> {
        let (link, waker) = (&mut self.link, &self.waker);
        poll_fn(|context| {
            waker.poll(context, |context, waker| {
                waker.clear_woken();
                loop {
                    match ready!(link.poll_message(context)) {
                        Some(Ok(AsyncMessage::Notification(told))) => return Poll::Ready(Ok(told)),
                        Some(Ok(_other)) => {}
                        Some(Err(error)) => return Poll::Ready(Err(error.into())),
                        None => return Poll::Ready(Err(PgFailure::Broken)),
                    }
                }
            })
        })
        .await
    }

    /// Waits until the connection is lost. Can be given up at any time.
    pub(in crate::store) async fn lost(&mut self) {
        while self.notification().await.is_ok() {}
    }

    /// Says goodbye to the server.
    pub(in crate::store) async fn end(self) {
        let Self { client, link, statements, .. } = self;
        drop((statements, client));
        let _ = timeout(CLOSE_TIMEOUT, link).await;
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
