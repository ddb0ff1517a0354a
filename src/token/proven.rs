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
    key: Zeroizing<[u8; 32]>,
    proofs: Cache<[u8; 32], TokenHash>,
}

impl ProvenTokens {
    pub(super) fn new() -> Result<Self, ApiKeyError> {
        let mut key = Zeroizing::new([0_u8; 32]);
        // The key never leaves the process, so it owes nothing to the caller's entropy.
        getrandom::fill(key.as_mut())
            .map_err(|_| ApiKeyError::Unexpected("The system gave no randomness."))?;
        Ok(Self { key, proofs: Cache::new(MOST_PROOFS) })
    }

    pub(super) fn holds(&self, token: &RawToken, hash: &TokenHash) -> bool {
        self.mac(token).is_some_and(|mac| self.proofs.get(&mac).as_ref() == Some(hash))
    }

    pub(super) fn remember(&self, token: &RawToken, hash: &TokenHash) {
        if let Some(mac) = self.mac(token) {
            self.proofs.insert(mac, hash.clone());
        }
    }

    // SECURITY: a keyed MAC, so that the map tells nothing about tokens to whoever reads memory later.
    fn mac(&self, token: &RawToken) -> Option<[u8; 32]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.as_ref()).ok()?;
        mac.update(token.expose().as_bytes());
        Some(mac.finalize().into_bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_holds_for_its_own_hash_only() {
        let proven = ProvenTokens::new().expect("randomness");
        let token = RawToken::presented("sk_1".into());
        let (hash, other) = (TokenHash::new("a".into()), TokenHash::new("b".into()));
        assert!(!proven.holds(&token, &hash));
        proven.remember(&token, &hash);
        assert!(proven.holds(&token, &hash));
        assert!(!proven.holds(&token, &other));
        assert!(!proven.holds(&RawToken::presented("sk_2".into()), &hash));
    }
}
