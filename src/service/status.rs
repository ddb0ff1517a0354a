//! The status of a service.

use serde::Serialize;

use super::ApiKeyService;
use crate::cache::KeyCache;
use crate::store::ReadBatcherStatus;
use crate::token::UnknownHashKey;

/// The status of a service, as `module/status.ts` documents it. Counts start at its construction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The source of the answers of `authenticate` and of the publishable lookup.
    pub answers: Answers,
    /// The lease; `None` without the option `maxStaleness`.
    pub lease: Option<LeaseStatus>,
    /// The read batcher; `None` on SQLite and before the first call.
    pub read_batcher: Option<ReadBatcherStatus>,
    /// Whether the server is a hot standby.
    pub replica: bool,
    /// Whether a pooler shares server sessions between clients.
    pub pooler: bool,
    /// The cache.
    pub memory: MemoryStatus,
    /// Key derivations.
    pub hashing: HashingStatus,
    /// Hash keys that hashes in the table name and the option `hashKeys` lacks.
    pub unknown_hash_keys: Vec<UnknownHashKeyStatus>,
    /// Writes of `last_used_at`.
    pub last_used: LastUsedStatus,
}

/// The source of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Answers {
    /// From the database.
    Strict,
    /// From the cache while the lease is held, otherwise from the database.
    Leased,
    /// From the cache while the database is unchanged, which is checked before each answer.
    Watched,
}

/// The lease under which the cache may answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeaseStatus {
    /// Whether it is held.
    pub held: bool,
    /// The option `maxStaleness`.
    pub max_staleness_ms: u64,
    /// The age of the newest proof that no change was missed; `None` while the lease is not held.
    pub age_ms: Option<u64>,
    /// Why it is not held; `None` while it is.
    pub reason: Option<String>,
}

/// The cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MemoryStatus {
    /// The number of cached keys.
    pub keys: usize,
    /// The number of answers from the cache.
    pub hits: u64,
}

/// Key derivations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HashingStatus {
    /// The number that run now.
    pub running: usize,
    /// The number that wait.
    pub waiting: usize,
    /// The option `hashQueueLimit`.
    pub queue_limit: usize,
    /// The number that finished.
    pub done: u64,
}

/// A hash key that the option `hashKeys` lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnknownHashKeyStatus {
    /// Its id; `None` for all ids beyond the first 16.
    pub id: Option<String>,
    /// The number of tokens that were rejected because of it.
    pub rejected: u64,
}

impl From<UnknownHashKey> for UnknownHashKeyStatus {
    fn from(UnknownHashKey { id, rejected }: UnknownHashKey) -> Self {
        Self { id: id.as_deref().map(str::to_owned), rejected }
    }
}

/// Writes of `last_used_at`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LastUsedStatus {
    /// The number of keys with a use to be written.
    pub pending: usize,
    /// The number of written uses.
    pub written: u64,
    /// The number of failed writes.
    pub failed: u64,
}

impl ApiKeyService {
    /// The status of the service, without a query.
    #[must_use]
    pub fn status(&self) -> Status {
        let lease = self.lease();
        let cache = self.database.cache();
        let topology = self.database.topology();
        let unknown_hash_keys = self.hasher.unknown_hash_keys().into_iter();
        Status {
            answers: match (&lease, cache) {
                (Some(_), _) => Answers::Leased,
                (None, Some(_)) => Answers::Watched,
                (None, None) => Answers::Strict,
            },
            lease,
            read_batcher: self.database.read_batcher(),
            replica: topology.replica,
            pooler: topology.pooler,
            memory: MemoryStatus {
                keys: cache.map_or(0, KeyCache::len),
                hits: cache.map_or(0, KeyCache::hits),
            },
            hashing: HashingStatus {
                running: self.hasher.running(),
                waiting: self.hasher.waiting(),
                queue_limit: self.hasher.queue_limit(),
                done: self.hasher.done(),
            },
            unknown_hash_keys: unknown_hash_keys.map(UnknownHashKeyStatus::from).collect(),
            last_used: LastUsedStatus {
                pending: self.last_used.pending(),
                written: self.last_used.written(),
                failed: self.last_used.failed(),
            },
        }
    }

    fn lease(&self) -> Option<LeaseStatus> {
        let lease = self.database.lease()?;
        let (bound, remaining) = (lease.bound(), lease.remaining());
        let held = !remaining.is_zero();
        Some(LeaseStatus {
            held,
            max_staleness_ms: milliseconds(bound),
            age_ms: held.then(|| milliseconds(bound).saturating_sub(milliseconds(remaining))),
            reason: (!held).then(|| lease.loss().to_string()),
        })
    }
}

fn milliseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
