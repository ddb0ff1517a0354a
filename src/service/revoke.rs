//! revoke

use super::{ApiKeyService, Written, answers, ids_of, locked};
use crate::api_key::{Revocation, refuse_revoked};
use crate::call_context::Timestamp;
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
        self.refuse_undefined(target)?;
        let target = parse_target(target)?;
        // Stock 2.21.2: for one id the data are judged before the key is looked for.
        let judged = match &target {
            Target::Nothing => return Ok(Written::default()),
            Target::One(id) if id.is_empty() => return Err(ApiKeyError::RevokeWithoutId),
            Target::One(_) => Some(Revocation::parse_for_one(data, now)?),
            Target::Matching(_) => None,
        };
        let transaction = self.database.begin().await?;
        let keys = locked(&transaction.connection(), &target).await?;
        // Stock 2.21.2: where a selector matches nothing, the data are not looked at.
        if keys.is_empty() {
            return Ok(Written::default());
        }
        let revocation = judged.map_or_else(|| Revocation::parse(data, now), Ok)?;
        refuse_revoked(&keys, now)?;
        // Stock 2.21.2: what changes nothing is neither written nor told.
        let differing: Vec<_> =
            keys.iter().filter(|key| revocation.changes(key)).cloned().collect();
        let updated = ids_of(&differing);
        if !updated.is_empty() {
            set_revoked(&transaction.connection(), &updated, &revocation, now).await?;
        }
        self.commit(transaction, &updated).await?;
        let keys = keys.into_iter().map(|key| revocation.apply(key, now)).collect();
        Ok(Written { keys: answers(keys), updated, ..Written::default() })
    }
}
