//! The cache of proofs that a token matches a hash, with the running derivations that check it.
//!
//! A proof means "this token matches that stored hash", never "this key may be used": a hit skips the derivation only for
//! exactly the hash that was just read.
//! Invariant: equal claims that are checked at the same time share one derivation, and only a match is cached. See
//! docs/adr/0022.

use hmac::{Hmac, KeyInit, Mac};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{RawToken, TokenHash};
use crate::error::ApiKeyError;

/// The maximum number of cached proofs; the least used are evicted first.
const MAX_PROOFS: usize = 100_000;

pub(super) struct ProvenTokens {
    mac: Hmac<Sha256>,
    proofs: Cache<Claim, bool, MatchesOnly>,
}

/// A keyed MAC, truncated to 128 bits.
///
/// SECURITY: without the key, a token that has the fingerprint of one of 100,000 cached tokens is found with a
/// probability of 2^-111 per attempt, and each attempt is a call of the service. RFC 2104 allows half of the MAC.
type Mac128 = [u8; 16];

/// A keyed MAC of a token, which only this service can compute.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(Mac128);

/// The claim that a token matches a hash, proven or not: a keyed MAC of the token's fingerprint and the hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Claim(Mac128);

/// The proof that a token matches a hash. Only code that derived the hash from the token can construct one.
pub struct Proof {
    fingerprint: Fingerprint,
    hash: TokenHash,
}

impl Proof {
    pub(super) fn new(fingerprint: Fingerprint, hash: TokenHash) -> Self {
        Self { fingerprint, hash }
    }

    /// The proof for the same hash, sealed or not.
    #[must_use]
    pub fn with_seal(self, sealed: bool) -> Self {
        Self { hash: self.hash.with_seal(sealed), ..self }
    }

    /// The hash.
    #[must_use]
    pub fn hash(&self) -> &TokenHash {
        &self.hash
    }
}

/// Admits only matches: a mismatch weighs more than the cache holds, so waiting callers receive it and it is not stored.
#[derive(Clone)]
struct MatchesOnly;

impl Weighter<Claim, bool> for MatchesOnly {
    fn weight(&self, _: &Claim, matches: &bool) -> u64 {
        if *matches { 1 } else { u64::MAX }
    }
}

impl ProvenTokens {
    pub(super) fn new() -> Result<Self, ApiKeyError> {
        let mut key = Zeroizing::new([0_u8; 32]);
        // The key never leaves the process, so it does not come from the caller's entropy.
        getrandom::fill(key.as_mut()).map_err(|_| {
            ApiKeyError::Unexpected("The operating system provided no random bytes.")
        })?;
        let mac = Hmac::<Sha256>::new_from_slice(key.as_ref())
            .map_err(|_| ApiKeyError::Unexpected("Tokens cannot be fingerprinted."))?;
        let proofs: Cache<Claim, bool, MatchesOnly> =
            Cache::with_weighter(MAX_PROOFS, MAX_PROOFS as u64, MatchesOnly);
        // All the space at once, as in the cache of keys.
        proofs.reserve(MAX_PROOFS / 2);
        Ok(Self { mac, proofs })
    }

    // SECURITY: a keyed MAC, so that a later dump of the map reveals nothing about tokens.
    pub(super) fn fingerprint(&self, token: &RawToken) -> Fingerprint {
        Fingerprint(self.mac128([token.expose().as_bytes()]))
    }

    fn claim(&self, Fingerprint(fingerprint): Fingerprint, hash: &TokenHash) -> Claim {
        // The fingerprint has a fixed length, so no two claims are the same bytes.
        Claim(self.mac128([&fingerprint, hash.as_str().as_bytes()]))
    }

    fn mac128<const PARTS: usize>(&self, parts: [&[u8]; PARTS]) -> Mac128 {
        let mut mac = self.mac.clone();
        for part in parts {
            mac.update(part);
        }
        let mut start = Mac128::default();
        start.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        start
    }

