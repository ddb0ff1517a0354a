//! verify

use std::sync::Arc;

use super::ApiKeyService;
use super::authenticate::{Proof, Refused, RefusedToken};
use crate::api_key::{ApiKey, ApiKeyType, Demand, Essentials, PackedKey, PublicApiKey, Refusal};
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;

impl ApiKeyService {
    /// Finds the active secret key of a token if it satisfies a demand, restricted or not; otherwise the reason against it.
    ///
    /// Reads and caches as [`authenticate`](Self::authenticate). Only a token that belongs to the key learns the reason.
    ///
    /// # Errors
    /// `Busy`, `Unavailable` or `Database`.
    pub async fn verify(
        &self,
        token: String,
        demand: &Demand,
        now: Timestamp,
    ) -> Result<Result<Arc<PublicApiKey>, RefusedToken>, ApiKeyError> {
        if !self.may_be_known(&token) {
            return Ok(Err(RefusedToken::unknown()));
        }
        let presented = self.hasher.present(token);
        let ticket = self.ticket();
        let judge = |key: &ApiKey| {
            if key.has_ended(now) { Err(key.reason_of_end()) } else { key.judge(demand) }
        };
        let found = self.find_proven(&presented, judge, Proof::OfRefusedToo).await?;
        Ok(match found {
            Ok(key) => {
                self.record_use(&key, &presented.token, now);
                Ok(self.cache_key(ticket, presented.fingerprint, key))
            }
            Err(Refused { reason, key }) => {
                let key_id = key.as_ref().map(|key| key.id.as_str().to_owned());
                // The next demand may be another one, and is judged from the cache.
                if let Some(key) = key.filter(|key| !key.has_ended(now)) {
                    self.cache_key(ticket, presented.fingerprint, key);
                }
                Err(RefusedToken { reason, key_id })
            }
        })
    }

    /// The number of the cached row that is the result of [`verify`](Self::verify), or the reason against the key, if it is
    /// cached and valid.
    #[must_use]
    pub fn recall_verified(
        &self,
        token: String,
        demand: &Demand,
        now: Timestamp,
    ) -> Option<Result<u64, Refusal>> {
        let (cache, token) = self.fingerprint(token)?;
        let (key, verdict) = cache.answer(&token, |row| {
            let (key, verdict) = judge_cached(&row.key, demand, now)?;
            Some((key, verdict.map(|()| row.number)))
        })?;
        if verdict.is_ok() {
            self.last_used.record(key.id, key.last_used_at, now);
        }
        Some(verdict)
    }
}

/// Judges a cached key; `None` if only a read can.
#[must_use]
pub fn judge_cached(
    key: &PackedKey,
    demand: &Demand,
    now: Timestamp,
) -> Option<(Essentials, Result<(), Refusal>)> {
    // Only a read can confirm that a key has ended: its revocation may have been undone.
    key.judge(demand).filter(|(key, _)| key.kind == ApiKeyType::Secret && !key.has_ended(now))
}
