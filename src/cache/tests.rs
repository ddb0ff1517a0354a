use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::api_key::ApiKey;
use crate::call_context::from_epoch_ms;
use crate::event::EventSink;
use crate::token::{Hasher, HasherSettings};

const KEYS: usize = 3;

/// A freshness that a test sets.
#[derive(Default)]
struct Dial {
    epoch: AtomicU64,
    off: AtomicBool,
}

impl Freshness for Dial {
    fn epoch(&self) -> Option<u64> {
        (!self.off.load(Ordering::Relaxed)).then(|| self.epoch.load(Ordering::Relaxed))
    }
}

fn cache() -> (KeyCache, Arc<Dial>) {
    let dial = Arc::new(Dial::default());
    (KeyCache::new(Arc::clone(&dial) as _), dial)
}

fn tokens() -> Vec<Fingerprint> {
    let hasher = Hasher::new(HasherSettings::default(), EventSink::default()).expect("randomness");
    (0..KEYS).map(|key| hasher.present(format!("sk_{key}")).fingerprint).collect()
}

fn id(key: usize) -> String {
    format!("apk_{key}")
}

/// A key whose title is the version of it that was read.
fn at_version(key: usize, version: u64) -> Arc<PublicApiKey> {
    let then = from_epoch_ms(0.0).expect("in range");
    Arc::new(ApiKey::example(id(key), version.to_string(), then).into())
}

fn key_of(cache: &KeyCache, token: &Fingerprint) -> Option<Arc<PublicApiKey>> {
    cache.recall(token).map(|remembered| remembered.key)
}

#[test]
fn what_was_read_is_recalled() {
    let (cache, _) = cache();
    let token = tokens()[0];
    assert!(cache.recall(&token).is_none());
    cache.remember(cache.ticket().expect("fresh"), token, &at_version(0, 1));
    assert_eq!(key_of(&cache, &token), Some(at_version(0, 1)));
    assert_eq!((cache.len(), cache.hits()), (1, 1));
}

#[test]
fn a_read_that_was_under_way_when_its_key_changed_is_not_remembered() {
    let (cache, _) = cache();
    let token = tokens()[0];
    let ticket = cache.ticket().expect("fresh");
    let read = at_version(0, 1);
    cache.forget(&id(0));
    cache.remember(ticket, token, &read);
    assert_eq!(cache.recall(&token), None);
    assert_eq!(cache.len(), 0);
}

#[test]
fn a_read_that_was_under_way_when_all_was_forgotten_is_not_remembered() {
    let (cache, _) = cache();
    let token = tokens()[0];
    let ticket = cache.ticket().expect("fresh");
    cache.forget_all();
    cache.remember(ticket, token, &at_version(0, 1));
    assert_eq!(cache.recall(&token), None);
}

#[test]
fn what_was_read_in_one_epoch_is_not_recalled_in_another() {
    let (cache, dial) = cache();
    let token = tokens()[0];
    let early = cache.ticket().expect("fresh");
    cache.remember(early, token, &at_version(0, 1));
    dial.epoch.store(1, Ordering::Relaxed);
    assert_eq!(cache.recall(&token), None);
    cache.remember(early, token, &at_version(0, 1));
    assert_eq!(cache.recall(&token), None);
    cache.remember(cache.ticket().expect("fresh"), token, &at_version(0, 2));
    assert_eq!(key_of(&cache, &token), Some(at_version(0, 2)));
}

#[test]
fn without_freshness_there_is_neither_a_ticket_nor_an_answer() {
    let (cache, dial) = cache();
    let token = tokens()[0];
    cache.remember(cache.ticket().expect("fresh"), token, &at_version(0, 1));
    dial.off.store(true, Ordering::Relaxed);
    assert_eq!(cache.ticket(), None);
    assert_eq!(cache.recall(&token), None);
    assert_eq!(cache.hits(), 0);
}

