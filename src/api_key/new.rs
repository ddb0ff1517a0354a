//! The validation and the creation of new keys.

use super::actor::{checked_actor, optional_actor, refuse_secret_id};
use super::deadline::deadline;
use super::time::checked_time;
use super::{ApiKey, ApiKeyId, ApiKeyType, Attributes};
use crate::call_context::{CallContext, Timestamp};
use crate::error::ApiKeyError;
use crate::input::{DataOf, Input, checked_id, checked_text, refuse_near_misses};
use crate::token::{
    Brand, Hasher, Prefix, RawToken, Redacted, StoredToken, TokenDigest, TokenSha256,
};

/// The random bytes of a token, a salt and an id.
const TOKEN_BYTES: usize = 32;
const SALT_BYTES: usize = 16;
const ID_BYTES: usize = 10;

/// The random bytes of a key whose token is given: its salt, then its id.
pub const BYTES_WITHOUT_TOKEN: usize = SALT_BYTES + ID_BYTES;

/// The validated data of a key to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApiKey {
    id: Option<ApiKeyId>,
    title: String,
    kind: ApiKeyType,
    created_by: String,
    last_used_at: Option<Timestamp>,
    revoked_by: Option<String>,
    revoked_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
    deleted_at: Option<Timestamp>,
    attributes: Attributes,
}

/// A key whose token and id are generated and whose hash is not derived yet.
pub struct DraftApiKey {
    new: NewApiKey,
    id: ApiKeyId,
    token: RawToken,
    salt: Option<Vec<u8>>,
}

impl NewApiKey {
    /// Parses one element of `createApiKeys`.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    // Stock 2.21.2: fields are validated in the order title, type, created_by; unknown fields are ignored, except near
    // misses.
    pub fn parse(data: &Input, now: Timestamp) -> Result<Self, ApiKeyError> {
        if !matches!(data, Input::Object(_)) {
            return Err(ApiKeyError::invalid(format!(
                "An API key to create must be an object with title, type and created_by, '{}' found",
                data.kind()
            )));
        }
        refuse_near_misses(data, DataOf::Creation)?;
        let title = checked_text("title", data.member("title"))?;
        let kind = checked_type(data.member("type"))?;
        let created_by = checked_actor("created_by", data.member("created_by"))?;
        let expires_in = data.member("expires_in");
        let (mut revoked_by, mut revoked_at) = (
            optional_actor("revoked_by", data.member("revoked_by"))?,
            checked_time("revoked_at", data.member("revoked_at"))?,
        );
        if !expires_in.is_absent() {
            if revoked_at.is_some() || revoked_by.is_some() {
                return Err(ApiKeyError::invalid(
                    "expires_in cannot be combined with revoked_at or revoked_by",
                ));
            }
            revoked_at = Some(deadline("expires_in", expires_in, now)?);
            revoked_by = Some(created_by.clone());
        }
        let id = Self::new_id(data)?;
        let attributes = Attributes::parse_new(data, kind)?;
        if attributes.restrict() {
            refuse_foreign_id(id.as_ref())?;
        }
        Ok(Self {
            id,
            title,
            kind,
            created_by,
            last_used_at: checked_time("last_used_at", data.member("last_used_at"))?,
            revoked_by,
            revoked_at,
            attributes: attributes.expiring_at(revoked_at),
            created_at: checked_time("created_at", data.member("created_at"))?.unwrap_or(now),
            updated_at: checked_time("updated_at", data.member("updated_at"))?.unwrap_or(now),
            deleted_at: checked_time("deleted_at", data.member("deleted_at"))?,
        })
    }

    /// The id that the caller chose; `None` for a falsy one.
    ///
    /// # Errors
    /// `Invalid` for an id that is not a storable string.
    pub fn chosen_id(data: &Input) -> Result<Option<ApiKeyId>, ApiKeyError> {
        let id = data.member("id");
        if !id.is_truthy() {
            return Ok(None);
        }
        checked_id("id", id).map(|text| Some(ApiKeyId::new(text)))
    }

