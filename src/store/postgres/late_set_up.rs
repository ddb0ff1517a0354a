//! Checks and repairs, soon after a service has opened, what its own calls do not depend on.
//!
//! Verifying the triggers takes longer than the first read, because a new session of the server has cached nothing of
//! its catalogs. A service without a lease does not depend on them, so its first call does not wait for that. See
//! docs/adr/0036.

use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::sleep;

use super::pool::PgPool;
use crate::store::migration;
use crate::store::settings::DatabaseSettings;
use crate::store::transaction::Pool;

/// The time between opening and the check: the first calls come first.
const DELAY: Duration = Duration::from_secs(1);

/// A pending or finished check. Dropping it cancels it.
pub(super) struct LateSetUp(AbortHandle);

impl LateSetUp {
    /// Schedules the check.
    pub(super) fn schedule(pool: PgPool, settings: DatabaseSettings) -> Self {
        let check = async move {
            sleep(DELAY).await;
            // Nothing of this service fails without it. `ping` and `doctor` report what is still missing, and each
            // service with a lease reports missing triggers itself.
            let _failure = migration::up(&Pool::Postgres(pool), &settings).await;
        };
        Self(tokio::spawn(check).abort_handle())
    }
}

impl Drop for LateSetUp {
    fn drop(&mut self) {
        self.0.abort();
    }
}
