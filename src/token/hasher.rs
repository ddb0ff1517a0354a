//! The bounded executor of key derivations.
//!
//! Each derivation runs on its own thread, at most `concurrency` at a time, so that neither the event loop nor the
//! database driver waits for it. Callers beyond `queue_limit` are rejected. See docs/adr/0018.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread::available_parallelism;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::memory::BlockPool;
use super::proven::{Fingerprint, Proof, ProvenTokens};
use super::scheme::{self, Hashing};
use super::{Argon2Params, RawToken, StoredToken, TokenHash, thread};
use crate::error::ApiKeyError;
use crate::event::{Event, EventSink};

/// The scheme of new hashes, and the limits on derivations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HasherSettings {
    /// The scheme that new secrets are hashed with.
    pub hashing: Hashing,
    /// The maximum number of concurrent derivations.
    pub concurrency: usize,
    /// The maximum number of queued derivations.
    pub queue_limit: usize,
}

impl Default for HasherSettings {
    /// argon2id at its default cost and a queue of 1000, on every core where threads can lower their priority,
    /// otherwise on all but one.
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, NonZeroUsize::get);
        let spared = usize::from(!thread::LOWERS_PRIORITY);
        Self {
            hashing: Hashing::Argon2id(Argon2Params::default()),
            concurrency: cores.saturating_sub(spared).max(1),
            queue_limit: 1_000,
        }
    }
}

/// Hashes and verifies tokens.
pub struct Hasher {
    settings: HasherSettings,
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    memory: Arc<BlockPool>,
    proven: ProvenTokens,
    done: Arc<AtomicU64>,
    overloaded: AtomicBool,
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
        Ok(Self {
            settings,
            permits: Arc::new(Semaphore::new(settings.concurrency)),
            waiting: AtomicUsize::new(0),
            memory: Arc::new(BlockPool::new(settings.hashing.memory_kib() as usize)),
            proven: ProvenTokens::new()?,
            done: Arc::default(),
            overloaded: AtomicBool::new(false),
            events,
        })
    }

    /// The number of running derivations.
    #[must_use]
    pub fn running(&self) -> usize {
        self.settings.concurrency.saturating_sub(self.permits.available_permits())
    }

    /// The number of queued derivations.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// The maximum number of queued derivations.
    #[must_use]
    pub fn queue_limit(&self) -> usize {
        self.settings.queue_limit
    }

    /// The number of finished derivations.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Wraps a token from a caller and computes its fingerprint.
    #[must_use]
    pub fn present(&self, token: String) -> Presented {
        let token = RawToken::presented(token);
        Presented { fingerprint: self.proven.fingerprint(&token), token }
    }

    /// Hashes a new secret token with its salt.
    ///
    /// # Errors
    /// `Busy` when the queue is full.
    pub async fn hash(&self, token: RawToken, salt: Vec<u8>) -> Result<StoredToken, ApiKeyError> {
        let hashing = self.settings.hashing;
        self.derive(move |memory| scheme::hash(hashing, &token, &salt, memory)).await
    }

    /// Whether a presented token matches a hash that was just read.
    ///
    /// # Errors
    /// `Busy` when the queue is full.
    pub async fn verify(
        &self,
        Presented { token, fingerprint }: &Presented,
        hash: &TokenHash,
        salt: &str,
    ) -> Result<bool, ApiKeyError> {
        let derivation = async {
            let (token, hash, salt) = (token.clone(), hash.clone(), salt.to_owned());
            self.derive(move |memory| scheme::verify(&token, &hash, &salt, memory)).await
        };
        self.proven.matches(*fingerprint, hash, derivation).await
    }

    /// Whether a hash has the scheme and cost of new hashes.
    #[must_use]
    pub fn is_current(&self, hash: &TokenHash) -> bool {
        self.settings.hashing.is_scheme_of(hash)
    }

    /// Rehashes a verified token with the current scheme and its row's salt; `None` if that salt cannot be reused.
    ///
    /// # Errors
    /// `Busy` when a derivation is queued: a rehash yields to callers.
    pub async fn rehash(&self, token: &RawToken, salt: &str) -> Result<Option<Proof>, ApiKeyError> {
        if self.waiting.load(Ordering::Relaxed) > 0 {
            return Err(ApiKeyError::Busy(self.settings.queue_limit));
        }
        let fingerprint = self.proven.fingerprint(token);
        let (hashing, token, salt) = (self.settings.hashing, token.clone(), salt.to_owned());
        // A rehash does not occupy a queue slot, so it never causes a caller to be rejected.
        let permit = self.permit().await?;
        let hash =
            self.run(permit, move |memory| scheme::rehash(hashing, &token, &salt, memory)).await?;
        Ok(hash.map(|hash| Proof::new(fingerprint, hash)))
    }

    /// Caches the proof that a token matches the hash now in its row.
    pub fn remember(&self, proof: Proof) {
        self.proven.remember(proof);
    }

    async fn derive<T: Send + 'static>(
        &self,
        derivation: impl FnOnce(&BlockPool) -> Result<T, ApiKeyError> + Send + 'static,
    ) -> Result<T, ApiKeyError> {
        let permit = {
            let _slot = self.queue()?;
            self.permit().await?
        };
        self.run(permit, derivation).await
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, ApiKeyError> {
        Arc::clone(&self.permits).acquire_owned().await.map_err(|_| ApiKeyError::Closed)
    }

    async fn run<T: Send + 'static>(
        &self,
        permit: OwnedSemaphorePermit,
        derivation: impl FnOnce(&BlockPool) -> Result<T, ApiKeyError> + Send + 'static,
    ) -> Result<T, ApiKeyError> {
        let (memory, done) = (Arc::clone(&self.memory), Arc::clone(&self.done));
        // The permit moves into the thread: a caller that gives up does not free a core that is still busy.
        let (sender, receiver) = oneshot::channel();
        let started = thread::spawn(move || {
            let derived = derivation(&memory);
            done.fetch_add(1, Ordering::Relaxed);
            drop(permit);
            // The receiver is gone if the caller gave up.
            let _ = sender.send(derived);
        });
        started.map_err(|_| {
            ApiKeyError::Unexpected("The operating system could not start a thread for hashing.")
        })?;
        receiver.await.map_err(|_| ApiKeyError::Unexpected("A key derivation was aborted."))?
    }

    fn queue(&self) -> Result<QueueSlot<'_>, ApiKeyError> {
        let slot = QueueSlot(&self.waiting);
        let ahead = self.waiting.fetch_add(1, Ordering::Relaxed);
        let capacity = self.settings.queue_limit + self.permits.available_permits();
        if ahead >= capacity {
            // Notify once per overload episode, not once per call.
            if !self.overloaded.swap(true, Ordering::Relaxed) {
                self.events.emit(Event::QueueFull);
            }
            return Err(ApiKeyError::Busy(self.settings.queue_limit));
        }
        if ahead <= self.settings.queue_limit / 2 {
            self.overloaded.store(false, Ordering::Relaxed);
        }
        Ok(slot)
    }
}

