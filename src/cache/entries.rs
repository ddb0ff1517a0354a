//! The remembered keys, bounded, by token and by id.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use lru::LruCache;
use sha2::{Digest as _, Sha256};

use crate::api_key::PublicApiKey;
use crate::token::Fingerprint;

/// How many keys are remembered before the least used are forgotten.
const MOST_KEYS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(99_999);

/// The texts of a key that is remembered have at most so many bytes together.
const MOST_BYTES: usize = 4_096;

pub(super) struct Entries {
    by_token: LruCache<Fingerprint, Entry>,
    by_id: HashMap<IdDigest, Fingerprint>,
    changes: u64,
    last_number: u64,
}

struct Entry {
    epoch: u64,
    remembered: Remembered,
}

/// The start of an id's SHA-256, by which changes of keys are told.
pub(super) type IdDigest = u128;

fn digest(id: &str) -> IdDigest {
    let mut start = [0; 16];
    start.copy_from_slice(&Sha256::digest(id)[..16]);
    IdDigest::from_be_bytes(start)
}

/// A key as it was read once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// No other reading of this or another key has the same number.
    pub number: u64,
    /// The key.
    pub key: Arc<PublicApiKey>,
}

impl Default for Entries {
    fn default() -> Self {
        // Grown as needed: `LruCache::new` would reserve room for all.
        let mut by_token = LruCache::unbounded();
        by_token.resize(MOST_KEYS);
        Self { by_token, by_id: HashMap::new(), changes: 0, last_number: 0 }
    }
}

impl Entries {
    pub(super) fn get(&mut self, token: &Fingerprint, epoch: u64) -> Option<Remembered> {
        let entry = self.by_token.get(token)?;
        (entry.epoch == epoch).then(|| entry.remembered.clone())
    }

    pub(super) fn insert(&mut self, token: Fingerprint, epoch: u64, key: Arc<PublicApiKey>) {
        if key.text_bytes() > MOST_BYTES {
            return;
        }
        let former = self.by_id.insert(digest(key.id.as_str()), token);
        if let Some(former) = former.filter(|former| *former != token) {
            self.by_token.pop(&former);
        }
        self.last_number += 1;
        let remembered = Remembered { number: self.last_number, key };
        if let Some((gone, entry)) = self.by_token.push(token, Entry { epoch, remembered })
            && gone != token
        {
            self.by_id.remove(&digest(entry.remembered.key.id.as_str()));
        }
    }

    pub(super) fn remove(&mut self, id: &str) {
        self.remove_digest(digest(id));
    }

    pub(super) fn remove_digest(&mut self, id: IdDigest) {
        self.changes += 1;
        if let Some(token) = self.by_id.remove(&id) {
            self.by_token.pop(&token);
        }
    }

    pub(super) fn clear(&mut self) {
        self.changes += 1;
        self.by_token.clear();
        self.by_id.clear();
    }

    /// How often a key was forgotten.
    pub(super) fn changes(&self) -> u64 {
        self.changes
    }

    pub(super) fn len(&self) -> usize {
        self.by_token.len()
    }
}
