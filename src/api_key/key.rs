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
        has_ended(self.revoked_at, self.updated_at, now)
    }
}

pub(super) fn has_ended(
    revoked_at: Option<Timestamp>,
    updated_at: Timestamp,
    now: Timestamp,
) -> bool {
    // A caller's clock tells milliseconds, and SQL writes microseconds: a key ends in the millisecond of its end.
    let now = now.max(updated_at).timestamp_millis();
    revoked_at.is_some_and(|at| at.timestamp_millis() <= now)
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use crate::edge::from_epoch_ms;

    #[test]
    fn a_key_ends_in_the_millisecond_of_its_end() {
        let now = from_epoch_ms(1_000.0).expect("in range");
        let long_ago = from_epoch_ms(0.0).expect("in range");
        assert!(has_ended(Some(now + Duration::microseconds(999)), long_ago, now));
        assert!(!has_ended(Some(now + Duration::milliseconds(1)), long_ago, now));
        assert!(!has_ended(None, long_ago, now));
    }
}
