//! Keys that were read from the database, for as long as they may be answered from memory.
//!
//! Owns what is remembered and the rules by which it is forgotten; what tells that the database has changed is
//! `store`'s. A key is remembered without its hash.
//! Invariants: nothing is answered that is older than its [`Freshness`] says; a read that was under way when a key
//! changed is never remembered. That no key matches a token is not remembered at all.

mod clock;
mod entries;
mod lease;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use entries::Remembered;
pub use lease::Lease;

use crate::api_key::PublicApiKey;
use crate::token::Fingerprint;
use entries::Entries;

/// What knows whether memory still agrees with the database.
pub trait Freshness: Send + Sync {
    /// The state of the database that may be answered now: what was read in the same epoch, and not forgotten since,
    /// still holds. `None` when nothing may be answered from memory.
    fn epoch(&self) -> Option<u64>;
}

/// Remembered keys by their tokens.
pub struct KeyCache {
    freshness: Arc<dyn Freshness>,
    entries: Mutex<Entries>,
    hits: AtomicU64,
}

/// What a read has to show before its answer is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    epoch: u64,
    changes: u64,
}

impl KeyCache {
    /// An empty cache.
    #[must_use]
    pub fn new(freshness: Arc<dyn Freshness>) -> Self {
        Self { freshness, entries: Mutex::default(), hits: AtomicU64::new(0) }
    }

    /// The key of a token, if it is remembered and may be answered now.
    #[must_use]
    pub fn recall(&self, token: &Fingerprint) -> Option<Remembered> {
        let remembered = self.peek(token)?;
        self.hits.fetch_add(1, Ordering::Relaxed);
        Some(remembered)
    }

    /// The same, without counting it as an answer.
    #[must_use]
    pub fn peek(&self, token: &Fingerprint) -> Option<Remembered> {
        let epoch = self.freshness.epoch()?;
        self.entries().get(token, epoch)
    }

    /// Taken before a read begins, so that [`remember`](Self::remember) can tell what changed meanwhile.
    #[must_use]
    pub fn ticket(&self) -> Option<Ticket> {
        let epoch = self.freshness.epoch()?;
        Some(Ticket { epoch, changes: self.entries().changes() })
    }

    /// Remembers what a read found, unless any key changed since its ticket was taken.
    pub fn remember(&self, ticket: Ticket, token: Fingerprint, key: &Arc<PublicApiKey>) {
        let mut entries = self.entries();
        if entries.changes() == ticket.changes {
            entries.insert(token, ticket.epoch, Arc::clone(key));
        }
    }

    /// A key changed.
    pub fn forget(&self, id: &str) {
        self.entries().remove(id);
    }

    /// A key changed, of whose id the first 16 bytes of the SHA-256 are known.
    pub fn forget_digest(&self, id: u128) {
        self.entries().remove_digest(id);
    }

    /// Any key may have changed.
    pub fn forget_all(&self) {
        self.entries().clear();
    }

    /// How many keys are remembered, whether or not they may be answered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries().len()
    }

    /// How many answers came from memory.
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
