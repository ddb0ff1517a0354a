//! Hearing of changes, and renewing the lease on what was heard (PostgreSQL).
//!
//! One connection listens to what the triggers of `migration::notify` tell. Signals are sent over another one, the
//! lane's: a pooler that passes back only what a connection caused itself must not look like a listener.
//! Invariant: the lease is renewed only by a signal that was sent while the triggers were there.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sea_orm::sqlx;
use sea_orm::sqlx::postgres::PgListener;
use sea_orm::sqlx::{AssertSqlSafe, Executor as _};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

use super::connect::PostgresServer;
use super::lane::Lane;
use super::migration::triggers_stand_on;
use crate::cache::{KeyCache, Lease};
use crate::error::ApiKeyError;
use crate::notice::{LeaseLoss, Notice, Notices};

/// Sends a signal `$1` on the channel of the table whose oid is `$2`, if it is still there with all its triggers.
const SIGNAL: &str = concat!(
    "SELECT pg_catalog.pg_notify('api_key_native_' || c.oid, $1) FROM pg_catalog.pg_class AS c \
    WHERE c.oid = pg_catalog.to_regclass('api_key') AND c.oid = $2::text::oid AND ",
    triggers_stand_on!("c.oid")
);

/// How long to wait before listening anew, at first and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How long a listener may hear no signal before another one takes its place, besides four times the lease.
const LEAST_SILENCE: Duration = Duration::from_secs(2);

/// How many signals are sent in the time of one lease.
const SIGNALS_A_LEASE: u32 = 4;

/// The two tasks that keep a lease. They end when this is dropped.
pub(super) struct Listening([JoinHandle<()>; 2]);

impl Listening {
    /// Begins to listen.
    ///
    /// # Errors
    /// `Unexpected` when the system has no randomness.
    pub(super) fn start(
        server: PostgresServer,
        lane: Arc<Lane>,
        cache: Arc<KeyCache>,
        lease: Arc<Lease>,
        notices: Notices,
    ) -> Result<Self, ApiKeyError> {
        let mut random = [0_u8; 16];
        getrandom::fill(&mut random)
            .map_err(|_| ApiKeyError::Unexpected("The system gave no randomness."))?;
        let name = format!("{:032x}", u128::from_ne_bytes(random));
        let keeper = Arc::new(Keeper {
            server,
            lane,
            cache,
            lease,
            notices,
            name,
            told_held: AtomicBool::new(false),
            table: Mutex::default(),
            renew: Notify::new(),
            listen_anew: Notify::new(),
        });
        let hearing = Arc::clone(&keeper);
        Ok(Self([
            tokio::spawn(async move { hearing.listen().await }),
            tokio::spawn(async move { keeper.keep_renewing().await }),
        ]))
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

struct Keeper {
    server: PostgresServer,
    lane: Arc<Lane>,
    cache: Arc<KeyCache>,
    lease: Arc<Lease>,
    notices: Notices,
    /// By which its own signals are known.
    name: String,
    told_held: AtomicBool,
    /// The oid of the table that is listened to.
    table: Mutex<Option<String>>,
    renew: Notify,
    listen_anew: Notify,
}

impl Keeper {
    async fn listen(&self) {
        let mut pause = FIRST_PAUSE;
        loop {
            let begun = Instant::now();
            tokio::select! {
                Err(_lost) = self.hear() => {}
                () = self.listen_anew.notified() => {}
            }
            self.set_table(None);
            self.cache.forget_all();
            if self.lease.loss() != LeaseLoss::NoTriggers {
                self.lease.end(LeaseLoss::NotListening);
            }
            self.tell();
            pause = if begun.elapsed() > LONGEST_PAUSE {
                FIRST_PAUSE
            } else {
                (pause * 2).min(LONGEST_PAUSE)
            };
            sleep(pause).await;
        }
    }

    /// Hears of changes until the connection breaks.
    async fn hear(&self) -> Result<std::convert::Infallible, sqlx::Error> {
        let pool = self.server.connect_alone().await?;
        let mut listener = PgListener::connect_with(&pool).await?;
        // A connection that was made again has missed something.
        listener.eager_reconnect(false);
        if let Some(path) = self.server.search_path() {
            listener.execute(AssertSqlSafe(format!("SET search_path = {path}"))).await?;
        }
        let table: String =
            sqlx::query_scalar("SELECT pg_catalog.to_regclass('api_key')::oid::text")
                .fetch_one(&mut listener)
                .await?;
        listener.listen(&format!("api_key_native_{table}")).await?;
        // What was remembered before is not known to be heard of; what is read from now on is.
        self.cache.forget_all();
        self.lease.begin();
        self.set_table(Some(table));
        self.renew.notify_one();
        loop {
            match listener.try_recv().await? {
                Some(notification) => self.understand(notification.payload()),
                None => return Err(sqlx::Error::PoolClosed),
            }
        }
    }

    fn understand(&self, told: &str) {
        if let Some(id) = told.strip_prefix('=') {
            self.cache.forget(id);
        } else if told == "*" {
            self.cache.forget_all();
        } else if let Some(number) = self.own_signal(told)
            && self.lease.echo(number)
        {
            self.tell();
        }
    }

    fn own_signal(&self, told: &str) -> Option<u64> {
        told.strip_prefix('#')?.strip_prefix(&self.name)?.strip_prefix(':')?.parse().ok()
    }

    async fn keep_renewing(&self) {
        let mut tick = interval(self.lease.bound() / SIGNALS_A_LEASE);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut silent_since = Instant::now();
        loop {
            tokio::select! {
                _ = tick.tick() => {}
                () = self.renew.notified() => {}
            }
            self.tell();
            let Some(table) = self.table() else {
                silent_since = Instant::now();
                continue;
            };
            if self.lease.is_held() {
                silent_since = Instant::now();
            } else if silent_since.elapsed() > LEAST_SILENCE.max(self.lease.bound() * 4) {
                silent_since = Instant::now();
                self.listen_anew.notify_one();
                continue;
            }
            self.send_signal(table).await;
        }
    }

    async fn send_signal(&self, table: String) {
        let signal = format!("#{}:{}", self.name, self.lease.signal());
        let sent = self.lane.probe(SIGNAL, vec![signal, table]);
        match timeout(self.lease.bound(), sent).await {
            Ok(Some(true)) => {}
            Ok(Some(false)) => {
                self.lease.end(LeaseLoss::NoTriggers);
                self.listen_anew.notify_one();
            }
            Ok(None) | Err(_) => self.lease.explain(LeaseLoss::NoConnection),
        }
    }

    /// Tells of a lease that was lost or regained, once.
    fn tell(&self) {
        let held = self.lease.is_held();
        if self.told_held.swap(held, Ordering::AcqRel) != held {
            self.notices.tell(if held {
                Notice::LeaseHeld
            } else {
                Notice::LeaseLost(self.lease.loss())
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