/// A slot in the queue, released on drop.
struct QueueSlot<'a>(&'a AtomicUsize);

impl Drop for QueueSlot<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher(queue_limit: usize) -> Hasher {
        let cheap = Argon2Params { memory_kib: 64, iterations: 1, parallelism: 1 };
        Hasher::new(
            HasherSettings { hashing: Hashing::Argon2id(cheap), concurrency: 1, queue_limit },
            EventSink::default(),
        )
        .expect("randomness")
    }

    fn presented(hasher: &Hasher, token: &RawToken) -> Presented {
        hasher.present(token.expose().to_owned())
    }

    #[tokio::test]
    async fn a_full_queue_rejects_callers_and_recovers() {
        let hasher = hasher(1);
        let running = hasher.permits.acquire().await.expect("open");
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
        let _running = hasher.permits.acquire().await.expect("open");
        assert_eq!(hasher.verify(&presented(&hasher, &token), &hash, &salt).await, Ok(true));
        let other = RawToken::presented("sk_2".into());
        assert_eq!(
            hasher.verify(&presented(&hasher, &other), &hash, &salt).await,
            Err(ApiKeyError::Busy(0))
        );
    }

    #[tokio::test]
    async fn equal_tokens_share_one_derivation_and_different_ones_do_not() {
        let hasher = hasher(1);
        let token = RawToken::presented("sk_1".into());
        let StoredToken::Hashed { hash, salt } =
            hasher.hash(token.clone(), vec![1; 16]).await.expect("hashes")
        else {
            panic!("a secret is hashed");
        };
        let running = hasher.permits.acquire().await.expect("open");
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
        let running = hasher.permits.acquire().await.expect("open");
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
        let running = hasher.permits.acquire().await.expect("open");
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
        let _running = hasher.permits.acquire().await.expect("open");
        let verified =
            poll_once(&mut Box::pin(hasher.verify(&presented(&hasher, &token), &hash, &salt)))
                .await;
        assert_eq!(verified, Some(Ok(true)));
    }

    async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        tokio::select! { biased; output = future => Some(output), () = std::future::ready(()) => None }
    }
}
