//! Decides whether keys of a database may be cached, and how changes are detected.

use std::sync::Arc;
use std::time::Duration;

use crate::cache::{KeyCache, Lease};
use crate::store::settings::DatabaseUrl;
use crate::store::sqlite::{Private, Watch};

/// The key cache of a database and what keeps it valid.
pub(super) enum CachePolicy {
    /// No cache.
    None,
    /// Valid while the lease on change notifications is held (PostgreSQL).
    Leased(Arc<KeyCache>, Arc<Lease>),
    /// Valid while the SQLite file is unchanged.
    File(Arc<KeyCache>, Arc<Watch>),
    /// Valid until this service changes the keys: no other process can (SQLite in memory).
    Private(Arc<KeyCache>, Arc<Private>),
}

impl CachePolicy {
    pub(super) fn new(url: &DatabaseUrl, max_staleness: Option<Duration>) -> Self {
        match (url, max_staleness) {
            (DatabaseUrl::Postgres(_), None) => Self::None,
            (DatabaseUrl::Postgres(_), Some(bound)) => {
                let lease = Arc::new(Lease::new(bound));
                Self::Leased(Arc::new(KeyCache::new(Arc::clone(&lease) as _)), lease)
            }
            (DatabaseUrl::SqliteFile(path), _) => {
                // The path must not depend on later changes of the working directory.
                let path = std::path::absolute(path).unwrap_or_else(|_| path.into());
                let watch = Arc::new(Watch::new(path));
                Self::File(Arc::new(KeyCache::new(Arc::clone(&watch) as _)), watch)
            }
            (DatabaseUrl::SqliteMemory, _) => {
                let private = Arc::new(Private::default());
                Self::Private(Arc::new(KeyCache::new(Arc::clone(&private) as _)), private)
            }
        }
    }

    pub(super) fn cache(&self) -> Option<&Arc<KeyCache>> {
        match self {
            Self::None => None,
            Self::Leased(cache, _) | Self::File(cache, _) | Self::Private(cache, _) => Some(cache),
        }
    }
}
