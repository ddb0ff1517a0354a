//! The use cases, one a file.
//!
//! Owns the order of steps: judge, derive, write, answer. Invariants: whatever
//! derives a key holds no connection meanwhile; whatever writes is one
//! transaction; whatever fails changes nothing.

mod authenticate;
mod create;
mod delete;
mod migrate;
mod options;
mod read;
mod revoke;
mod roll;
mod soft_delete;
mod update;
mod upsert;

pub use options::ServiceOptions;
pub use read::Page;
pub use roll::Rolled;

use crate::api_key::{ApiKey, PublicApiKey};
use crate::error::ApiKeyError;
use crate::query::{Filter, Target};
use crate::store::{Connection, Database, Query, find_for_update};
use crate::token::{Hasher, RawToken};

/// API keys in one database.
pub struct ApiKeyService {
    database: Database,
    hasher: Hasher,
    in_medusa: bool,
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
    /// A service that connects when it is first needed.
    ///
    /// # Errors
    /// `Option` for an option that cannot be used.
    pub fn new(options: ServiceOptions) -> Result<Self, ApiKeyError> {
        Ok(Self {
            in_medusa: options.database.in_medusa,
            database: Database::new(options.database, options.migrate),
            hasher: Hasher::new(options.hasher)?,
        })
    }

    /// Waits for running statements and closes every connection. Calls after it fail with `Closed`.
    ///
    /// # Errors
    /// `Database` when the driver cannot close.
    pub async fn close(&self) -> Result<(), ApiKeyError> {
        self.database.close().await
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
