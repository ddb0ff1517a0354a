//! Hashes and verifies tokens.
//!
//! A slow hash is derived by `executor` and verified once per token (`proven`). A SHA-256 hash is computed where it is
//! needed: that costs less than a thread, a queue or a cached proof.

use super::derivation::{self, reusable_salt};
use super::executor::Executor;
use super::proven::{Fingerprint, Proof, ProvenTokens};
use super::sha256::{self, Unverifiable};
use super::unknown_hash_keys::{UnknownHashKey, UnknownHashKeys};
use super::{
    Argon2Params, Derivation, ExecutorSettings, HashKeyId, HashKeys, Hashing, RawToken,
    StoredToken, TokenHash,
};
use crate::error::ApiKeyError;
use crate::event::{Event, EventSink};

/// The scheme of new hashes, the hash keys, and the limits on derivations.
#[derive(Debug, Clone)]
pub struct HasherSettings {
    /// The scheme that new secrets are hashed with.
    pub hashing: Hashing,
    /// The keys of SHA-256 hashes.
    pub hash_keys: HashKeys,
    /// The limits on slow derivations.
    pub executor: ExecutorSettings,
}

impl Default for HasherSettings {
    /// argon2id at its default cost, and no hash keys.
    fn default() -> Self {
        Self {
            hashing: Hashing::Derived(Derivation::Argon2id(Argon2Params::default())),
            hash_keys: HashKeys::default(),
            executor: ExecutorSettings::default(),
        }
    }
}

/// Hashes and verifies tokens.
pub struct Hasher {
    hashing: Hashing,
    hash_keys: HashKeys,
    executor: Executor,
    proven: ProvenTokens,
    unknown: UnknownHashKeys,
    events: EventSink,
}

/// A presented token and its fingerprint, by which this hasher recognizes the token without storing it.
pub struct Presented {
    /// The token.
    pub token: RawToken,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
}

impl Hasher {
    /// Creates a hasher with an empty cache of proofs.
    ///
    /// # Errors
    /// `Unexpected` when the operating system provides no random bytes.
    pub fn new(settings: HasherSettings, events: EventSink) -> Result<Self, ApiKeyError> {
        let HasherSettings { hashing, hash_keys, executor } = settings;
        Ok(Self {
            hashing,
            hash_keys,
            executor: Executor::new(executor, hashing.memory_kib(), events.clone()),
            proven: ProvenTokens::new()?,
            unknown: UnknownHashKeys::default(),
            events,
        })
    }

    /// The number of running derivations.
    #[must_use]
    pub fn running(&self) -> usize {
        self.executor.running()
    }

