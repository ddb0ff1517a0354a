//! revoke

use super::{ApiKeyService, Written, find_locked, ids_of, repeat_after_deadlocks, to_public};
use crate::api_key::{Revocation, RevocationScope, refuse_revoked};
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::input::Input;
use crate::query::{Target, parse_target};
use crate::store::set_revoked;

impl ApiKeyService {
    /// Revokes keys, immediately or at a later time. Of concurrent revocations of one key, one succeeds.
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
        let scope = RevocationScope::parse(data)?;
        let target = parse_target(target)?;
        if scope.is_extended() {
            return self.revoke_extended(&target, data, scope, now).await;
        }
        // Stock 2.21.2: for one id, the data are validated before the key is looked up.
        let parsed = match &target {
            Target::Nothing => return Ok(Written::default()),
            Target::One(id) if id.is_empty() => return Err(ApiKeyError::RevokeWithoutId),
            Target::One(_) => Some(Revocation::parse_for_one(data, now)?),
            Target::Matching(_) => None,
        };
        repeat_after_deadlocks(|| async {
            let transaction = self.database.begin().await?;
            let keys = find_locked(&transaction.connection(), &target).await?;
            // Stock 2.21.2: if a selector matches nothing, the data are not validated.
            if keys.is_empty() {
                return Ok(Written::default());
            }
            let revocation = parsed.clone().map_or_else(|| Revocation::parse(data, now), Ok)?;
            refuse_revoked(&keys, now)?;
            // Stock 2.21.2: a revocation that changes nothing is neither written nor published.
            let differing: Vec<_> =
                keys.iter().filter(|key| revocation.changes(key)).cloned().collect();
            let updated = ids_of(&differing);
            if !updated.is_empty() {
                set_revoked(&transaction.connection(), &updated, &revocation, now).await?;
            }
            self.commit(transaction, &updated).await?;
            let keys = keys.into_iter().map(|key| revocation.apply(key, now)).collect();
            Ok(Written { keys: to_public(keys), updated, ..Written::default() })
        })
        .await
    }
}
