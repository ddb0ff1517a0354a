//! authenticate, and the lookup of publishable keys.

use std::sync::Arc;

use super::ApiKeyService;
use crate::api_key::{ApiKey, ApiKeyType, Essentials, PublicApiKey};
use crate::cache::{CachedRow, KeyCache, Ticket};
use crate::call_context::Timestamp;
use crate::deadline;
use crate::error::ApiKeyError;
use crate::token::{
    Fingerprint, Presented, StoredToken, TokenDigest, may_be_publishable, may_be_token,
};

impl ApiKeyService {
    /// Finds the active secret key of a token.
    ///
    /// The read starts after the call arrived, so a key revoked by any process is rejected as soon as its revocation is
    /// committed.
    ///
    /// # Errors
    /// `Busy`, `Unavailable` or `Database`; any invalid token returns `None`.
    pub async fn authenticate(
        &self,
        token: String,
        now: Timestamp,
    ) -> Result<Option<Arc<PublicApiKey>>, ApiKeyError> {
        if !may_be_token(&token) {
            return Ok(None);
        }
        let presented = self.hasher.present(token);
        let token = &presented.token;
        let digest = TokenDigest::of(token);
        let ticket = self.ticket();
        let mut mismatched = Vec::new();
        // A shop's keys have digests. Only a read of all candidates may reject a token.
        let digested = self.database.digested(digest.clone()).await?;
        let found = match self.verified_key(digested, &presented, now, &mut mismatched).await? {
            Some(key) => Some(key),
            None => {
                let candidates = self.database.candidates(digest, token.redact()).await?;
                self.verified_key(candidates, &presented, now, &mut mismatched).await?
            }
        };
        Ok(found.map(|key| {
            self.record_use(&key, token, now);
            self.cache_key(ticket, presented.fingerprint, key)
        }))
    }

    /// Returns the first key that has not ended and whose hash verifies a token. Hashes that do not are not tried again.
    async fn verified_key(
        &self,
        keys: Vec<Arc<ApiKey>>,
        presented: &Presented,
        now: Timestamp,
        mismatched: &mut Vec<StoredToken>,
    ) -> Result<Option<Arc<ApiKey>>, ApiKeyError> {
        for key in keys {
            let StoredToken::Hashed { hash, salt } = &key.token else { continue };
            if key.has_ended(now) || mismatched.contains(&key.token) {
                continue;
            }
            let verified = deadline::wait(self.hasher.verify(presented, hash, salt)).await;
            match verified.unwrap_or(Err(ApiKeyError::TimedOut)) {
                Ok(true) => return Ok(Some(key)),
                Ok(false) => {
                    // The digest, by which the row was found, is the token's, and its hash is not.
                    if key.token_digest.is_some() {
                        self.hasher.report_mismatch(hash);
                    }
                    mismatched.push(key.token.clone());
                }
                // A hash that this version cannot parse matches no token.
                Err(ApiKeyError::UnknownHash) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Finds the publishable key of a token, revoked or not, with a read that starts after the call arrived.
    ///
    /// # Errors
    /// `Unavailable` or `Database`.
    pub async fn publishable(
        &self,
        token: String,
        now: Timestamp,
    ) -> Result<Option<Arc<PublicApiKey>>, ApiKeyError> {
        // SECURITY: a secret sent instead of a publishable token must not reach a server's log of parameter values.
        if !may_be_publishable(&token) {
            return Ok(None);
        }
        let ticket = self.ticket();
        let found = self.database.publishable(&token).await?;
        Ok(found.map(|key| {
            let presented = self.hasher.present(token);
            self.record_use(&key, &presented.token, now);
            self.cache_key(ticket, presented.fingerprint, key)
        }))
    }

    /// The number of the cached row that is the result of [`authenticate`](Self::authenticate) or
    /// [`publishable`](Self::publishable), if it is cached and valid.
    ///
    /// Takes less than a microsecond under a lease, and never waits for the database.
    #[must_use]
    pub fn recall(&self, token: String, kind: ApiKeyType, now: Timestamp) -> Option<u64> {
        let (cache, token) = self.fingerprint(token)?;
        let cached = cache.get(&token).filter(|cached| may_recall(&cached.key, kind, now))?;
        if !cached.key.has_ended(now) {
            self.last_used.record(cached.key.id, cached.key.last_used_at, now);
        }
        Some(cached.number)
    }

    /// The cached row of a token.
    ///
    /// It is the row whose number [`recall`](Self::recall) returned, or a later row of the same token. Does not count as
    /// a use.
    #[must_use]
    pub fn recalled_row(
        &self,
        token: String,
        kind: ApiKeyType,
        now: Timestamp,
    ) -> Option<CachedRow> {
        let (cache, token) = self.fingerprint(token)?;
        let row = cache.row(&token)?;
        may_recall(&row.key.essentials()?, kind, now).then_some(row)
    }

    /// The fingerprint of a token that the cache may know.
    fn fingerprint(&self, token: String) -> Option<(&KeyCache, Fingerprint)> {
        if self.is_closed() {
            return None;
        }
        let cache = self.database.cache().filter(|_| may_be_token(&token))?;
        Some((cache, self.hasher.present(token).fingerprint))
    }

    fn ticket(&self) -> Option<Ticket> {
        self.database.cache().and_then(KeyCache::ticket)
    }

    fn cache_key(
        &self,
        ticket: Option<Ticket>,
        token: Fingerprint,
        key: Arc<ApiKey>,
    ) -> Arc<PublicApiKey> {
        let key = Arc::new(PublicApiKey::from(Arc::unwrap_or_clone(key)));
        if let (Some(cache), Some(ticket)) = (self.database.cache(), ticket) {
            cache.insert(ticket, token, &key);
        }
        key
    }
}

fn may_recall(key: &Essentials, kind: ApiKeyType, now: Timestamp) -> bool {
    let may_be_returned = match kind {
        // Only a read can confirm that a key has ended: its revocation may have been undone.
        ApiKeyType::Secret => !key.has_ended(now),
        ApiKeyType::Publishable => true,
    };
    key.kind == kind && may_be_returned
}
