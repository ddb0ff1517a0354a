//! The sessions that calls share.
//!
//! Invariants: a session that was idle for a while has answered before it is used; where one is found dead, those that have
//! not answered since are not trusted either; a session whose call gave up is thrown away.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{
    Manager, Metrics, Object, Pool, PoolConfig, PoolError, QueueMode, RecycleError, RecycleResult,
    TimeoutType, Timeouts, WeakPool,
};
use tokio::time::{Instant, interval, sleep, timeout};

use super::drive::TransactionId;
use super::failure::PgFailure;
use super::server::PostgresServer;
use super::session::{FRESH, PgResult, Session, writes};
use super::values::Param;
use crate::deadline;
use crate::error::ApiKeyError;
use crate::store::settings::PoolSettings;

/// How often a commit that was cut off is looked up.
const STATUS_POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The sessions of one service.
#[derive(Clone)]
pub(in crate::store) struct PgPool(Pool<Sessions>);

pub(in crate::store) struct Sessions {
    server: PostgresServer,
    idle: Duration,
    /// What has not answered since then has to ping itself, or is not trusted at all.
    trust_limits: Mutex<TrustLimits>,
}

struct TrustLimits {
    ping_before: Instant,
    discard_before: Instant,
}

type PooledSession = Object<Sessions>;

impl Manager for Sessions {
    type Type = Session;
    type Error = ApiKeyError;

    async fn create(&self) -> Result<Session, ApiKeyError> {
        // Futures are moved about, and this one is large.
        Box::pin(self.server.connect()).await
    }

    async fn recycle(&self, session: &mut Session, _: &Metrics) -> RecycleResult<ApiKeyError> {
        let discard = Err(RecycleError::message("of no use any more"));
        if session.is_dead().await {
            return discard;
        }
        let (ping_before, discard_before) = {
            let trust_limits = self.trust_limits();
            (trust_limits.ping_before, trust_limits.discard_before)
        };
        if session.answered() < discard_before || session.answered().elapsed() > self.idle {
            return discard;
        }
        let answered = if session.is_in_transaction() {
            timeout(self.server.liveness_timeout(), session.roll_back()).await
        } else if session.answered() < ping_before || session.answered().elapsed() > FRESH {
            timeout(self.server.liveness_timeout(), session.ping()).await
        } else {
            return Ok(());
        };
        if matches!(answered, Ok(Ok(()))) {
            return Ok(());
        }
        self.trust_limits().discard_before = Instant::now();
        discard
    }
}

impl Sessions {
    fn trust_limits(&self) -> std::sync::MutexGuard<'_, TrustLimits> {
        self.trust_limits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PgPool {
    pub(in crate::store) fn new(
        server: PostgresServer,
        settings: PoolSettings,
    ) -> Result<Self, ApiKeyError> {
        let long_ago = Instant::now();
        let sessions = Sessions {
            server,
            idle: settings.idle_timeout,
            trust_limits: Mutex::new(TrustLimits {
                ping_before: long_ago,
                discard_before: long_ago,
            }),
        };
        let config = PoolConfig {
            max_size: settings.max as usize,
            timeouts: Timeouts { wait: Some(settings.acquire_timeout), ..Timeouts::default() },
            queue_mode: QueueMode::Lifo,
        };
        // Without a runtime it cannot be built, and there is one.
        let pool = Pool::builder(sessions)
            .config(config)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|_| ApiKeyError::Unexpected("The pool cannot be built."))?;
        Ok(Self(pool))
    }

    /// Begins to close sessions that are idle for long.
    pub(in crate::store) fn start_closing_idle(&self, settings: PoolSettings) {
        tokio::spawn(close_idle(self.0.weak(), settings));
    }

    /// The server of the sessions.
    pub(in crate::store) fn server(&self) -> &PostgresServer {
        &self.0.manager().server
    }

    /// A session for a statement or a transaction.
    pub(in crate::store) async fn acquire(&self) -> Result<PooledSession, PgFailure> {
        let acquired = deadline::wait(self.0.get()).await;
        acquired.unwrap_or(Err(PoolError::Timeout(TimeoutType::Wait))).map_err(|error| {
            PgFailure::NoSession(match error {
                PoolError::Backend(error) => error,
                PoolError::Closed => ApiKeyError::Closed,
                _ => ApiKeyError::Unavailable(
                    "no connection became free or could be made within pool.acquireTimeoutMs and callTimeout"
                        .to_owned(),
                ),
            })
        })
    }

    /// Runs a statement. One that only reads is made again on another session where its session turns out to be gone.
    pub(in crate::store) async fn query(
        &self,
        sql: &str,
        params: &[Param],
    ) -> Result<PgResult, PgFailure> {
        if writes(sql) {
            return self.write(sql, params).await;
        }
        match self.read(sql, params).await {
            Err(failure) if failure.is_lost_session() => self.read(sql, params).await,
            outcome => outcome,
        }
    }

