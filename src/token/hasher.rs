//! The bounded place where key derivations run.
//!
//! Derivations run on threads of their own, at most `concurrency` at a time, so
//! that neither the event loop nor the database driver waits for them; callers
//! beyond `queue_limit` are turned away. See docs/adr/0018.

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

/// How tokens are hashed and how much of the machine that may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HasherSettings {
    /// The scheme of new secrets.
    pub hashing: Hashing,
    /// How many derivations run at once.
    pub concurrency: usize,
    /// How many more may wait.
    pub queue_limit: usize,
}

impl Default for HasherSettings {
    /// argon2id at its default cost, on every core where threads can give way and else on all but one, a thousand waiting.
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, NonZeroUsize::get);
        let spared = usize::from(!thread::GIVES_WAY);
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
    full: AtomicBool,
    events: EventSink,
}

/// A presented token, and what this hasher recognises it by without keeping it.
pub struct Presented {
    /// The token.
    pub token: RawToken,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
}

impl Hasher {
    /// A hasher with nothing proven yet.
    ///
    /// # Errors
    /// `Unexpected` when the system has no randomness.
    pub fn new(settings: HasherSettings, events: EventSink) -> Result<Self, ApiKeyError> {
        Ok(Self {
            settings,
            permits: Arc::new(Semaphore::new(settings.concurrency)),
            waiting: AtomicUsize::new(0),
            memory: Arc::new(BlockPool::keeping(settings.hashing.memory_kib() as usize)),
            proven: ProvenTokens::new()?,
            done: Arc::default(),
            full: AtomicBool::new(false),
            events,
        })
    }

    /// The number of derivations that run.
    #[must_use]
    pub fn running(&self) -> usize {
        self.settings.concurrency.saturating_sub(self.permits.available_permits())
    }

    /// The number of derivations that wait for a running one.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// The number of derivations that may wait.
    #[must_use]
    pub fn queue_limit(&self) -> usize {
        self.settings.queue_limit
    }

    /// The number of finished derivations.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// A token that somebody presents.
    #[must_use]
    pub fn present(&self, token: String) -> Presented {
        let token = RawToken::presented(token);
        Presented { fingerprint: self.proven.fingerprint(&token), token }
    }

    /// Hashes a new secret token with its salt.
    ///
    /// # Errors
    /// `Busy` when too many derivations wait already.
    pub async fn hash(&self, token: RawToken, salt: Vec<u8>) -> Result<StoredToken, ApiKeyError> {
        let hashing = self.settings.hashing;
        self.derive(move |memory| scheme::hash(hashing, &token, &salt, memory)).await
    }

    /// Whether a presented token is the one behind a hash that was just read.
    ///
    /// # Errors
    /// `Busy` when too many derivations wait already.
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

    /// Whether a hash is of the scheme and cost that new secrets get.
    #[must_use]
    pub fn is_current(&self, hash: &TokenHash) -> bool {
        self.settings.hashing.made(hash)
    }

    /// Hashes a proven token as new secrets are, with the salt of its row; `None` where that salt cannot be kept.
    ///
    /// # Errors
    /// `Busy` when anybody waits for a derivation, as this one can wait.
    pub async fn rehash(&self, token: &RawToken, salt: &str) -> Result<Option<Proof>, ApiKeyError> {
        if self.waiting.load(Ordering::Relaxed) > 0 {
            return Err(ApiKeyError::Busy(self.settings.queue_limit));
        }
        let fingerprint = self.proven.fingerprint(token);
        let (hashing, token, salt) = (self.settings.hashing, token.clone(), salt.to_owned());
        // It takes no place in the queue, so that nobody is turned away for it.
        let permit = self.permit().await?;
        let hash =
            self.run(permit, move |memory| scheme::rehash(hashing, &token, &salt, memory)).await?;
        Ok(hash.map(|hash| Proof::new(fingerprint, hash)))
    }

    /// Remembers that a token matches a hash that is in its row now.
    pub fn remember(&self, proof: Proof) {
        self.proven.remember(proof);
    }

