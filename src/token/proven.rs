//! Which tokens were proven to match which hashes.
//!
//! A proof says "this token matches that stored hash", never "this key may be
//! used": a hit skips the derivation only for the very hash that was just read.

use hmac::{Hmac, KeyInit, Mac};
use quick_cache::sync::Cache;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{RawToken, TokenHash};
use crate::error::ApiKeyError;

/// How many tokens are remembered before the least used are forgotten.
const MOST_PROOFS: usize = 100_000;

pub(super) struct ProvenTokens {
    mac: Hmac<Sha256>,
    proofs: Cache<Fingerprint, TokenHash>,
}

/// A token as this service alone can recognise it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

/// That a token matches a hash. Only whoever derived the hash of the token can say so.
pub struct Proof {
    fingerprint: Fingerprint,
    hash: TokenHash,
}

impl Proof {
    pub(super) fn new(fingerprint: Fingerprint, hash: TokenHash) -> Self {
        Self { fingerprint, hash }
    }

    /// The hash.
    #[must_use]
    pub fn hash(&self) -> &TokenHash {
        &self.hash
    }
}

impl ProvenTokens {
    pub(super) fn new() -> Result<Self, ApiKeyError> {
        let mut key = Zeroizing::new([0_u8; 32]);
        // The key never leaves the process, so it owes nothing to the caller's entropy.
        getrandom::fill(key.as_mut())
            .map_err(|_| ApiKeyError::Unexpected("The system gave no randomness."))?;
        let mac = Hmac::<Sha256>::new_from_slice(key.as_ref())
            .map_err(|_| ApiKeyError::Unexpected("Tokens cannot be fingerprinted."))?;
        Ok(Self { mac, proofs: Cache::new(MOST_PROOFS) })
    }

    // SECURITY: a keyed MAC, so that the map tells nothing about tokens to whoever reads memory later.
    pub(super) fn fingerprint(&self, token: &RawToken) -> Fingerprint {
        let mut mac = self.mac.clone();
        mac.update(token.expose().as_bytes());
        Fingerprint(mac.finalize().into_bytes().into())
    }

    pub(super) fn holds(&self, fingerprint: &Fingerprint, hash: &TokenHash) -> bool {
        self.proofs.get(fingerprint).as_ref() == Some(hash)
    }

    pub(super) fn remember(&self, proof: Proof) {
        self.proofs.insert(proof.fingerprint, proof.hash);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_holds_for_its_own_hash_only() {
        let proven = ProvenTokens::new().expect("randomness");
        let token = RawToken::presented("sk_1".into());
        let fingerprint = proven.fingerprint(&token);
        let (hash, other) = (TokenHash::new("a".into()), TokenHash::new("b".into()));
        assert!(!proven.holds(&fingerprint, &hash));
        proven.remember(Proof::new(fingerprint, hash.clone()));
        assert!(proven.holds(&fingerprint, &hash));
        assert!(!proven.holds(&fingerprint, &other));
        let stranger = proven.fingerprint(&RawToken::presented("sk_2".into()));
        assert!(!proven.holds(&stranger, &hash));
    }
}
