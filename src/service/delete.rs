//! deleteApiKeys

use super::soft_delete::refuse_tokens;
use super::{ApiKeyService, Written, ids_of, repeat_after_deadlocks};
use crate::api_key::WorkflowTransaction;
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::input::Input;
use crate::query::{Filter, parse_ids};
use crate::store::{Query, delete, find_for_update};

impl ApiKeyService {
    /// Permanently deletes revoked keys; ignores unknown ids.
    ///
    /// A workflow that is being compensated may delete the keys that it created, revoked or not.
    ///
    /// # Errors
    /// `StillLive` if a key is not revoked, `Invalid`, `Unavailable` or `Database`.
    pub async fn delete(
        &self,
        targets: &Input,
        now: Timestamp,
        compensating: &Input,
    ) -> Result<Written, ApiKeyError> {
        let compensating = WorkflowTransaction::of_context(compensating);
        let ids = parse_ids(targets)?;
        if ids.is_empty() {
            return Ok(Written::default());
        }
        repeat_after_deadlocks(|| async {
            let transaction = self.database.begin().await?;
            let on = transaction.connection();
            refuse_tokens(&on, targets).await?;
            let mut live = find_for_update(&on, &Query::every(Filter::ids(ids.clone()))).await?;
            // Stock 2.21.2: a soft-deleted key can be deleted without having been revoked.
            live.retain(|key| key.deleted_at.is_none() && !key.has_ended(now));
            // See docs/adr/0012
            live.retain(|key| compensating.is_none() || key.created_in != compensating);
            if !live.is_empty() {
                return Err(ApiKeyError::StillLive(ids_of(&live)));
            }
            let deleted = delete(&on, ids.clone()).await?;
            self.commit(transaction, &deleted).await?;
            Ok(Written { deleted, ..Written::default() })
        })
        .await
    }
}
