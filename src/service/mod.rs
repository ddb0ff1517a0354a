//! The use cases, one a file.
//!
//! Owns the order of steps: judge, derive, write, answer. Invariants: whatever
//! derives a key holds no connection meanwhile; whatever writes is one
//! transaction; whatever fails changes nothing.

mod authenticate;
mod background;
mod create;
mod delete;
mod migrate;
mod options;
mod read;
mod revoke;
mod roll;
mod soft_delete;
mod status;
mod update;
mod upsert;

pub use options::ServiceOptions;
pub use read::Page;
pub use roll::Rolled;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::Handle;
use tokio::sync::OnceCell;

use background::last_used::LastUsed;
use background::row_backfill::RowBackfill;

use crate::api_key::{ApiKey, PublicApiKey};
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::event::EventSink;
use crate::query::{Filter, Target};
use crate::store::{Connection, Database, Query, Transaction, find_for_update};
use crate::token::{Hasher, RawToken};

/// API keys in one database.
pub struct ApiKeyService {
    database: Arc<Database>,
    hasher: Arc<Hasher>,
    row_backfill: RowBackfill,
    last_used: LastUsed,
    in_medusa: bool,
    /// Where the service was made, if it was made within a runtime.
    runtime: Option<Handle>,
    closed: AtomicBool,
    closing: OnceCell<Result<(), ApiKeyError>>,
}

/// What a write did.
#[derive(Debug, Default)]
pub struct Written {
    /// The keys to answer with.
    pub keys: Vec<PublicApiKey>,
    /// The ids of keys that came to be.
    pub created: Vec<String>,
    /// The ids of keys that changed.
    pub updated: Vec<String>,
    /// The ids of keys that went.
    pub deleted: Vec<String>,
}

impl ApiKeyService {
    /// A service that connects when it is first needed, and tells what happens beside its calls.
    ///
    /// # Errors
    /// `Option` for an option that cannot be used.
    pub fn new(options: &ServiceOptions, events: EventSink) -> Result<Self, ApiKeyError> {
        let settings = options.database()?;
        let in_medusa = settings.in_medusa;
        let hasher = Arc::new(Hasher::new(options.hasher()?, events.clone())?);
        let (migrate, max_staleness) = (options.migrate(), options.max_staleness());
        let database = Arc::new(Database::new(settings, migrate, max_staleness, events));
        Ok(Self {
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

    /// What follows a success; nobody waits for it.
    fn used(&self, key: &ApiKey, token: &RawToken, now: Timestamp) {
        self.row_backfill.after_success(key, token);
        self.last_used.record(key.id.as_str(), key.last_used_at, now);
    }

    /// From now on nothing is answered from memory; [`close`](Self::close) does the rest.
    pub fn begin_close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    /// Whether closing has begun.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Writes down last uses, waits for running statements and closes every connection. Calls after it fail with `Closed`.
    /// Several calls close once, and all of them wait for that.
    ///
    /// # Errors
    /// `Database` when the driver cannot close.
    pub async fn close(&self) -> Result<(), ApiKeyError> {
        self.begin_close();
        let closing = || async {
            self.last_used.close().await;
            self.database.close().await
        };
        self.closing.get_or_init(closing).await.clone()
    }

    /// Closes a service that was dropped. A runtime that has ended takes no task:
    /// then the service is dropped as it is.
    pub fn close_in_background(self: Arc<Self>) {
        self.begin_close();
        if let Some(runtime) = self.runtime.clone() {
            // Whoever could be told of a failure is gone.
            runtime.spawn(async move { self.close().await });
        }
    }

    /// Commits a change of keys, and forgets what was remembered of them before the change is answered. A commit that
    /// fails may have taken effect all the same.
    async fn commit(
        &self,
        transaction: Transaction,
        changed: &[String],
    ) -> Result<(), ApiKeyError> {
        let committed = transaction.commit().await;
        if let Some(cache) = self.database.cache() {
            changed.iter().for_each(|id| cache.forget(id));
        }
        committed
    }
}

/// The keys that a write is aimed at, locked. A named one must exist; of a selector there may be none.
async fn locked(on: &Connection<'_>, target: &Target) -> Result<Vec<ApiKey>, ApiKeyError> {
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

fn answers(keys: Vec<ApiKey>) -> Vec<PublicApiKey> {
    keys.into_iter().map(PublicApiKey::from).collect()
}

/// Keys beside the tokens that their creator is told once.
fn split(issued: Vec<(ApiKey, RawToken)>) -> (Vec<ApiKey>, Vec<RawToken>) {
    issued.into_iter().unzip()
}

#[cfg(test)]
mod tests;
