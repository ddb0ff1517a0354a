//! Changes of a key: title and attributes, revocation, roll.

use chrono::SubsecRound;

use super::actor::{checked_actor, optional_actor};
use super::deadline::deadline;
use super::new::{optional_text, refuse_foreign_id};
use super::{ApiKey, ApiKeyId, ApiKeyType, AttributesChange, NewApiKey};
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::input::{DataOf, Input, checked_text, refuse_near_misses, refuse_unknown};

/// A new title, new attributes, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChange {
    title: Option<String>,
    attributes: AttributesChange,
}

impl KeyChange {
    /// Creates a change of the title and the attributes.
    pub(super) fn new(title: String, attributes: AttributesChange) -> Self {
        Self { title: Some(title), attributes }
    }

    /// The names of the members that the change would change.
    #[must_use]
    pub fn differences(&self, key: &ApiKey) -> Vec<&'static str> {
        let title = self.title.as_ref().is_some_and(|title| *title != key.title);
        let before = key.attributes.as_deref().cloned().unwrap_or_default();
        let title = title.then_some("title").into_iter();
        title.chain(self.attributes.differences(&before)).collect()
    }

    /// Parses the data of `updateApiKeys`; ignores other fields, unless they look like an expiry, a scope or a token.
    ///
    /// # Errors
    /// `Invalid` without a storable title or an attribute, or naming the rejected field.
    pub fn parse(data: &Input) -> Result<Self, ApiKeyError> {
        refuse_near_misses(data, DataOf::Update)?;
        let attributes = AttributesChange::parse(data)?;
        let title = match data.member("title") {
            Input::Undefined if !attributes.is_empty() => None,
            missing @ (Input::Undefined | Input::Null) => {
                return Err(ApiKeyError::invalid(format!(
                    "You must pass a non-{} value to the property title of entity ApiKey.",
                    missing.kind()
                )));
            }
            title => Some(checked_text("title", title)?),
        };
        Ok(Self { title, attributes })
    }

    /// Adds a later change of the same key: what it names replaces what this one names.
    pub fn add(&mut self, later: Self) {
        self.title = later.title.or(self.title.take());
        self.attributes.add(later.attributes);
    }

    /// The key after the change, apart from its `updated_at`.
    ///
    /// # Errors
    /// `Invalid` for a restriction of a publishable key, or of a key whose id is not recognizable.
    pub fn apply(&self, key: ApiKey) -> Result<ApiKey, ApiKeyError> {
        let title = self.title.clone().unwrap_or_else(|| key.title.clone());
        if self.attributes.is_empty() {
            return Ok(ApiKey { title, ..key });
        }
        let before = key.attributes.as_deref().cloned().unwrap_or_default();
        let attributes = self.attributes.apply(&before, key.kind)?;
        if key.has_lost_restrictions() && attributes.restrict() && attributes.scopes.is_none() {
            return Err(ApiKeyError::invalid(
                "The key lost its restrictions, and without scopes it may do everything; set its scopes, too",
            ));
        }
        if attributes.restrict() {
            refuse_foreign_id(Some(&key.id))?;
        }
        Ok(ApiKey { title, ..key.with_attributes(attributes) })
    }
}

/// One element of `upsertApiKeys`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpsertApiKey {
    /// An element without an id: a key to create.
    Create(NewApiKey),
    /// An element with an id: a key to change.
    Update(ApiKeyId, KeyChange),
}

impl UpsertApiKey {
    /// Parses one element.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn parse(data: &Input, now: Timestamp) -> Result<Self, ApiKeyError> {
        Ok(match NewApiKey::chosen_id(data)? {
            None => Self::Create(NewApiKey::parse(data, now)?),
            Some(id) => Self::Update(id, KeyChange::parse(data)?),
        })
    }
}

/// A revocation of a key, immediate or scheduled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Who revokes; `None` for `revoke(id)` without data.
    pub revoked_by: Option<String>,
    /// The time from which the key is rejected.
    pub revoked_at: Timestamp,
}

impl Revocation {
    /// Parses the data of a revocation by id; absent data revokes immediately and leaves `revoked_by` null.
    ///
    /// # Errors
    /// Same as [`Self::parse`].
    pub fn parse_for_one(data: &Input, now: Timestamp) -> Result<Self, ApiKeyError> {
        match data {
            Input::Undefined => Ok(Self { revoked_by: None, revoked_at: now }),
            data => Self::parse(data, now),
        }
    }

