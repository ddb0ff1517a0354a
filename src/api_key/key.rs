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
    /// Whether its revocation took effect at once, as far as the row has a digest to note it with.
    pub revoked_at_once: bool,
}

impl ApiKey {
    /// Whether the key is already revoked, not merely scheduled to be: its `revoked_at` has passed, the row notes a
    /// revocation that took effect at once, or it was last written by its revocation, by a caller whose clock is ahead.
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.revoked_at_once && self.revoked_at.is_some()
            || has_ended(self.revoked_at, self.updated_at, now)
    }

    /// The `updated_at` of a write at `now` that does not concern the revocation. After a revocation by a clock that is
    /// ahead it is the time of that revocation, so that the row still says that the key is revoked.
    #[must_use]
    pub fn updated_by_a_write_at(&self, now: Timestamp) -> Timestamp {
        let ahead = self.revoked_at.filter(|at| at.timestamp_millis() > now.timestamp_millis());
        ahead.filter(|_| self.has_ended(now)).unwrap_or(now)
    }
}

/// How much later than `revoked_at` the revocation itself may have set `updated_at`, in milliseconds. This package sets
/// both to one time; stock reads the clock again when it writes.
const REVOCATION_TAKES_MS: i64 = 1_000;

pub(super) fn has_ended(
    revoked_at: Option<Timestamp>,
    updated_at: Timestamp,
    now: Timestamp,
) -> bool {
    // Callers' clocks have milliseconds, SQL writes microseconds: a key ends in the millisecond of its revocation.
    // `store/last_used.rs` has the same rule in SQL; `contract/last-used-ended.test.ts` compares the two.
    let Some(end) = revoked_at.map(|at| at.timestamp_millis()) else { return false };
    let written_later_by = updated_at.timestamp_millis() - end;
    end <= now.timestamp_millis() || (0..=REVOCATION_TAKES_MS).contains(&written_later_by)
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

    #[test]
    fn a_revocation_by_a_clock_that_is_ahead_ends_a_key_and_any_other_write_does_not() {
        let now = from_epoch_ms(1_000_000.0).expect("in range");
        let later = |ms| now + Duration::milliseconds(ms);
        let end = Some(later(5_000));
        for written in [5_000, 5_001, 6_000] {
            assert!(has_ended(end, later(written), now), "{written}");
        }
        for written in [0, 4_999, 6_001, 9_000_000] {
            assert!(!has_ended(end, later(written), now), "{written}");
        }
    }
}
