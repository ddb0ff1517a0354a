//! When keys were last used.
//!
//! Owns the memory of uses and the task that writes them, which exists only
//! while something is to be written. Invariants: recording waits for nothing,
//! whether a write is due is judged by the callers' clocks, and neither a task
//! nor a failure keeps an answer, a connection or the service.

mod uses;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

use self::uses::Uses;
use crate::call_context::Timestamp;
use crate::store::{Database, UsesWritten, set_last_used};

/// How long uses are collected before they are written.
const SOON: Duration = Duration::from_secs(1);

/// The longest time between two attempts while the database refuses.
const LATE: Duration = Duration::from_secs(60);

/// How long a statement may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long closing may take.
const LAST_PATIENCE: Duration = Duration::from_secs(3);

/// How many rows one statement writes.
const ROWS_PER_UPDATE: usize = 1_000;

/// Records when keys are used and writes it down, now and then.
pub struct LastUsed(Option<Arc<Recorder>>);

struct Recorder {
    interval: TimeDelta,
    soon: Duration,
    database: Arc<Database>,
    runtime: OnceLock<Handle>,
    uses: Mutex<Uses>,
    flushing: AtomicBool,
    closed: AtomicBool,
    one_at_a_time: tokio::sync::Mutex<()>,
    written: AtomicU64,
    failed: AtomicU64,
}

impl LastUsed {
    /// A recorder that writes a key's last use once an interval at most; without an interval it does nothing.
    #[must_use]
    pub fn new(interval: Option<Duration>, database: Arc<Database>) -> Self {
        Self(interval.map(|interval| {
            Arc::new(Recorder {
                interval: TimeDelta::from_std(interval).unwrap_or(TimeDelta::MAX),
                soon: interval.min(SOON),
                database,
                runtime: OnceLock::new(),
                uses: Mutex::default(),
                flushing: AtomicBool::new(false),
                closed: AtomicBool::new(false),
                one_at_a_time: tokio::sync::Mutex::default(),
                written: AtomicU64::new(0),
                failed: AtomicU64::new(0),
            })
        }))
    }

    /// Notes that a key, whose last use is as just read or remembered, was used at a moment. May be called on any thread;
    /// until one call was made within the runtime, uses wait.
    pub fn record(&self, id: &str, last_used_at: Option<Timestamp>, now: Timestamp) {
        if let Some(recorder) = &self.0 {
            recorder.record(id, last_used_at, now);
        }
    }

    /// How many keys have a use that is due to be written.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.0.as_ref().map_or(0, |recorder| recorder.uses().due())
    }

    /// How many rows were given a later last use.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.0.as_ref().map_or(0, |recorder| recorder.written.load(Ordering::Relaxed))
    }

    /// How many writes failed. What they carried is tried again.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.0.as_ref().map_or(0, |recorder| recorder.failed.load(Ordering::Relaxed))
    }

    /// Writes everything that is not written yet, as far as that can be done in a few seconds. Later uses are not recorded.
    pub async fn close(&self) {
        let Some(recorder) = &self.0 else { return };
        if recorder.closed.swap(true, Ordering::SeqCst) {
            return;
        }
        recorder.uses().make_all_due();
        if recorder.uses().is_waiting() {
            // What is lost with a database that does not answer is telemetry.
            let _ = timeout(LAST_PATIENCE, recorder.flush()).await;
        }
    }
}

impl Recorder {
    fn record(self: &Arc<Self>, id: &str, last_used_at: Option<Timestamp>, now: Timestamp) {
        if self.closed.load(Ordering::Relaxed) {
            return;
        }
        let waiting = {
            let mut uses = self.uses();
            uses.note(id, last_used_at, now, self.interval);
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
            // Whoever else set it meanwhile set the same.
            let _ = self.runtime.set(Handle::try_current().ok()?);
        }
        self.runtime.get()
    }

    /// Between two flushes nothing is held, not even the service.
    async fn flush_while_waiting(flushing: Flushing) {
        let Some(mut pause) = flushing.0.upgrade().map(|recorder| recorder.soon) else { return };
        loop {
            sleep(pause).await;
            let Some(recorder) = flushing.0.upgrade() else { return };
            if recorder.closed.load(Ordering::SeqCst) {
                return;
            }
            pause = if recorder.flush().await { recorder.soon } else { (2 * pause).min(LATE) };
            if !recorder.uses().is_waiting() {
                drop(flushing);
                // What came while this task took its leave would wait for the next use.
                if recorder.uses().is_waiting() {
                    recorder.start_flushing();
                }
                return;
            }
        }
    }

    /// Writes all that waits, and tells whether the database took it. What cannot be written now waits for the next time.
    async fn flush(&self) -> bool {
        let _turn = self.one_at_a_time.lock().await;
        let mut all = self.uses().take();
        // Two processes that write the same rows lock them in the same order.
        all.sort_unstable();
        let mut postponed = Vec::new();
        let mut taken = true;
        for batch in all.chunks(ROWS_PER_UPDATE) {
            match if taken { self.write(batch).await } else { None } {
                Some(done) => {
                    self.written.fetch_add(done.written, Ordering::Relaxed);
                    let (again, settled) = batch
                        .iter()
                        .cloned()
                        .partition::<Vec<_>, _>(|(id, _)| done.skipped.contains(id));
                    self.uses().settle(settled, self.interval);
                    postponed.extend(again);
                }
                None => {
                    taken = false;
                    postponed.extend_from_slice(batch);
                }
            }
        }
        self.uses().postpone(postponed);
        taken
    }

    async fn write(&self, batch: &[(String, Timestamp)]) -> Option<UsesWritten> {
        let written = timeout(PATIENCE, async {
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

/// The mark of the one task that writes, gone with it however it ends.
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
    fn a_use_outside_the_runtime_waits_for_one_within_and_later_ones_do_not() {
        let last_used = recorder(&database(true));
        last_used.record("apk_1", None, now());
        assert_eq!(last_used.pending(), 1);

        let runtime = Runtime::new().expect("a runtime");
        runtime.block_on(async {
            last_used.record("apk_2", None, now());
            while last_used.pending() > 0 {
                yield_now().await;
            }
        });
        last_used.record("apk_3", None, now());
        while last_used.pending() > 0 {
            std::thread::yield_now();
        }
    }

    #[tokio::test]
    async fn what_waits_keeps_no_dropped_service_alive() {
        let database = database(true);
        let alive = Arc::downgrade(&database);
        let last_used = recorder(&database);
        last_used.record("apk_1", None, now());
        drop((last_used, database));
        assert!(alive.upgrade().is_none());
    }

    #[tokio::test]
    async fn what_the_database_refuses_is_counted_and_tried_again() {
        let database = database(false);
        let last_used = recorder(&database);
        last_used.record("apk_1", None, now());
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
    async fn without_an_interval_nothing_is_noted_and_once_closed_neither() {
        let never = LastUsed::new(None, database(true));
        never.record("apk_1", None, now());
        let closed = recorder(&database(true));
        closed.close().await;
        closed.record("apk_1", None, now());
        assert_eq!((never.pending(), closed.pending()), (0, 0));
    }
}
