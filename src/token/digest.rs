//! The selector that finds a token's row.

use sha2::{Digest, Sha256};

use super::RawToken;

/// The first eight bytes of a token's SHA-256, in hex.
///
/// It finds the row and proves nothing: 64 bits of a 256-bit random token are
/// of no use to a thief of the table, and the hash stays the verifier. It is
/// what lets a forged token with a known redacted form find no row at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenDigest(String);

impl TokenDigest {
    // NEVER CHANGE: stored in the column `token_digest`.
    /// Stands before the selector of a key that was revoked at once. Neither `revoked_at` nor `updated_at` can tell that from a
    /// plan for ever, since clocks differ and other writes change `updated_at`.
    pub const REVOKED: &'static str = "!";

    /// The selector of a token.
    #[must_use]
    pub fn of(token: &RawToken) -> Self {
        // NEVER CHANGE: stored in the column `token_digest`.
        let digest = Sha256::digest(token.expose().as_bytes());
        Self(hex::encode(&digest[..8]))
    }

    /// A column's content: the selector, and whether the key was revoked at once, which a `!` before it says.
    #[must_use]
    pub fn of_column(text: String) -> (Self, bool) {
        match text.strip_prefix(Self::REVOKED) {
            Some(digest) => (Self(digest.to_owned()), true),
            None => (Self(text), false),
        }
    }

    /// What the column may hold for this token.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_head_of_sha_256() {
        let token = RawToken::presented("abc".to_owned());
        assert_eq!(TokenDigest::of(&token).as_str(), "ba7816bf8f01cfea");
    }
}
