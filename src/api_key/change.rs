//! What may change about a key.

use chrono::SubsecRound;

use super::deadline::deadline;
use super::new::optional_text;
use super::{ApiKey, ApiKeyId, ApiKeyType, NewApiKey};
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::input::{DataOf, Input, checked_text, refuse_near_misses, refuse_unknown};

/// A new title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TitleChange {
    /// The title.
    pub title: String,
}

impl TitleChange {
    /// Judges the data of `updateApiKeys`; other fields are ignored, unless they look like an end, a scope or a token.
    ///
    /// # Errors
    /// `Invalid` without a title that can be stored, or naming the field.
    pub fn parse(data: &Input) -> Result<Self, ApiKeyError> {
        refuse_near_misses(data, DataOf::Update)?;
        let title = data.member("title");
        let missing = match title {
            Input::Undefined => "undefined",
            Input::Null => "null",
            _ => return checked_text("title", title).map(|title| Self { title }),
        };
        Err(ApiKeyError::invalid(format!(
            "You must pass a non-{missing} value to the property title of entity ApiKey."
        )))
    }
}

/// One element of `upsertApiKeys`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpsertApiKey {
    /// It has no id: a key to create.
    Create(NewApiKey),
    /// It has one: the key with a new title.
    Update(ApiKeyId, TitleChange),
}

impl UpsertApiKey {
    /// Judges one element.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn parse(data: &Input, now: Timestamp) -> Result<Self, ApiKeyError> {
        Ok(match NewApiKey::chosen_id(data)? {
            None => Self::Create(NewApiKey::parse(data, now)?),
            Some(id) => Self::Update(id, TitleChange::parse(data)?),
        })
    }
}

/// The end of a key, now or at a later moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Who revokes; unknown for `revoke(id)` without data.
    pub revoked_by: Option<String>,
    /// From when on the key is refused.
    pub revoked_at: Timestamp,
}

impl Revocation {
    /// Judges the data of a revocation of one key by its id; absent data means now, by nobody in particular.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_for_one(data: &Input, now: Timestamp) -> Result<Self, ApiKeyError> {
        match data {
            Input::Undefined => Ok(Self { revoked_by: None, revoked_at: now }),
            data => Self::parse(data, now),
        }
    }

    /// Judges the data of a revocation.
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
            revoked_by: Some(checked_text("revoked_by", revoked_by)?),
            revoked_at: deadline("revoke_in", data.member("revoke_in"), now)?,
        })
    }

    /// Whether a key is to be revoked otherwise than this says, to the millisecond.
    #[must_use]
    pub fn changes(&self, key: &ApiKey) -> bool {
        key.revoked_at.map(|at| at.trunc_subsecs(3)) != Some(self.revoked_at)
            || key.revoked_by != self.revoked_by
    }

    /// The key as it is once revoked.
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

/// Refuses to revoke again what is revoked.
///
/// # Errors
/// `AlreadyRevoked`, with how many of them.
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

/// A key's replacement by a successor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roll {
    revocation: Revocation,
    created_by: Option<String>,
    title: Option<String>,
}

impl Roll {
    /// Judges the data of `rollApiKeys`, in which no unknown member may stand.
    ///
    /// # Errors
    /// `RevokeWithoutRevokedBy`, or `Invalid` naming the field.
    pub fn parse(data: &Input, now: Timestamp) -> Result<Self, ApiKeyError> {
        let known = ["revoked_by", "revoke_in", "created_by", "title"];
        refuse_unknown("the data of rollApiKeys", data, &known)?;
        Ok(Self {
            revocation: Revocation::parse(data, now)?,
            created_by: optional_text("created_by", data.member("created_by"))?,
            title: optional_text("title", data.member("title"))?,
        })
    }

    /// How the old key ends.
    #[must_use]
    pub fn revocation(&self) -> &Revocation {
        &self.revocation
    }

    /// Gives the new key what the caller chose, and of the old key what the caller left open.
    pub fn inherit(&self, new: &mut ApiKey, old: &ApiKey) {
        new.title = self.title.clone().unwrap_or_else(|| old.title.clone());
        new.created_by = self.created_by.clone().unwrap_or_else(|| old.created_by.clone());
    }
}
