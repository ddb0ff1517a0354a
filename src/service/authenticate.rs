//! authenticate, and the lookup of publishable keys.

use std::sync::Arc;

use super::ApiKeyService;
use crate::api_key::{ApiKey, ApiKeyType, Essentials, PackedKey, PublicApiKey, Refusal};
use crate::cache::{CachedRow, KeyCache, Ticket};
use crate::call_context::Timestamp;
use crate::deadline;
use crate::error::ApiKeyError;
use crate::token::{
    Fingerprint, Presented, StoredToken, TokenDigest, may_be_publishable, may_be_token,
};

/// Whether a key that is refused must be proven to be the token's, so that the caller may learn the reason.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    OfAccepted,
    OfRefusedToo,
}

/// Why no key was accepted, and the key of which that is the reason.
pub(super) struct Refused {
    pub(super) reason: Refusal,
    pub(super) key: Option<Arc<ApiKey>>,
}

/// A refused token: why, and the id of its key as far as known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedToken {
    /// The reason.
    pub reason: Refusal,
    /// The id, for the operator.
    pub key_id: Option<String>,
}

impl RefusedToken {
    /// A token that belongs to no key.
    pub(super) fn unknown() -> Self {
        Self { reason: Refusal::Unknown, key_id: None }
    }
}

impl From<Refused> for RefusedToken {
    fn from(Refused { reason, key }: Refused) -> Self {
        Self { reason, key_id: key.map(|key| key.id.as_str().to_owned()) }
    }
}

/// How the key of a token is chosen.
struct Search<J> {
    judge: J,
    proof: Proof,
    /// The hashes that the token did not match.
    mismatched: Vec<StoredToken>,
}

impl ApiKeyService {
    /// Finds the active, unrestricted secret key of a token; otherwise the reason against it, which is for the operator:
    /// without a derivation, the selector alone decides which key a refused token belongs to.
    ///
    /// The read starts after the call arrived, so a key revoked by any process is rejected as soon as its revocation is
    /// committed.
    ///
    /// # Errors
    /// `Busy`, `Unavailable` or `Database`.
    pub async fn authenticate(
        &self,
        token: String,
        now: Timestamp,
    ) -> Result<Result<Arc<PublicApiKey>, RefusedToken>, ApiKeyError> {
        if !self.may_be_known(&token) {
            return Ok(Err(RefusedToken::unknown()));
        }
        let presented = self.hasher.present(token);
        let ticket = self.ticket();
        let judge = |key: &ApiKey| {
            // SECURITY: Medusa lets the key that this returns in as a whole admin.
            if key.has_ended(now) {
                return Err(key.reason_of_end());
            }
            if key.restricted { Err(Refusal::Restricted) } else { Ok(()) }
        };
        let found = self.find_proven(&presented, judge, Proof::OfAccepted).await?;
        Ok(match found {
            Ok(key) => {
                self.record_use(&key, &presented.token, now);
                Ok(self.cache_key(ticket, presented.fingerprint, key))
            }
            Err(refused) => Err(refused.into()),
        })
    }

    /// Finds the key of a token that is accepted, or the reason why the token's key is refused.
    pub(super) async fn find_proven(
        &self,
        presented: &Presented,
        judge: impl Fn(&ApiKey) -> Result<(), Refusal>,
        proof: Proof,
    ) -> Result<Result<Arc<ApiKey>, Refused>, ApiKeyError> {
        let token = &presented.token;
        let digest = TokenDigest::of(token);
        let mut search = Search { judge, proof, mismatched: Vec::new() };
        // A shop's keys have digests. Only a read of all candidates may reject a token.
        let digested = self.database.digested(digest.clone()).await?;
        if let Ok(key) = self.accepted_key(digested, presented, &mut search).await? {
            return Ok(Ok(key));
        }
        let candidates = self.database.candidates(digest, token.redact()).await?;
        self.accepted_key(candidates, presented, &mut search).await
    }

    /// Returns the first key that is accepted and whose hash verifies a token. Hashes that do not are not tried again.
    async fn accepted_key(
        &self,
        keys: Vec<Arc<ApiKey>>,
        presented: &Presented,
        search: &mut Search<impl Fn(&ApiKey) -> Result<(), Refusal>>,
    ) -> Result<Result<Arc<ApiKey>, Refused>, ApiKeyError> {
        let mut refused = Refused { reason: Refusal::Unknown, key: None };
        for key in keys {
            let StoredToken::Hashed { hash, salt } = &key.token else { continue };
            let verdict = (search.judge)(&key);
            let needs_proof = verdict.is_ok() || search.proof == Proof::OfRefusedToo;
            if search.mismatched.contains(&key.token) {
                continue;
            }
            if !needs_proof {
                // The selector is 64 bits of a digest of the token. Rows without one may belong to other tokens.
                if let (Err(reason), true, None) =
                    (verdict, key.token_digest.is_some(), &refused.key)
                {
                    refused = Refused { reason, key: Some(key) };
                }
                continue;
            }
            let verified = deadline::wait(self.hasher.verify(presented, hash, salt)).await;
            match verified.unwrap_or(Err(ApiKeyError::TimedOut)) {
                Ok(true) => match verdict {
                    Ok(()) => return Ok(Ok(key)),
                    Err(reason) if refused.key.is_none() => {
                        refused = Refused { reason, key: Some(key) };
                    }
                    Err(_) => {}
                },
                Ok(false) => {
                    // The digest, by which the row was found, is the token's, and its hash is not.
                    if key.token_digest.is_some() {
                        self.hasher.report_mismatch(hash);
                    }
                    search.mismatched.push(key.token.clone());
                }
                // A hash that this version cannot parse matches no token.
                Err(ApiKeyError::UnknownHash) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Err(refused))
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
        if !may_be_publishable(&token) || !self.may_be_known(&token) {
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

    /// The cached row with this number, which [`recall`](Self::recall) or [`recall_verified`](Self::recall_verified)
    /// returned for this token, or a later row of the same token, which is accepted too. Does not count as a use.
    #[must_use]
    pub fn recalled_row(
        &self,
        token: String,
        accept: impl FnOnce(&PackedKey) -> bool,
    ) -> Option<CachedRow> {
        let (cache, token) = self.fingerprint(token)?;
        cache.row(&token).filter(|row| accept(&row.key))
    }

    /// The fingerprint of a token that the cache may know.
    pub(super) fn fingerprint(&self, token: String) -> Option<(&KeyCache, Fingerprint)> {
        if self.is_closed() {
            return None;
        }
        let cache = self.database.cache().filter(|_| may_be_token(&token))?;
        Some((cache, self.hasher.present(token).fingerprint))
    }

    pub(super) fn ticket(&self) -> Option<Ticket> {
        self.database.cache().and_then(KeyCache::ticket)
    }

    pub(super) fn cache_key(
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

/// Whether a cached key may be the result of [`ApiKeyService::authenticate`] or [`ApiKeyService::publishable`].
#[must_use]
pub fn may_recall(key: &Essentials, kind: ApiKeyType, now: Timestamp) -> bool {
    let may_be_returned = match kind {
        // Only a read can confirm that a key has ended: its revocation may have been undone.
        ApiKeyType::Secret => !key.restricted && !key.has_ended(now),
        ApiKeyType::Publishable => true,
    };
    key.kind == kind && may_be_returned
}
