//! Counts the tokens that were rejected because the hash of their row was made under an unknown hash key.
//!
//! Invariant: bounded. Ids come from the database, where others can write, so only the first ones are kept apart.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::HashKeyId;

/// The maximum number of ids that are counted separately.
const MAX_IDS: usize = 16;

/// The number of rejections per id.
#[derive(Default)]
pub(super) struct UnknownHashKeys(Mutex<Vec<UnknownHashKey>>);

/// An unknown hash key, and how often a token was rejected because of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownHashKey {
    /// Its id; `None` for all ids beyond the first 16.
    pub id: Option<Arc<str>>,
    /// The number of rejections.
    pub rejected: u64,
}

impl UnknownHashKeys {
    /// Counts a rejection. Returns the entry's id if it is the entry's first one.
    pub(super) fn count(&self, id: &HashKeyId) -> Option<Option<Arc<str>>> {
        let mut counts = self.counts();
        let known = counts.iter().position(|entry| entry.id.as_deref() == Some(id.as_str()));
        let id = if known.is_some() || counts.len() < MAX_IDS { Some(id.shared()) } else { None };
        match counts.iter_mut().find(|entry| entry.id == id) {
            Some(entry) => {
                entry.rejected += 1;
                None
            }
            None => {
                counts.push(UnknownHashKey { id: id.clone(), rejected: 1 });
                Some(id)
            }
        }
    }

    /// The counts, in the order of their first rejections.
    pub(super) fn list(&self) -> Vec<UnknownHashKey> {
        self.counts().clone()
    }

    fn counts(&self) -> MutexGuard<'_, Vec<UnknownHashKey>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejections_are_counted_per_id_and_reported_once_up_to_the_limit() {
        let unknown = UnknownHashKeys::default();
        let id = |number: usize| HashKeyId::parse(&format!("key-{number}")).expect("an id");
        for number in 0..MAX_IDS {
            assert_eq!(unknown.count(&id(number)), Some(Some(id(number).shared())));
            assert_eq!(unknown.count(&id(number)), None);
        }
        assert_eq!(unknown.count(&id(100)), Some(None));
        for number in 101..1_000 {
            assert_eq!(unknown.count(&id(number)), None);
        }
        assert_eq!(unknown.count(&id(0)), None);

        let counts = unknown.list();
        assert_eq!(counts.len(), MAX_IDS + 1);
        let entry = |id, rejected| UnknownHashKey { id, rejected };
        assert_eq!(counts[0], entry(Some(id(0).shared()), 3));
        assert_eq!(counts[1], entry(Some(id(1).shared()), 2));
        assert_eq!(counts[MAX_IDS], entry(None, 900));
    }
}
