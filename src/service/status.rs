//! How the service is doing.

use super::ApiKeyService;
use crate::cache::KeyCache;
use crate::notice::LeaseLoss;
use crate::store::{LaneStatus, Surroundings};
use crate::token::HasherLoad;

/// Where answers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// From the database, every one.
    Strict,
    /// From memory while the lease is held, and from the database otherwise.
    Leased,
    /// From memory while the database is known to be unchanged, which is asked before each.
    Watched,
}

/// A lease on what was heard of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseStatus {
    /// The option `maxStaleness`.
    pub bound_ms: u64,
    /// For how long it is held if nothing more is heard; 0 when it is not.
    pub remaining_ms: u64,
    /// Why it is not held.
    pub loss: Option<LeaseLoss>,
}

/// How a service is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// Where answers may come from.
    pub answers: Answers,
    /// The lease, where there is one.
    pub lease: Option<LeaseStatus>,
    /// The shared reads, where there are any.
    pub lane: Option<LaneStatus>,
    /// What stands between the service and its data.
    pub surroundings: Surroundings,
    /// Keys that are remembered.
    pub remembered: usize,
    /// Answers that came from memory.
    pub hits: u64,
    /// Key derivations.
    pub hasher: HasherLoad,
    /// Last uses that are to be written.
    pub uses_pending: usize,
    /// Last uses that were written.
    pub uses_written: u64,
    /// Writes of last uses that failed.
    pub uses_failed: u64,
}

impl ApiKeyService {
    /// How the service is doing. Asks nobody.
    #[must_use]
    pub fn status(&self) -> Status {
        let lease = self.database.lease().map(|lease| {
            let remaining = lease.remaining();
            LeaseStatus {
                bound_ms: milliseconds(lease.bound()),
                remaining_ms: milliseconds(remaining),
                loss: remaining.is_zero().then(|| lease.loss()),
            }
        });
        let cache = self.database.cache();
        Status {
            answers: match (lease, cache) {
                (Some(_), _) => Answers::Leased,
                (None, Some(_)) => Answers::Watched,
                (None, None) => Answers::Strict,
            },
            lease,
            lane: self.database.lane(),
            surroundings: self.database.surroundings(),
            remembered: cache.map_or(0, KeyCache::len),
            hits: cache.map_or(0, KeyCache::hits),
            hasher: self.hasher.load(),
            uses_pending: self.last_used.pending(),
            uses_written: self.last_used.written(),
            uses_failed: self.last_used.failed(),
        }
    }
}

fn milliseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
