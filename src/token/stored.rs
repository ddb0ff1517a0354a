//! The stored form of a token.

use std::fmt;

/// The verifier of a secret token: an argon2id PHC string, stock's scrypt hex, or a SHA-256 or HMAC-SHA-256 hash.
///
/// A restricted key's hash is *sealed*: it has a prefix, so that neither stock nor a version of this package without
/// restrictions can verify it, and a key whose restrictions were lost stays refused. See docs/adr/0028.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TokenHash(String);

impl TokenHash {
    // NEVER CHANGE: stored in the column `token`.
    /// The prefix of a sealed hash.
    pub const SEAL: &'static str = "$restricted$";

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

    /// The stored string without the seal.
    #[must_use]
    pub fn unsealed(&self) -> &str {
        self.0.strip_prefix(Self::SEAL).unwrap_or(&self.0)
    }

    /// Whether the hash is sealed.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.0.starts_with(Self::SEAL)
    }

    /// The same hash, sealed or not.
    #[must_use]
    pub fn with_seal(&self, sealed: bool) -> Self {
        let seal = if sealed { Self::SEAL } else { "" };
        Self(format!("{seal}{}", self.unsealed()))
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

    /// The same token, with its hash sealed or not.
    #[must_use]
    pub fn with_seal(self, sealed: bool) -> Self {
        match self {
            Self::Hashed { hash, salt } if hash.is_sealed() != sealed => {
                Self::Hashed { hash: hash.with_seal(sealed), salt }
            }
            same => same,
        }
    }

    /// Whether the hash is sealed.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        matches!(self, Self::Hashed { hash, .. } if hash.is_sealed())
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
