//! The stored form of a token.

use std::fmt;

/// The verifier of a secret token: an argon2id PHC string, stock's scrypt hex, or a SHA-256 or HMAC-SHA-256 hash.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TokenHash(String);

impl TokenHash {
    /// Wraps a stored or newly derived hash.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The stored string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SECURITY: hashes stay out of logs.
        f.write_str("TokenHash(***)")
    }
}

/// The columns `token` and `salt` of a row.
#[derive(Clone, PartialEq, Eq)]
pub enum StoredToken {
    /// A publishable key's token, which is public and stored in clear text.
    Public(String),
    /// A secret key's verifier.
    Hashed {
        /// The column `token`.
        hash: TokenHash,
        /// The column `salt`: 32 hex characters.
        salt: String,
    },
}

impl StoredToken {
    /// The column `token`.
    #[must_use]
    pub fn token_column(&self) -> &str {
        match self {
            Self::Public(token) => token,
            Self::Hashed { hash, .. } => hash.as_str(),
        }
    }

    /// The column `salt`.
    #[must_use]
    pub fn salt_column(&self) -> &str {
        match self {
            Self::Public(_) => "",
            Self::Hashed { salt, .. } => salt,
        }
    }
}

impl fmt::Debug for StoredToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredToken(***)")
    }
}
