//! Transactions whose outcome is known, also when the answer to the commit is cut off.

use deadpool::managed::Object;
use tokio::sync::{Mutex, MutexGuard};

use super::failure::PgFailure;
use super::pool::{PgPool, Sessions};
use super::session::Session;
use crate::deadline;
use crate::error::ApiKeyError;

/// Statements on one session that take effect together. Dropped without a commit, they take none.
pub(in crate::store) struct PgTransaction {
    pool: PgPool,
    session: Mutex<Object<Sessions>>,
}

impl PgTransaction {
    /// Begins a transaction; `how` is what SQL has behind BEGIN.
    pub(in crate::store) async fn begin(pool: &PgPool, how: &str) -> Result<Self, PgFailure> {
        let mut session = pool.lend().await?;
        pool.watched(deadline::wait(session.begin(how)).await)?;
        Ok(Self { pool: pool.clone(), session: Mutex::new(session) })
    }

    /// The session to run statements on.
    pub(super) async fn session(&self) -> MutexGuard<'_, Object<Sessions>> {
        self.session.lock().await
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Makes it all take effect. Where the answer is cut off, another session looks whether it did.
    pub(in crate::store) async fn commit(self) -> Result<(), ApiKeyError> {
        let mut session = self.session.into_inner();
        let mark = session.take_mark();
        let committed = if mark.is_some() {
            deadline::committing();
            self.pool.watched(deadline::wait_for_a_share(session.commit()).await)
        } else {
            self.pool.watched(deadline::wait(session.commit()).await)
        };
        let outcome = match (committed, mark) {
            (Err(failure), Some(mark)) if failure.leaves_a_doubt() => {
                drop::<Session>(Object::take(session));
                if self.pool.took_effect(&mark).await? { Ok(()) } else { Err(failure.into()) }
            }
            (committed, _) => committed.map_err(ApiKeyError::from),
        };
        deadline::decided();
        outcome
    }
}
