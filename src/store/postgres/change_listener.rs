//! Listens for changes, and renews the lease that depends on it (PostgreSQL).
//!
//! One connection listens for the notifications of the triggers in `migration::change_feed`. Two things together prove
//! that all of them have arrived (docs/adr/0025):
//!
//! - A statement on the same connection ended: before a commit returns, PostgreSQL signals every listening server
//!   process, and a process that was signaled sends its notifications before it reports the end of a statement. So every
//!   change committed before the statement was sent has been received, unless notifications are dropped on the way.
//! - A notification arrived after that: nothing on the way drops them. Any notification of the fleet will do, so a service
//!   sends a signal of its own only when it has heard none for a while.
//!
//! Invariants: only such a proof renews the lease, and only if the triggers did not change since the proof before it;
//! nothing listens on a session that a pooler may assign to others.

mod proof;
mod signal;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until, timeout};

use self::proof::{Definition, Found, Table};
use self::signal::{Signals, is_signal, sent};
use super::read_batcher::ReadBatcher;
use super::{PgFailure, PostgresServer, Session};
use crate::cache::{KeyCache, Lease, ProofStart};
use crate::deadline;
use crate::error::ApiKeyError;
use crate::event::{Event, EventSink, LeaseLoss};

/// The minimum and maximum delay before listening again.
const MIN_RETRY_DELAY: Duration = Duration::from_millis(50);
const MAX_RETRY_DELAY: Duration = Duration::from_secs(30);

/// The minimum time without a proof after which the listener reconnects. Four times the bound applies if it is longer.
const MIN_SILENCE: Duration = Duration::from_secs(2);

/// The number of proofs per lease duration.
const PROOFS_PER_LEASE: u32 = 4;

/// The task that keeps a lease. Dropping this stops it.
pub(super) struct ChangeListener(JoinHandle<()>);

impl ChangeListener {
    /// Starts to listen.
    pub(super) fn start(
        server: PostgresServer,
        read_batcher: Arc<ReadBatcher>,
        cache: Arc<KeyCache>,
        lease: Arc<Lease>,
        events: EventSink,
    ) -> Self {
        let reported_held = AtomicBool::new(false);
        let keeper = Keeper { server, read_batcher, cache, lease, events, reported_held };
        Self(tokio::spawn(async move { keeper.listen().await }))
    }
}

