//! The connection pool.
//!
//! Invariants: an idle session must respond before it is used again; when a session is found dead, all sessions that
//! have not responded since then are discarded, too; a session whose call timed out is discarded.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{
    Manager, Metrics, Object, Pool, PoolConfig, PoolError, QueueMode, RecycleError, RecycleResult,
    TimeoutType, Timeouts, WeakPool,
};
use tokio::time::{Instant, interval, sleep, timeout};

use super::failure::PgFailure;
use super::server::PostgresServer;
use super::session::{FRESH, PgResult, Session, writes};
use super::transaction_id::{Outcome, TERMINATE, TransactionId};
use super::values::Param;
use crate::deadline;
use crate::error::ApiKeyError;
use crate::store::settings::PoolSettings;

/// The interval for polling the outcome of a commit whose response was lost.
const STATUS_POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The connection pool of one service.
#[derive(Clone)]
pub(in crate::store) struct PgPool(Pool<Sessions>);

pub(in crate::store) struct Sessions {
    server: PostgresServer,
    idle: Duration,
    trust_limits: Mutex<TrustLimits>,
}

/// Which sessions are trusted, by the time of their last response.
struct TrustLimits {
    /// A session without a response since then is pinged before use.
    ping_before: Instant,
    /// A session without a response since then is discarded.
    discard_before: Instant,
}

type PooledSession = Object<Sessions>;

impl Manager for Sessions {
    type Type = Session;
    type Error = ApiKeyError;

    async fn create(&self) -> Result<Session, ApiKeyError> {
        // The future is large and would be moved, so it is boxed.
        Box::pin(self.server.connect()).await
    }

    async fn recycle(&self, session: &mut Session, _: &Metrics) -> RecycleResult<ApiKeyError> {
        let discard = Err(RecycleError::message("unusable"));
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
        // Building fails only without a runtime, and there is one.
        let pool = Pool::builder(sessions)
            .config(config)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|_| ApiKeyError::Unexpected("The pool cannot be built."))?;
        Ok(Self(pool))
    }

    /// Starts the task that closes sessions after their idle timeout.
    pub(in crate::store) fn start_closing_idle(&self, settings: PoolSettings) {
        tokio::spawn(close_idle(self.0.weak(), settings));
    }

    /// Returns the server of the sessions.
    pub(in crate::store) fn server(&self) -> &PostgresServer {
        &self.0.manager().server
    }

    /// Returns whether a session is idle.
    pub(in crate::store) fn has_idle(&self) -> bool {
        self.0.status().available > 0
    }

    /// Acquires a session for a statement or a transaction.
    pub(in crate::store) async fn acquire(&self) -> Result<PooledSession, PgFailure> {
        let acquired = deadline::wait(self.0.get()).await;
        acquired.unwrap_or(Err(PoolError::Timeout(TimeoutType::Wait))).map_err(|error| {
            PgFailure::NoSession(match error {
                PoolError::Backend(error) => error,
                PoolError::Closed => ApiKeyError::Closed,
                _ => ApiKeyError::Unavailable(
                    "no connection became available within pool.acquireTimeoutMs and callTimeout"
                        .to_owned(),
                ),
            })
        })
    }

    /// Runs a statement. A read is retried once on another session if its session was lost.
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

    /// Runs a write in its own transaction. If the response is lost, time remains to look up the outcome.
    async fn write(&self, sql: &str, params: &[Param]) -> Result<PgResult, PgFailure> {
        let mut session = self.acquire().await?;
        deadline::committing();
        let result = self.observe(deadline::wait_for_a_share(session.query(sql, params)).await);
        if !result.as_ref().is_err_and(PgFailure::outcome_is_unknown) {
            deadline::decided();
        }
        discard_after(session, &result);
        if result.is_ok() {
            // A standby rejects writes, so this is a primary.
            self.server().note_role(false);
        }
        result
    }

    /// Makes the other sessions prove that they are alive when one fails.
    pub(super) fn observe<T>(&self, outcome: Option<Result<T, PgFailure>>) -> Result<T, PgFailure> {
        let outcome = outcome.unwrap_or(Err(PgFailure::TimedOut));
        if outcome.as_ref().is_err_and(PgFailure::ends_session) {
            self.0.manager().trust_limits().ping_before = Instant::now();
        }
        outcome
    }

    /// Returns whether a transaction whose commit response was lost was committed. Terminates it if it is still open on
    /// the server.
    ///
    /// # Errors
    /// `OutcomeUnknown` if the outcome cannot be determined before the call times out.
    pub(super) async fn has_committed(
        &self,
        transaction_id: &TransactionId,
    ) -> Result<bool, ApiKeyError> {
        let (status, values) = transaction_id.status();
        let look = async {
            loop {
                if let Ok(PgResult { rows, .. }) = self.query(status, &values).await {
                    match Outcome::read(rows.first()) {
                        Outcome::Committed => return Some(true),
                        Outcome::Aborted => return Some(false),
                        // The next iteration checks again, also after a failure.
                        Outcome::InProgress => {
                            drop(self.query(TERMINATE, &transaction_id.process()).await);
                        }
                        Outcome::Unknown => return None,
                    }
                }
                sleep(STATUS_POLL_INTERVAL).await;
            }
        };
        deadline::wait(look).await.flatten().ok_or(ApiKeyError::OutcomeUnknown)
    }

    /// Closes idle sessions at once and the others when they are returned, and waits for all.
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

/// Discards an unusable session at once, which frees its slot in the pool.
fn discard_after<T>(session: PooledSession, outcome: &Result<T, PgFailure>) {
    if outcome.as_ref().is_err_and(PgFailure::ends_session) {
        drop(Object::take(session));
    }
}

/// Closes sessions after their idle timeout, except the configured minimum.
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
