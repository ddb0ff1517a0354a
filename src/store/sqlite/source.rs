//! An SQLite database over the life of a service: its cache, and the files that it was opened on.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::executor::SqliteExecutor;
use super::migration::lacks_table;
use super::pools::{OpenFile, Pools, cannot_migrate, display_path, missing_file};
use super::watch::{Private, Watch};
use crate::cache::KeyCache;
use crate::error::ApiKeyError;
use crate::store::migration;
use crate::store::settings::DatabaseSettings;
use crate::store::transaction::Pool;

/// An SQLite database that a service is configured with.
///
/// Its keys are always cached, because every change of the database is detected.
pub(in crate::store) struct SqliteSource {
    cache: Arc<KeyCache>,
    place: Place,
    /// The connections to a file that was replaced, until they are closed.
    replaced: Mutex<Option<Arc<Pools>>>,
    /// Whether the file was opened before. If so, it is never created again.
    opened_before: AtomicBool,
}

/// Where the database is, and what keeps the cache valid.
enum Place {
    /// Valid while the file is unchanged.
    File(Arc<Watch>),
    /// Valid until this service changes the keys: no other process can.
    Memory(Arc<Private>),
}

impl SqliteSource {
    pub(in crate::store) fn of_file(path: &str) -> Self {
        // The path must not depend on later changes of the working directory.
        let path = std::path::absolute(path).unwrap_or_else(|_| Path::new(path).into());
        let watch = Arc::new(Watch::new(path));
        Self::new(KeyCache::new(Arc::clone(&watch) as _), Place::File(watch))
    }

    pub(in crate::store) fn in_memory() -> Self {
        let private = Arc::new(Private::default());
        Self::new(KeyCache::new(Arc::clone(&private) as _), Place::Memory(private))
    }

    fn new(cache: KeyCache, place: Place) -> Self {
        Self {
            cache: Arc::new(cache),
            place,
            replaced: Mutex::default(),
            opened_before: AtomicBool::new(false),
        }
    }

    pub(in crate::store) fn cache(&self) -> &KeyCache {
        &self.cache
    }

    /// Connects, and migrates the table if `migrate` is set.
    pub(in crate::store) async fn open(
        &self,
        settings: &DatabaseSettings,
        migrate: bool,
    ) -> Result<Arc<Pools>, ApiKeyError> {
        self.reject_mixing()?;
        self.close_replaced(settings).await;
        let again = self.opened_before.load(Ordering::SeqCst);
        let pools = match &self.place {
            Place::File(watch) => {
                self.cache.forget_all();
                if again && !watch.file_exists() {
                    return Err(missing_file(&display_path(&settings.url)));
                }
                Pools::open_file(settings, watch, !again).await?
            }
            Place::Memory(_) => Pools::open_memory(settings).await?,
        };
        if migrate && let Err(error) = migrate_table(&pools, settings, again).await {
            pools.close(settings.pool.acquire_timeout).await;
            return Err(cannot_migrate(&settings.url, error));
        }
        self.opened_before.store(true, Ordering::SeqCst);
        Ok(Arc::new(pools))
    }

    /// Keeps the connections to a file that was replaced until the next call opens the new one.
    pub(in crate::store) fn retire(&self, pools: &Arc<Pools>) {
        *self.replaced() = Some(Arc::clone(pools));
    }

    /// Ends the cache, and closes the connections to a file that was replaced.
    pub(in crate::store) async fn close(&self, settings: &DatabaseSettings) {
        match &self.place {
            Place::Memory(private) => private.end(),
            Place::File(_) => {}
        }
        self.close_replaced(settings).await;
    }

    async fn close_replaced(&self, settings: &DatabaseSettings) {
        let replaced = self.replaced().take();
        if let Some(pools) = replaced {
            pools.close(settings.pool.acquire_timeout).await;
        }
    }

    fn reject_mixing(&self) -> Result<(), ApiKeyError> {
        let replaced = self.replaced();
        let file = replaced.as_ref().and_then(|pools| pools.file());
        file.map_or(Ok(()), OpenFile::reject_mixing)
    }

    fn replaced(&self) -> MutexGuard<'_, Option<Arc<Pools>>> {
        self.replaced.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn migrate_table(
    pools: &Pools,
    settings: &DatabaseSettings,
    again: bool,
) -> Result<(), ApiKeyError> {
    // A replacement without the table is not migrated: it is more likely a mistake than an intended empty database.
    if again && lacks_table(SqliteExecutor::new(pools.connections())).await? {
        return Ok(());
    }
    migration::up(&Pool::Sqlite(pools.connections().clone()), settings).await.map(drop)
}
