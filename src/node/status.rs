//! How the service is doing, for JavaScript.

use napi_derive::napi;

use crate::service::{Answers, Status};

/// How a service is doing; counts are since its construction.
#[napi(object, use_nullable = true, object_from_js = false)]
pub struct NativeStatus {
    /// `strict`, `leased` or `watched`.
    pub answers: String,
    /// The lease, if there may be one.
    pub lease: Option<NativeLease>,
    /// The shared reads, if there are any.
    pub lane: Option<NativeLane>,
    /// Whether answers are as old as a replica.
    pub replica: bool,
    /// Whether a pooler hands sessions on after each transaction.
    pub pooler: bool,
    /// Keys in memory.
    pub remembered: f64,
    /// Answers from memory.
    pub hits: f64,
    /// Derivations that run.
    pub running: f64,
    /// Derivations that wait.
    pub waiting: f64,
    /// The option `hashQueueLimit`.
    pub queue_limit: f64,
    /// Derivations that are done.
    pub derived: f64,
    /// Last uses that are to be written.
    pub uses_pending: f64,
    /// Last uses that were written.
    pub uses_written: f64,
    /// Writes of last uses that failed.
    pub uses_failed: f64,
}

/// A lease on what was heard of the database.
#[napi(object, use_nullable = true, object_from_js = false)]
pub struct NativeLease {
    /// The option `maxStaleness`.
    pub max_staleness_ms: f64,
    /// For how long it is held if nothing more is heard.
    pub remaining_ms: f64,
    /// Why it is not held.
    pub reason: Option<String>,
}

/// The shared reads.
#[napi(object, object_from_js = false)]
pub struct NativeLane {
    /// Whether their connection stands.
    pub connected: bool,
    /// Calls that asked.
    pub calls: f64,
    /// Reads that answered.
    pub reads: f64,
    /// How often the connection was made anew.
    pub reconnects: f64,
}

impl From<Status> for NativeStatus {
    fn from(status: Status) -> Self {
        let answers = match status.answers {
            Answers::Strict => "strict",
            Answers::Leased => "leased",
            Answers::Watched => "watched",
        };
        Self {
            answers: answers.to_owned(),
            lease: status.lease.map(|lease| NativeLease {
                max_staleness_ms: number(lease.bound_ms),
                remaining_ms: number(lease.remaining_ms),
                reason: lease.loss.map(|loss| loss.to_string()),
            }),
            lane: status.lane.map(|lane| NativeLane {
                connected: lane.open,
                calls: number(lane.questions),
                reads: number(lane.reads),
                reconnects: number(lane.reconnects),
            }),
            replica: status.surroundings.replica,
            pooler: status.surroundings.pooler,
            remembered: number(status.remembered as u64),
            hits: number(status.hits),
            running: number(status.hasher.running as u64),
            waiting: number(status.hasher.waiting as u64),
            queue_limit: number(status.hasher.queue_limit as u64),
            derived: number(status.hasher.done),
            uses_pending: number(status.uses_pending as u64),
            uses_written: number(status.uses_written),
            uses_failed: number(status.uses_failed),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "nothing here is counted to 2^53")]
fn number(count: u64) -> f64 {
    count as f64
}
