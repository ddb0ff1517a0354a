//! authenticate

use super::ApiKeyService;
use crate::api_key::PublicApiKey;
use crate::edge::Timestamp;
use crate::error::ApiKeyError;
use crate::store::find_candidates;
use crate::token::{RawToken, StoredToken, TokenDigest};

impl ApiKeyService {
    /// The live secret key of a token, or none.
    ///
    /// The answer rests on a read that starts after the call arrived, so that a
    /// key revoked anywhere is refused from the moment its revocation is committed.
    ///
    /// # Errors
    /// `Busy`, `Unavailable` or `Database`; whatever is wrong with the token itself is `None`.
    pub async fn authenticate(
        &self,
        token: String,
        now: Timestamp,
    ) -> Result<Option<PublicApiKey>, ApiKeyError> {
        let token = RawToken::presented(token);
        // What the database cannot hold it cannot have stored.
        if token.expose().contains('\0') {
            return Ok(None);
        }
        let (digest, redacted) = (TokenDigest::of(&token), token.redact());
        let candidates = {
            let connection = self.database.connection().await?;
            find_candidates(&connection, &digest, &redacted, now).await?
        };
        for key in candidates {
            let StoredToken::Hashed { hash, salt } = &key.token else { continue };
            match self.hasher.verify(&token, hash, salt).await {
                Ok(true) => {
                    self.used(&key, &token, now);
                    return Ok(Some(PublicApiKey::from(key)));
                }
                // A hash that this version cannot read belongs to nobody's token.
                Ok(false) | Err(ApiKeyError::UnknownHash) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}