    /// The id that the caller chose for a new key; `None` for a falsy one.
    ///
    /// # Errors
    /// Same as [`chosen_id`](Self::chosen_id), and for an id that looks like a secret token.
    pub fn new_id(data: &Input) -> Result<Option<ApiKeyId>, ApiKeyError> {
        let id = Self::chosen_id(data)?;
        id.as_ref().map_or(Ok(()), |id| refuse_secret_id(id.as_str()))?;
        Ok(id)
    }

    /// Creates the data of a key's successor.
    #[must_use]
    pub fn successor(of: &ApiKey, id: Option<ApiKeyId>, now: Timestamp) -> Self {
        Self { id, ..Self::minimal(of.title.clone(), of.kind, of.created_by.clone(), now) }
    }

    /// Creates the data of a key with required fields only.
    fn minimal(title: String, kind: ApiKeyType, created_by: String, now: Timestamp) -> Self {
        Self {
            id: None,
            title,
            kind,
            created_by,
            last_used_at: None,
            revoked_by: None,
            revoked_at: None,
            created_at: now,
            updated_at: now,
            deleted_at: None,
            attributes: Attributes::default(),
        }
    }

    /// The title.
    pub(super) fn title(&self) -> &str {
        &self.title
    }

    /// The type.
    pub(super) fn kind(&self) -> ApiKeyType {
        self.kind
    }

    /// Who creates the key.
    pub(super) fn created_by(&self) -> &str {
        &self.created_by
    }

    /// The id that the caller chose.
    #[must_use]
    pub fn id(&self) -> Option<&ApiKeyId> {
        self.id.as_ref()
    }

    /// Generates the tokens, with a brand or in stock's form, and salts of several keys, then their ids.
    ///
    /// # Errors
    /// `Unexpected` if the call brought too few random bytes.
    // Stock 2.21.2: all tokens and salts are generated before any id.
    pub fn draft(
        new_keys: Vec<Self>,
        brand: Option<&Brand>,
        context: &mut CallContext,
    ) -> Result<Vec<DraftApiKey>, ApiKeyError> {
        let mut generated = Vec::with_capacity(new_keys.len());
        for new in new_keys {
            let (prefix, salted) = match new.kind {
                ApiKeyType::Publishable => (Prefix::Publishable, false),
                ApiKeyType::Secret => (Prefix::Secret, true),
            };
            let token = RawToken::generate(prefix, brand, &context.entropy(TOKEN_BYTES)?);
            let salt = if salted { Some(context.entropy(SALT_BYTES)?) } else { None };
            generated.push((new, token, salt));
        }
        generated
            .into_iter()
            .map(|(new, token, salt)| {
                let random = context.entropy(ID_BYTES)?;
                let id = match &new.id {
                    Some(chosen) => chosen.clone(),
                    None => ApiKeyId::generate(context.now, &random)?,
                };
                Ok(DraftApiKey { new, id, token, salt })
            })
            .collect()
    }

    /// Completes the data with a token that the caller chose. `random` is used for the salt, then for the id.
    pub(super) fn drafted(
        self,
        token: RawToken,
        random: &[u8],
        now: Timestamp,
    ) -> Result<DraftApiKey, ApiKeyError> {
        let (salt, id) = self.salt_and_id(random, now)?;
        let salt = (self.kind == ApiKeyType::Secret).then_some(salt);
        Ok(DraftApiKey { new: self, id, token, salt })
    }

    /// Completes the data of a secret key with the SHA-256 of its token. `random` is used for the salt, then for the id.
    pub(super) fn imported(
        self,
        sha256: &TokenSha256,
        redacted: Redacted,
        random: &[u8],
        now: Timestamp,
    ) -> Result<ApiKey, ApiKeyError> {
        let (salt, id) = self.salt_and_id(random, now)?;
        let stored = StoredToken::Hashed { hash: sha256.stored(), salt: hex::encode(salt) };
        Ok(self.into_key(id, redacted, stored, Some(sha256.selector())))
    }

