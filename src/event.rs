//! Operational events for the operator of the service.
//!
//! Invariant: an event holds no token, no hash, no id of an API key and no SQL.

use std::fmt;
use std::sync::Arc;

/// An operational event outside the result of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The cache answers from now on, within the option `maxStaleness`.
    LeaseHeld,
    /// Every answer comes from the database from now on.
    LeaseLost(LeaseLoss),
    /// The connection of the read batcher is lost; calls read through the pool.
    ReadBatcherLost,
    /// The connection of the read batcher is open again.
    ReadBatcherReconnected,
    /// Calls are rejected because `hashQueueLimit` derivations are queued.
    QueueFull,
    /// Tokens are rejected because the hash of their row names this hash key, which the option `hashKeys` lacks or has
    /// with another secret; `None` for further ids, after many.
    UnknownHashKey(Option<Arc<str>>),
}

impl Event {
    /// The event's published name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::LeaseHeld => "lease.held",
            Self::LeaseLost(_) => "lease.lost",
            Self::ReadBatcherLost => "readBatcher.lost",
            Self::ReadBatcherReconnected => "readBatcher.reconnected",
            Self::QueueFull => "queue.full",
            Self::UnknownHashKey(_) => "hashKey.unknown",
        }
    }
}

/// Why the cache may not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseLoss {
    /// No call was made yet, or the listener is still connecting.
    Starting,
    /// The connection that listens cannot be opened or was lost.
    NotListening,
    /// No proof succeeded in time that the listener has received all changes.
    NoEcho,
    /// The table lacks the triggers that announce changes, or they are disabled.
    NoTriggers,
    /// The triggers, or their function, were altered: changes may have been missed.
    TriggersChanged,
    /// Keys may be in other tables that belong to this one: partitions, or tables that inherit from it. Their changes are not
    /// announced.
    SeveralTables,
    /// The connection that renews the lease is lost.
    NoConnection,
    /// The connection passes through a pooler in transaction mode, where LISTEN does not work.
    Pooler,
    /// The server is a hot standby, where LISTEN does not work.
    Replica,
}

impl fmt::Display for LeaseLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Starting => "the first lease has not begun yet",
            Self::NotListening => "the connection that listens for changes cannot be opened or was lost",
            Self::NoEcho => {
                "notifications do not arrive in time: the connection passes through a pooler in transaction mode, or the server or the network is unresponsive or too slow for maxStaleness"
            }
            Self::NoTriggers => {
                "the table api_key lacks the triggers that announce changes, or they or their function are disabled or not the expected ones: run `medusa db:migrate` or `service.migrate()`"
            }
            Self::TriggersChanged => {
                "the triggers that announce changes were altered, so that changes may have been missed; they are as expected again"
            }
            Self::SeveralTables => {
                "api_key is partitioned, or other tables inherit from it, and changes of the keys in these tables are not announced: leave the option maxStaleness off"
            }
            Self::Pooler => {
                "the connection passes through a pooler in transaction mode, where LISTEN does not work: connect directly, or in session mode with the option `pooler` set to \"session\""
            }
            Self::Replica => {
                "a hot standby may answer (option `replica`), and a lease cannot bound the age of its answers"
            }
            Self::NoConnection => "the connection that renews the lease is lost",
        })
    }
}

/// The receiver of events.
#[derive(Clone)]
pub struct EventSink(Arc<dyn Fn(Event) + Send + Sync>);

impl EventSink {
    /// Creates a sink that passes events to a function, which must not block.
    pub fn to(listener: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listener))
    }

    /// Emits an event.
    pub fn emit(&self, event: Event) {
        (self.0)(event);
    }
}

impl Default for EventSink {
    /// A sink that discards events.
    fn default() -> Self {
        Self::to(|_| {})
    }
}
