//! The task that holds a lane's connection.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sea_orm::sqlx;
use sea_orm::sqlx::postgres::PgConnection;
use sea_orm::sqlx::{AssertSqlSafe, Connection as _};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};

use super::Counts;
use super::patience::Patience;
use super::question::{Batch, NoAnswer, Question, distribute};
use super::statement::read;
use crate::error::ApiKeyError;
use crate::notice::{Notice, Notices};
use crate::store::connect::PostgresServer;

/// How many callers share one read at most.
const MOST_IN_A_BATCH: usize = 1_000;

/// How long a lane that cannot connect waits before it tries again, at first and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

pub(super) enum Message {
    Question(Question),
    Probe(Probe),
    Close,
}

/// A statement whose answer is whether it finds a row.
pub(super) struct Probe {
    pub(super) sql: &'static str,
    pub(super) values: Vec<String>,
    pub(super) reply: oneshot::Sender<Option<bool>>,
}

/// Whether the connection goes on to be used, or the lane ends.
type Course = ControlFlow<End>;

enum End {
    Lost,
    Closed,
}

pub(super) struct Traffic {
    server: PostgresServer,
    patience: Duration,
    notices: Notices,
    counts: Arc<Counts>,
    received: mpsc::UnboundedReceiver<Message>,
}

impl Traffic {
    pub(super) fn new(
        server: PostgresServer,
        patience: Duration,
        notices: Notices,
        counts: Arc<Counts>,
        received: mpsc::UnboundedReceiver<Message>,
    ) -> Self {
        Self { server, patience, notices, counts, received }
    }

    pub(super) async fn run(mut self) {
        let mut pause = FIRST_PAUSE;
        let mut made_before = false;
        loop {
            // Its statements read an index whatever their values, and planning them anew takes longer than reading.
            let connecting = self.server.connect_to_plan_once();
            if let Ok(Ok(mut connection)) = timeout(self.patience, connecting).await {
                self.opened(made_before);
                (made_before, pause) = (true, FIRST_PAUSE);
                match self.serve(&mut connection).await {
                    End::Closed => {
                        let _ = timeout(self.patience, connection.close()).await;
                        return;
                    }
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

    /// Answers whoever asks, until the connection is lost or the lane closed.
    async fn serve(&mut self, connection: &mut PgConnection) -> End {
        let mut messages = Vec::new();
        let mut patience = Patience::new(self.patience);
        loop {
            if self.received.recv_many(&mut messages, MOST_IN_A_BATCH).await == 0 {
                return End::Closed;
            }
            let (mut questions, mut probes, mut closes) = (Vec::new(), Vec::new(), false);
            for message in messages.drain(..) {
                match message {
                    Message::Question(question) => questions.push(question),
                    Message::Probe(probe) => probes.push(probe),
                    Message::Close => closes = true,
                }
            }
            let mut course = self.answer(connection, &mut patience, questions).await;
            for probe in probes {
                if course.is_continue() {
                    course = look(connection, &mut patience, probe).await;
                }
            }
            match course {
                Course::Break(end) => return end,
                Course::Continue(()) if closes => return End::Closed,
                Course::Continue(()) => {}
            }
        }
    }

    /// One read for all of them.
    async fn answer(
        &self,
        connection: &mut PgConnection,
        patience: &mut Patience,
        questions: Vec<Question>,
    ) -> Course {
        if questions.is_empty() {
            return Course::Continue(());
        }
        self.counts.questions.fetch_add(questions.len() as u64, Ordering::Relaxed);
        self.counts.reads.fetch_add(1, Ordering::Relaxed);
        match patience.wait(read(connection, Batch::of(&questions))).await {
            Some(Ok(rows)) => {
                distribute(questions, rows);
                Course::Continue(())
            }
            // The pool finds out what is wrong, or is better off.
            Some(Err(error)) => {
                answer_all(questions, &NoAnswer::Down);
                course_after(&error)
            }
            None => {
                let late = "the database did not answer within pool.acquireTimeoutMs";
                let failed = NoAnswer::Failed(ApiKeyError::Unavailable(late.to_owned()));
                answer_all(questions, &failed);
                Course::Break(End::Lost)
            }
        }
    }

    /// Sends callers to the pool for a while. Breaks when the lane is closed.
    async fn refuse(&mut self, pause: Duration) -> ControlFlow<()> {
        let end = Instant::now() + pause;
        loop {
            tokio::select! {
                () = sleep_until(end) => return ControlFlow::Continue(()),
                message = self.received.recv() => match message {
                    Some(Message::Question(question)) => answer_all(vec![question], &NoAnswer::Down),
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
        if !self.counts.open.swap(true, Ordering::AcqRel) {
            self.notices.tell(Notice::LaneReconnected);
        }
    }

    fn lost(&self) {
        if self.counts.open.swap(false, Ordering::AcqRel) {
            self.notices.tell(Notice::LaneLost);
        }
    }
}

async fn look(connection: &mut PgConnection, patience: &mut Patience, probe: Probe) -> Course {
    let statement = probe
        .values
        .into_iter()
        .fold(sqlx::query(AssertSqlSafe(probe.sql)), |statement, value| statement.bind(value));
    let (found, course) = match patience.wait(statement.fetch_optional(connection)).await {
        Some(Ok(row)) => (Some(row.is_some()), Course::Continue(())),
        Some(Err(error)) => (None, course_after(&error)),
        None => (None, Course::Break(End::Lost)),
    };
    // Who asked may have been stopped.
    let _ = probe.reply.send(found);
    course
}

fn answer_all(questions: Vec<Question>, answer: &NoAnswer) {
    for question in questions {
        // A caller that gave up misses nothing.
        let _ = question.reply.send(Err(answer.clone()));
    }
}

/// Whether a connection is good for anything after an error: a refused statement leaves it as it was.
fn course_after(error: &sqlx::Error) -> Course {
    match error {
        // Class 57 is the server's shutdown, 08 a broken connection.
        sqlx::Error::Database(refusal)
            if !refusal
                .code()
                .is_some_and(|code| code.starts_with("57P") || code.starts_with("08")) =>
        {
            Course::Continue(())
        }
        _ => Course::Break(End::Lost),
    }
}
