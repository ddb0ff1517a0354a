//! What of a key may leave.

use std::fmt;

use super::key::has_ended;
use super::{ApiKey, ApiKeyType};
use crate::edge::Timestamp;
use crate::token::{RawToken, StoredToken};

/// A key without its secrets, but for the token that its creator is shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicApiKey {
    /// `apk_…`
    pub id: String,
    /// The public token; empty for a secret key, whose token only its creation shows.
    pub token: String,
    /// `sk_12a***9f0`
    pub redacted: String,
    /// The title.
    pub title: String,
    /// What it is for.
    pub kind: ApiKeyType,
    /// When it was last seen in use.
    pub last_used_at: Option<Timestamp>,
    /// Who created it.
    pub created_by: String,
    /// Who revoked it.
    pub revoked_by: Option<String>,
    /// From when on it is refused.
    pub revoked_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was soft-deleted.
    pub deleted_at: Option<Timestamp>,
}

impl fmt::Debug for PublicApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SECURITY: the token may be one that was just issued.
        f.debug_struct("PublicApiKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl From<ApiKey> for PublicApiKey {
    fn from(key: ApiKey) -> Self {
        // SECURITY: neither hash nor salt passes here, whoever asks.
        let token = match key.token {
            StoredToken::Public(token) if key.kind == ApiKeyType::Publishable => token,
            _ => String::new(),
        };
        Self {
            id: key.id.into_string(),
            token,
            redacted: key.redacted.as_str().to_owned(),
            title: key.title,
            kind: key.kind,
            last_used_at: key.last_used_at,
            created_by: key.created_by,
            revoked_by: key.revoked_by,
            revoked_at: key.revoked_at,
            created_at: key.created_at,
            updated_at: key.updated_at,
            deleted_at: key.deleted_at,
        }
    }
}

impl PublicApiKey {
    /// As [`ApiKey::has_ended`].
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        has_ended(self.revoked_at, self.updated_at, now)
    }

    /// The answer to a creation, the one place where a raw secret leaves.
    #[must_use]
    pub fn created(key: ApiKey, token: &RawToken) -> Self {
        Self { token: token.expose().to_owned(), ..Self::from(key) }
    }
}