    /// Parses the data of a revocation.
    ///
    /// # Errors
    /// `RevokeWithoutRevokedBy`, or `Invalid` naming the field.
    pub fn parse(data: &Input, now: Timestamp) -> Result<Self, ApiKeyError> {
        refuse_near_misses(data, DataOf::Revocation)?;
        let revoked_by = data.member("revoked_by");
        if !revoked_by.is_truthy() {
            return Err(ApiKeyError::RevokeWithoutRevokedBy);
        }
        Ok(Self {
            revoked_by: Some(checked_actor("revoked_by", revoked_by)?),
            revoked_at: deadline("revoke_in", data.member("revoke_in"), now)?,
        })
    }

    /// Whether this revocation differs from the key's, compared to the millisecond.
    #[must_use]
    pub fn changes(&self, key: &ApiKey) -> bool {
        key.revoked_at.map(|at| at.trunc_subsecs(3)) != Some(self.revoked_at)
            || key.revoked_by != self.revoked_by
    }

    /// Applies this revocation to a key; `now` is the time of the write.
    #[must_use]
    pub fn apply(&self, key: ApiKey, now: Timestamp) -> ApiKey {
        if !self.changes(&key) {
            return key;
        }
        ApiKey {
            revoked_by: self.revoked_by.clone(),
            revoked_at: Some(self.revoked_at),
            updated_at: now,
            ..key
        }
    }
}

/// Rejects keys that are already revoked.
///
/// # Errors
/// `AlreadyRevoked`, with their number by type.
pub fn refuse_revoked<'a>(
    keys: impl IntoIterator<Item = &'a ApiKey>,
    now: Timestamp,
) -> Result<(), ApiKeyError> {
    let (mut secret, mut publishable) = (0, 0);
    for key in keys.into_iter().filter(|key| key.has_ended(now)) {
        match key.kind {
            ApiKeyType::Secret => secret += 1,
            ApiKeyType::Publishable => publishable += 1,
        }
    }
    if secret + publishable == 0 {
        Ok(())
    } else {
        Err(ApiKeyError::AlreadyRevoked { secret, publishable })
    }
}

/// The replacement of a key by a successor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roll {
    revocation: Revocation,
    id: Option<ApiKeyId>,
    created_by: Option<String>,
    title: Option<String>,
}

impl Roll {
    /// Parses the data of `rollApiKeys`; rejects unknown members.
    ///
    /// # Errors
    /// `RevokeWithoutRevokedBy`, or `Invalid` naming the field.
    pub fn parse(data: &Input, now: Timestamp) -> Result<Self, ApiKeyError> {
        let known = ["revoked_by", "revoke_in", "id", "created_by", "title"];
        refuse_unknown("the data of rollApiKeys", data, &known)?;
        Ok(Self {
            revocation: Revocation::parse(data, now)?,
            id: NewApiKey::new_id(data)?,
            created_by: optional_actor("created_by", data.member("created_by"))?,
            title: optional_text("title", data.member("title"))?,
        })
    }

    /// The revocation of the old key.
    #[must_use]
    pub fn revocation(&self) -> &Revocation {
        &self.revocation
    }

    /// The data of the new key, as the old key is now.
    #[must_use]
    pub fn successor(&self, of: &ApiKey, now: Timestamp) -> NewApiKey {
        NewApiKey::successor(of, self.id.clone(), now)
    }

    /// Whether the caller chooses the id of the new key.
    #[must_use]
    pub fn names_id(&self) -> bool {
        self.id.is_some()
    }

    /// Whether the caller names the creator of the new key.
    #[must_use]
    pub fn names_creator(&self) -> bool {
        self.created_by.is_some()
    }

    /// The new key with `title` and `created_by` of the caller, otherwise of the old key, and the old key's attributes.
    ///
    /// # Errors
    /// `Invalid` for a key that lost its restrictions: its successor would have none; and for a chosen id that a restricted
    /// key must not have.
    pub fn inherit(&self, new: ApiKey, old: &ApiKey) -> Result<ApiKey, ApiKeyError> {
        if old.has_lost_restrictions() {
            return Err(ApiKeyError::invalid(
                "The key lost its restrictions, so it cannot be rolled; set its scopes first",
            ));
        }
        if old.restricted {
            refuse_foreign_id(self.id.as_ref())?;
        }
        let attributes = old.attributes.as_deref().cloned().unwrap_or_default();
        Ok(ApiKey {
            title: self.title.clone().unwrap_or_else(|| old.title.clone()),
            created_by: self.created_by.clone().unwrap_or_else(|| old.created_by.clone()),
            ..new.with_attributes(attributes.expiring_at(None))
        })
    }
}
