//! Transactions whose outcome is known, also when the answer to the commit is cut off.

use deadpool::managed::Object;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::timeout;

use super::failure::PgFailure;
use super::pool::{PgPool, Sessions};
use super::session::Session;
use crate::deadline;
use crate::error::ApiKeyError;

/// Statements on one session that take effect together. Dropped without a commit, they take none.
pub(in crate::store) struct PgTransaction {
    pool: PgPool,
    writes: bool,
    session: Mutex<TransactionSession>,
}

/// A session with an open transaction. Dropped, it is rolled back at once: others may wait for its locks.
pub(super) struct TransactionSession {
    session: Option<Object<Sessions>>,
    pool: PgPool,
}

impl PgTransaction {
    /// Begins a transaction; `how` is what SQL has behind BEGIN. On a session that turns out to be gone it is begun again on
    /// another one.
    pub(in crate::store) async fn begin(pool: &PgPool, how: &str) -> Result<Self, PgFailure> {
        match Self::begin_once(pool, how).await {
            Err(failure) if failure.is_lost_session() => Self::begin_once(pool, how).await,
            outcome => outcome,
        }
    }

    async fn begin_once(pool: &PgPool, how: &str) -> Result<Self, PgFailure> {
        let mut session =
            TransactionSession { session: Some(pool.acquire().await?), pool: pool.clone() };
        pool.observe(deadline::wait(session.session()?.begin(how)).await)?;
        let (pool, writes) = (pool.clone(), !how.contains("READ ONLY"));
        Ok(Self { pool, writes, session: Mutex::new(session) })
    }

    /// The session to run statements on.
    pub(super) async fn session(&self) -> MutexGuard<'_, TransactionSession> {
        self.session.lock().await
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Makes it all take effect. Where the answer is cut off, another session looks whether it did.
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
                // Its place in the pool is needed for the look-up.
                drop(guard.session.take().map(Object::take));
                if self.pool.has_committed(&transaction_id).await? {
                    Ok(())
                } else {
                    Err(failure.into())
                }
            }
            // It may have written without a transaction_id: then there is nothing to look up.
            (Err(failure), None) if self.writes && failure.outcome_is_unknown() => {
                return Err(ApiKeyError::OutcomeUnknown);
            }
            (committed, _) => committed.map_err(ApiKeyError::from),
        };
        deadline::decided();
        if outcome.is_ok() && wrote {
            // A standby takes no writes.
            self.pool.server().note_role(false);
        }
        outcome
    }
}

impl TransactionSession {
    pub(super) fn session(&mut self) -> Result<&mut Session, PgFailure> {
        let closed = PgFailure::NoSession(ApiKeyError::Unexpected("A transaction has ended."));
        self.session.as_deref_mut().ok_or(closed)
    }
}

impl Drop for TransactionSession {
    fn drop(&mut self) {
        let open = self.session.take().filter(|session| session.is_in_transaction());
        if let (Some(mut session), Ok(runtime)) = (open, Handle::try_current()) {
            let limit = self.pool.server().liveness_timeout();
            runtime.spawn(async move {
                // What does not come through is of no use to the pool either, which sees that.
                let _ = timeout(limit, session.roll_back()).await;
            });
        }
    }
}
