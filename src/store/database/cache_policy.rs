//! Which keys of a database may be answered from cache_policy.

use std::sync::Arc;
use std::time::Duration;

use crate::cache::{KeyCache, Lease};
use crate::store::settings::DatabaseUrl;
use crate::store::sqlite::{Private, Watch};

/// What may be answered without reading, and how that is known.
pub(super) enum CachePolicy {
    /// Nothing.
    None,
    /// What was heard to be unchanged.
    Leased(Arc<KeyCache>, Arc<Lease>),
    /// What the file says is unchanged.
    File(Arc<KeyCache>, Arc<Watch>),
    /// What this service has not changed.
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
                // A later change of the working directory must not change the file.
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