    fn salt_and_id(
        &self,
        random: &[u8],
        now: Timestamp,
    ) -> Result<(Vec<u8>, ApiKeyId), ApiKeyError> {
        let (salt, for_id) = random
            .split_at_checked(SALT_BYTES)
            .ok_or(ApiKeyError::Unexpected("A key needs more random bytes."))?;
        let id = match &self.id {
            Some(chosen) => chosen.clone(),
            None => ApiKeyId::generate(now, for_id)?,
        };
        Ok((salt.to_vec(), id))
    }

    fn into_key(
        self,
        id: ApiKeyId,
        redacted: Redacted,
        stored: StoredToken,
        token_digest: Option<TokenDigest>,
    ) -> ApiKey {
        ApiKey {
            id,
            token: stored,
            token_digest,
            redacted,
            title: self.title,
            kind: self.kind,
            last_used_at: self.last_used_at,
            created_by: self.created_by,
            revoked_by: self.revoked_by,
            revoked_at: self.revoked_at,
            created_at: self.created_at,
            updated_at: self.updated_at,
            deleted_at: self.deleted_at,
            created_in: None,
            revoked_at_once: false,
            attributes: None,
            restricted: false,
        }
        .with_attributes(self.attributes)
    }
}

impl DraftApiKey {
    /// Derives the hash of a secret and completes the key. Return the token only to its creator.
    ///
    /// # Errors
    /// `Busy` when the hasher's queue is full.
    pub async fn issue(self, hasher: &Hasher) -> Result<(ApiKey, RawToken), ApiKeyError> {
        let (stored, digest) = match self.salt {
            None => (StoredToken::Public(self.token.expose().to_owned()), None),
            Some(salt) => {
                (hasher.hash(self.token.clone(), salt).await?, Some(TokenDigest::of(&self.token)))
            }
        };
        let key = self.new.into_key(self.id, self.token.redact(), stored, digest);
        Ok((key, self.token))
    }
}

#[cfg(test)]
impl ApiKey {
    /// A newly created publishable key.
    pub(crate) fn example(id: String, title: String, now: Timestamp) -> Self {
        let new = NewApiKey::minimal(title, ApiKeyType::Publishable, "user_1".to_owned(), now);
        let token = RawToken::generate(Prefix::Publishable, None, &[0; TOKEN_BYTES]);
        let stored = StoredToken::Public(token.expose().to_owned());
        new.into_key(ApiKeyId::new(id), token.redact(), stored, None)
    }
}

/// Rejects the id of a restricted key that does not have the form of generated ones: by it the key is recognized as a
/// creator, even after it was deleted.
///
/// # Errors
/// `Invalid`.
pub fn refuse_foreign_id(id: Option<&ApiKeyId>) -> Result<(), ApiKeyError> {
    match id {
        Some(id) if !ApiKeyId::is_generated(id.as_str()) => Err(ApiKeyError::invalid(format!(
            "ApiKey.id of a key with scopes, allowed_ips, a purpose or an owner other than a user must be generated, or have that form: \"{}\" and a ULID",
            ApiKeyId::PREFIX
        ))),
        _ => Ok(()),
    }
}

fn checked_type(value: &Input) -> Result<ApiKeyType, ApiKeyError> {
    let name = checked_text("type", value)?;
    ApiKeyType::parse(&name)
        .ok_or_else(|| ApiKeyError::invalid("ApiKey.type must be 'publishable' or 'secret'"))
}

pub(super) fn optional_text(field: &str, value: &Input) -> Result<Option<String>, ApiKeyError> {
    if value.is_absent() { Ok(None) } else { checked_text(field, value).map(Some) }
}
