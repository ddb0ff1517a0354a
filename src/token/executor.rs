//! The bounded executor of slow derivations.
//!
//! Each derivation runs on its own thread, at most `concurrency` at a time, so that neither the event loop nor the
//! database driver waits for it. Callers beyond `queue_limit` are rejected. See docs/adr/0018.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread::available_parallelism;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::memory::BlockPool;
use super::thread;
use crate::error::ApiKeyError;
use crate::event::{Event, EventSink};

/// The limits on derivations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExecutorSettings {
    /// The maximum number of concurrent derivations.
    pub concurrency: usize,
    /// The maximum number of queued derivations.
    pub queue_limit: usize,
}

impl Default for ExecutorSettings {
    /// A queue of 1000, on every core where threads can lower their priority, otherwise on all but one.
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, NonZeroUsize::get);
        let spared = usize::from(!thread::LOWERS_PRIORITY);
        Self { concurrency: cores.saturating_sub(spared).max(1), queue_limit: 1_000 }
    }
}

/// Runs derivations.
pub(super) struct Executor {
    settings: ExecutorSettings,
    pub(super) permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    memory: Arc<BlockPool>,
    done: Arc<AtomicU64>,
    overloaded: AtomicBool,
    events: EventSink,
}

impl Executor {
    /// Creates an executor whose derivations reuse buffers of up to `memory_kib` KiB.
    pub(super) fn new(settings: ExecutorSettings, memory_kib: u32, events: EventSink) -> Self {
        Self {
            settings,
            permits: Arc::new(Semaphore::new(settings.concurrency)),
            waiting: AtomicUsize::new(0),
            memory: Arc::new(BlockPool::new(memory_kib as usize)),
            done: Arc::default(),
            overloaded: AtomicBool::new(false),
            events,
        }
    }

    /// The number of running derivations.
    pub(super) fn running(&self) -> usize {
        self.settings.concurrency.saturating_sub(self.permits.available_permits())
    }

    /// The number of queued derivations.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// The maximum number of queued derivations.
    pub(super) fn queue_limit(&self) -> usize {
        self.settings.queue_limit
    }

    /// The number of finished derivations.
    pub(super) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Runs a derivation that a caller waits for.
    ///
    /// # Errors
    /// `Busy` when the queue is full.
    pub(super) async fn derive<T: Send + 'static>(
        &self,
        derivation: impl FnOnce(&BlockPool) -> Result<T, ApiKeyError> + Send + 'static,
    ) -> Result<T, ApiKeyError> {
        let permit = {
            let _slot = self.queue()?;
            self.permit().await?
        };
        self.run(permit, derivation).await
    }

    /// Runs a derivation that yields to callers: it occupies no slot of the queue, so it never causes a rejection.
    ///
    /// # Errors
    /// `Busy` when a caller's derivation is queued.
    pub(super) async fn derive_in_background<T: Send + 'static>(
        &self,
        derivation: impl FnOnce(&BlockPool) -> Result<T, ApiKeyError> + Send + 'static,
    ) -> Result<T, ApiKeyError> {
        if self.waiting() > 0 {
            return Err(ApiKeyError::Busy(self.settings.queue_limit));
        }
        let permit = self.permit().await?;
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
