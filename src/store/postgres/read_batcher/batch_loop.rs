//! The task that holds the read batcher's connection.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};

use super::Counts;
use super::batch::{Batch, NoAnswer, Waiter, distribute};
use super::reusable_timeout::ReusableTimeout;
use super::statement::read;
use crate::event::{Event, EventSink};
use crate::store::postgres::{Param, PgFailure, PostgresServer, Session};

/// How many callers share one read at most.
const MOST_IN_A_BATCH: usize = 1_000;

/// How long the read batcher that cannot connect waits before it tries again, at first and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

pub(super) enum Message {
    Waiter(Waiter),
    Probe(Probe),
    Close,
}

/// A statement whose answer is the text that it finds in a row, if it finds one.
pub(super) struct Probe {
    pub(super) sql: &'static str,
    pub(super) values: Vec<String>,
    pub(super) reply: oneshot::Sender<Option<Option<String>>>,
}

/// Whether the connection goes on to be used, or the read batcher ends.
type Course = ControlFlow<End>;

enum End {
    Lost,
    Closed,
}

pub(super) struct BatchLoop {
    server: PostgresServer,
    reusable_timeout: Duration,
    events: EventSink,
    counts: Arc<Counts>,
    received: mpsc::UnboundedReceiver<Message>,
}

impl BatchLoop {
    pub(super) fn new(
        server: PostgresServer,
        reusable_timeout: Duration,
        events: EventSink,
        counts: Arc<Counts>,
        received: mpsc::UnboundedReceiver<Message>,
    ) -> Self {
        Self { server, reusable_timeout, events, counts, received }
    }

    pub(super) async fn run(mut self) {
        let mut pause = FIRST_PAUSE;
        let mut made_before = false;
        loop {
            // Its statements read an index whatever their values, and planning them anew takes longer than reading.
            let connecting = self.server.connect_to_plan_once();
            if let Ok(Ok(mut session)) = timeout(self.reusable_timeout, connecting).await {
                self.opened(made_before);
                (made_before, pause) = (true, FIRST_PAUSE);
                match self.serve(&mut session).await {
                    End::Closed => return session.end().await,
                    End::Lost => self.lost(),
                }
            } else {
                self.lost();
                if self.refuse(pause).await.is_break() {
                    return;
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }

    /// Answers whoever asks, until the connection is lost or the read batcher closed.
    async fn serve(&mut self, session: &mut Session) -> End {
        let mut messages = Vec::new();
        let mut reusable_timeout = ReusableTimeout::new(self.reusable_timeout);
        loop {
            let received = tokio::select! {
                biased;
                received = self.received.recv_many(&mut messages, MOST_IN_A_BATCH) => received,
                () = session.lost() => return End::Lost,
            };
            if received == 0 {
                return End::Closed;
            }
            // Nothing but its answer proves that a connection which was idle is still there.
            reusable_timeout.limit_to(if session.is_fresh() {
                self.reusable_timeout
            } else {
                self.server.proof()
            });
            let (mut waiters, mut probes, mut closes) = (Vec::new(), Vec::new(), false);
            for message in messages.drain(..) {
                match message {
                    Message::Waiter(batch) => waiters.push(batch),
                    Message::Probe(probe) => probes.push(probe),
                    Message::Close => closes = true,
                }
            }
            let mut course = self.answer(session, &mut reusable_timeout, waiters).await;
            for probe in probes {
                // Who asked may have given up.
                if course.is_continue() && !probe.reply.is_closed() {
                    course = look(session, &mut reusable_timeout, probe).await;
                }
            }
            match course {
                _ if closes => return End::Closed,
                Course::Break(end) => return end,
                Course::Continue(()) => {}
            }
        }
    }

    /// One read for all of them.
    async fn answer(
        &self,
        session: &mut Session,
        reusable_timeout: &mut ReusableTimeout,
        waiters: Vec<Waiter>,
    ) -> Course {
        if waiters.is_empty() {
            return Course::Continue(());
        }
        self.counts.calls.fetch_add(waiters.len() as u64, Ordering::Relaxed);
        self.counts.reads.fetch_add(1, Ordering::Relaxed);
        match reusable_timeout.wait(read(session, Batch::of(&waiters), &self.server)).await {
            Some(Ok(rows)) => {
                distribute(waiters, rows);
                Course::Continue(())
            }
            // The pool finds out what is wrong, or is better off. A connection that does not answer is given up.
            Some(Err(failure)) => {
                answer_all(waiters, &NoAnswer::Down);
                course_after(&failure)
            }
            None => {
                answer_all(waiters, &NoAnswer::Down);
                Course::Break(End::Lost)
            }
        }
    }

    /// Sends callers to the pool for a while. Breaks when the read batcher is closed.
    async fn refuse(&mut self, pause: Duration) -> ControlFlow<()> {
        let end = Instant::now() + pause;
        loop {
            tokio::select! {
                () = sleep_until(end) => return ControlFlow::Continue(()),
                message = self.received.recv() => match message {
                    Some(Message::Waiter(batch)) => answer_all(vec![batch], &NoAnswer::Down),
                    Some(Message::Probe(probe)) => {
                        let _ = probe.reply.send(None);
                    }
                    Some(Message::Close) | None => return ControlFlow::Break(()),
                },
            }
        }
    }

    fn opened(&self, made_before: bool) {
        if made_before {
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

async fn look(
    session: &mut Session,
    reusable_timeout: &mut ReusableTimeout,
    probe: Probe,
) -> Course {
    let params: Vec<_> = probe.values.iter().map(|value| Param::text(value)).collect();
    let (found, course) = match reusable_timeout.wait(session.query(probe.sql, &params)).await {
        Some(Ok(result)) => {
            let text = result.rows.first().and_then(|row| row.try_get(0).ok());
            (Some(text), Course::Continue(()))
        }
        Some(Err(failure)) => (None, course_after(&failure)),
        None => (None, Course::Break(End::Lost)),
    };
    // Who asked may have been stopped.
    let _ = probe.reply.send(found);
    course
}

fn answer_all(waiters: Vec<Waiter>, answer: &NoAnswer) {
    for batch in waiters {
        // A caller that gave up misses nothing.
        let _ = batch.reply.send(Err(answer.clone()));
    }
}

/// Whether a connection is good for anything after a failure: a refused statement leaves it as it was.
fn course_after(failure: &PgFailure) -> Course {
    match failure {
        PgFailure::Refused(_) if !failure.ends_the_session() => Course::Continue(()),
        PgFailure::Unreadable(_) => Course::Continue(()),
        // A server that only replays another one's changes is left, too.
        _ => Course::Break(End::Lost),
    }
}
