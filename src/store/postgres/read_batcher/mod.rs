//! Combines the reads of concurrent callers (PostgreSQL).
//!
//! The read batcher owns one connection; its first reads use the session that opened the database. Calls that arrive
//! during a read are collected and sent together in the next one, so every result comes from a read that began after its
//! call arrived: group commit, for reads. Invariants: a disconnected read batcher directs its callers to the pool and
//! reconnects automatically; a read that times out is an error, never an empty result.

mod batch;
mod batch_loop;
mod reusable_timeout;
mod statement;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{Param, PgFailure, PgPool, Session};
use crate::api_key::ApiKey;
use crate::call_thread::CallThread;
use crate::deadline;
use crate::error::ApiKeyError;
use crate::event::EventSink;
use crate::store::lookup::TokenLookup;
use batch::{Batch, LookupError, Waiter};
use batch_loop::{BatchLoop, Message, Probe};
use statement::{Reader, read};

/// The read batcher of one service.
pub(super) struct ReadBatcher {
    messages: mpsc::UnboundedSender<Message>,
    counts: Arc<Counts>,
    task: Mutex<Option<JoinHandle<()>>>,
    read_timeout: Duration,
}

#[derive(Default)]
struct Counts {
    connected: AtomicBool,
    calls: AtomicU64,
    reads: AtomicU64,
    reconnects: AtomicU64,
}

/// The status of the shared reads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ReadBatcherStatus {
    /// Whether they have a connection. Without one, calls read through the pool.
    pub connected: bool,
    /// The number of calls that used shared reads.
    pub calls: u64,
    /// The number of reads for those calls.
    pub reads: u64,
    /// The number of times the connection was reestablished.
    pub reconnects: u64,
}

impl ReadBatcher {
    /// Starts a read batcher for a server that just responded to a session of the pool. `read_timeout` limits a read,
    /// and connecting. It runs on the thread of the calls that it answers.
    pub(super) fn open(
        pool: PgPool,
        read_timeout: Duration,
        events: EventSink,
        thread: CallThread,
    ) -> Self {
        let (messages, received) = mpsc::unbounded_channel();
        let counts = Arc::new(Counts { connected: AtomicBool::new(true), ..Counts::default() });
        let server = pool.server().clone();
        let batch_loop =
            BatchLoop::new(server, read_timeout, events, Arc::clone(&counts), received);
        let task = Mutex::new(Some(thread.spawn(batch_loop.run(pool))));
        Self { messages, counts, task, read_timeout }
    }

    /// Returns the keys that a caller looks up, ordered by id: not soft-deleted, live or not. The read begins after
    /// this call.
    ///
    /// `None` if the read batcher is disconnected.
    pub(super) async fn find(
        &self,
        lookup: Arc<TokenLookup>,
    ) -> Result<Option<Vec<Arc<ApiKey>>>, ApiKeyError> {
        if !self.counts.connected.load(Ordering::Acquire) {
            return Ok(None);
        }
        let (reply, answer) = oneshot::channel();
        if self.messages.send(Message::Waiter(Waiter { lookup, reply })).is_err() {
            return Ok(None);
        }
        match deadline::wait(answer).await {
            Some(Ok(Ok(found))) => Ok(Some(found)),
            Some(Ok(Err(LookupError::Failed(error)))) => Err(error),
            Some(Ok(Err(LookupError::Disconnected)) | Err(_)) => Ok(None),
            None => Err(ApiKeyError::TimedOut),
        }
    }

    /// Returns the string that a statement selects, if it selects a row. `None` if the read batcher is disconnected or
    /// the statement fails.
    pub(super) async fn probe(
        &self,
        sql: &'static str,
        values: Vec<String>,
    ) -> Option<Option<String>> {
        let (reply, answer) = oneshot::channel();
        self.messages.send(Message::Probe(Probe { sql, values, reply })).ok()?;
        answer.await.ok()?
    }

    /// Closes the connection after the running read.
    pub(super) async fn close(&self) {
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        // The task may have ended already.
        let _ = self.messages.send(Message::Close);
        if let Some(task) = task {
            // A server that does not respond must not block the shutdown.
            let _ = timeout(self.read_timeout, task).await;
        }
    }

    pub(super) fn status(&self) -> ReadBatcherStatus {
        ReadBatcherStatus {
            connected: self.counts.connected.load(Ordering::Relaxed),
            calls: self.counts.calls.load(Ordering::Relaxed),
            reads: self.counts.reads.load(Ordering::Relaxed),
            reconnects: self.counts.reconnects.load(Ordering::Relaxed),
        }
    }
}

/// Runs the same read on a session of the pool.
pub(super) async fn read_through_pool(
    pool: &PgPool,
    lookup: &Arc<TokenLookup>,
) -> Result<Vec<Arc<ApiKey>>, ApiKeyError> {
    let rows = read(&mut PoolReader(pool), Batch::of_one(lookup), pool.server()).await;
    let rows = rows.map_err(|failure| failure.with_required_privilege("SELECT"))?;
    rows.into_iter().map(|(_label, key)| key).collect()
}

struct PoolReader<'a>(&'a PgPool);

impl Reader for PoolReader<'_> {
    async fn rows(
        &mut self,
        sql: &str,
        params: &[Param],
    ) -> Result<Vec<tokio_postgres::Row>, PgFailure> {
        Ok(self.0.query(sql, params).await?.rows)
    }
}

impl Reader for Session {
    async fn rows(
        &mut self,
        sql: &str,
        params: &[Param],
    ) -> Result<Vec<tokio_postgres::Row>, PgFailure> {
        Ok(self.query(sql, params).await?.rows)
    }
}
