//! The selector by which a token's row is found.

use sha2::{Digest, Sha256};

use super::RawToken;

/// The first eight bytes of a token's SHA-256, in hex.
///
/// It locates the row and proves nothing; the hash remains the verifier. 64 bits of a digest of a 256-bit random token
/// do not help a thief of the table. Because of the selector, a forged token with a known redacted form matches no row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TokenDigest(String);

impl TokenDigest {
    // NEVER CHANGE: stored in the column `token_digest`.
    /// The prefix of the selector of a key whose revocation took effect immediately.
    ///
    /// `revoked_at` and `updated_at` cannot permanently distinguish that from a scheduled revocation, because clocks
    /// differ and other writes change `updated_at`.
    pub const REVOKED: &'static str = "!";

    /// Computes the selector of a token.
    #[must_use]
    pub fn of(token: &RawToken) -> Self {
        Self::of_sha256(&Sha256::digest(token.expose().as_bytes()).into())
    }

    /// Computes the selector of a token from its SHA-256.
    #[must_use]
    pub fn of_sha256(sha256: &[u8; 32]) -> Self {
        // NEVER CHANGE: stored in the column `token_digest`.
        Self(hex::encode(&sha256[..8]))
    }

    /// Parses the column: the selector, and whether a leading `!` marks the key as revoked immediately.
    #[must_use]
    pub fn of_column(text: String) -> (Self, bool) {
        match text.strip_prefix(Self::REVOKED) {
            Some(digest) => (Self(digest.to_owned()), true),
            None => (Self(text), false),
        }
    }

    /// The values that the column may hold for a selector: without and with the [`REVOKED`](Self::REVOKED) prefix.
    #[must_use]
    pub fn columns(digest: &str) -> [String; 2] {
        [digest.to_owned(), format!("{}{digest}", Self::REVOKED)]
    }

    /// The 16 hex characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A short digest of several strings, for the key of a lock. Equal digests only make transactions wait for each other.
#[must_use]
pub fn short_digest(parts: &[&str]) -> i64 {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    let digest: [u8; 32] = digest.finalize().into();
    let [a, b, c, d, e, f, g, h, ..] = digest;
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_first_eight_bytes_of_sha_256() {
        let token = RawToken::presented("abc".to_owned());
        assert_eq!(TokenDigest::of(&token).as_str(), "ba7816bf8f01cfea");
    }
}
