//! revokeToken

use super::cascade::Roots;
use super::{ApiKeyService, Written};
use crate::api_key::{
    ApiKeyType, TokenRevocation, refuse_no_secret_token, refuse_token_as_name, wrong_checksum,
};
use crate::call_context::Timestamp;
use crate::deadline;
use crate::error::ApiKeyError;
use crate::input::Input;
use crate::store::{TokenIdentity, find_same_tokens};
use crate::token::{Presented, StoredToken, TokenDigest};

impl ApiKeyService {
    /// Ends the key of a secret token, whatever restricts it, also if it is soft-deleted. Succeeds for a token of no key.
    ///
    /// A hash is derived only for a row that `authenticate` would verify, too, for a soft-deleted key, for a key whose end
    /// has passed without a revocation, and for any key that has ended if what it created is to end.
    ///
    /// # Errors
    /// `RevokeWithoutRevokedBy`, `Invalid`, `Unverifiable`, `Busy`, `Unavailable` or `Database`.
    pub async fn revoke_token(
        &self,
        token: String,
        data: &Input,
        now: Timestamp,
    ) -> Result<Written, ApiKeyError> {
        let TokenRevocation { revocation, cascade } = TokenRevocation::parse(data, now)?;
        refuse_no_secret_token(&token)?;
        refuse_token_as_name("revoked_by", revocation.revoked_by.as_deref(), &token)?;
        let ids = self.ids_of_token(&self.hasher.present(token.clone()), cascade, now).await?;
        if ids.is_empty() {
            if self.brand.as_ref().is_some_and(|brand| brand.refuses(&token)) {
                return Err(wrong_checksum());
            }
            return Ok(Written::default());
        }
        self.end_keys(Roots::Ids(&ids), cascade, &revocation, now).await
    }

    /// Returns the ids of the keys whose hash verifies a token: usually zero or one.
    async fn ids_of_token(
        &self,
        presented: &Presented,
        with_ended: bool,
        now: Timestamp,
    ) -> Result<Vec<String>, ApiKeyError> {
        let identity = TokenIdentity::Secret {
            digest: TokenDigest::of(&presented.token),
            redacted: Some(presented.token.redact()),
        };
        let found = {
            let connection = self.database.connection().await?;
            find_same_tokens(&connection, &[identity]).await?
        };
        let mut ids = Vec::new();
        for key in found {
            let StoredToken::Hashed { hash, salt } = &key.token else { continue };
            // SECURITY: the end of a key without the mark may have passed by this clock only.
            let is_over = key.revoked_at_once || key.token_digest.is_none() && key.has_ended(now);
            if key.kind != ApiKeyType::Secret || is_over && !with_ended {
                continue;
            }
            let verified = deadline::wait(self.hasher.verify(presented, hash, salt)).await;
            match verified.unwrap_or(Err(ApiKeyError::TimedOut)) {
                Ok(true) => ids.push(key.id.as_str().to_owned()),
                // SECURITY: another process may have the hash key and let the token in, so this must not look like a
                // success.
                Ok(false) | Err(ApiKeyError::UnknownHash) if key.token_digest.is_some() => {
                    return Err(ApiKeyError::Unverifiable(key.id.as_str().to_owned()));
                }
                Ok(false) | Err(ApiKeyError::UnknownHash) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(ids)
    }
}
