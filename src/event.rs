//! What happens beside the calls and is worth telling whoever runs the service.
//!
//! Invariant: a event holds no token, hash, id or SQL.

use std::fmt;
use std::sync::Arc;

/// An event of the machinery behind the calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Answers come from memory from now on, within the option `maxStaleness`.
    LeaseHeld,
    /// Every answer is read from the database from now on.
    LeaseLost(LeaseLoss),
    /// The connection of the shared reads is lost; calls read through the pool.
    ReadBatcherLost,
    /// The connection of the shared reads is made again.
    ReadBatcherReconnected,
    /// Calls are turned away, since as many derivations wait as `hashQueueLimit` allows.
    QueueFull,
}

impl Event {
    /// The name under which it is published.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LeaseHeld => "lease.held",
            Self::LeaseLost(_) => "lease.lost",
            Self::ReadBatcherLost => "readBatcher.lost",
            Self::ReadBatcherReconnected => "readBatcher.reconnected",
            Self::QueueFull => "queue.full",
        }
    }
}

/// Why nothing may be answered from memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseLoss {
    /// Nothing was asked yet, or the listener is on its way.
    Starting,
    /// The connection that listens cannot be made, or broke.
    NotListening,
    /// What was sent over one connection does not come back on the one that listens.
    NoEcho,
    /// The table has no triggers that would tell of changes, or they are switched off.
    NoTriggers,
    /// The triggers, or their function, were changed: changes may have gone unheard.
    TriggersChanged,
    /// The connection over which the lease is renewed is lost.
    NoConnection,
    /// A pooler in transaction mode stands between, behind which nothing can listen.
    Pooler,
    /// The server is a hot standby, on which nothing can listen.
    Replica,
}

impl fmt::Display for LeaseLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Starting => "the first lease has not begun yet",
            Self::NotListening => "the connection that listens for changes cannot be made or broke",
            Self::NoEcho => {
                "notifications do not come back in time: a pooler in transaction mode stands between, or the server or the network is silent or too slow for maxStaleness"
            }
            Self::NoTriggers => {
                "the table api_key lacks the triggers that tell of changes, or they or their function are switched off or not the expected ones: run `medusa db:migrate` or `service.migrate()`"
            }
            Self::TriggersChanged => {
                "the triggers that tell of changes were changed, so that changes may have gone unheard; they are as expected again"
            }
            Self::Pooler => {
                "a pooler in transaction mode stands between, behind which nothing can listen: connect directly, or in session mode with the option `pooler` set to \"session\""
            }
            Self::Replica => {
                "a hot standby may answer (option `replica`), and no lease can prove what it answers"
            }
            Self::NoConnection => "the connection over which the lease is renewed is lost",
        })
    }
}

/// Where events go.
#[derive(Clone)]
pub struct EventSink(Arc<dyn Fn(Event) + Send + Sync>);

impl EventSink {
    /// EventSink go to a function, which must return at once.
    pub fn to(listener: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listener))
    }

    /// Says it.
    pub fn emit(&self, event: Event) {
        (self.0)(event);
    }
}

impl Default for EventSink {
    /// Nobody listens.
    fn default() -> Self {
        Self::to(|_| {})
    }
}