    async fn read(&self, sql: &str, params: &[Param]) -> Result<PgResult, PgFailure> {
        let mut session = self.acquire().await?;
        let result = self.observe(deadline::wait(session.query(sql, params)).await);
        discard_after(session, &result);
        result
    }

    /// A change that takes effect by itself. Where its answer is cut off there is time left to look.
    async fn write(&self, sql: &str, params: &[Param]) -> Result<PgResult, PgFailure> {
        let mut session = self.acquire().await?;
        deadline::committing();
        let result = self.observe(deadline::wait_for_a_share(session.query(sql, params)).await);
        if !result.as_ref().is_err_and(PgFailure::outcome_is_unknown) {
            deadline::decided();
        }
        discard_after(session, &result);
        if result.is_ok() {
            // A standby takes no writes.
            self.server().note_role(false);
        }
        result
    }

    /// Makes the other sessions ping themselves when one fails.
    pub(super) fn observe<T>(&self, outcome: Option<Result<T, PgFailure>>) -> Result<T, PgFailure> {
        let outcome = outcome.unwrap_or(Err(PgFailure::TimedOut));
        if outcome.as_ref().is_err_and(PgFailure::ends_session) {
            self.0.manager().trust_limits().ping_before = Instant::now();
        }
        outcome
    }

    /// Whether a transaction whose commit was cut off took effect. One that is still open on the server is ended there.
    ///
    /// # Errors
    /// `OutcomeUnknown` when that cannot be found out before the call ends.
    pub(super) async fn has_committed(
        &self,
        transaction_id: &TransactionId,
    ) -> Result<bool, ApiKeyError> {
        const STATUS: &str = "/*NO LOAD BALANCE*/ SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN NULL \
            WHEN pg_catalog.pg_postmaster_start_time()::pg_catalog.text = $2 \
            THEN pg_catalog.txid_status($1::pg_catalog.text::pg_catalog.int8) END";
        const END: &str = "SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity AS a \
            WHERE a.pid = $1::pg_catalog.text::pg_catalog.int4 \
            AND a.wait_event IS DISTINCT FROM 'SyncRep' AND a.backend_xid::pg_catalog.text::pg_catalog.int8 = $2::pg_catalog.text::pg_catalog.int8 % 4294967296";
        let status = [Param::text(&transaction_id.xid), Param::text(&transaction_id.server)];
        let end =
            [Param::text(&transaction_id.process.to_string()), Param::text(&transaction_id.xid)];
        let look = async {
            loop {
                if let Ok(PgResult { rows, .. }) = self.query(STATUS, &status).await {
                    let status =
                        rows.first().and_then(|row| row.try_get::<_, Option<&str>>(0).ok());
                    match status.flatten() {
                        Some("committed") => return Some(true),
                        Some("aborted") => return Some(false),
                        // A failure is looked at again.
                        Some(_in_progress) => drop(self.query(END, &end).await),
                        // The server has forgotten it, or is another one by now.
                        None => return None,
                    }
                }
                sleep(STATUS_POLL_INTERVAL).await;
            }
        };
        deadline::wait(look).await.flatten().ok_or(ApiKeyError::OutcomeUnknown)
    }

    /// Closes the idle sessions now and the others when they come back, for which it waits.
    pub(in crate::store) async fn close(&self) {
        let idle = self.0.retain(|_, _| false).removed;
        self.0.close();
        for session in idle {
            session.end().await;
        }
        while self.0.status().size > 0 {
            sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Gives a session that is of no use any more up at once, and with it its place in the pool.
fn discard_after<T>(session: PooledSession, outcome: &Result<T, PgFailure>) {
    if outcome.as_ref().is_err_and(PgFailure::ends_session) {
        drop(Object::take(session));
    }
}

/// Closes sessions that were idle for long, but for the least that are to be kept.
async fn close_idle(pool: WeakPool<Sessions>, settings: PoolSettings) {
    let mut tick = interval((settings.idle_timeout / 4).max(Duration::from_millis(100)));
    loop {
        tick.tick().await;
        let Some(pool) = pool.upgrade().filter(|pool| !pool.is_closed()) else { return };
        let mut spare = pool.status().size.saturating_sub(settings.min as usize);
        let idle = pool.retain(|session, _| {
            let closes = spare > 0 && session.answered().elapsed() > settings.idle_timeout;
            spare -= usize::from(closes);
            !closes
        });
        drop(pool);
        for session in idle.removed {
            session.end().await;
        }
    }
}
