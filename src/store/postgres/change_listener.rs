//! Listens for changes, and renews the lease that depends on it (PostgreSQL).
//!
//! One connection listens for the notifications of the triggers in `migration::change_feed`. Signals are sent over
//! another connection, the read batcher's: a pooler that returns only the notifications that a connection itself caused
//! must not pass for a listener. Invariants: only a random signal renews the lease, and only if the triggers did not
//! change since the signal before it; nothing listens on a session that a pooler may assign to others.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

use super::migration::change_feed::{BODY_DIGEST, defined_triggers};
use super::read_batcher::ReadBatcher;
use super::{PgFailure, PostgresServer};
use crate::cache::{KeyCache, Lease};
use crate::deadline;
use crate::error::ApiKeyError;
use crate::event::{Event, EventSink, LeaseLoss};

/// Sends a signal `$1` on the channel of the table with the oid `$2`, if the table still has all its triggers and their
/// function's body has the digest `$3`. Returns the versions of the catalog rows that define them.
const SIGNAL: &str = concat!(
    "SELECT d.defined || ' ' || c.relfilenode, pg_catalog.pg_notify('api_key_native_changes_' || c.oid, $1) FROM pg_catalog.pg_class AS c \
    CROSS JOIN LATERAL (SELECT ",
    defined_triggers!("c.oid", "$3"),
    " AS defined) AS d \
    WHERE c.oid = pg_catalog.to_regclass('api_key') AND c.oid = $2::pg_catalog.oid AND d.defined IS NOT NULL"
);

/// The minimum and maximum delay before listening again.
const MIN_RETRY_DELAY: Duration = Duration::from_millis(50);
const MAX_RETRY_DELAY: Duration = Duration::from_secs(30);

/// The minimum time without signals after which the listener reconnects. Four times the lease applies if it is longer.
const MIN_SILENCE: Duration = Duration::from_secs(2);

/// The number of signals per lease duration.
const SIGNALS_PER_LEASE: u32 = 4;

/// The two tasks that keep a lease. Dropping this stops them.
pub(super) struct ChangeListener([JoinHandle<()>; 2]);

impl ChangeListener {
    /// Starts to listen.
    pub(super) fn start(
        server: PostgresServer,
        read_batcher: Arc<ReadBatcher>,
        cache: Arc<KeyCache>,
        lease: Arc<Lease>,
        events: EventSink,
    ) -> Self {
        let keeper = Arc::new(Keeper {
            server,
            read_batcher,
            cache,
            lease,
            events,
            reported_held: AtomicBool::new(false),
            table: Mutex::default(),
            defined: Mutex::default(),
            renew: Notify::new(),
            relisten: Notify::new(),
        });
        let listener = Arc::clone(&keeper);
        Self([
            tokio::spawn(async move { listener.listen().await }),
            tokio::spawn(async move { keeper.keep_renewing().await }),
        ])
    }
}

impl Drop for ChangeListener {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

struct Keeper {
    server: PostgresServer,
    read_batcher: Arc<ReadBatcher>,
    cache: Arc<KeyCache>,
    lease: Arc<Lease>,
    events: EventSink,
    reported_held: AtomicBool,
    /// The oid of the table whose channel is listened on.
    table: Mutex<Option<String>>,
    /// The definition of the triggers when the last signal was sent.
    defined: Mutex<Option<String>>,
    renew: Notify,
    relisten: Notify,
}

impl Keeper {
    async fn listen(&self) {
        let mut delay = MIN_RETRY_DELAY;
        loop {
            let started = Instant::now();
            let loss = tokio::select! {
                loss = self.listen_once() => Some(loss),
                () = self.relisten.notified() => None,
            };
            self.set_table(None);
            self.cache.forget_all();
            match loss {
                Some(loss) => self.lease.end(loss),
                // The code that requested the restart has set the reason.
                None => self.lease.end(self.lease.loss()),
            }
            self.report_lease();
            delay = if started.elapsed() > MAX_RETRY_DELAY {
                MIN_RETRY_DELAY
            } else {
                (delay * 2).min(MAX_RETRY_DELAY)
            };
            sleep(delay).await;
        }
    }

    /// Listens until the connection is lost. Returns the reason why listening ended.
    async fn listen_once(&self) -> LeaseLoss {
        match self.try_listen_once().await {
            Err(PgFailure::NoSession(ApiKeyError::Replica)) => LeaseLoss::Replica,
            Ok(loss) => loss,
            Err(_lost) => LeaseLoss::NotListening,
        }
    }

