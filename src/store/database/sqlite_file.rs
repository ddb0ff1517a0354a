//! Opens an SQLite database, and reopens it after its file was replaced.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Attempt, CachePolicy, Database, Opened};
use crate::error::ApiKeyError;
use crate::store::migration;
use crate::store::sqlite::{self, OpenFile, Pools};
use crate::store::transaction::Pool;

impl Database {
    pub(super) async fn open_sqlite(&self) -> Result<Arc<Opened>, ApiKeyError> {
        self.reject_mixing()?;
        self.close_replaced().await;
        let again = self.opened_before.load(Ordering::SeqCst);
        let pools = match &self.cache_policy {
            CachePolicy::File(cache, watch) => {
                cache.forget_all();
                if again && !watch.file_exists() {
                    return Err(self.missing_file());
                }
                Pools::open_file(&self.settings, watch, !again).await?
            }
            CachePolicy::None | CachePolicy::Leased(..) | CachePolicy::Private(..) => {
                Pools::open_memory(&self.settings).await?
            }
        };
        let pool = Pool::Sqlite(pools.main.clone());
        if let Err(error) = self.migrate_sqlite(&pool, again).await {
            pools.close(self.settings.pool.acquire_timeout).await;
            return Err(sqlite::cannot_migrate(&self.settings.url, error));
        }
        self.opened_before.store(true, Ordering::SeqCst);
        Ok(Arc::new(Opened {
            pool,
            sqlite: Some(pools),
            read_batcher: None,
            change_listener: Mutex::default(),
        }))
    }

    async fn migrate_sqlite(&self, pool: &Pool, again: bool) -> Result<(), ApiKeyError> {
        // A replacement without the table is not migrated: it is more likely a mistake than an intended empty database.
        if !self.migrate || again && migration::lacks_table(pool).await? {
            return Ok(());
        }
        migration::up(pool, &self.settings).await.map(drop)
    }

    /// Makes the next call reopen the database after its file was replaced.
    pub(super) fn retire(&self, opened: &Arc<Opened>) {
        let mut current = self.attempt();
        if matches!(current.get(), Some(Ok(open)) if Arc::ptr_eq(open, opened)) {
            *self.replaced() = Some(Arc::clone(opened));
            *current = Attempt::default();
        }
    }

    pub(super) async fn close_replaced(&self) {
        let replaced = self.replaced().take();
        if let Some(pools) = replaced.as_ref().and_then(|replaced| replaced.sqlite.as_ref()) {
            pools.close(self.settings.pool.acquire_timeout).await;
        }
    }

    fn reject_mixing(&self) -> Result<(), ApiKeyError> {
        let replaced = self.replaced();
        replaced
            .as_ref()
            .and_then(|replaced| replaced.file())
            .map_or(Ok(()), OpenFile::reject_mixing)
    }

    fn replaced(&self) -> MutexGuard<'_, Option<Arc<Opened>>> {
        self.replaced.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn missing_file(&self) -> ApiKeyError {
        sqlite::missing_file(&self.settings.url)
    }
}