#[test]
fn each_reading_has_a_number_of_its_own() {
    let (cache, _) = cache();
    let tokens = tokens();
    let number = |key: usize, version| {
        cache.remember(cache.ticket().expect("fresh"), tokens[key], &at_version(key, version));
        cache.recall(&tokens[key]).expect("remembered").number
    };
    let mut numbers = vec![number(0, 1), number(1, 1), number(0, 2)];
    cache.forget_all();
    numbers.push(number(0, 2));
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 4);
    assert_eq!(cache.recall(&tokens[0]), cache.recall(&tokens[0]));
}

#[test]
fn a_key_that_got_another_token_is_forgotten_by_both() {
    let (cache, _) = cache();
    let tokens = tokens();
    let ticket = cache.ticket().expect("fresh");
    cache.remember(ticket, tokens[0], &at_version(0, 1));
    cache.remember(ticket, tokens[1], &at_version(0, 2));
    assert_eq!(cache.recall(&tokens[0]), None);
    cache.forget(&id(0));
    assert_eq!(cache.recall(&tokens[1]), None);
    assert_eq!(cache.len(), 0);
}

#[derive(Debug, Clone)]
enum Step {
    /// A reader of this key takes its ticket.
    Begin(usize),
    /// One of the readers that have begun reads the database.
    Read(Index),
    /// One of the readers hands over what it has read.
    Remember(Index),
    /// This key changes in the database.
    Commit(usize),
    /// The next change is heard of: as one of its key, or as one of any.
    Hear {
        of_all: bool,
    },
    /// Changes that were not heard of are missed, and listening begins anew.
    ListenAnew,
    /// The lease runs out, or is held again.
    Lease {
        held: bool,
    },
    Recall(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..KEYS).prop_map(Step::Begin),
        4 => any::<Index>().prop_map(Step::Read),
        4 => any::<Index>().prop_map(Step::Remember),
        3 => (0..KEYS).prop_map(Step::Commit),
        3 => any::<bool>().prop_map(|of_all| Step::Hear { of_all }),
        1 => Just(Step::ListenAnew),
        1 => prop::bool::weighted(0.8).prop_map(|held| Step::Lease { held }),
        6 => (0..KEYS).prop_map(Step::Recall),
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

    /// In any order of readers, writers and news, memory never tells what it has heard to be over.
    #[test]
    fn no_version_is_recalled_that_is_known_to_have_changed(steps in steps()) {
        let (cache, dial) = cache();
        let tokens = tokens();
        let mut stored = [0_u64; KEYS];
        let mut heard = [0_u64; KEYS];
        let mut news = VecDeque::new();
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
                Step::Remember(which) if !readers.is_empty() => {
                    let Reader { key, ticket, version } = readers.swap_remove(which.index(readers.len()));
                    if let Some(version) = version {
                        cache.remember(ticket, tokens[key], &at_version(key, version));
                    }
                }
                Step::Read(_) | Step::Remember(_) => {}
                Step::Commit(key) => {
                    stored[key] += 1;
                    news.push_back((key, stored[key]));
                }
                Step::Hear { of_all } => {
                    if let Some((key, version)) = news.pop_front() {
                        if of_all { cache.forget_all() } else { cache.forget(&id(key)) }
                        heard[key] = version;
                    }
                }
                Step::ListenAnew => {
                    news.clear();
                    cache.forget_all();
                    dial.epoch.fetch_add(1, Ordering::Relaxed);
                    heard = stored;
                }
                Step::Lease { held } => dial.off.store(!held, Ordering::Relaxed),
                Step::Recall(key) => {
                    if let Some(recalled) = cache.recall(&tokens[key]) {
                        prop_assert!(!dial.off.load(Ordering::Relaxed), "recalled without a lease");
                        prop_assert_eq!(recalled.key.id.as_str(), &id(key));
                        let version: u64 = recalled.key.title.parse().expect("a version");
                        prop_assert!(version >= heard[key], "{} is older than {}", version, heard[key]);
                    }
                }
            }
        }
    }
}
