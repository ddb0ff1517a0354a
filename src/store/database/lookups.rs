//! Finds the keys of a token: shared reads on PostgreSQL, a separate pool for lookups on SQLite.

use std::sync::Arc;

use super::Database;
use crate::api_key::ApiKey;
use crate::error::ApiKeyError;
use crate::store::lookup::{find_candidates, find_publishable};
use crate::store::postgres::read_batcher::{TokenLookup, read_through_pool};
use crate::store::transaction::{Connection, Pool};
use crate::token::{Redacted, TokenDigest};

impl Database {
    /// Returns secret keys with the digest of a token, ordered by id: not soft-deleted, live or not.
    ///
    /// Not finding a key proves nothing: only [`candidates`](Self::candidates) finds all. On PostgreSQL, this takes
    /// less time. The read begins after the call.
    ///
    /// # Errors
    /// `Database` or `Unavailable`.
    pub async fn digested(&self, digest: TokenDigest) -> Result<Vec<Arc<ApiKey>>, ApiKeyError> {
        match &self.opened().await?.pool {
            Pool::Postgres(_) => self.find(TokenLookup::Digested(digest)).await,
            Pool::Sqlite(_) => Ok(Vec::new()),
        }
    }

    /// Returns the secret keys that may belong to a token, ordered by id: not soft-deleted, live or not.
    ///
    /// The read begins after the call.
    ///
    /// # Errors
    /// `Database` or `Unavailable`.
    pub async fn candidates(
        &self,
        digest: TokenDigest,
        redacted: Redacted,
    ) -> Result<Vec<Arc<ApiKey>>, ApiKeyError> {
        self.find(TokenLookup::Candidates { digest, redacted }).await
    }

    /// Returns the publishable key of a token: not soft-deleted, live or not.
    ///
    /// The read begins after the call.
    ///
    /// # Errors
    /// `Database` or `Unavailable`.
    pub async fn publishable(&self, token: &str) -> Result<Option<Arc<ApiKey>>, ApiKeyError> {
        Ok(self.find(TokenLookup::Publishable(token.to_owned())).await?.into_iter().next())
    }

    async fn find(&self, lookup: TokenLookup) -> Result<Vec<Arc<ApiKey>>, ApiKeyError> {
        let opened = self.opened().await?;
        let lookup = Arc::new(lookup);
        if let Some(read_batcher) = &opened.read_batcher
            && let Some(found) = read_batcher.find(Arc::clone(&lookup)).await?
        {
            return Ok(found);
        }
        let main = match &opened.pool {
            Pool::Postgres(pool) => return Box::pin(read_through_pool(pool, &lookup)).await,
            Pool::Sqlite(main) => main,
        };
        let lookups = opened.sqlite.as_ref().map_or(main, |pools| &pools.lookups);
        let on = Connection::of_pool(&Pool::Sqlite(lookups.clone()));
        let found = Box::pin(async {
            match &*lookup {
                TokenLookup::Digested(_) => Ok(Vec::new()),
                TokenLookup::Candidates { digest, redacted } => {
                    find_candidates(&on, digest, redacted).await
                }
                TokenLookup::Publishable(token) => find_publishable(&on, token).await,
            }
        });
        Ok(found.await?.into_iter().map(Arc::new).collect())
    }
}
