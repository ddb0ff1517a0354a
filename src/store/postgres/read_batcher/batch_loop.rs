//! The task that owns the read batcher's connection.

mod first_read;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};

use super::Counts;
use super::batch::{Batch, LookupError, Waiter, distribute};
use super::reusable_timeout::ReusableTimeout;
use super::statement::{Reader, read};
use crate::event::{Event, EventSink};
use crate::store::postgres::{Param, PgFailure, PgPool, PostgresServer, Session};

/// The maximum number of callers that share one read.
const MAX_BATCH_SIZE: usize = 1_000;

/// The minimum and maximum delay before reconnecting.
const MIN_RETRY_DELAY: Duration = Duration::from_millis(50);
const MAX_RETRY_DELAY: Duration = Duration::from_secs(1);

pub(super) enum Message {
    Waiter(Waiter),
    Probe(Probe),
    Close,
}

/// A statement that selects a string in at most one row.
pub(super) struct Probe {
    pub(super) sql: &'static str,
    pub(super) values: Vec<String>,
    pub(super) reply: oneshot::Sender<Option<Option<String>>>,
}

/// Whether to continue with the connection, or why to stop.
type Flow = ControlFlow<Stop>;

enum Stop {
    Lost,
    Closed,
}

pub(super) struct BatchLoop {
    server: PostgresServer,
    read_timeout: Duration,
    events: EventSink,
    counts: Arc<Counts>,
    received: mpsc::UnboundedReceiver<Message>,
    /// Messages that were received before there was a connection to process them with.
    held: Vec<Message>,
}

impl BatchLoop {
    pub(super) fn new(
        server: PostgresServer,
        read_timeout: Duration,
        events: EventSink,
        counts: Arc<Counts>,
        received: mpsc::UnboundedReceiver<Message>,
    ) -> Self {
        Self { server, read_timeout, events, counts, received, held: Vec::new() }
    }

    /// Runs until the read batcher is closed. `pool` serves the first callers.
    pub(super) async fn run(mut self, pool: PgPool) {
        if self.serve_first(pool).await.is_break() {
            return;
        }
        let mut delay = MIN_RETRY_DELAY;
        let mut connected_before = false;
        loop {
            // Its statements use an index for all values, and planning them for each execution takes longer than
            // reading.
            let connecting = self.server.connect_with_generic_plans();
            if let Ok(Ok(mut session)) = timeout(self.read_timeout, connecting).await {
                self.opened(connected_before);
                connected_before = true;
                let opened = Instant::now();
                match self.serve(&mut session).await {
                    Stop::Closed => return session.end().await,
                    Stop::Lost => self.lost(),
                }
                // A server may accept sessions and end them at once.
                if opened.elapsed() < MAX_RETRY_DELAY {
                    if self.reject_for(delay).await.is_break() {
                        return;
                    }
                    delay = (delay * 2).min(MAX_RETRY_DELAY);
                } else {
                    delay = MIN_RETRY_DELAY;
                }
            } else {
                self.lost();
                let held = std::mem::take(&mut self.held);
                if held.into_iter().try_for_each(reject).is_break()
                    || self.reject_for(delay).await.is_break()
                {
                    return;
                }
                delay = (delay * 2).min(MAX_RETRY_DELAY);
            }
        }
    }

    /// Serves callers until the connection is lost or the read batcher is closed.
    async fn serve(&mut self, session: &mut Session) -> Stop {
        let mut messages = std::mem::take(&mut self.held);
        let mut reusable_timeout = ReusableTimeout::new(self.read_timeout);
        loop {
            if messages.is_empty() {
                let received = tokio::select! {
                    biased;
                    received = self.received.recv_many(&mut messages, MAX_BATCH_SIZE) => received,
                    () = session.lost() => return Stop::Lost,
                };
                if received == 0 {
                    return Stop::Closed;
                }
            }
            // Only a response proves that an idle connection is still alive.
            reusable_timeout.limit_to(if session.is_fresh() {
                self.read_timeout
            } else {
                self.server.liveness_timeout()
            });
            let (mut waiters, mut probes, mut closing) = (Vec::new(), Vec::new(), false);
            for message in messages.drain(..) {
                match message {
                    Message::Waiter(waiter) => waiters.push(waiter),
                    Message::Probe(probe) => probes.push(probe),
                    Message::Close => closing = true,
                }
            }
            let mut flow = self.read_batch(session, &mut reusable_timeout, waiters).await;
            for probe in probes {
                // The caller may have timed out.
                if flow.is_continue() && !probe.reply.is_closed() {
                    flow = run_probe(session, &mut reusable_timeout, probe).await;
                }
            }
            match flow {
                _ if closing => return Stop::Closed,
                Flow::Break(end) => return end,
                Flow::Continue(()) => {}
            }
        }
    }

