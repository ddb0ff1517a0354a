//! Finds the keys of a token.

use std::sync::Arc;

use super::Database;
use crate::api_key::ApiKey;
use crate::error::ApiKeyError;
use crate::store::lookup::TokenLookup;
use crate::token::{Redacted, TokenDigest};

impl Database {
    /// Returns secret keys with the digest of a token, ordered by id: not soft-deleted, and not marked as revoked.
    ///
    /// Not finding a key proves nothing: only [`candidates`](Self::candidates) finds all, and takes more time on
    /// PostgreSQL. The read begins after the call.
    ///
    /// # Errors
    /// `Database` or `Unavailable`.
    pub async fn digested(&self, digest: TokenDigest) -> Result<Vec<Arc<ApiKey>>, ApiKeyError> {
        self.opened().await?.find(TokenLookup::Digested(digest)).await
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
        self.opened().await?.find(TokenLookup::Candidates { digest, redacted }).await
    }

    /// Returns the publishable key of a token: not soft-deleted, live or not.
    ///
    /// The read begins after the call.
    ///
    /// # Errors
    /// `Database` or `Unavailable`.
    pub async fn publishable(&self, token: &str) -> Result<Option<Arc<ApiKey>>, ApiKeyError> {
        let lookup = TokenLookup::Publishable(token.to_owned());
        Ok(self.opened().await?.find(lookup).await?.into_iter().next())
    }
}
