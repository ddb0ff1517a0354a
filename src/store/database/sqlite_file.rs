//! Opening an SQLite database, and reopening it after its file was replaced.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Attempt, Database, Memory, Opened};
use crate::error::ApiKeyError;
use crate::store::migration;
use crate::store::sqlite::{self, OpenFile, Pools};
use crate::store::transaction::Pool;

impl Database {
    pub(super) async fn open_sqlite(&self) -> Result<Arc<Opened>, ApiKeyError> {
        self.refuse_mixing()?;
        self.close_former().await;
        let again = self.found.load(Ordering::SeqCst);
        let pools = match &self.memory {
            Memory::File(cache, watch) => {
                cache.forget_all();
                if again && !watch.finds_a_file() {
                    return Err(self.gone());
                }
                Pools::open_file(&self.settings, watch, !again).await?
            }
            Memory::None | Memory::Leased(..) | Memory::Private(..) => {
                Pools::open_memory(&self.settings).await?
            }
        };
        let pool = Pool::Sqlite(pools.main.clone());
        if let Err(error) = self.migrate_sqlite(&pool, again).await {
            pools.close(self.settings.pool.acquire_timeout).await;
            return Err(sqlite::cannot_migrate(&self.settings.url, error));
        }
        self.found.store(true, Ordering::SeqCst);
        Ok(Arc::new(Opened {
            pool,
            sqlite: Some(pools),
            read_batcher: None,
            listening: Mutex::default(),
        }))
    }

    async fn migrate_sqlite(&self, pool: &Pool, again: bool) -> Result<(), ApiKeyError> {
        // A replacement without the table gets none: it is more likely a mistake than a wish to start with no keys.
        if !self.migrate || again && migration::lacks_table(pool).await? {
            return Ok(());
        }
        migration::up(pool, &self.settings).await.map(drop)
    }

    /// Makes the next call reopen the database, because the file was replaced.
    pub(super) fn put_aside(&self, opened: &Arc<Opened>) {
        let mut current = self.attempt();
        if matches!(current.get(), Some(Ok(open)) if Arc::ptr_eq(open, opened)) {
            *self.former() = Some(Arc::clone(opened));
            *current = Attempt::default();
        }
    }

    pub(super) async fn close_former(&self) {
        let former = self.former().take();
        if let Some(pools) = former.as_ref().and_then(|former| former.sqlite.as_ref()) {
            pools.close(self.settings.pool.acquire_timeout).await;
        }
    }

    fn refuse_mixing(&self) -> Result<(), ApiKeyError> {
        let former = self.former();
        former.as_ref().and_then(|former| former.file()).map_or(Ok(()), OpenFile::refuse_mixing)
    }

    fn former(&self) -> MutexGuard<'_, Option<Arc<Opened>>> {
        self.former.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn gone(&self) -> ApiKeyError {
        sqlite::gone(&self.settings.url)
    }
}
