//! Opens a PostgreSQL database.

use std::sync::{Arc, Mutex};

use super::{CachePolicy, Database, Opened};
use crate::error::ApiKeyError;
use crate::event::LeaseLoss;
use crate::store::migration;
use crate::store::postgres::change_listener::ChangeListener;
use crate::store::postgres::read_batcher::ReadBatcher;
use crate::store::postgres::{PgPool, PostgresServer};
use crate::store::transaction::Pool;

/// A shared read may take the call's time limit divided by this; then its callers read through the pool.
const READ_TIMEOUT_DIVISOR: u32 = 3;

impl Database {
    pub(super) async fn open_postgres(
        &self,
        server: PostgresServer,
    ) -> Result<Arc<Opened>, ApiKeyError> {
        let sessions = PgPool::new(server.clone(), self.settings.pool)?;
        // Fails early if PostgreSQL is unreachable, and detects replicas and poolers.
        drop(sessions.acquire().await?);
        sessions.start_closing_idle(self.settings.pool);
        let pool = Pool::Postgres(sessions);
        if self.migrate {
            migration::up(&pool, &self.settings).await?;
        }
        let read_timeout = self.settings.call_timeout / READ_TIMEOUT_DIVISOR;
        let read_batcher =
            Arc::new(ReadBatcher::open(server.clone(), read_timeout, self.events.clone()));
        let change_listener = match &self.cache_policy {
            // A lease cannot guarantee the freshness of a standby's results.
            CachePolicy::Leased(_, lease) if server.allows_replicas() => {
                lease.end(LeaseLoss::Replica);
                None
            }
            CachePolicy::Leased(_, lease) if server.shares_sessions() => {
                lease.end(LeaseLoss::Pooler);
                None
            }
            CachePolicy::Leased(cache, lease) => Some(ChangeListener::start(
                server,
                Arc::clone(&read_batcher),
                Arc::clone(cache),
                Arc::clone(lease),
                self.events.clone(),
            )),
            CachePolicy::None | CachePolicy::File(..) | CachePolicy::Private(..) => None,
        };
        let (read_batcher, change_listener) = (Some(read_batcher), Mutex::new(change_listener));
        Ok(Arc::new(Opened { pool, sqlite: None, read_batcher, change_listener }))
    }
}
