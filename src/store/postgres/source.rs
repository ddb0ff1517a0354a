//! A PostgreSQL database over the life of a service: its cache, and its connections once it is open.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

use super::change_listener::ChangeListener;
use super::late_set_up::LateSetUp;
use super::pool::PgPool;
use super::read_batcher::{ReadBatcher, ReadBatcherStatus, read_through_pool};
use super::server::PostgresServer;
use super::url::PostgresUrl;
use crate::api_key::ApiKey;
use crate::cache::{KeyCache, Lease};
use crate::error::ApiKeyError;
use crate::event::{EventSink, LeaseLoss};
use crate::store::lookup::TokenLookup;
use crate::store::migration;
use crate::store::settings::DatabaseSettings;
use crate::store::transaction::Pool;

/// A shared read may take the call's time limit divided by this; then its callers read through the pool.
const READ_TIMEOUT_DIVISOR: u32 = 3;

/// A PostgreSQL database that a service is configured with.
pub(in crate::store) struct PgSource {
    url: Box<PostgresUrl>,
    leased: Option<Leased>,
}

/// A cache that is valid while the lease on change notifications is held.
struct Leased {
    cache: Arc<KeyCache>,
    lease: Arc<Lease>,
}

/// The connections to a PostgreSQL database.
pub(in crate::store) struct PgConnections {
    pool: PgPool,
    read_batcher: Arc<ReadBatcher>,
    change_listener: Mutex<Option<ChangeListener>>,
    late_set_up: Mutex<Option<LateSetUp>>,
}

impl PgSource {
    /// `max_staleness` allows cached keys for that long.
    pub(in crate::store) fn new(url: Box<PostgresUrl>, max_staleness: Option<Duration>) -> Self {
        let leased = max_staleness.map(|bound| {
            let lease = Arc::new(Lease::new(bound));
            Leased { cache: Arc::new(KeyCache::new(Arc::clone(&lease) as _)), lease }
        });
        Self { url, leased }
    }

    pub(in crate::store) fn cache(&self) -> Option<&KeyCache> {
        self.leased.as_ref().map(|leased| &*leased.cache)
    }

    pub(in crate::store) fn lease(&self) -> Option<&Lease> {
        self.leased.as_ref().map(|leased| &*leased.lease)
    }

    /// Connects, and migrates the table if `migrate` is set.
    pub(in crate::store) async fn open(
        &self,
        settings: &DatabaseSettings,
        migrate: bool,
        events: EventSink,
    ) -> Result<PgConnections, ApiKeyError> {
        let server = PostgresServer::new(&self.url, settings)?;
        let pool = PgPool::new(server.clone(), settings.pool)?;
        // Fails early if PostgreSQL is unreachable, and detects replicas and poolers.
        drop(pool.acquire().await?);
        pool.start_closing_idle(settings.pool);
        let late_set_up = if migrate { self.migrate(&pool, settings).await? } else { None };
        let read_timeout = settings.call_timeout / READ_TIMEOUT_DIVISOR;
        let read_batcher = Arc::new(ReadBatcher::open(
            pool.clone(),
            read_timeout,
            events.clone(),
            settings.call_thread,
        ));
        let change_listener = self.listen(server, &read_batcher, events);
        Ok(PgConnections {
            pool,
            read_batcher,
            change_listener: Mutex::new(change_listener),
            late_set_up: Mutex::new(late_set_up),
        })
    }

    /// Migrates the table. Returns the check of the rest if no call of this service depends on it.
    async fn migrate(
        &self,
        pool: &PgPool,
        settings: &DatabaseSettings,
    ) -> Result<Option<LateSetUp>, ApiKeyError> {
        let migrated = Pool::Postgres(pool.clone());
        if self.leased.is_some() || migration::lacks_steps(&migrated).await? {
            migration::up(&migrated, settings).await?;
            return Ok(None);
        }
        Ok(Some(LateSetUp::schedule(pool.clone(), settings.clone())))
    }

    fn listen(
        &self,
        server: PostgresServer,
        read_batcher: &Arc<ReadBatcher>,
        events: EventSink,
    ) -> Option<ChangeListener> {
        let Leased { cache, lease } = self.leased.as_ref()?;
        // A lease cannot guarantee the freshness of a standby's results.
        if server.allows_replicas() {
            lease.end(LeaseLoss::Replica);
            return None;
        }
        if server.shares_sessions() {
            lease.end(LeaseLoss::Pooler);
            return None;
        }
        let (batcher, cache, lease) =
            (Arc::clone(read_batcher), Arc::clone(cache), Arc::clone(lease));
        Some(ChangeListener::start(server, batcher, cache, lease, events))
    }
}

impl PgConnections {
    pub(in crate::store) fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub(in crate::store) fn read_batcher_status(&self) -> ReadBatcherStatus {
        self.read_batcher.status()
    }

    /// Returns the keys that a caller looks up, ordered by id: not soft-deleted, live or not.
    pub(in crate::store) async fn find(
        &self,
        lookup: TokenLookup,
    ) -> Result<Vec<Arc<ApiKey>>, ApiKeyError> {
        let lookup = Arc::new(lookup);
        if let Some(found) = self.read_batcher.find(Arc::clone(&lookup)).await? {
            return Ok(found);
        }
        Box::pin(read_through_pool(&self.pool, &lookup)).await
    }

    /// Closes every connection after its running statement.
    pub(in crate::store) async fn close(&self, time_limit: Duration) {
        self.late_set_up.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.change_listener.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.read_batcher.close().await;
        // A statement on a dead connection must not block the shutdown.
        let _late = timeout(time_limit, self.pool.close()).await;
    }
}
