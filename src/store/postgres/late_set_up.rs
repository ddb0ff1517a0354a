//! Checks and repairs, soon after a service has opened, what its own calls do not depend on.
//!
//! Verifying the triggers takes longer than the first read, because a new session of the server has cached nothing of
//! its catalogs. A service without a lease does not depend on them, so its first call does not wait for that. See
//! docs/adr/0036.

use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::sleep;

use super::pool::PgPool;
use crate::error::ApiKeyError;
use crate::store::migration;
use crate::store::settings::DatabaseSettings;
use crate::store::transaction::Pool;

/// The time between opening and the check: the first calls come first. Doubled after each attempt that fails.
const DELAY: Duration = Duration::from_secs(1);
const MAX_ATTEMPTS: u32 = 10;

/// The time for which this waits for a lock. All readers that come meanwhile wait, too, and nothing here is urgent.
const MAX_LOCK_WAIT: Duration = Duration::from_millis(100);

/// A pending or finished check. Dropping it cancels it.
pub(super) struct LateSetUp(AbortHandle);

impl LateSetUp {
    /// Schedules the check.
    pub(super) fn schedule(pool: PgPool, settings: DatabaseSettings) -> Self {
        let settings = DatabaseSettings { max_lock_wait: MAX_LOCK_WAIT, ..settings };
        let check = async move {
            let pool = Pool::Postgres(pool);
            for attempt in 0..MAX_ATTEMPTS {
                sleep(DELAY * 2_u32.pow(attempt)).await;
                // Steps that are missing now were reverted on purpose.
                if let Ok(true) = migration::lacks_steps(&pool).await {
                    return;
                }
                // Nothing of this service fails without it. `ping` and `doctor` report what is still missing, and each
                // service with a lease reports missing triggers itself.
                if let Ok(_) | Err(ApiKeyError::MayNotMigrate) =
                    migration::up(&pool, &settings).await
                {
                    return;
                }
            }
        };
        Self(tokio::spawn(check).abort_handle())
    }
}

impl Drop for LateSetUp {
    fn drop(&mut self) {
        self.0.abort();
    }
}