impl Drop for ChangeListener {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct Keeper {
    server: PostgresServer,
    read_batcher: Arc<ReadBatcher>,
    cache: Arc<KeyCache>,
    lease: Arc<Lease>,
    events: EventSink,
    reported_held: AtomicBool,
}

/// One session of listening.
struct Listening {
    session: Session,
    table: Table,
    /// Whether only a signal of this service completes a proof.
    needs_own_signal: bool,
    /// The definition of the triggers at the last proof.
    defined: Option<Definition>,
    /// The proof that the next notification completes.
    pending: Option<ProofStart>,
    signals: Signals,
    last_proof: Instant,
}

impl Keeper {
    async fn listen(&self) {
        let mut delay = MIN_RETRY_DELAY;
        loop {
            let started = Instant::now();
            let loss = self.listen_once().await;
            self.cache.forget_all();
            self.lease.end(loss);
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
        let mut session = self.server.connect().await.map_err(PgFailure::NoSession)?;
        if session.is_shared() {
            return Ok(LeaseLoss::Pooler);
        }
        if self.server.is_replica() {
            return Ok(LeaseLoss::Replica);
        }
        let table = deadline::wait(Table::find(&mut session)).await;
        let Some(table) = table.ok_or(PgFailure::TimedOut)?? else {
            return Ok(LeaseLoss::NoTriggers);
        };
        session.keep_notifications();
        let listen = format!("LISTEN {}", table.channel());
        deadline::wait(session.run(&listen)).await.ok_or(PgFailure::TimedOut)??;
        // Changes of keys cached before LISTEN may have been missed; changes of keys read from now on are reported.
        self.lease.begin();
        self.cache.forget_all();
        // A pooler may be told at any time to share sessions. Some versions of PostgreSQL may not signal the listeners
        // of a change until another notification follows.
        let needs_own_signal = session.is_pooled() || !table.every_commit_signals;
        let mut listening = Listening {
            session,
            table,
            needs_own_signal,
            defined: None,
            pending: None,
            signals: Signals::default(),
            last_proof: Instant::now(),
        };
        self.keep_proving(&mut listening).await
    }

    async fn keep_proving(&self, listening: &mut Listening) -> Result<LeaseLoss, PgFailure> {
        let period = self.lease.bound() / PROOFS_PER_LEASE;
        let limit = MIN_SILENCE.max(self.lease.bound() * 4);
        let mut tick = interval(period);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut sending = None;
        listening.signals.plan_now();
        if self.lease.loss() == LeaseLoss::Starting {
            self.lease.explain(LeaseLoss::NoEcho);
        }
        loop {
            let due = listening.signals.due.zip(listening.pending);
            let due_at = due.map_or_else(Instant::now, |(at, _)| at);
            tokio::select! {
                notification = listening.session.notification() => {
                    self.hear(listening, notification?.payload());
                }
                () = sleep_until(due_at), if due.is_some() && sending.is_none() => {
                    if let Some((_, proof)) = due {
                        let channel = listening.table.channel();
                        sending = listening.signals.send(&self.read_batcher, channel, proof);
                    }
                }
                was_sent = sent(&mut sending), if sending.is_some() => {
                    sending = None;
                    if was_sent == Some(false) {
                        self.lease.explain(LeaseLoss::NoConnection);
                    }
                }
                _ = tick.tick() => {
                    if let Some(loss) = self.prove_in_time(listening, limit).await? {
                        return Ok(loss);
                    }
                    if listening.last_proof.elapsed() > limit {
                        return Ok(self.lease.loss());
                    }
                    if listening.needs_own_signal {
                        listening.signals.plan_now();
                    } else {
                        listening.signals.plan(period);
                    }
                }
            }
            self.report_lease();
        }
    }

    /// Runs the statement of a proof. Returns the reason to reconnect, if there is one.
    async fn prove_in_time(
        &self,
        listening: &mut Listening,
        limit: Duration,
    ) -> Result<Option<LeaseLoss>, PgFailure> {
        let mut proving = Box::pin(timeout(limit, self.prove(listening)));
        loop {
            match timeout(self.lease.bound() / PROOFS_PER_LEASE, &mut proving).await {
                Ok(Ok(outcome)) => return outcome,
                // A session with an unanswered statement cannot be used again.
                Ok(Err(_)) => return Ok(Some(LeaseLoss::NoEcho)),
                // The lease may have expired in the meantime.
                Err(_) => self.report_lease(),
            }
        }
    }

    async fn prove(&self, listening: &mut Listening) -> Result<Option<LeaseLoss>, PgFailure> {
        let start = self.lease.start_proof();
        if listening.session.is_pooled() {
            // A pooler that shares sessions passes on what arrives during a statement, and drops the rest.
            listening.signals.forget();
        }
        let found = proof::run(&mut listening.session, &listening.table).await?;
        // These may report changes that the proof covers. They complete the proof before it.
        while let Some(notification) = listening.session.kept_notification() {
            self.hear(listening, notification.payload());
        }
        let defined = match found {
            Found::Listening(defined) => defined,
            Found::NoTriggers => return Ok(Some(LeaseLoss::NoTriggers)),
            Found::NotListening => return Ok(Some(LeaseLoss::NotListening)),
            Found::SeveralTables => return Ok(Some(LeaseLoss::SeveralTables)),
        };
        // If the definition has changed, changes may have been missed since the last proof, whatever it is now.
        if listening.defined.replace(defined.clone()).is_some_and(|before| before != defined) {
            self.lease.end(LeaseLoss::TriggersChanged);
            self.cache.forget_all();
            listening.pending = None;
        } else {
            listening.pending = Some(start);
        }
        Ok(None)
    }

    /// Processes a notification, and completes the pending proof.
    fn hear(&self, listening: &mut Listening, payload: &str) {
        let number = |digits: &str| u128::from_str_radix(digits, 16).ok();
        if let Some(digest) = payload.strip_prefix('=').and_then(number) {
            self.cache.forget_digest(digest);
        } else if !is_signal(payload) {
            // After `*` or an unknown payload, no cached key can be trusted.
            self.cache.forget_all();
        }
        let proven = if listening.needs_own_signal {
            listening.signals.returned(payload)
        } else {
            listening.signals.due = None;
            listening.pending.take()
        };
        if let Some(start) = proven {
            listening.last_proof = Instant::now();
            self.lease.renew(start);
        }
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
}