    /// Runs one read for all callers.
    async fn read_batch(
        &self,
        reader: &mut impl Reader,
        reusable_timeout: &mut ReusableTimeout,
        waiters: Vec<Waiter>,
    ) -> Flow {
        if waiters.is_empty() {
            return Flow::Continue(());
        }
        let calls = waiters.iter().filter(|waiter| waiter.lookup.is_first_of_call()).count();
        self.counts.calls.fetch_add(calls as u64, Ordering::Relaxed);
        self.counts.reads.fetch_add(1, Ordering::Relaxed);
        match reusable_timeout.wait(read(reader, Batch::of(&waiters), &self.server)).await {
            Some(Ok(rows)) => {
                distribute(waiters, rows);
                Flow::Continue(())
            }
            // The pool reports the error, or succeeds on another session. A connection that does not respond is
            // dropped.
            Some(Err(failure)) => {
                fail_all(waiters, &LookupError::Disconnected);
                flow_after(&failure)
            }
            None => {
                fail_all(waiters, &LookupError::Disconnected);
                Flow::Break(Stop::Lost)
            }
        }
    }

    /// Directs callers to the pool for a while. Breaks when the read batcher is closed.
    async fn reject_for(&mut self, delay: Duration) -> ControlFlow<()> {
        let end = Instant::now() + delay;
        loop {
            tokio::select! {
                () = sleep_until(end) => return ControlFlow::Continue(()),
                message = self.received.recv() => match message {
                    Some(message) => reject(message)?,
                    None => return ControlFlow::Break(()),
                },
            }
        }
    }

    fn opened(&self, connected_before: bool) {
        if connected_before {
            self.counts.reconnects.fetch_add(1, Ordering::Relaxed);
        }
        if !self.counts.connected.swap(true, Ordering::AcqRel) {
            self.events.emit(Event::ReadBatcherReconnected);
        }
    }

    fn lost(&self) {
        if self.counts.connected.swap(false, Ordering::AcqRel) {
            self.events.emit(Event::ReadBatcherLost);
        }
    }
}

/// Directs a caller to the pool. Breaks when the read batcher is closed.
fn reject(message: Message) -> ControlFlow<()> {
    match message {
        Message::Waiter(waiter) => fail_all(vec![waiter], &LookupError::Disconnected),
        Message::Probe(probe) => {
            let _ = probe.reply.send(None);
        }
        Message::Close => return ControlFlow::Break(()),
    }
    ControlFlow::Continue(())
}

async fn run_probe(
    session: &mut Session,
    reusable_timeout: &mut ReusableTimeout,
    probe: Probe,
) -> Flow {
    let params: Vec<_> = probe.values.iter().map(|value| Param::text(value)).collect();
    let (found, flow) = match reusable_timeout.wait(session.query(probe.sql, &params)).await {
        Some(Ok(result)) => {
            let text = result.rows.first().and_then(|row| row.try_get(0).ok());
            (Some(text), Flow::Continue(()))
        }
        Some(Err(failure)) => (None, flow_after(&failure)),
        None => (None, Flow::Break(Stop::Lost)),
    };
    // The caller may have been stopped.
    let _ = probe.reply.send(found);
    flow
}

fn fail_all(waiters: Vec<Waiter>, answer: &LookupError) {
    for waiter in waiters {
        // The caller may have timed out.
        let _ = waiter.reply.send(Err(answer.clone()));
    }
}

/// Returns whether a connection is usable after a failure: a rejected statement does not affect it.
fn flow_after(failure: &PgFailure) -> Flow {
    match failure {
        PgFailure::Rejected(_) if !failure.ends_session() => Flow::Continue(()),
        PgFailure::Unreadable(_) => Flow::Continue(()),
        // This includes a server that turned out to be a replica.
        _ => Flow::Break(Stop::Lost),
    }
}
