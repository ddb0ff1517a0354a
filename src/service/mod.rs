//! The use cases, one per file.
//!
//! Owns the order of steps: validate, derive, write, return. Invariants: a call holds no connection while it derives a
//! hash; each write is one transaction; a failed call changes nothing.

mod authenticate;
mod background;
mod bound;
mod cascade;
mod create;
mod deadlock;
mod declare;
mod delete;
mod diagnose;
mod migrate;
mod options;
mod ping;
mod prune;
mod read;
mod redeem;
mod revoke;
mod revoke_token;
mod roll;
mod soft_delete;
mod status;
mod supersede;
mod update;
mod upsert;
mod verify;

pub use crate::store::Diagnosis;
pub use authenticate::{RefusedToken, may_recall};
pub use declare::{Declared, Element};
pub use options::ServiceOptions;
pub use ping::{Health, Problem};
pub use prune::Pruned;
pub use read::Page;
pub use redeem::Redeemed;
pub use roll::Rolled;
pub use verify::judge_cached;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::Handle;
use tokio::sync::OnceCell;

use background::last_used::LastUsed;
use background::row_backfill::RowBackfill;
use bound::bound;
use deadlock::repeat_after_deadlocks;
use status::Status;

use crate::api_key::{ApiKey, CompactId, PublicApiKey};
use crate::cache::KeyCache;
use crate::call_context::Timestamp;
use crate::call_thread::CallThread;
use crate::error::ApiKeyError;
use crate::event::EventSink;
use crate::query::{Filter, Target};
use crate::store::{Connection, Database, Query, Transaction, find_for_update};
use crate::token::{Brand, Hasher, RawToken, may_be_token};

/// API keys in one database.
pub struct ApiKeyService {
    database: Arc<Database>,
    hasher: Arc<Hasher>,
    row_backfill: RowBackfill,
    last_used: LastUsed,
    /// The brand of new tokens.
    brand: Option<Brand>,
    in_medusa: bool,
    /// The runtime in which the service was constructed, if any.
    runtime: Option<Handle>,
    closed: AtomicBool,
    closing: OnceCell<Result<(), ApiKeyError>>,
}

/// The result of a write.
#[derive(Debug, Default)]
pub struct Written {
    /// The keys to return.
    pub keys: Vec<PublicApiKey>,
    /// The ids of created keys.
    pub created: Vec<String>,
    /// The ids of updated keys.
    pub updated: Vec<String>,
    /// The ids of those among them that a new key superseded.
    pub superseded: Vec<String>,
    /// The ids of deleted keys.
    pub deleted: Vec<String>,
}

impl ApiKeyService {
    /// Creates a service that connects on first use and reports operational events.
    ///
    /// # Errors
    /// `Option` for an invalid option.
    pub fn new(options: &ServiceOptions, events: EventSink) -> Result<Self, ApiKeyError> {
        let settings = options.database()?;
        let in_medusa = settings.in_medusa;
        let hasher = Arc::new(Hasher::new(options.hasher()?, events.clone())?);
        let (migrate, max_staleness) = (options.migrate(), options.max_staleness());
        let database = Arc::new(Database::new(settings, migrate, max_staleness, events));
        Ok(Self {
            brand: options.brand(),
            in_medusa,
            row_backfill: RowBackfill::new(
                options.rehash(),
                Arc::clone(&database),
                Arc::clone(&hasher),
            ),
            last_used: LastUsed::new(options.last_used_interval(), Arc::clone(&database)),
            database,
            hasher,
            runtime: Handle::try_current().ok(),
            closed: AtomicBool::new(false),
            closing: OnceCell::new(),
        })
    }

    /// Returns where the calls of every request run.
    #[must_use]
    pub fn call_thread(&self) -> CallThread {
        self.database.call_thread()
    }

    /// Whether a string may be the token of a key. A token of the service's brand with a wrong checksum is refused here,
    /// without a read or a derivation.
    fn may_be_known(&self, token: &str) -> bool {
        may_be_token(token) && !self.brand.as_ref().is_some_and(|brand| brand.refuses(token))
    }

    /// Starts the background work after a successful authentication.
    fn record_use(&self, key: &ApiKey, token: &RawToken, now: Timestamp) {
        self.row_backfill.after_success(key, token);
        self.last_used.record(CompactId::of(key.id.as_str()), key.last_used_at, now);
    }

    /// Stops answers from the cache; [`close`](Self::close) does the rest.
    pub fn begin_close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    /// Whether the service is closing or closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Writes pending last uses, waits for running statements and closes every connection.
    ///
    /// Later calls of other methods fail with `Closed`. Repeated calls of this one wait for the same close.
    ///
    /// # Errors
    /// `Database` when the driver cannot close.
    pub async fn close(&self) -> Result<(), ApiKeyError> {
        self.begin_close();
        let closing = || async {
            self.last_used.close().await;
            let closed = self.database.close().await;
            if let Some(cache) = self.database.cache() {
                cache.release();
            }
            closed
        };
        self.closing.get_or_init(closing).await.clone()
    }

    /// Closes a service that was dropped. If its runtime has ended, the service is dropped without closing.
    pub fn close_in_background(self: Arc<Self>) {
        self.begin_close();
        if let Some(runtime) = self.runtime.clone() {
            // No caller is left to receive an error.
            runtime.spawn(async move { self.close().await });
        }
    }

    /// Commits a change of keys and invalidates them in the cache before the call returns.
    ///
    /// It invalidates them after a failed commit too, and after one that the call does not wait for any longer, because
    /// that may have taken effect.
    async fn commit(
        &self,
        transaction: Transaction,
        changed: &[String],
    ) -> Result<(), ApiKeyError> {
        let _invalidation = Invalidation { cache: self.database.cache(), changed };
        transaction.commit().await
    }
}

/// Invalidates keys in the cache when it is dropped.
struct Invalidation<'a> {
    cache: Option<&'a KeyCache>,
    changed: &'a [String],
}

impl Drop for Invalidation<'_> {
    fn drop(&mut self) {
        if let Some(cache) = self.cache {
            self.changed.iter().for_each(|id| cache.forget(id));
        }
    }
}

/// Finds and locks the targets of a write. A key given by id must exist; a selector may match none.
async fn find_locked(on: &Connection<'_>, target: &Target) -> Result<Vec<ApiKey>, ApiKeyError> {
    match target {
        Target::Nothing => Ok(Vec::new()),
        Target::Matching(filter) => find_for_update(on, &Query::visible(filter.clone())).await,
        Target::One(id) => {
            let found = find_for_update(on, &Query::visible(Filter::id(id))).await?;
            if found.is_empty() {
                Err(ApiKeyError::NoSuchKeys(vec![id.clone()]))
            } else {
                Ok(found)
            }
        }
    }
}

fn ids_of(keys: &[ApiKey]) -> Vec<String> {
    keys.iter().map(|key| key.id.as_str().to_owned()).collect()
}

fn to_public(keys: Vec<ApiKey>) -> Vec<PublicApiKey> {
    keys.into_iter().map(PublicApiKey::from).collect()
}

/// Separates the keys from their raw tokens, which only the creation returns.
fn split(issued: Vec<(ApiKey, RawToken)>) -> (Vec<ApiKey>, Vec<RawToken>) {
    issued.into_iter().unzip()
}

#[cfg(test)]
mod tests;
