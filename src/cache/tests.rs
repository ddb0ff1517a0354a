use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::api_key::{ApiKey, ColumnValue, PackedKey};
use crate::call_context::from_epoch_ms;
use crate::event::EventSink;
use crate::token::{Hasher, HasherSettings};

const KEYS: usize = 3;

/// A freshness that tests control.
#[derive(Default)]
struct FakeFreshness {
    epoch: AtomicU64,
    off: AtomicBool,
}

impl Freshness for FakeFreshness {
    fn epoch(&self) -> Option<u64> {
        (!self.off.load(Ordering::Relaxed)).then(|| self.epoch.load(Ordering::Relaxed))
    }
}

fn cache() -> (KeyCache, Arc<FakeFreshness>) {
    let freshness = Arc::new(FakeFreshness::default());
    (KeyCache::new(Arc::clone(&freshness) as _), freshness)
}

fn tokens() -> Vec<Fingerprint> {
    let hasher = Hasher::new(HasherSettings::default(), EventSink::default()).expect("randomness");
    (0..KEYS).map(|key| hasher.present(format!("sk_{key}")).fingerprint).collect()
}

fn id(key: usize) -> String {
    format!("apk_{key}")
}

/// A key whose title is its version.
fn at_version(key: usize, version: u64) -> PublicApiKey {
    let then = from_epoch_ms(0.0).expect("in range");
    ApiKey::example(id(key), version.to_string(), then).into()
}

fn key_of(cache: &KeyCache, token: &Fingerprint) -> Option<PackedKey> {
    let cached = cache.get(token)?;
    let row = cache.row(token).expect("a row for a hit");
    assert_eq!(row.number, cached.number);
    assert_eq!(row.key.essentials(), Some(cached.key));
    Some(row.key)
}

fn texts(key: &PackedKey) -> Vec<String> {
    let mut texts = Vec::new();
    let visited = key.try_for_each(|value| {
        if let ColumnValue::Text(text) = value {
            texts.push(text.to_owned());
        }
        Ok::<_, ()>(())
    });
    assert_eq!(visited, Ok(()));
    texts
}

#[test]
fn a_read_key_is_cached() {
    let (cache, _) = cache();
    let token = tokens()[0];
    assert!(cache.get(&token).is_none());
    cache.insert(cache.ticket().expect("fresh"), token, &at_version(0, 1));
    assert!(key_of(&cache, &token) == Some(PackedKey::of(&at_version(0, 1))));
    assert_eq!((cache.len(), cache.hits()), (1, 1));
}

#[test]
fn a_read_during_which_its_key_changed_is_not_cached() {
    let (cache, _) = cache();
    let token = tokens()[0];
    let ticket = cache.ticket().expect("fresh");
    let read = at_version(0, 1);
    cache.forget(&id(0));
    cache.insert(ticket, token, &read);
    assert_eq!(cache.get(&token), None);
    assert_eq!(cache.len(), 0);
}

#[test]
fn a_read_during_which_all_keys_were_invalidated_is_not_cached() {
    let (cache, _) = cache();
    let token = tokens()[0];
    let ticket = cache.ticket().expect("fresh");
    cache.forget_all();
    cache.insert(ticket, token, &at_version(0, 1));
    assert_eq!(cache.get(&token), None);
}

#[test]
fn an_entry_of_one_epoch_is_not_returned_in_another() {
    let (cache, freshness) = cache();
    let token = tokens()[0];
    let early = cache.ticket().expect("fresh");
    cache.insert(early, token, &at_version(0, 1));
    freshness.epoch.store(1, Ordering::Relaxed);
    assert_eq!(cache.get(&token), None);
    cache.insert(early, token, &at_version(0, 1));
    assert_eq!(cache.get(&token), None);
    cache.insert(cache.ticket().expect("fresh"), token, &at_version(0, 2));
    assert!(key_of(&cache, &token) == Some(PackedKey::of(&at_version(0, 2))));
}

#[test]
fn without_freshness_there_is_neither_a_ticket_nor_a_hit() {
    let (cache, freshness) = cache();
    let token = tokens()[0];
    cache.insert(cache.ticket().expect("fresh"), token, &at_version(0, 1));
    freshness.off.store(true, Ordering::Relaxed);
    assert_eq!(cache.ticket(), None);
    assert_eq!(cache.get(&token), None);
    assert_eq!(cache.hits(), 0);
}

