//! The cached keys, bounded, indexed by token and by id.

use std::collections::HashMap;

use quick_cache::unsync::Cache;
use quick_cache::{DefaultHashBuilder, Lifecycle, UnitWeighter};
use sha2::{Digest as _, Sha256};

use crate::api_key::{CompactId, Essentials, PackedKey, PublicApiKey};
use crate::token::Fingerprint;

/// The maximum number of cached keys; the least used are evicted first.
const MAX_KEYS: usize = 100_000;

/// The maximum total size of a cached key's strings, in bytes.
const MAX_BYTES: usize = 4_096;

pub(super) struct Entries {
    by_token: Cache<Fingerprint, CachedRow, UnitWeighter, DefaultHashBuilder, ListEvicted>,
    by_id: HashMap<IdDigest, Fingerprint>,
    changes: u64,
    last_number: u64,
    /// The epoch of the rows from `first_number` on. Earlier rows are of other epochs.
    epoch: u64,
    first_number: u64,
}

/// Lists the entries that an insertion evicts or replaces.
struct ListEvicted;

impl Lifecycle<Fingerprint, CachedRow> for ListEvicted {
    type RequestState = Vec<(Fingerprint, CachedRow)>;

    fn on_evict(&self, evicted: &mut Self::RequestState, token: Fingerprint, row: CachedRow) {
        evicted.push((token, row));
    }
}

/// The first 8 bytes of an id's SHA-256. Of two keys with the same digest, at most one is cached.
pub(super) type IdDigest = u64;

fn digest(id: &str) -> IdDigest {
    let mut start = [0; 8];
    start.copy_from_slice(&Sha256::digest(id)[..8]);
    IdDigest::from_be_bytes(start)
}

fn digest_of(id: &CompactId) -> IdDigest {
    digest(&id.to_string())
}

/// What a use of a cached key needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedKey {
    /// A number that is unique to this read of this key.
    pub number: u64,
    /// The essentials of the key.
    pub key: Essentials,
}

/// A cached key with all its columns.
#[derive(Clone, PartialEq, Eq)]
pub struct CachedRow {
    /// The number of the [`CachedKey`].
    pub number: u64,
    /// The key.
    pub key: PackedKey,
}

impl Default for Entries {
    fn default() -> Self {
        Self::with_capacity(MAX_KEYS)
    }
}

impl Entries {
    fn with_capacity(keys: usize) -> Self {
        let mut by_token = Cache::with(
            keys,
            keys as u64,
            UnitWeighter,
            DefaultHashBuilder::default(),
            ListEvicted,
        );
        // All the space at once, because a growing table leaves its former allocations behind as gaps. Pages without a key
        // take no memory. The cache also reserves its half of this for traces of evicted keys.
        by_token.reserve(keys.div_ceil(2));
        Self {
            by_token,
            by_id: HashMap::with_capacity(keys),
            changes: 0,
            last_number: 0,
            epoch: 0,
            first_number: 0,
        }
    }

    pub(super) fn get(&self, token: &Fingerprint, epoch: u64) -> Option<CachedKey> {
        let CachedRow { number, key } = self.row(token, epoch)?;
        Some(CachedKey { number: *number, key: key.essentials()? })
    }

    pub(super) fn row(&self, token: &Fingerprint, epoch: u64) -> Option<&CachedRow> {
        let row = self.by_token.get(token)?;
        (epoch == self.epoch && row.number >= self.first_number).then_some(row)
    }

    pub(super) fn insert(&mut self, token: Fingerprint, epoch: u64, key: &PublicApiKey) {
        if key.text_bytes() > MAX_BYTES {
            return;
        }
        let former = self.by_id.insert(digest(key.id.as_str()), token);
        if let Some(former) = former.filter(|former| *former != token) {
            self.by_token.remove(&former);
        }
        self.last_number += 1;
        if epoch != self.epoch {
            // After a late read of a former epoch, this also invalidates the rows of the current one.
            (self.epoch, self.first_number) = (epoch, self.last_number);
        }
        let row = CachedRow { number: self.last_number, key: PackedKey::of(key) };
        let mut evicted = Vec::new();
        self.by_token.insert_with_lifecycle(token, row, &mut evicted);
        for (_, row) in evicted.into_iter().filter(|(former, _)| *former != token) {
            if let Some(key) = row.key.essentials() {
                self.by_id.remove(&digest_of(&key.id));
            }
        }
    }

    pub(super) fn remove(&mut self, id: &str) {
        self.remove_digest(digest(id));
    }

    /// Removes a key, given the first 16 bytes of its id's SHA-256, by which the change feed identifies keys.
    pub(super) fn remove_start(&mut self, start: u128) {
        let mut digest = [0; 8];
        digest.copy_from_slice(&start.to_be_bytes()[..8]);
        self.remove_digest(IdDigest::from_be_bytes(digest));
    }

    fn remove_digest(&mut self, id: IdDigest) {
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

    /// Clears the cache, and releases the memory that is reserved for [`MAX_KEYS`].
    pub(super) fn release(&mut self) {
        let (changes, last_number) = (self.changes + 1, self.last_number);
        *self = Self { changes, last_number, ..Self::with_capacity(1) };
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

    fn key(number: usize) -> PublicApiKey {
        let then = from_epoch_ms(0.0).expect("in range");
        ApiKey::example(format!("apk_{number}"), String::new(), then).into()
    }

    #[test]
    fn the_cache_stays_within_its_bound_and_an_eviction_also_removes_the_id() {
        let hasher =
            Hasher::new(HasherSettings::default(), EventSink::default()).expect("randomness");
        let mut entries = Entries::with_capacity(10);
        for number in 0..100 {
            entries.insert(hasher.present(number.to_string()).fingerprint, 0, &key(number));
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
