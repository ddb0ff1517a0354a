//! The key itself.

use super::{ApiKeyId, WorkflowTransaction};
use crate::edge::Timestamp;
use crate::token::{Redacted, StoredToken, TokenDigest};

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiKeyType {
    /// Names a storefront; its token is public.
    Publishable,
    /// Authenticates an admin or a machine; its token is known to its owner alone.
    Secret,
}

impl ApiKeyType {
    /// The type of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "publishable" => Some(Self::Publishable),
            "secret" => Some(Self::Secret),
            _ => None,
        }
    }

    /// The name that is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Publishable => "publishable",
            Self::Secret => "secret",
        }
    }
}

/// A key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Its token, as stored.
    pub token: StoredToken,
    /// The selector of a secret token; rows that stock wrote have none.
    pub token_digest: Option<TokenDigest>,
    /// Its token, as shown.
    pub redacted: Redacted,
    /// Its title.
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
    /// In which workflow it was created, if in one.
    pub created_in: Option<WorkflowTransaction>,
}

impl ApiKey {
    /// Whether the end of the key is a fact and no plan: the key is revoked by now, or was so when it was last
    /// written, perhaps just now by a caller whose clock is a little ahead of this one's.
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.revoked_at.is_some_and(|at| at <= now.max(self.updated_at))
    }
}
