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
    session: Mutex<Unfinished>,
}

/// A session with an open transaction. Dropped, it is rolled back at once: others may wait for its locks.
pub(super) struct Unfinished {
    session: Option<Object<Sessions>>,
    pool: PgPool,
}

impl PgTransaction {
    /// Begins a transaction; `how` is what SQL has behind BEGIN. On a session that turns out to be gone it is begun again on
    /// another one.
    pub(in crate::store) async fn begin(pool: &PgPool, how: &str) -> Result<Self, PgFailure> {
        match Self::begin_once(pool, how).await {
            Err(failure) if failure.is_a_lost_session() => Self::begin_once(pool, how).await,
            outcome => outcome,
        }
    }

    async fn begin_once(pool: &PgPool, how: &str) -> Result<Self, PgFailure> {
        let mut session = Unfinished { session: Some(pool.lend().await?), pool: pool.clone() };
        pool.watched(deadline::wait(session.session()?.begin(how)).await)?;
        let (pool, writes) = (pool.clone(), !how.contains("READ ONLY"));
        Ok(Self { pool, writes, session: Mutex::new(session) })
    }

    /// The session to run statements on.
    pub(super) async fn session(&self) -> MutexGuard<'_, Unfinished> {
        self.session.lock().await
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Makes it all take effect. Where the answer is cut off, another session looks whether it did.
    pub(in crate::store) async fn commit(self) -> Result<(), ApiKeyError> {
        let mut unfinished = self.session.into_inner();
        let session = unfinished.session()?;
        let mark = session.take_mark();
        let marked = mark.is_some();
        let committed = if self.writes {
            deadline::committing();
            self.pool.watched(deadline::wait_for_a_share(session.commit()).await)
        } else {
            self.pool.watched(deadline::wait(session.commit()).await)
        };
        let outcome = match (committed, mark) {
            (Err(failure), Some(mark)) if failure.leaves_a_doubt() => {
                // Its place in the pool is needed for the look-up.
                drop(unfinished.session.take().map(Object::take));
                if self.pool.took_effect(&mark).await? { Ok(()) } else { Err(failure.into()) }
            }
            // It may have written without a mark: then there is nothing to look up.
            (Err(failure), None) if self.writes && failure.leaves_a_doubt() => {
                return Err(ApiKeyError::OutcomeUnknown);
            }
            (committed, _) => committed.map_err(ApiKeyError::from),
        };
        deadline::decided();
        if outcome.is_ok() && marked {
            // A standby takes no writes.
            self.pool.server().note_role(false);
        }
        outcome
    }
}

impl Unfinished {
    pub(super) fn session(&mut self) -> Result<&mut Session, PgFailure> {
        let closed = PgFailure::NoSession(ApiKeyError::Unexpected("A transaction has ended."));
        self.session.as_deref_mut().ok_or(closed)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let open = self.session.take().filter(|session| session.is_in_transaction());
        if let (Some(mut session), Ok(runtime)) = (open, Handle::try_current()) {
            let limit = self.pool.server().proof();
            runtime.spawn(async move {
                // What does not come through is of no use to the pool either, which sees that.
                let _ = timeout(limit, session.roll_back()).await;
            });
        }
    }
}
