//! softDeleteApiKeys, restoreApiKeys

use super::update::by_updated_at;
use super::{ApiKeyService, Written, ids_of, repeat_after_deadlocks};
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::input::Input;
use crate::query::{Filter, parse_many_targets, tokens_among};
use crate::store::{self, Connection, Query, find, find_for_update};

impl ApiKeyService {
    /// Soft-deletes keys, revoked or not, and returns the ids of the affected rows.
    ///
    /// # Errors
    /// `Invalid`, `Unavailable` or `Database`.
    pub async fn soft_delete(
        &self,
        targets: &Input,
        now: Timestamp,
    ) -> Result<Written, ApiKeyError> {
        self.refuse_undefined(targets)?;
        let Some(filter) = parse_many_targets(targets)? else { return Ok(Written::default()) };
        repeat_after_deadlocks(|| async {
            let transaction = self.database.begin().await?;
            let on = transaction.connection();
            refuse_tokens(&on, targets).await?;
            let found = find_for_update(&on, &Query::visible(filter.clone())).await?;
            let deleted = ids_of(&found);
            if !deleted.is_empty() {
                for (updated_at, ids) in by_updated_at(&found, now) {
                    store::soft_delete(&on, &ids, now, updated_at).await?;
                }
                self.commit(transaction, &deleted).await?;
            }
            Ok(Written { deleted, ..Written::default() })
        })
        .await
    }

    /// Restores soft-deleted keys. The result also lists matching keys that were not deleted, which stay unchanged.
    ///
    /// # Errors
    /// `Invalid`, `Unavailable` or `Database`.
    pub async fn restore(&self, targets: &Input, now: Timestamp) -> Result<Written, ApiKeyError> {
        self.refuse_undefined(targets)?;
        let Some(filter) = parse_many_targets(targets)? else { return Ok(Written::default()) };
        repeat_after_deadlocks(|| async {
            let transaction = self.database.begin().await?;
            let on = transaction.connection();
            refuse_tokens(&on, targets).await?;
            let found = find_for_update(&on, &Query::every(filter.clone())).await?;
            let updated = ids_of(&found);
            let deleted: Vec<_> =
                found.into_iter().filter(|key| key.deleted_at.is_some()).collect();
            if !deleted.is_empty() {
                for (updated_at, ids) in by_updated_at(&deleted, now) {
                    store::restore(&on, &ids, updated_at).await?;
                }
                self.commit(transaction, &updated).await?;
            }
            Ok(Written { updated, ..Written::default() })
        })
        .await
    }
}

/// Rejects targets that look like tokens and are not the id of any key. Stock ignores them, and the key stays active.
pub(super) async fn refuse_tokens(on: &Connection<'_>, targets: &Input) -> Result<(), ApiKeyError> {
    let mut tokens = tokens_among(targets);
    if tokens.is_empty() {
        return Ok(());
    }
    let known = ids_of(&find(on, &Query::every(Filter::ids(tokens.clone()))).await?);
    tokens.retain(|token| !known.contains(token));
    if tokens.is_empty() { Ok(()) } else { Err(ApiKeyError::NoSuchKeys(tokens)) }
}
