//! Transactions whose outcome is determined even if the response to the commit is lost.

use deadpool::managed::Object;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::timeout;

use super::failure::PgFailure;
use super::pool::{PgPool, Sessions};
use super::session::Session;
use crate::deadline;
use crate::error::ApiKeyError;

/// An atomic group of statements on one session. Dropping it without a commit rolls it back.
pub(in crate::store) struct PgTransaction {
    pool: PgPool,
    writes: bool,
    session: Mutex<TransactionSession>,
}

/// A session with an open transaction. Dropping it rolls back at once, because others may wait for its locks.
pub(super) struct TransactionSession {
    session: Option<Object<Sessions>>,
    pool: PgPool,
}

impl PgTransaction {
    /// Begins a transaction that may write.
    ///
    /// SECURITY: each statement must see what was committed while an earlier one waited for a lock, even if the default of
    /// the role or the database is another isolation level.
    pub(in crate::store) async fn begin_write(pool: &PgPool) -> Result<Self, PgFailure> {
        Self::begin(pool, "ISOLATION LEVEL READ COMMITTED").await
    }

    /// Begins a transaction on a snapshot of the database.
    pub(in crate::store) async fn begin_snapshot(pool: &PgPool) -> Result<Self, PgFailure> {
        Self::begin(pool, "ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    /// Begins a transaction for lookups by an index, whatever the planner assumes about the table.
    pub(in crate::store) async fn begin_lookup(pool: &PgPool) -> Result<Self, PgFailure> {
        Self::begin(
            pool,
            "READ ONLY; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off",
        )
        .await
    }

    /// Begins a transaction with the options `how` of BEGIN, which further statements may follow. Retries once on another session if the session was lost.
    async fn begin(pool: &PgPool, how: &str) -> Result<Self, PgFailure> {
        match Self::begin_once(pool, how).await {
            Err(failure) if failure.is_lost_session() => Self::begin_once(pool, how).await,
            outcome => outcome,
        }
    }

    async fn begin_once(pool: &PgPool, how: &str) -> Result<Self, PgFailure> {
        let mut session =
            TransactionSession { session: Some(pool.acquire().await?), pool: pool.clone() };
        let writes = !how.contains("READ ONLY");
        let begin = async |session: &mut Session| {
            if writes {
                pool.server().detect_checkpoints(session).await?;
            }
            session.begin(how).await
        };
        pool.observe(deadline::wait(begin(session.session()?)).await)?;
        let pool = pool.clone();
        Ok(Self { pool, writes, session: Mutex::new(session) })
    }

    /// Returns the session to run statements on.
    pub(super) async fn session(&self) -> MutexGuard<'_, TransactionSession> {
        self.session.lock().await
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Commits. If the response is lost, another session looks up the outcome.
    pub(in crate::store) async fn commit(self) -> Result<(), ApiKeyError> {
        let mut guard = self.session.into_inner();
        let session = guard.session()?;
        let transaction_id = session.take_transaction_id();
        let wrote = transaction_id.is_some();
        let committed = if self.writes {
            deadline::committing();
            self.pool.observe(deadline::wait_for_a_share(session.commit()).await)
        } else {
            self.pool.observe(deadline::wait(session.commit()).await)
        };
        let outcome = match (committed, transaction_id) {
            (Err(failure), Some(transaction_id)) if failure.outcome_is_unknown() => {
                // The look-up needs the session's slot in the pool.
                drop(guard.session.take().map(Object::take));
                if self.pool.has_committed(&transaction_id).await? {
                    Ok(())
                } else {
                    Err(failure.into())
                }
            }
            // The transaction may have written without a known id, so there is nothing to look up.
            (Err(failure), None) if self.writes && failure.outcome_is_unknown() => {
                return Err(ApiKeyError::OutcomeUnknown);
            }
            (committed, _) => committed.map_err(ApiKeyError::from),
        };
        deadline::decided();
        if outcome.is_ok() && wrote {
            // A standby rejects writes, so this is a primary.
            self.pool.server().note_role(false);
        }
        outcome
    }
}

impl TransactionSession {
    pub(super) fn session(&mut self) -> Result<&mut Session, PgFailure> {
        let closed =
            PgFailure::NoSession(ApiKeyError::Unexpected("The transaction has already ended."));
        self.session.as_deref_mut().ok_or(closed)
    }
}

impl Drop for TransactionSession {
    fn drop(&mut self) {
        let open = self.session.take().filter(|session| session.is_in_transaction());
        if let (Some(mut session), Ok(runtime)) = (open, Handle::try_current()) {
            let limit = self.pool.server().liveness_timeout();
            runtime.spawn(async move {
                // The pool detects and discards a session whose rollback fails.
                let _ = timeout(limit, session.roll_back()).await;
            });
        }
    }
}
