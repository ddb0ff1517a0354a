//! The cache of keys that were read from the database.
//!
//! Owns the entries and the rules of their invalidation; `store` detects changes of the database. An entry holds no hash.
//! Invariants: an entry is returned only while its [`Freshness`] allows it; a read that was in progress when a key
//! changed is never cached. Misses are not cached.

mod clock;
mod entries;
mod lease;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use entries::{CachedKey, CachedRow};
pub use lease::{Lease, ProofStart};

use crate::api_key::PublicApiKey;
use crate::token::Fingerprint;
use entries::Entries;

/// Decides whether the cache still matches the database.
pub trait Freshness: Send + Sync {
    /// The current epoch: entries that were read in it and not invalidated since are valid. `None` if the cache may not
    /// answer.
    fn epoch(&self) -> Option<u64>;
}

/// Cached keys by their tokens.
pub struct KeyCache {
    freshness: Arc<dyn Freshness>,
    entries: Mutex<Entries>,
    hits: AtomicU64,
}

/// The state of the cache before a read, which decides whether the result may be cached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    epoch: u64,
    changes: u64,
}

impl KeyCache {
    /// Creates an empty cache.
    #[must_use]
    pub fn new(freshness: Arc<dyn Freshness>) -> Self {
        Self { freshness, entries: Mutex::default(), hits: AtomicU64::new(0) }
    }

    /// The key of a token, if it is cached and valid now. Counts as a hit.
    #[must_use]
    pub fn get(&self, token: &Fingerprint) -> Option<CachedKey> {
        let epoch = self.freshness.epoch()?;
        let cached = self.entries().get(token, epoch)?;
        self.hits.fetch_add(1, Ordering::Relaxed);
        Some(cached)
    }

    /// What `answer` makes of the cached row of a token, if it is valid now. Counts as a hit.
    #[must_use]
    pub fn answer<T>(
        &self,
        token: &Fingerprint,
        answer: impl FnOnce(&CachedRow) -> Option<T>,
    ) -> Option<T> {
        let epoch = self.freshness.epoch()?;
        let answer = answer(self.entries().row(token, epoch)?)?;
        self.hits.fetch_add(1, Ordering::Relaxed);
        Some(answer)
    }

    /// The cached row of a token. Does not count as a hit.
    #[must_use]
    pub fn row(&self, token: &Fingerprint) -> Option<CachedRow> {
        let epoch = self.freshness.epoch()?;
        self.entries().row(token, epoch).cloned()
    }

    /// Creates a ticket before a read, so that [`insert`](Self::insert) can detect changes during the read.
    #[must_use]
    pub fn ticket(&self) -> Option<Ticket> {
        let epoch = self.freshness.epoch()?;
        Some(Ticket { epoch, changes: self.entries().changes() })
    }

    /// Caches the result of a read, unless any key changed since its ticket was created.
    pub fn insert(&self, ticket: Ticket, token: Fingerprint, key: &PublicApiKey) {
        let mut entries = self.entries();
        if entries.changes() == ticket.changes {
            entries.insert(token, ticket.epoch, key);
        }
    }

    /// Invalidates a key that changed.
    pub fn forget(&self, id: &str) {
        self.entries().remove(id);
    }

    /// Invalidates a key, given the first 16 bytes of the SHA-256 of its id.
    pub fn forget_digest(&self, id: u128) {
        self.entries().remove_start(id);
    }

    /// Invalidates all keys.
    pub fn forget_all(&self) {
        self.entries().clear();
    }

    /// Invalidates all keys and releases their memory, because the service is closed.
    pub fn release(&self) {
        self.entries().release();
    }

    /// The number of cached keys, valid or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries().len()
    }

    /// The number of answers from the cache.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
