//! What a caller asks for to end a breach: a cascade, a dry run, the end of a leaked token.

use super::Revocation;
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::input::{Input, optional_flag, refuse_unknown};
use crate::token::{Prefix, Redacted, may_be_token};

/// The members of a revocation that stock does not have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RevocationScope {
    /// Whether the keys that the revoked keys created end, too.
    pub cascade: bool,
    /// Whether nothing is changed.
    pub dry_run: bool,
}

impl RevocationScope {
    /// Parses the data of `revoke`.
    ///
    /// # Errors
    /// `Invalid` for a member that is not a boolean.
    pub fn parse(data: &Input) -> Result<Self, ApiKeyError> {
        Ok(Self {
            cascade: optional_flag("cascade", data)?,
            dry_run: optional_flag("dry_run", data)?,
        })
    }

    /// Whether it asks for what stock does not have.
    #[must_use]
    pub fn is_extended(self) -> bool {
        self.cascade || self.dry_run
    }
}

/// The data of `revokeToken`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRevocation {
    /// Who ends the key; the end is immediate.
    pub revocation: Revocation,
    /// Whether the keys that the key created end, too.
    pub cascade: bool,
}

impl TokenRevocation {
    /// Parses the data; rejects unknown members.
    ///
    /// # Errors
    /// `RevokeWithoutRevokedBy`, or `Invalid` naming the member.
    pub fn parse(data: &Input, now: Timestamp) -> Result<Self, ApiKeyError> {
        refuse_unknown("the data of revokeToken", data, &["revoked_by", "cascade"])?;
        let cascade = optional_flag("cascade", data)?;
        Ok(Self { revocation: Revocation::parse(data, now)?, cascade })
    }
}

/// Rejects what cannot be a secret token, so that a mistake does not look like a revocation.
///
/// # Errors
/// `Invalid`, without the string.
pub fn refuse_no_secret_token(token: &str) -> Result<(), ApiKeyError> {
    let problem = if !may_be_token(token) {
        "is no token: a token has 1 to 512 visible ASCII characters; pass it without spaces and line breaks"
    } else if token.starts_with(Prefix::Publishable.as_str()) {
        "is publishable, and its key is found by it: listApiKeys({ token }), then revoke(id)"
    } else if Redacted::parse(token).is_some() {
        "is the redacted form of a token, which several keys may have; pass the key's id to revoke"
    } else if token.starts_with(super::ApiKeyId::PREFIX) {
        "is the id of a key; pass it to revoke"
    } else {
        return Ok(());
    };
    Err(ApiKeyError::invalid(format!("the token of revokeToken {problem}")))
}

/// The rejection of a token with the service's brand that no key has, because its checksum is wrong.
#[must_use]
pub fn wrong_checksum() -> ApiKeyError {
    ApiKeyError::invalid(
        "the token of revokeToken was copied wrong: its last 6 characters are not the checksum, and no key was revoked",
    )
}
