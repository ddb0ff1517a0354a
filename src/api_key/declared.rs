//! Keys whose token the caller has: declared keys, and keys of another system.

use std::collections::HashMap;

use super::actor::refuse_token_as_name;
use super::id::is_ulid;
use super::new::DraftApiKey;
use super::{ApiKey, ApiKeyType, AttributesChange, KeyChange, NewApiKey};
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::input::{DataOf, Input, checked_text, refuse_near_misses, refuse_unknown};
use crate::token::{
    MIN_STRENGTH_BITS, Prefix, RawToken, Redacted, TokenSha256, has_wrong_checksum, may_be_token,
    secret_strength_bits,
};

/// The maximum number of keys in one import, which bounds its transaction and its memory.
pub const MAX_IMPORTED: usize = 100_000;

/// The least length of a publishable token. It is no secret, but it must not be taken by accident.
const MIN_PUBLISHABLE_BYTES: usize = 8;

/// The problem of a token that a service with its brand would refuse without a read. See docs/adr/0034.
const WRONG_CHECKSUM: &str = "has the form of a token with a brand, but its last 6 characters are not the checksum: it was copied wrong, or it is not a token of this package; use another form";

const DECLARATION: [&str; 10] = [
    "title",
    "type",
    "created_by",
    "token",
    "id",
    "expires_in",
    "scopes",
    "owner",
    "metadata",
    "allowed_ips",
];

const IMPORT: [&str; 16] = [
    "title",
    "created_by",
    "sha256",
    "redacted",
    "id",
    "expires_in",
    "revoked_at",
    "revoked_by",
    "last_used_at",
    "created_at",
    "updated_at",
    "deleted_at",
    "scopes",
    "owner",
    "metadata",
    "allowed_ips",
];

/// A validated key whose token the caller has.
pub struct DeclaredApiKey {
    new: NewApiKey,
    /// What an existing key is changed to. A member that is not declared is left as it is.
    change: KeyChange,
    token: DeclaredToken,
}

/// The token of a declared key.
pub enum DeclaredToken {
    /// A token.
    Raw(RawToken),
    /// The hash of a secret token.
    Sha256(TokenSha256, Redacted),
}

/// The relation of a declared key to the table, after the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// The call created it.
    Created,
    /// It exists as declared.
    Unchanged,
    /// It exists, and differs from its declaration.
    Different,
    /// It existed, and the call changed it to what is declared.
    Updated,
    /// It has ended, so its token is rejected. A declaration never revives a key.
    Revoked,
    /// It is soft-deleted, so its token is rejected.
    Deleted,
}

impl KeyState {
    /// The name, as returned.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Unchanged => "unchanged",
            Self::Different => "different",
            Self::Updated => "updated",
            Self::Revoked => "revoked",
            Self::Deleted => "deleted",
        }
    }
}

impl DeclaredApiKey {
    /// Parses one element of `ensureApiKeys`; rejects unknown members. `allow_weak` admits a secret that can be guessed.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn parse(data: &Input, now: Timestamp, allow_weak: bool) -> Result<Self, ApiKeyError> {
        refuse_other(data, "title, type, created_by and token")?;
        refuse_near_misses(data, DataOf::Declaration)?;
        refuse_unknown("the data of ensureApiKeys", data, &DECLARATION)?;
        let new = NewApiKey::parse(data, now)?;
        let token = RawToken::presented(checked_text("token", data.member("token"))?);
        let problem = match new.kind() {
            ApiKeyType::Secret => secret_problem(token.expose(), allow_weak),
            ApiKeyType::Publishable => publishable_problem(token.expose()),
        };
        if let Some(problem) = problem {
            // SECURITY: the message never holds the token.
            return Err(ApiKeyError::invalid(format!("ApiKey.token {problem}")));
        }
        if new.kind() == ApiKeyType::Secret {
            refuse_token_as_name("created_by", Some(new.created_by()), token.expose())?;
        }
        Ok(Self { change: change(&new, data)?, new, token: DeclaredToken::Raw(token) })
    }

    /// Parses one element of `importApiKeys`; rejects unknown members.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn parse_import(data: Input, now: Timestamp) -> Result<Self, ApiKeyError> {
        refuse_other(&data, "title, created_by and sha256")?;
        refuse_near_misses(&data, DataOf::Import)?;
        refuse_unknown("the data of importApiKeys", &data, &IMPORT)?;
        let sha256 = TokenSha256::parse(&checked_text("sha256", data.member("sha256"))?).ok_or_else(
            || {
                ApiKeyError::invalid(
                    "ApiKey.sha256 must be the SHA-256 of the whole token, 32 bytes in hex or base64",
                )
            },
        )?;
        let redacted = match data.member("redacted") {
            absent if absent.is_absent() => Redacted::unknown(),
            given => Redacted::parse(&checked_text("redacted", given)?).ok_or_else(|| {
                ApiKeyError::invalid(
                    "ApiKey.redacted must show at most the first six and the last three characters of the token, with *** between them",
                )
            })?,
        };
        let data = secret(data);
        let new = NewApiKey::parse(&data, now)?;
        let token = DeclaredToken::Sha256(sha256, redacted);
        Ok(Self { change: change(&new, &data)?, new, token })
    }

    /// The validated data.
    #[must_use]
    pub fn new_key(&self) -> &NewApiKey {
        &self.new
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> &DeclaredToken {
        &self.token
    }

    /// The type.
    #[must_use]
    pub fn kind(&self) -> ApiKeyType {
        self.new.kind()
    }

    /// Who declares the key.
    #[must_use]
    pub fn created_by(&self) -> &str {
        self.new.created_by()
    }

    /// The members that are declared and that an existing key has otherwise. Members that count from the creation,
    /// such as `expires_in`, are not compared.
    #[must_use]
    pub fn differences(&self, key: &ApiKey) -> Vec<&'static str> {
        let id = self.new.id().is_some_and(|id| *id != key.id).then_some("id");
        let creator = (self.new.created_by() != key.created_by).then_some("created_by");
        id.into_iter().chain(creator).chain(self.change.differences(key)).collect()
    }

    /// The change of an existing key to what is declared.
    #[must_use]
    pub fn change(&self) -> &KeyChange {
        &self.change
    }

    /// Prepares the creation of a key; `random` is used for its salt, then for its id.
    ///
    /// # Errors
    /// `Unexpected` without enough random bytes.
    pub fn draft(&self, random: &[u8], now: Timestamp) -> Result<DeclaredDraft, ApiKeyError> {
        let new = self.new.clone();
        Ok(match &self.token {
            DeclaredToken::Raw(token) => {
                DeclaredDraft::Unhashed(Box::new(new.drafted(token.clone(), random, now)?))
            }
            DeclaredToken::Sha256(sha256, redacted) => DeclaredDraft::Complete(Box::new(
                new.imported(sha256, redacted.clone(), random, now)?,
            )),
        })
    }
}

