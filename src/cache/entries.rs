//! The cached keys, bounded, indexed by token and by id.

use std::collections::HashMap;
use std::sync::Arc;

use quick_cache::unsync::Cache;
use quick_cache::{DefaultHashBuilder, Lifecycle, UnitWeighter};
use sha2::{Digest as _, Sha256};

use crate::api_key::PublicApiKey;
use crate::token::Fingerprint;

/// The maximum number of cached keys; the least used are evicted first.
const MAX_KEYS: usize = 100_000;

/// The maximum total size of a cached key's strings, in bytes.
const MAX_BYTES: usize = 4_096;

pub(super) struct Entries {
    by_token: Cache<Fingerprint, Entry, UnitWeighter, DefaultHashBuilder, ListEvicted>,
    by_id: HashMap<IdDigest, Fingerprint>,
    changes: u64,
    last_number: u64,
}

struct Entry {
    epoch: u64,
    cached: CachedKey,
}

/// Lists the entries that an insertion evicts or replaces.
struct ListEvicted;

impl Lifecycle<Fingerprint, Entry> for ListEvicted {
    type RequestState = Vec<(Fingerprint, Entry)>;

    fn on_evict(&self, evicted: &mut Self::RequestState, token: Fingerprint, entry: Entry) {
        evicted.push((token, entry));
    }
}

/// The first 16 bytes of an id's SHA-256, by which the change feed identifies keys.
pub(super) type IdDigest = u128;

fn digest(id: &str) -> IdDigest {
    let mut start = [0; 16];
    start.copy_from_slice(&Sha256::digest(id)[..16]);
    IdDigest::from_be_bytes(start)
}

/// A cached key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedKey {
    /// A number that is unique to this read of this key.
    pub number: u64,
    /// The key.
    pub key: Arc<PublicApiKey>,
}

impl Default for Entries {
    fn default() -> Self {
        Self::with_capacity(MAX_KEYS)
    }
}

impl Entries {
    fn with_capacity(keys: usize) -> Self {
        let by_token = Cache::with(
            keys,
            keys as u64,
            UnitWeighter,
            DefaultHashBuilder::default(),
            ListEvicted,
        );
        Self { by_token, by_id: HashMap::new(), changes: 0, last_number: 0 }
    }

    pub(super) fn get(&self, token: &Fingerprint, epoch: u64) -> Option<CachedKey> {
        let entry = self.by_token.get(token)?;
        (entry.epoch == epoch).then(|| entry.cached.clone())
    }

    pub(super) fn insert(&mut self, token: Fingerprint, epoch: u64, key: Arc<PublicApiKey>) {
        if key.text_bytes() > MAX_BYTES {
            return;
        }
        let former = self.by_id.insert(digest(key.id.as_str()), token);
        if let Some(former) = former.filter(|former| *former != token) {
            self.by_token.remove(&former);
        }
        self.last_number += 1;
        let cached = CachedKey { number: self.last_number, key };
        let mut evicted = Vec::new();
        self.by_token.insert_with_lifecycle(token, Entry { epoch, cached }, &mut evicted);
        for (_, entry) in evicted.into_iter().filter(|(former, _)| *former != token) {
            self.by_id.remove(&digest(entry.cached.key.id.as_str()));
        }
    }

    pub(super) fn remove(&mut self, id: &str) {
        self.remove_digest(digest(id));
    }

    pub(super) fn remove_digest(&mut self, id: IdDigest) {
        self.changes += 1;
        if let Some(token) = self.by_id.remove(&id) {
            self.by_token.remove(&token);
        }
    }

    pub(super) fn clear(&mut self) {
        self.changes += 1;
        self.by_token.clear();
        self.by_id.clear();
    }

    /// The number of invalidations so far.
    pub(super) fn changes(&self) -> u64 {
        self.changes
    }

    pub(super) fn len(&self) -> usize {
        self.by_token.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api_key::ApiKey;
    use crate::call_context::from_epoch_ms;
    use crate::event::EventSink;
    use crate::token::{Hasher, HasherSettings};

    fn key(number: usize) -> Arc<PublicApiKey> {
        let then = from_epoch_ms(0.0).expect("in range");
        Arc::new(ApiKey::example(format!("apk_{number}"), String::new(), then).into())
    }

    #[test]
    fn the_cache_stays_within_its_bound_and_an_eviction_also_removes_the_id() {
        let hasher =
            Hasher::new(HasherSettings::default(), EventSink::default()).expect("randomness");
        let mut entries = Entries::with_capacity(10);
        for number in 0..100 {
            entries.insert(hasher.present(number.to_string()).fingerprint, 0, key(number));
            assert!((1..=10).contains(&entries.len()), "{}", entries.len());
            assert_eq!(entries.by_id.len(), entries.len());
        }
        assert_eq!(entries.len(), 10);
        for number in 0..100 {
            entries.remove(&format!("apk_{number}"));
        }
        assert_eq!(entries.len(), 0);
    }
}