    /// Whether a token matches a hash: from the cache, from an equal running call, or by this call's derivation.
    ///
    /// If a derivation fails or its caller gives up, one of the callers that wait for it derives next.
    pub(super) async fn matches(
        &self,
        fingerprint: Fingerprint,
        hash: &TokenHash,
        derivation: impl Future<Output = Result<bool, ApiKeyError>>,
    ) -> Result<bool, ApiKeyError> {
        let claim = self.claim(fingerprint, hash);
        self.proofs.get_or_insert_async(&claim, derivation).await
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.proofs.is_empty()
    }

    pub(super) fn remember(&self, Proof { fingerprint, hash }: Proof) {
        self.proofs.insert(self.claim(fingerprint, &hash), true);
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    const FAILURE: Result<bool, ApiKeyError> = Err(ApiKeyError::Busy(1));

    fn proven() -> (ProvenTokens, Fingerprint) {
        let proven = ProvenTokens::new().expect("randomness");
        let fingerprint = proven.fingerprint(&RawToken::presented("sk_1".into()));
        (proven, fingerprint)
    }

    #[tokio::test]
    async fn a_proof_holds_for_its_own_token_and_hash_only() {
        let (proven, fingerprint) = proven();
        let (hash, other) = (TokenHash::new("a".into()), TokenHash::new("b".into()));
        assert_eq!(proven.matches(fingerprint, &hash, ready(FAILURE)).await, FAILURE);
        proven.remember(Proof::new(fingerprint, hash.clone()));
        assert_eq!(proven.matches(fingerprint, &hash, ready(FAILURE)).await, Ok(true));
        assert_eq!(proven.matches(fingerprint, &other, ready(FAILURE)).await, FAILURE);
        let other_token = proven.fingerprint(&RawToken::presented("sk_2".into()));
        assert_eq!(proven.matches(other_token, &hash, ready(FAILURE)).await, FAILURE);
    }

    #[tokio::test]
    async fn a_match_is_cached_and_a_mismatch_is_not() {
        let (proven, fingerprint) = proven();
        let hash = TokenHash::new("a".into());
        assert_eq!(proven.matches(fingerprint, &hash, ready(Ok(false))).await, Ok(false));
        assert!(proven.proofs.is_empty());
        assert_eq!(proven.matches(fingerprint, &hash, ready(Ok(true))).await, Ok(true));
        assert_eq!(proven.matches(fingerprint, &hash, ready(FAILURE)).await, Ok(true));
    }

    #[tokio::test]
    async fn equal_claims_share_one_derivation_for_a_match_and_for_a_mismatch() {
        for found in [true, false] {
            let (proven, fingerprint) = proven();
            let hash = TokenHash::new("a".into());
            let first = proven.matches(fingerprint, &hash, async {
                tokio::task::yield_now().await;
                Ok(found)
            });
            let second = proven.matches(fingerprint, &hash, ready(FAILURE));
            let third = proven.matches(fingerprint, &hash, ready(FAILURE));
            assert_eq!(
                tokio::join!(biased; first, second, third),
                (Ok(found), Ok(found), Ok(found))
            );
        }
    }

    #[tokio::test]
    async fn a_waiting_caller_derives_when_a_derivation_fails_or_is_dropped() {
        let (proven, fingerprint) = proven();
        let hash = TokenHash::new("a".into());
        let failing = proven.matches(fingerprint, &hash, async {
            tokio::task::yield_now().await;
            FAILURE
        });
        let waiting = proven.matches(fingerprint, &hash, ready(Ok(false)));
        assert_eq!(tokio::join!(biased; failing, waiting), (FAILURE, Ok(false)));

        let mut endless = Box::pin(proven.matches(fingerprint, &hash, pending()));
        let mut waiting = Box::pin(proven.matches(fingerprint, &hash, ready(Ok(true))));
        tokio::select! {
            biased;
            _ = &mut endless => panic!("it never ends"),
            _ = &mut waiting => panic!("it waits"),
            () = ready(()) => drop(endless),
        }
        assert_eq!(waiting.await, Ok(true));
    }
}
