//! The key, and its form without secrets.

use std::fmt;

use super::{ApiKeyId, Attributes, Demand, Limits, Refusal, WorkflowTransaction};
use crate::call_context::Timestamp;
use crate::columns::Field;
use crate::token::{RawToken, Redacted, StoredToken, TokenDigest};

/// The type of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiKeyType {
    /// Names a storefront; its token is public.
    Publishable,
    /// Authenticates an admin or a machine; only its owner has the token.
    Secret,
}

impl ApiKeyType {
    /// Parses the name of a type.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "publishable" => Some(Self::Publishable),
            "secret" => Some(Self::Secret),
            _ => None,
        }
    }

    /// The name, as stored and returned.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Publishable => "publishable",
            Self::Secret => "secret",
        }
    }
}

/// A key. `T` is the form of its token: stored, or as returned to callers.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey<T = StoredToken> {
    /// `apk_…`
    pub id: ApiKeyId,
    /// The token.
    pub token: T,
    /// The selector of a secret token; `None` in rows that stock wrote.
    pub token_digest: Option<TokenDigest>,
    /// The token's first and last characters: `sk_12a***9f0`.
    pub redacted: Redacted,
    /// The title.
    pub title: String,
    /// The type of the key.
    pub kind: ApiKeyType,
    /// The last recorded use.
    pub last_used_at: Option<Timestamp>,
    /// Who created it.
    pub created_by: String,
    /// Who revoked it.
    pub revoked_by: Option<String>,
    /// The time from which it is rejected.
    pub revoked_at: Option<Timestamp>,
    /// The time of creation.
    pub created_at: Timestamp,
    /// The time of the last change.
    pub updated_at: Timestamp,
    /// The time of soft deletion.
    pub deleted_at: Option<Timestamp>,
    /// The workflow that created it, if one did.
    pub created_in: Option<WorkflowTransaction>,
    /// Whether its revocation took effect immediately; only a row with a digest can record that.
    pub revoked_at_once: bool,
    /// What it has in addition to Medusa's columns.
    pub attributes: Option<Box<Attributes>>,
    /// Whether `authenticate` refuses it: its attributes restrict it, or its hash is sealed.
    pub restricted: bool,
}

/// A key without its verifier, the only form that callers receive.
pub type PublicApiKey = ApiKey<ShownToken>;

/// The token in a result: a publishable token, a secret token at its creation, otherwise an empty string.
#[derive(Clone, PartialEq, Eq)]
pub struct ShownToken(String);

impl fmt::Debug for ShownToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SECURITY: it may be a newly issued secret.
        f.write_str("ShownToken(***)")
    }
}

/// A column's value in a result.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ColumnValue<'a> {
    /// A string.
    Text(&'a str),
    /// A point in time.
    Time(Timestamp),
    /// NULL.
    Null,
}

impl<T> ApiKey<T> {
    fn with_token<U>(self, token: impl FnOnce(T) -> U) -> ApiKey<U> {
        ApiKey {
            id: self.id,
            token: token(self.token),
            token_digest: self.token_digest,
            redacted: self.redacted,
            title: self.title,
            kind: self.kind,
            last_used_at: self.last_used_at,
            created_by: self.created_by,
            revoked_by: self.revoked_by,
            revoked_at: self.revoked_at,
            created_at: self.created_at,
            updated_at: self.updated_at,
            deleted_at: self.deleted_at,
            created_in: self.created_in,
            revoked_at_once: self.revoked_at_once,
            attributes: self.attributes,
            restricted: self.restricted,
        }
    }
}

impl<T> fmt::Debug for ApiKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl From<ApiKey> for PublicApiKey {
    fn from(key: ApiKey) -> Self {
        let kind = key.kind;
        // SECURITY: this drops the hash, the salt and the digest of a secret, which neither a result nor the cache needs.
        let key = key.with_token(|token| match token {
            StoredToken::Public(token) if kind == ApiKeyType::Publishable => ShownToken(token),
            StoredToken::Public(_) | StoredToken::Hashed { .. } => ShownToken(String::new()),
        });
        Self { token_digest: None, created_in: None, ..key }
    }
}

impl PublicApiKey {
    /// The result of a creation, the only place that returns a raw secret.
    #[must_use]
    pub fn created(key: ApiKey, token: &RawToken) -> Self {
        Self { token: ShownToken(token.expose().to_owned()), ..Self::from(key) }
    }

    /// The value of a column in a result; `None` for a column that results omit.
    #[must_use]
    pub fn shown(&self, field: Field) -> Option<ColumnValue<'_>> {
        Some(match field {
            Field::Id => self.id.as_str().into(),
            Field::Token => self.token.0.as_str().into(),
            Field::Salt => return None,
            Field::Redacted => self.redacted.as_str().into(),
            Field::Title => self.title.as_str().into(),
            Field::Type => self.kind.as_str().into(),
            Field::LastUsedAt => self.last_used_at.into(),
            Field::CreatedBy => self.created_by.as_str().into(),
            Field::RevokedBy => self.revoked_by.as_deref().into(),
            Field::RevokedAt => self.revoked_at.into(),
            Field::CreatedAt => Some(self.created_at).into(),
            Field::UpdatedAt => Some(self.updated_at).into(),
            Field::DeletedAt => self.deleted_at.into(),
        })
    }

    /// The total size of the key's strings in bytes.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        let bytes = |field| match self.shown(field) {
            Some(ColumnValue::Text(text)) => text.len(),
            Some(ColumnValue::Time(_) | ColumnValue::Null) | None => 0,
        };
        let attributes = self.shown_attributes().map_or(0, |json| json.len());
        Field::ALL.iter().copied().map(bytes).sum::<usize>() + attributes
    }

    /// The attributes that results show, as a JSON object; `None` if the key has none.
    #[must_use]
    pub fn shown_attributes(&self) -> Option<String> {
        self.attributes.as_ref()?.shown()
    }
}

