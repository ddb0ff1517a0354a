//! The recording of `last_used_at`.
//!
//! Owns the recorded uses and the task that writes them, which exists only while uses wait to be written. Invariants:
//! recording never waits; callers' clocks decide whether a write is due; neither the task nor a failure delays a
//! response, holds a connection between writes or keeps the service alive.

mod uses;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

use self::uses::Uses;
use crate::api_key::CompactId;
use crate::call_context::Timestamp;
use crate::store::{Database, UsesWritten, set_last_used};

/// The time for which uses are collected before a write.
const FLUSH_DELAY: Duration = Duration::from_secs(1);

/// The maximum time between two attempts while writes fail.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(60);

/// The time limit of a write.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// The time limit of the last write on close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);

/// The maximum number of rows of one statement.
const ROWS_PER_UPDATE: usize = 1_000;

/// Records uses of keys and writes them periodically.
pub struct LastUsed(Option<Arc<Recorder>>);

struct Recorder {
    interval: TimeDelta,
    flush_delay: Duration,
    database: Arc<Database>,
    runtime: OnceLock<Handle>,
    uses: Mutex<Uses>,
    flushing: AtomicBool,
    closed: AtomicBool,
    flush_lock: tokio::sync::Mutex<()>,
    written: AtomicU64,
    failed: AtomicU64,
}

impl LastUsed {
    /// Creates a recorder that writes a key's last use at most once per interval; without an interval it does nothing.
    #[must_use]
    pub fn new(interval: Option<Duration>, database: Arc<Database>) -> Self {
        Self(interval.map(|interval| {
            Arc::new(Recorder {
                interval: TimeDelta::from_std(interval).unwrap_or(TimeDelta::MAX),
                flush_delay: interval.min(FLUSH_DELAY),
                database,
                runtime: OnceLock::new(),
                uses: Mutex::default(),
                flushing: AtomicBool::new(false),
                closed: AtomicBool::new(false),
                flush_lock: tokio::sync::Mutex::default(),
                written: AtomicU64::new(0),
                failed: AtomicU64::new(0),
            })
        }))
    }

    /// Records a use of a key at `now`; `last_used_at` is the row's value, as read or cached.
    ///
    /// Any thread may call it. Uses wait until the first call within the runtime.
    pub fn record(&self, id: CompactId, last_used_at: Option<Timestamp>, now: Timestamp) {
        if let Some(recorder) = &self.0 {
            recorder.record(id, last_used_at, now);
        }
    }

    /// The number of keys with a use that is due to be written.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.0.as_ref().map_or(0, |recorder| recorder.uses().due())
    }

    /// The number of rows that were updated with a later use.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.0.as_ref().map_or(0, |recorder| recorder.written.load(Ordering::Relaxed))
    }

    /// The number of failed writes. Their uses are retried.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.0.as_ref().map_or(0, |recorder| recorder.failed.load(Ordering::Relaxed))
    }

    /// Writes all unwritten uses, with a timeout of a few seconds. Ignores later uses.
    pub async fn close(&self) {
        let Some(recorder) = &self.0 else { return };
        if recorder.closed.swap(true, Ordering::SeqCst) {
            return;
        }
        recorder.uses().make_all_due();
        if recorder.uses().is_waiting() {
            // On timeout only telemetry is lost.
            let _ = timeout(CLOSE_TIMEOUT, recorder.flush()).await;
        }
    }
}

impl Recorder {
    fn record(self: &Arc<Self>, id: CompactId, last_used_at: Option<Timestamp>, now: Timestamp) {
        if self.closed.load(Ordering::Relaxed) {
            return;
        }
        let waiting = {
            let mut uses = self.uses();
            uses.record(id, last_used_at, now, self.interval);
            uses.is_waiting()
        };
        if waiting && !self.flushing.load(Ordering::Relaxed) {
            self.start_flushing();
        }
    }

    fn start_flushing(self: &Arc<Self>) {
        let Some(runtime) = self.runtime() else { return };
        if !self.flushing.swap(true, Ordering::SeqCst) {
            runtime.spawn(Self::flush_while_waiting(Flushing(Arc::downgrade(self))));
        }
    }

    fn runtime(&self) -> Option<&Handle> {
        if self.runtime.get().is_none() {
            // A concurrent call can only have set the same handle.
            let _ = self.runtime.set(Handle::try_current().ok()?);
        }
        self.runtime.get()
    }