#[test]
fn each_read_has_a_unique_number() {
    let (cache, _) = cache();
    let tokens = tokens();
    let number = |key: usize, version| {
        cache.insert(cache.ticket().expect("fresh"), tokens[key], &at_version(key, version));
        cache.get(&tokens[key]).expect("a hit").number
    };
    let mut numbers = vec![number(0, 1), number(1, 1), number(0, 2)];
    cache.forget_all();
    numbers.push(number(0, 2));
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 4);
    assert_eq!(cache.get(&tokens[0]), cache.get(&tokens[0]));
}

#[test]
fn a_key_with_a_new_token_is_no_longer_found_by_the_old_one() {
    let (cache, _) = cache();
    let tokens = tokens();
    let ticket = cache.ticket().expect("fresh");
    cache.insert(ticket, tokens[0], &at_version(0, 1));
    cache.insert(ticket, tokens[1], &at_version(0, 2));
    assert_eq!(cache.get(&tokens[0]), None);
    cache.forget(&id(0));
    assert_eq!(cache.get(&tokens[1]), None);
    assert_eq!(cache.len(), 0);
}

#[derive(Debug, Clone)]
enum Step {
    /// A reader of this key creates its ticket.
    Begin(usize),
    /// One of the readers reads the database.
    Read(Index),
    /// One of the readers inserts its result.
    Insert(Index),
    /// This key changes in the database.
    Commit(usize),
    /// The next change is received: it invalidates its key or all keys.
    Receive {
        all: bool,
    },
    /// Pending changes are lost, and a new session of listening begins.
    Reconnect,
    /// The lease expires, or is held again.
    Lease {
        held: bool,
    },
    Get(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..KEYS).prop_map(Step::Begin),
        4 => any::<Index>().prop_map(Step::Read),
        4 => any::<Index>().prop_map(Step::Insert),
        3 => (0..KEYS).prop_map(Step::Commit),
        3 => any::<bool>().prop_map(|all| Step::Receive { all }),
        1 => Just(Step::Reconnect),
        1 => prop::bool::weighted(0.8).prop_map(|held| Step::Lease { held }),
        6 => (0..KEYS).prop_map(Step::Get),
    ];
    prop::collection::vec(step, 1..200)
}

struct Reader {
    key: usize,
    ticket: Ticket,
    version: Option<u64>,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// In any order of reads, writes and notifications, the cache never returns a version that it knows to be outdated.
    #[test]
    fn no_version_is_returned_after_its_change_was_received(steps in steps()) {
        let (cache, freshness) = cache();
        let tokens = tokens();
        let mut stored = [0_u64; KEYS];
        let mut received = [0_u64; KEYS];
        let mut pending = VecDeque::new();
        let mut readers: Vec<Reader> = Vec::new();
        for step in steps {
            match step {
                Step::Begin(key) => {
                    readers.extend(cache.ticket().map(|ticket| Reader { key, ticket, version: None }));
                }
                Step::Read(which) if !readers.is_empty() => {
                    let reader = which.index(readers.len());
                    readers[reader].version = Some(stored[readers[reader].key]);
                }
                Step::Insert(which) if !readers.is_empty() => {
                    let Reader { key, ticket, version } = readers.swap_remove(which.index(readers.len()));
                    if let Some(version) = version {
                        cache.insert(ticket, tokens[key], &at_version(key, version));
                    }
                }
                Step::Read(_) | Step::Insert(_) => {}
                Step::Commit(key) => {
                    stored[key] += 1;
                    pending.push_back((key, stored[key]));
                }
                Step::Receive { all } => {
                    if let Some((key, version)) = pending.pop_front() {
                        if all { cache.forget_all() } else { cache.forget(&id(key)) }
                        received[key] = version;
                    }
                }
                Step::Reconnect => {
                    pending.clear();
                    cache.forget_all();
                    freshness.epoch.fetch_add(1, Ordering::Relaxed);
                    received = stored;
                }
                Step::Lease { held } => freshness.off.store(!held, Ordering::Relaxed),
                Step::Get(key) => {
                    if let Some(cached) = key_of(&cache, &tokens[key]) {
                        prop_assert!(!freshness.off.load(Ordering::Relaxed), "returned without a lease");
                        let [cached_id, _, _, title, ..] = &texts(&cached)[..] else { panic!("texts are missing") };
                        prop_assert_eq!(cached_id, &id(key));
                        let version: u64 = title.parse().expect("a version");
                        prop_assert!(version >= received[key], "{} is older than {}", version, received[key]);
                    }
                }
            }
        }
    }
}
