//! revoke

use super::{ApiKeyService, Written, answers, ids_of, locked};
use crate::api_key::{Revocation, refuse_revoked};
use crate::edge::Timestamp;
use crate::error::ApiKeyError;
use crate::input::Input;
use crate::query::{Target, parse_target};
use crate::store::set_revoked;

impl ApiKeyService {
    /// Ends keys, now or at a later moment. Of several revocations of one key, one wins.
    ///
    /// # Errors
    /// `RevokeWithoutId`, `RevokeWithoutRevokedBy`, `AlreadyRevoked`, `NoSuchKeys`, `Invalid`,
    /// `Unavailable` or `Database`.
    pub async fn revoke(
        &self,
        target: &Input,
        data: &Input,
        now: Timestamp,
    ) -> Result<Written, ApiKeyError> {
        let target = parse_target(target)?;
        if let Target::One(id) = &target {
            if id.is_empty() {
                return Err(ApiKeyError::RevokeWithoutId);
            }
            // Stock 2.21.2: for one id the data are judged before the key is looked for.
            Revocation::parse(data, now)?;
        }
        if target == Target::Nothing {
            return Ok(Written::default());
        }
        let transaction = self.database.begin().await?;
        let keys = locked(&transaction.connection(), &target).await?;
        // Stock 2.21.2: where a selector matches nothing, the data are not looked at.
        if keys.is_empty() {
            return Ok(Written::default());
        }
        if matches!(target, Target::Matching(_)) && *data == Input::Undefined {
            return Err(ApiKeyError::RevokeWithoutRevokedBy);
        }
        let revocation = Revocation::parse(data, now)?;
        refuse_revoked(&keys, now)?;
        let updated = ids_of(&keys);
        set_revoked(&transaction.connection(), &updated, &revocation, now).await?;
        self.commit(transaction, &updated).await?;
        let keys = keys.into_iter().map(|key| revocation.apply(key, now)).collect();
        Ok(Written { keys: answers(keys), updated, ..Written::default() })
    }
}