    async fn derive<T: Send + 'static>(
        &self,
        derivation: impl FnOnce(&BlockPool) -> Result<T, ApiKeyError> + Send + 'static,
    ) -> Result<T, ApiKeyError> {
        let permit = {
            let _place = self.queue()?;
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
        // The permit goes with the work: a caller that gives up does not free a core that is still busy.
        let (tell, derived) = oneshot::channel();
        let started = thread::spawn(move || {
            let derived = derivation(&memory);
            done.fetch_add(1, Ordering::Relaxed);
            drop(permit);
            // A caller that gave up misses nothing.
            let _ = tell.send(derived);
        });
        started.map_err(|_| ApiKeyError::Unexpected("The system gave no thread to hash on."))?;
        derived.await.map_err(|_| ApiKeyError::Unexpected("A key derivation was broken off."))?
    }

    fn queue(&self) -> Result<QueueSlot<'_>, ApiKeyError> {
        let place = QueueSlot(&self.waiting);
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let room = self.settings.queue_limit + self.permits.available_permits();
        if before >= room {
            // Told once a siege, not once a call.
            if !self.full.swap(true, Ordering::Relaxed) {
                self.events.emit(Event::QueueFull);
            }
            return Err(ApiKeyError::Busy(self.settings.queue_limit));
        }
        if before <= self.settings.queue_limit / 2 {
            self.full.store(false, Ordering::Relaxed);
        }
        Ok(place)
    }
}

/// A place in the queue, given up when dropped.
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
    async fn a_full_queue_turns_callers_away_and_recovers() {
        let hasher = hasher(1);
        let running = hasher.permits.acquire().await.expect("open");
        let waiting = hasher.hash(RawToken::presented("sk_1".into()), vec![1; 16]);
        let mut waiting = Box::pin(waiting);
        assert!(futures_poll_once(&mut waiting).await.is_none());
        let refused = hasher.hash(RawToken::presented("sk_2".into()), vec![2; 16]).await;
        assert_eq!(refused.err(), Some(ApiKeyError::Busy(1)));
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
        assert!(futures_poll_once(&mut first).await.is_none());
        assert!(futures_poll_once(&mut second).await.is_none());
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
    async fn a_caller_that_gives_up_leaves_the_derivation_to_the_next() {
        let hasher = hasher(1);
        let token = hasher.present("sk_1".into());
        let hash = TokenHash::new("00".repeat(64));
        let running = hasher.permits.acquire().await.expect("open");
        let mut first = Box::pin(hasher.verify(&token, &hash, "salt"));
        let mut second = Box::pin(hasher.verify(&token, &hash, "salt"));
        assert!(futures_poll_once(&mut first).await.is_none());
        assert!(futures_poll_once(&mut second).await.is_none());
        drop(first);
        drop(running);
        assert_eq!(second.await, Ok(false));
    }

    #[tokio::test]
    async fn a_rehash_waits_for_everybody_and_turns_nobody_away() {
        let hasher = hasher(1);
        let (token, salt) = (RawToken::presented("sk_1".into()), "07".repeat(16));
        let running = hasher.permits.acquire().await.expect("open");
        let mut rehash = Box::pin(hasher.rehash(&token, &salt));
        assert!(futures_poll_once(&mut rehash).await.is_none());
        let mut caller = Box::pin(hasher.hash(RawToken::presented("sk_2".into()), vec![1; 16]));
        assert!(futures_poll_once(&mut caller).await.is_none());
        assert!(matches!(hasher.rehash(&token, &salt).await, Err(ApiKeyError::Busy(1))));
        drop(running);
        let (rehashed, created) = tokio::join!(rehash, caller);
        assert!(created.is_ok());
        let proof = rehashed.expect("hashes").expect("a hex salt");
        assert!(hasher.is_current(proof.hash()));

        let hash = proof.hash().clone();
        hasher.remember(proof);
        let _running = hasher.permits.acquire().await.expect("open");
        let verified = futures_poll_once(&mut Box::pin(hasher.verify(
            &presented(&hasher, &token),
            &hash,
            &salt,
        )))
        .await;
        assert_eq!(verified, Some(Ok(true)));
    }

    async fn futures_poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        tokio::select! { biased; output = future => Some(output), () = std::future::ready(()) => None }
    }
}