    /// The number of queued derivations.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.executor.waiting()
    }

    /// The maximum number of queued derivations.
    #[must_use]
    pub fn queue_limit(&self) -> usize {
        self.executor.queue_limit()
    }

    /// The number of finished derivations.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.executor.done()
    }

    /// The unknown hash keys that hashes named, with the number of tokens rejected because of each.
    #[must_use]
    pub fn unknown_hash_keys(&self) -> Vec<UnknownHashKey> {
        self.unknown.list()
    }

    /// Wraps a token from a caller and computes its fingerprint.
    #[must_use]
    pub fn present(&self, token: String) -> Presented {
        let token = RawToken::presented(token);
        Presented { fingerprint: self.proven.fingerprint(&token), token }
    }

    /// Hashes a new secret token. Its salt is stored with every scheme, so that a later rehash can use it.
    ///
    /// # Errors
    /// `Busy` when the queue is full.
    pub async fn hash(&self, token: RawToken, salt: Vec<u8>) -> Result<StoredToken, ApiKeyError> {
        let salt_hex = hex::encode(&salt);
        let hash = match self.hashing {
            Hashing::Sha256 => sha256::hash(&token, self.hash_keys.first()),
            Hashing::Derived(scheme) => {
                let derive = move |memory: &_| derivation::hash(scheme, &token, &salt, memory);
                self.executor.derive(derive).await?
            }
        };
        Ok(StoredToken::Hashed { hash, salt: salt_hex })
    }

    /// Whether a presented token matches a hash that was just read. A hash under an unknown hash key matches no token.
    ///
    /// # Errors
    /// `Busy` when the queue is full, `UnknownHash` for a hash in a format that this version does not support.
    pub async fn verify(
        &self,
        Presented { token, fingerprint }: &Presented,
        hash: &TokenHash,
        salt: &str,
    ) -> Result<bool, ApiKeyError> {
        if sha256::is_sha256(hash) {
            return self.verify_sha256(token, hash);
        }
        let derivation = async {
            let (token, hash, salt) = (token.clone(), hash.clone(), salt.to_owned());
            let derive = move |memory: &_| derivation::verify(&token, &hash, &salt, memory);
            self.executor.derive(derive).await
        };
        self.proven.matches(*fingerprint, hash, derivation).await
    }

    /// Reports a hash that a token did not match although it belongs to the token's row: its hash key has another secret.
    pub fn report_mismatch(&self, hash: &TokenHash) {
        if let Some(id) = sha256::key_id(hash).filter(|id| self.hash_keys.find(id).is_some()) {
            self.report_hash_key(&id);
        }
    }

    /// Whether a hash has the scheme, and the cost or the hash key, of new hashes.
    #[must_use]
    pub fn is_current(&self, hash: &TokenHash) -> bool {
        match self.hashing {
            Hashing::Sha256 => sha256::is_made_under(hash, self.hash_keys.first()),
            Hashing::Derived(scheme) => scheme.made(hash),
        }
    }

    /// Rehashes a verified token with the current scheme and its row's salt.
    ///
    /// Returns `None` if the salt cannot be reused.
    ///
    /// # Errors
    /// `Busy` when a derivation is queued: a rehash yields to callers.
    pub async fn rehash(&self, token: &RawToken, salt: &str) -> Result<Option<Proof>, ApiKeyError> {
        let Some(salt) = reusable_salt(salt) else { return Ok(None) };
        let fingerprint = self.proven.fingerprint(token);
        let hash = match self.hashing {
            Hashing::Sha256 => sha256::hash(token, self.hash_keys.first()),
            Hashing::Derived(scheme) => {
                let token = token.clone();
                let derive = move |memory: &_| derivation::hash(scheme, &token, &salt, memory);
                self.executor.derive_in_background(derive).await?
            }
        };
        Ok(Some(Proof::new(fingerprint, hash)))
    }

    /// Caches the proof that a token matches the slow hash now in its row.
    pub fn remember(&self, proof: Proof) {
        if !sha256::is_sha256(proof.hash()) {
            self.proven.remember(proof);
        }
    }

    fn verify_sha256(&self, token: &RawToken, hash: &TokenHash) -> Result<bool, ApiKeyError> {
        match sha256::verify(token, hash, &self.hash_keys) {
            Ok(matches) => Ok(matches),
            Err(Unverifiable::Malformed) => Err(ApiKeyError::UnknownHash),
            Err(Unverifiable::UnknownKey(id)) => {
                self.report_hash_key(&id);
                Ok(false)
            }
        }
    }

    fn report_hash_key(&self, id: &HashKeyId) {
        // Notify once per hash key, not once per call.
        if let Some(id) = self.unknown.count(id) {
            self.events.emit(Event::UnknownHashKey(id));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::token::{HashKey, HashSecret};

    const CHEAP: Hashing = Hashing::Derived(Derivation::Argon2id(Argon2Params {
        memory_kib: 64,
        iterations: 1,
        parallelism: 1,
    }));
    const TOKEN: &str = "sk_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn hasher_of(hashing: Hashing, ids: &[&str], queue_limit: usize) -> Hasher {
        let keys = ids.iter().map(|id| {
            let secret = HashSecret::parse(&format!("{:02x}", id.len()).repeat(32));
            HashKey::new(HashKeyId::parse(id).expect("an id"), secret.expect("a secret"))
        });
        let settings = HasherSettings {
            hashing,
            hash_keys: HashKeys::new(keys.collect()),
            executor: ExecutorSettings { concurrency: 1, queue_limit },
        };
        Hasher::new(settings, EventSink::default()).expect("randomness")
    }

    fn hasher(queue_limit: usize) -> Hasher {
        hasher_of(CHEAP, &[], queue_limit)
    }

    fn presented(hasher: &Hasher, token: &RawToken) -> Presented {
        hasher.present(token.expose().to_owned())
    }

    #[tokio::test]
    async fn a_full_queue_rejects_callers_and_recovers() {
        let hasher = hasher(1);
        let running = hasher.executor.permits.acquire().await.expect("open");
        let waiting = hasher.hash(RawToken::presented("sk_1".into()), vec![1; 16]);
        let mut waiting = Box::pin(waiting);
        assert!(poll_once(&mut waiting).await.is_none());
        let rejected = hasher.hash(RawToken::presented("sk_2".into()), vec![2; 16]).await;
        assert_eq!(rejected.err(), Some(ApiKeyError::Busy(1)));
        drop(running);
        assert!(waiting.await.is_ok());
        assert!(hasher.hash(RawToken::presented("sk_3".into()), vec![3; 16]).await.is_ok());
    }

    #[tokio::test]
    async fn a_proven_token_needs_no_second_derivation() {
        let hasher = hasher(0);
        let token = RawToken::presented("sk_1".into());
        let StoredToken::Hashed { hash, salt } =
            hasher.hash(token.clone(), vec![1; 16]).await.expect("hashes")
        else {
            panic!("a secret is hashed");
        };
        assert_eq!(hasher.verify(&presented(&hasher, &token), &hash, &salt).await, Ok(true));
        let _running = hasher.executor.permits.acquire().await.expect("open");
        assert_eq!(hasher.verify(&presented(&hasher, &token), &hash, &salt).await, Ok(true));
        let other = RawToken::presented("sk_2".into());
        assert_eq!(
            hasher.verify(&presented(&hasher, &other), &hash, &salt).await,
            Err(ApiKeyError::Busy(0))
        );
    }

    #[tokio::test]
    async fn equal_tokens_share_one_derivation_and_different_ones_do_not_s15() {
        let hasher = hasher(1);
        let token = RawToken::presented("sk_1".into());
        let StoredToken::Hashed { hash, salt } =
            hasher.hash(token.clone(), vec![1; 16]).await.expect("hashes")
        else {
            panic!("a secret is hashed");
        };
        let running = hasher.executor.permits.acquire().await.expect("open");
        let same = presented(&hasher, &token);
        let mut first = Box::pin(hasher.verify(&same, &hash, &salt));
        let mut second = Box::pin(hasher.verify(&same, &hash, &salt));
        assert!(poll_once(&mut first).await.is_none());
        assert!(poll_once(&mut second).await.is_none());
        let other = RawToken::presented("sk_2".into());
        assert_eq!(
            hasher.verify(&presented(&hasher, &other), &hash, &salt).await,
            Err(ApiKeyError::Busy(1))
        );
        drop(running);
        assert_eq!(tokio::join!(first, second), (Ok(true), Ok(true)));
        assert_eq!(hasher.verify(&presented(&hasher, &other), &hash, &salt).await, Ok(false));
    }

    #[tokio::test]
    async fn a_waiting_caller_derives_when_the_first_caller_gives_up() {
        let hasher = hasher(1);
        let token = hasher.present("sk_1".into());
        let hash = TokenHash::new("00".repeat(64));
        let running = hasher.executor.permits.acquire().await.expect("open");
        let mut first = Box::pin(hasher.verify(&token, &hash, "salt"));
        let mut second = Box::pin(hasher.verify(&token, &hash, "salt"));
        assert!(poll_once(&mut first).await.is_none());
        assert!(poll_once(&mut second).await.is_none());
        drop(first);
        drop(running);
        assert_eq!(second.await, Ok(false));
    }

    #[tokio::test]
    async fn a_rehash_yields_to_all_callers_and_causes_no_rejection() {
        let hasher = hasher(1);
        let (token, salt) = (RawToken::presented("sk_1".into()), "07".repeat(16));
        let running = hasher.executor.permits.acquire().await.expect("open");
        let mut rehash = Box::pin(hasher.rehash(&token, &salt));
        assert!(poll_once(&mut rehash).await.is_none());
        let mut caller = Box::pin(hasher.hash(RawToken::presented("sk_2".into()), vec![1; 16]));
        assert!(poll_once(&mut caller).await.is_none());
        assert!(matches!(hasher.rehash(&token, &salt).await, Err(ApiKeyError::Busy(1))));
        drop(running);
        let (rehashed, created) = tokio::join!(rehash, caller);
        assert!(created.is_ok());
        let proof = rehashed.expect("hashes").expect("a hex salt");
        assert!(hasher.is_current(proof.hash()));

        let hash = proof.hash().clone();
        hasher.remember(proof);
        let _running = hasher.executor.permits.acquire().await.expect("open");
        let verified =
            poll_once(&mut Box::pin(hasher.verify(&presented(&hasher, &token), &hash, &salt)))
                .await;
        assert_eq!(verified, Some(Ok(true)));
    }

    #[tokio::test]
    async fn a_sha256_hash_needs_no_executor_and_no_proof() {
        for ids in [&[][..], &["new", "older"]] {
            let hasher = hasher_of(Hashing::Sha256, ids, 0);
            let _running = hasher.executor.permits.acquire().await.expect("open");
            let token = RawToken::presented(TOKEN.into());
            let stored = hasher.hash(token.clone(), vec![7; 16]).await.expect("hashes");
            let StoredToken::Hashed { hash, salt } = stored else { panic!("a secret is hashed") };
            assert_eq!(salt, "07".repeat(16));
            assert!(hasher.is_current(&hash));
            assert_eq!(hasher.verify(&presented(&hasher, &token), &hash, &salt).await, Ok(true));
            let other = hasher.present("sk_2".into());
            assert_eq!(hasher.verify(&other, &hash, &salt).await, Ok(false));
            let rehashed = hasher.rehash(&token, &salt).await.expect("hashes").expect("a hex salt");
            assert_eq!(rehashed.hash(), &hash);
            hasher.remember(rehashed);
            assert!(hasher.proven.is_empty());
            assert_eq!(hasher.done(), 0);
        }
    }

    #[tokio::test]
    async fn every_scheme_can_be_rehashed_to_every_other_and_back_to_the_same_hash() {
        let scrypt = Hashing::Derived(Derivation::Scrypt);
        let hashers = [
            hasher_of(CHEAP, &["new", "older"], 1),
            hasher_of(scrypt, &["new", "older"], 1),
            hasher_of(Hashing::Sha256, &["new", "older"], 1),
            hasher_of(Hashing::Sha256, &["older", "new"], 1),
        ];
        let token = RawToken::presented(TOKEN.into());
        for from in &hashers {
            let stored = from.hash(token.clone(), vec![7; 16]).await.expect("hashes");
            let StoredToken::Hashed { hash, salt } = stored else { panic!("a secret is hashed") };
            for to in &hashers {
                for sealed in [false, true] {
                    let hash = hash.with_seal(sealed);
                    assert_eq!(hash.is_sealed(), sealed);
                    assert_eq!(to.verify(&presented(to, &token), &hash, &salt).await, Ok(true));
                    assert_eq!(
                        to.verify(&to.present("sk_2".into()), &hash, &salt).await,
                        Ok(false)
                    );
                    assert_eq!(to.is_current(&hash), std::ptr::eq(from, to));
                }
                let moved = to.rehash(&token, &salt).await.expect("hashes").expect("a proof");
                assert!(to.is_current(moved.hash()));
                let verified = from.verify(&presented(from, &token), moved.hash(), &salt).await;
                assert_eq!(verified, Ok(true));
                let back = from.rehash(&token, &salt).await.expect("hashes").expect("a proof");
                assert_eq!(back.hash(), &hash);
            }
        }
    }

    #[tokio::test]
    async fn a_salt_that_cannot_be_reused_prevents_a_rehash() {
        let token = RawToken::presented(TOKEN.into());
        for hashing in [CHEAP, Hashing::Derived(Derivation::Scrypt), Hashing::Sha256] {
            let rehashed = hasher_of(hashing, &[], 1).rehash(&token, "salt").await;
            assert!(rehashed.expect("no error").is_none(), "{hashing:?}");
        }
    }

    #[tokio::test]
    async fn a_hash_under_an_unknown_hash_key_is_rejected_and_reported_once() {
        let token = RawToken::presented(TOKEN.into());
        let stored = hasher_of(Hashing::Sha256, &["2025-01"], 1).hash(token, vec![7; 16]).await;
        let StoredToken::Hashed { hash, salt } = stored.expect("hashes") else {
            panic!("a secret is hashed")
        };
        let told = Arc::<Mutex<Vec<Event>>>::default();
        let events = Arc::clone(&told);
        let sink = EventSink::to(move |event| events.lock().expect("sound").push(event));
        let hasher = Hasher::new(HasherSettings::default(), sink).expect("randomness");
        for _ in 0..3 {
            let presented = hasher.present(TOKEN.into());
            assert_eq!(hasher.verify(&presented, &hash, &salt).await, Ok(false));
        }
        let id = Some(Arc::from("2025-01"));
        assert_eq!(*told.lock().expect("sound"), [Event::UnknownHashKey(id.clone())]);
        assert_eq!(hasher.unknown_hash_keys(), [UnknownHashKey { id, rejected: 3 }]);
    }

    async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        tokio::select! { biased; output = future => Some(output), () = std::future::ready(()) => None }
    }
}