    /// Flushes until no use waits. Between two flushes it holds no strong reference to the service.
    async fn flush_while_waiting(flushing: Flushing) {
        let Some(mut pause) = flushing.0.upgrade().map(|recorder| recorder.flush_delay) else {
            return;
        };
        loop {
            sleep(pause).await;
            let Some(recorder) = flushing.0.upgrade() else { return };
            if recorder.closed.load(Ordering::SeqCst) {
                return;
            }
            pause = if recorder.flush().await {
                recorder.flush_delay
            } else {
                (2 * pause).min(MAX_RETRY_DELAY)
            };
            if !recorder.uses().is_waiting() {
                drop(flushing);
                // Uses recorded during shutdown of this task would otherwise wait until the next use.
                if recorder.uses().is_waiting() {
                    recorder.start_flushing();
                }
                return;
            }
        }
    }

    /// Writes all waiting uses and returns whether every write succeeded. Failed uses wait for the next flush.
    async fn flush(&self) -> bool {
        let _guard = self.flush_lock.lock().await;
        let mut all = self.uses().take();
        // All processes lock rows in the same order, so that they do not deadlock.
        all.sort_unstable();
        let mut requeued = Vec::new();
        let mut succeeded = true;
        for batch in all.chunks(ROWS_PER_UPDATE) {
            match if succeeded { self.write(batch).await } else { None } {
                Some(done) => {
                    self.written.fetch_add(done.written, Ordering::Relaxed);
                    let (again, done_with) = batch
                        .iter()
                        .cloned()
                        .partition::<Vec<_>, _>(|(id, _)| done.skipped.contains(id));
                    self.uses().mark_written(done_with, self.interval);
                    requeued.extend(again);
                }
                None => {
                    succeeded = false;
                    requeued.extend_from_slice(batch);
                }
            }
        }
        self.uses().requeue(requeued);
        succeeded
    }

    async fn write(&self, batch: &[(String, Timestamp)]) -> Option<UsesWritten> {
        let written = timeout(WRITE_TIMEOUT, async {
            let connection = self.database.connection().await?;
            set_last_used(&connection, batch).await
        });
        let outcome = written.await.ok().and_then(Result::ok);
        if outcome.is_none() {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
        outcome
    }

    fn uses(&self) -> MutexGuard<'_, Uses> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Marks the only writing task; clears the mark on drop, however the task ends.
struct Flushing(Weak<Recorder>);

impl Drop for Flushing {
    fn drop(&mut self) {
        if let Some(recorder) = self.0.upgrade() {
            recorder.flushing.store(false, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Runtime;
    use tokio::task::yield_now;

    use super::*;
    use crate::call_context::from_epoch_ms;
    use crate::event::EventSink;
    use crate::store::DatabaseSettings;

    fn database(migrate: bool) -> Arc<Database> {
        let settings = DatabaseSettings::parse("sqlite::memory:").expect("a URL");
        Arc::new(Database::new(settings, migrate, None, EventSink::default()))
    }

    fn recorder(database: &Arc<Database>) -> LastUsed {
        LastUsed::new(Some(Duration::from_millis(1)), Arc::clone(database))
    }

    fn now() -> Timestamp {
        from_epoch_ms(0.0).expect("in range")
    }

    #[test]
    fn uses_wait_until_the_first_use_within_the_runtime() {
        let last_used = recorder(&database(true));
        last_used.record(CompactId::of("apk_1"), None, now());
        assert_eq!(last_used.pending(), 1);

        let runtime = Runtime::new().expect("a runtime");
        runtime.block_on(async {
            last_used.record(CompactId::of("apk_2"), None, now());
            while last_used.pending() > 0 {
                yield_now().await;
            }
        });
        last_used.record(CompactId::of("apk_3"), None, now());
        while last_used.pending() > 0 {
            std::thread::yield_now();
        }
    }

    #[tokio::test]
    async fn waiting_uses_do_not_keep_a_dropped_service_alive() {
        let database = database(true);
        let alive = Arc::downgrade(&database);
        let last_used = recorder(&database);
        last_used.record(CompactId::of("apk_1"), None, now());
        drop((last_used, database));
        assert!(alive.upgrade().is_none());
    }

    #[tokio::test]
    async fn a_failed_write_is_counted_and_retried() {
        let database = database(false);
        let last_used = recorder(&database);
        last_used.record(CompactId::of("apk_1"), None, now());
        while last_used.failed() < 2 {
            yield_now().await;
        }
        assert_eq!((last_used.pending(), last_used.written()), (1, 0));
        database.migrate().await.expect("migrates");
        while last_used.pending() > 0 {
            yield_now().await;
        }
    }

    #[tokio::test]
    async fn no_use_is_recorded_without_an_interval_or_after_close() {
        let never = LastUsed::new(None, database(true));
        never.record(CompactId::of("apk_1"), None, now());
        let closed = recorder(&database(true));
        closed.close().await;
        closed.record(CompactId::of("apk_1"), None, now());
        assert_eq!((never.pending(), closed.pending()), (0, 0));
    }
}