impl<'a> From<&'a str> for ColumnValue<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<Option<&'a str>> for ColumnValue<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }
}

impl From<Option<Timestamp>> for ColumnValue<'_> {
    fn from(at: Option<Timestamp>) -> Self {
        at.map_or(Self::Null, Self::Time)
    }
}

impl ApiKey {
    /// The same key with other attributes, its hash sealed if they restrict it.
    #[must_use]
    pub fn with_attributes(self, attributes: Attributes) -> Self {
        // SECURITY: a key that lost its restrictions must not become a key without any.
        let restricted = attributes.restrict() || self.has_lost_restrictions();
        Self {
            token: self.token.with_seal(restricted),
            attributes: (!attributes.is_empty()).then(|| Box::new(attributes)),
            restricted,
            ..self
        }
    }
}

impl<T> ApiKey<T> {
    /// Whether the key is marked as restricted and its restrictions are unknown, for example after a rollback of the
    /// migration. Every use of such a key is refused.
    #[must_use]
    pub fn has_lost_restrictions(&self) -> bool {
        let known = |attributes: &Attributes| !attributes.are_unreadable() && attributes.restrict();
        self.restricted && !self.attributes.as_deref().is_some_and(known)
    }

    /// Judges the use of the key, apart from whether it has ended.
    ///
    /// # Errors
    /// The first reason against the use.
    pub fn judge(&self, demand: &Demand) -> Result<(), Refusal> {
        match &self.attributes {
            Some(attributes) if attributes.are_unreadable() => Err(Refusal::Unknown),
            Some(attributes) => attributes.limits().judge(self.restricted, demand),
            None => Limits::default().judge(self.restricted, demand),
        }
    }

    /// Whether the key is for single use: it has a purpose, and only `redeem` accepts it.
    #[must_use]
    pub fn is_for_single_use(&self) -> bool {
        self.attributes.as_ref().is_some_and(|attributes| attributes.purpose.is_some())
    }

    /// Why a key that has ended is refused.
    #[must_use]
    pub fn reason_of_end(&self) -> Refusal {
        let expired = self
            .revoked_at
            .zip(self.attributes.as_ref())
            .is_some_and(|(end, own)| own.expire_at(end));
        if expired { Refusal::Expired } else { Refusal::Revoked }
    }

    /// Whether the key is already revoked, not merely scheduled to be.
    ///
    /// That is so if its `revoked_at` has passed, if the row records an immediate revocation, or if the last write of
    /// the row was its revocation by a caller whose clock is ahead.
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        has_ended(self.revoked_at_once, self.revoked_at, self.updated_at, now)
    }

    /// The `updated_at` of a write at `now` that is not a revocation.
    ///
    /// After a revocation by a clock that is ahead it is the time of that revocation, so that the row still marks the
    /// key as revoked.
    #[must_use]
    pub fn updated_by_a_write_at(&self, now: Timestamp) -> Timestamp {
        let ahead = self.revoked_at.filter(|at| at.timestamp_millis() > now.timestamp_millis());
        ahead.filter(|_| self.has_ended(now)).unwrap_or(now)
    }
}

/// The maximum delay, in milliseconds, between `revoked_at` and the `updated_at` of the same revocation.
///
/// This package sets both to the same time; stock reads the clock again when it writes.
const MAX_REVOCATION_MS: i64 = 1_000;

pub(super) fn has_ended(
    revoked_at_once: bool,
    revoked_at: Option<Timestamp>,
    updated_at: Timestamp,
    now: Timestamp,
) -> bool {
    // Callers' clocks have milliseconds, SQL has microseconds: a key ends in the millisecond of its revocation.
    // `store/last_used.rs` implements the same rule in SQL; `__test__/last-used/ended.test.ts` compares the two.
    let Some(end) = revoked_at.map(|at| at.timestamp_millis()) else { return false };
    let written_later_by = updated_at.timestamp_millis() - end;
    revoked_at_once
        || end <= now.timestamp_millis()
        || (0..=MAX_REVOCATION_MS).contains(&written_later_by)
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use crate::call_context::from_epoch_ms;

    #[test]
    fn a_key_ends_in_the_millisecond_of_its_revocation() {
        let now = from_epoch_ms(1_000.0).expect("in range");
        let long_ago = from_epoch_ms(0.0).expect("in range");
        assert!(has_ended(false, Some(now + Duration::microseconds(999)), long_ago, now));
        assert!(!has_ended(false, Some(now + Duration::milliseconds(1)), long_ago, now));
        assert!(!has_ended(false, None, long_ago, now));
    }

    #[test]
    fn a_revocation_by_a_clock_that_is_ahead_ends_a_key_but_no_other_write_does() {
        let now = from_epoch_ms(1_000_000.0).expect("in range");
        let later = |ms| now + Duration::milliseconds(ms);
        let end = Some(later(5_000));
        for written in [5_000, 5_001, 6_000] {
            assert!(has_ended(false, end, later(written), now), "{written}");
        }
        for written in [0, 4_999, 6_001, 9_000_000] {
            assert!(!has_ended(false, end, later(written), now), "{written}");
        }
    }
}