    async fn try_listen_once(&self) -> Result<LeaseLoss, PgFailure> {
        const TABLE: &str =
            "SELECT pg_catalog.to_regclass('api_key')::pg_catalog.oid::pg_catalog.text";
        let mut session = self.server.connect().await.map_err(PgFailure::NoSession)?;
        if session.is_shared() {
            return Ok(LeaseLoss::Pooler);
        }
        if self.server.is_replica() {
            return Ok(LeaseLoss::Replica);
        }
        let rows =
            deadline::wait(session.query(TABLE, &[])).await.ok_or(PgFailure::TimedOut)??.rows;
        let table = rows.first().and_then(|row| row.try_get::<_, Option<String>>(0).ok());
        let Some(table) = table.flatten() else { return Ok(LeaseLoss::NoTriggers) };
        let listen = format!("LISTEN api_key_native_changes_{table}");
        deadline::wait(session.run(&listen)).await.ok_or(PgFailure::TimedOut)??;
        // Changes of keys cached before LISTEN may have been missed; changes of keys read from now on are reported.
        self.reset();
        self.set_table(Some(table));
        self.renew.notify_one();
        loop {
            let notification = session.notification().await?;
            self.handle_payload(notification.payload());
        }
    }

    /// Clears the cache and restarts the lease, which is held again from the next signal on.
    fn reset(&self) {
        *self.defined.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.lease.begin();
        self.cache.forget_all();
    }

    fn handle_payload(&self, payload: &str) {
        let number = |digits: &str| u128::from_str_radix(digits, 16).ok();
        if let Some(digest) = payload.strip_prefix('=').and_then(number) {
            self.cache.forget_digest(digest);
        } else if let Some(signal) = payload.strip_prefix('#') {
            if number(signal).is_some_and(|signal| self.lease.echo(signal)) {
                self.report_lease();
            }
        } else {
            // After `*` or an unknown payload, no cached key can be trusted.
            self.cache.forget_all();
        }
    }

    async fn keep_renewing(&self) {
        let mut tick = interval(self.lease.bound() / SIGNALS_PER_LEASE);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut silent_since = Instant::now();
        loop {
            tokio::select! {
                _ = tick.tick() => {}
                () = self.renew.notified() => {}
            }
            self.report_lease();
            let Some(table) = self.table() else {
                silent_since = Instant::now();
                continue;
            };
            if self.lease.is_held() {
                silent_since = Instant::now();
            } else if silent_since.elapsed() > MIN_SILENCE.max(self.lease.bound() * 4) {
                silent_since = Instant::now();
                self.relisten.notify_one();
                continue;
            }
            self.send_signal(table).await;
        }
    }

    async fn send_signal(&self, table: String) {
        let mut random = [0_u8; 16];
        if getrandom::fill(&mut random).is_err() {
            return self.lease.explain(LeaseLoss::NoConnection);
        }
        let signal = u128::from_ne_bytes(random);
        self.lease.signal(signal);
        let values = vec![format!("#{signal:032x}"), table, BODY_DIGEST.clone()];
        let sent = self.read_batcher.probe(SIGNAL, values);
        match timeout(self.lease.bound(), sent).await {
            Ok(Some(Some(defined))) => {
                if self.is_unchanged(defined) && self.lease.confirm(signal) {
                    self.report_lease();
                }
            }
            Ok(Some(None)) => {
                self.lease.end(LeaseLoss::NoTriggers);
                self.relisten.notify_one();
            }
            Ok(None) | Err(_) => self.lease.explain(LeaseLoss::NoConnection),
        }
    }

    /// Returns whether the triggers are unchanged since the last signal.
    ///
    /// If they are not, a change may have been missed since then, whatever their current definition is.
    fn is_unchanged(&self, defined: String) -> bool {
        let mut before = self.defined.lock().unwrap_or_else(PoisonError::into_inner);
        let same = before.as_ref().is_none_or(|before| *before == defined);
        if !same {
            self.lease.begin();
            self.lease.explain(LeaseLoss::TriggersChanged);
            self.cache.forget_all();
        }
        *before = Some(defined);
        same
    }

    /// Emits an event when the lease is lost or regained, once per transition.
    fn report_lease(&self) {
        let held = self.lease.is_held();
        if self.reported_held.swap(held, Ordering::AcqRel) != held {
            self.events.emit(if held {
                Event::LeaseHeld
            } else {
                Event::LeaseLost(self.lease.loss())
            });
        }
    }

    fn table(&self) -> Option<String> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_table(&self, table: Option<String>) {
        *self.table.lock().unwrap_or_else(PoisonError::into_inner) = table;
    }
}
