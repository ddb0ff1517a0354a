//! authenticate, and the lookup of publishable keys

use std::sync::Arc;

use super::ApiKeyService;
use crate::api_key::{ApiKey, ApiKeyType, PublicApiKey};
use crate::cache::{KeyCache, Remembered, Ticket};
use crate::call_context::Timestamp;
use crate::deadline;
use crate::error::ApiKeyError;
use crate::token::{Fingerprint, StoredToken, TokenDigest, may_be_publishable, may_be_token};

impl ApiKeyService {
    /// The live secret key of a token, or none.
    ///
    /// The answer rests on a read that starts after the call arrived, so that a
    /// key revoked anywhere is refused from the moment its revocation is committed.
    ///
    /// # Errors
    /// `Busy`, `Unavailable` or `Database`; whatever is wrong with the token itself is `None`.
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
        let ticket = self.ticket();
        let candidates = self.database.candidates(TokenDigest::of(token), token.redact()).await?;
        for key in candidates {
            let StoredToken::Hashed { hash, salt } = &key.token else { continue };
            if key.has_ended(now) {
                continue;
            }
            let verified = deadline::wait(self.hasher.verify(&presented, hash, salt)).await;
            match verified.unwrap_or(Err(ApiKeyError::TimedOut)) {
                Ok(true) => {
                    self.used(&key, token, now);
                    return Ok(Some(self.remember(ticket, presented.fingerprint, key)));
                }
                // A hash that this version cannot read belongs to nobody's token.
                Ok(false) | Err(ApiKeyError::UnknownHash) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// The publishable key of a token, live or not, or none, read after the call arrived.
    ///
    /// # Errors
    /// `Unavailable` or `Database`.
    pub async fn publishable(
        &self,
        token: String,
        now: Timestamp,
    ) -> Result<Option<Arc<PublicApiKey>>, ApiKeyError> {
        // SECURITY: a secret that was sent in the place of a publishable token must not get into a server's log of values.
        if !may_be_publishable(&token) {
            return Ok(None);
        }
        let ticket = self.ticket();
        let found = self.database.publishable(&token).await?;
        Ok(found.map(|key| {
            let presented = self.hasher.present(token);
            self.used(&key, &presented.token, now);
            self.remember(ticket, presented.fingerprint, key)
        }))
    }

    /// What [`authenticate`](Self::authenticate) would answer, if memory knows it and may tell. Takes microseconds and
    /// never waits for the database.
    #[must_use]
    pub fn recall_secret(&self, token: String, now: Timestamp) -> Option<Remembered> {
        let remembered = self.recall(token, ApiKeyType::Secret, now)?;
        // Whether a key has ended is for a read to say: its end may have been taken back.
        (!remembered.key.has_ended(now)).then_some(remembered)
    }

    /// What [`publishable`](Self::publishable) would answer, if memory knows it and may tell.
    #[must_use]
    pub fn recall_publishable(&self, token: String, now: Timestamp) -> Option<Remembered> {
        self.recall(token, ApiKeyType::Publishable, now)
    }

    /// The row behind a number that [`recall_secret`](Self::recall_secret) or [`recall_publishable`](Self::recall_publishable)
    /// returned, or a later one of the same token. Counts as no use.
    #[must_use]
    pub fn recalled_row(
        &self,
        token: String,
        kind: ApiKeyType,
        now: Timestamp,
    ) -> Option<Remembered> {
        let remembered = self.in_memory(token, KeyCache::peek)?;
        let key = &remembered.key;
        let may_be_answered = match kind {
            ApiKeyType::Secret => !key.has_ended(now),
            ApiKeyType::Publishable => true,
        };
        (key.kind == kind && may_be_answered).then_some(remembered)
    }

    fn recall(&self, token: String, kind: ApiKeyType, now: Timestamp) -> Option<Remembered> {
        let remembered = self.in_memory(token, KeyCache::recall)?;
        let key = &remembered.key;
        if key.kind != kind {
            return None;
        }
        if !key.has_ended(now) {
            self.last_used.record(key.id.as_str(), key.last_used_at, now);
        }
        Some(remembered)
    }

    fn in_memory(
        &self,
        token: String,
        look: impl FnOnce(&KeyCache, &Fingerprint) -> Option<Remembered>,
    ) -> Option<Remembered> {
        if self.is_closed() {
            return None;
        }
        let cache = self.database.cache().filter(|_| may_be_token(&token))?;
        look(cache, &self.hasher.present(token).fingerprint)
    }

    fn ticket(&self) -> Option<Ticket> {
        self.database.cache().and_then(KeyCache::ticket)
    }

    fn remember(
        &self,
        ticket: Option<Ticket>,
        token: Fingerprint,
        key: Arc<ApiKey>,
    ) -> Arc<PublicApiKey> {
        let key = Arc::new(PublicApiKey::from(Arc::unwrap_or_clone(key)));
        if let (Some(cache), Some(ticket)) = (self.database.cache(), ticket) {
            cache.remember(ticket, token, &key);
        }
        key
    }
}