/// A declared key that does not exist yet.
pub enum DeclaredDraft {
    /// Its hash is not derived yet.
    Unhashed(Box<DraftApiKey>),
    /// It is complete.
    Complete(Box<ApiKey>),
}

/// Rejects a list with a token that appears twice.
///
/// # Errors
/// `Invalid`, naming both elements.
pub fn refuse_duplicate_tokens(declared: &[DeclaredApiKey]) -> Result<(), ApiKeyError> {
    let (mut tokens, mut hashes) = (HashMap::new(), HashMap::new());
    for (index, one) in declared.iter().enumerate() {
        let (member, first) = match &one.token {
            DeclaredToken::Raw(token) => ("token", tokens.insert(token.expose(), index)),
            DeclaredToken::Sha256(sha256, _) => ("sha256", hashes.insert(sha256, index)),
        };
        if let Some(first) = first {
            return Err(ApiKeyError::invalid(format!(
                "elements {first} and {index} have the same {member}"
            )));
        }
    }
    Ok(())
}

fn change(new: &NewApiKey, data: &Input) -> Result<KeyChange, ApiKeyError> {
    Ok(KeyChange::new(new.title().to_owned(), AttributesChange::parse(data)?))
}

fn refuse_other(data: &Input, members: &str) -> Result<(), ApiKeyError> {
    match data {
        Input::Object(_) => Ok(()),
        other => Err(ApiKeyError::invalid(format!(
            "a key must be an object with {members}, '{}' found",
            other.kind()
        ))),
    }
}

/// The data with the type of every imported key.
fn secret(data: Input) -> Input {
    let kind = ("type".to_owned(), Input::Text(ApiKeyType::Secret.as_str().to_owned()));
    match data {
        Input::Object(members) => Input::Object(members.into_iter().chain([kind]).collect()),
        other => other,
    }
}

/// Whether `ensureApiKeys` accepts a string as a secret token. Ids of Medusa's form (a ULID after the prefix) are excepted.
pub(super) fn may_be_declared(text: &str) -> bool {
    let Some(secret) = text.strip_prefix(Prefix::Secret.as_str()) else { return false };
    !is_ulid(secret) && secret_problem(text, false).is_none()
}

fn secret_problem(token: &str, allow_weak: bool) -> Option<String> {
    let prefix = Prefix::Secret.as_str();
    let Some(secret) = token.strip_prefix(prefix).filter(|secret| !secret.is_empty()) else {
        return Some(format!("of a secret key must begin with {prefix}"));
    };
    if !may_be_token(token) {
        return Some("must be at most 512 visible ASCII characters".to_owned());
    }
    if has_wrong_checksum(token) {
        return Some(WRONG_CHECKSUM.to_owned());
    }
    let bits = secret_strength_bits(token, secret);
    (!allow_weak && bits < MIN_STRENGTH_BITS).then(|| {
        format!(
            "can be guessed: its strength is about {bits:.0} bits, and {MIN_STRENGTH_BITS:.0} are required; generate {prefix} and 32 random bytes in hex"
        )
    })
}

fn publishable_problem(token: &str) -> Option<String> {
    let prefix = Prefix::Publishable.as_str();
    if !token.starts_with(prefix) {
        return Some(format!("of a publishable key must begin with {prefix}"));
    }
    if has_wrong_checksum(token) {
        return Some(WRONG_CHECKSUM.to_owned());
    }
    let is_sane = may_be_token(token) && token.len() >= MIN_PUBLISHABLE_BYTES;
    (!is_sane).then(|| format!("must be {MIN_PUBLISHABLE_BYTES} to 512 visible ASCII characters"))
}
