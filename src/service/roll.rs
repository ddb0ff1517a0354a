//! rollApiKeys

use super::bound::refuse_greater;
use super::create::with_tokens;
use super::{ApiKeyService, bound, find_locked, ids_of, repeat_after_deadlocks, split};
use crate::api_key::{ApiKey, PublicApiKey, Roll, refuse_revoked};
use crate::call_context::{CallContext, Timestamp};
use crate::error::ApiKeyError;
use crate::input::{Input, checked_id};
use crate::query::{Filter, Target, refuse_whole_key};
use crate::store::{InsertError, Query, UniqueColumn, find, insert, set_revoked};

/// A rolled key and its successor.
#[derive(Debug)]
pub struct Rolled {
    /// The old key, revoked or scheduled to be.
    pub revoked: PublicApiKey,
    /// The new key, with its token.
    pub created: PublicApiKey,
}

impl ApiKeyService {
    /// Revokes a key and creates its successor, in one transaction.
    ///
    /// # Errors
    /// `RevokeWithoutId`, `RevokeWithoutRevokedBy`, `AlreadyRevoked`, `RevocationScheduled`, `NoSuchKeys`, `Invalid`, `IdTaken`,
    /// `Busy`, `Unavailable` or `Database`.
    pub async fn roll(
        &self,
        id: &Input,
        data: &Input,
        mut context: CallContext,
        workflow: &Input,
    ) -> Result<Rolled, ApiKeyError> {
        if !id.is_truthy() {
            return Err(ApiKeyError::RevokeWithoutId);
        }
        refuse_whole_key(id)?;
        let id = checked_id("id", id)?;
        let now = context.now;
        let roll = Roll::parse(data, now)?;

        // The successor is hashed before the transaction begins, so it copies the key as it is now.
        let before = self.live_key(&id, &context).await?;
        let successor = roll.successor(&before, now);
        let (issued, tokens) = split(self.issue(vec![successor], &mut context, workflow).await?);
        let (old, created) =
            repeat_after_deadlocks(|| self.replace(&id, &roll, issued.clone(), now)).await?;

        let revoked = old.into_iter().map(|key| roll.revocation().apply(key, now).into()).next();
        let created = with_tokens(created, &tokens).into_iter().next();
        revoked
            .zip(created)
            .map(|(revoked, created)| Rolled { revoked, created })
            .ok_or(ApiKeyError::Unexpected("Rolling a key returned no successor."))
    }

    /// Revokes a key and inserts its successor. Returns the key as it was, and the successor.
    async fn replace(
        &self,
        id: &str,
        roll: &Roll,
        successor: Vec<ApiKey>,
        now: Timestamp,
    ) -> Result<(Vec<ApiKey>, Vec<ApiKey>), ApiKeyError> {
        let transaction = self.database.begin().await?;
        let on = transaction.connection();
        let old = find_locked(&on, &Target::One(id.to_owned())).await?;
        refuse_revoked_or_scheduled(&old, now)?;
        // The successor is updated from the locked key, which another call may have changed since.
        refuse_greater(&on, roll.revocation().revoked_by.as_deref(), &old, now).await?;
        let inherited = successor.into_iter().zip(&old).map(|(new, old)| roll.inherit(new, old));
        let mut created: Vec<_> = inherited.collect::<Result<_, _>>()?;
        // A key keeps its creator when somebody else rolls it, even if that creator has ended.
        if roll.names_creator() {
            created = bound(&on, created, now).await?;
        }
        set_revoked(&on, &ids_of(&old), roll.revocation(), now).await?;
        if let Err(error) = insert(&on, &created).await {
            drop(transaction);
            return Err(match error {
                InsertError::Taken(UniqueColumn::Id) if roll.names_id() => {
                    self.insert_failure(error, &created).await
                }
                InsertError::Taken(_) => ApiKeyError::Unexpected(
                    "crypto.randomBytes returned bytes that an existing key already uses.",
                ),
                InsertError::Failed(error) => error,
            });
        }
        self.commit(transaction, &ids_of(&old)).await?;
        Ok((old, created))
    }

    async fn live_key(&self, id: &str, context: &CallContext) -> Result<ApiKey, ApiKeyError> {
        let connection = self.database.connection().await?;
        let found = find(&connection, &Query::visible(Filter::id(id))).await?;
        refuse_revoked_or_scheduled(&found, context.now)?;
        found.into_iter().next().ok_or_else(|| ApiKeyError::NoSuchKeys(vec![id.to_owned()]))
    }
}

/// Rejects a key that is revoked or scheduled to be, or for single use.
///
/// Rolling it could postpone the scheduled revocation, and each of several rolls with a grace period would create a
/// successor.
fn refuse_revoked_or_scheduled(keys: &[ApiKey], now: Timestamp) -> Result<(), ApiKeyError> {
    refuse_revoked(keys, now)?;
    if keys.iter().any(ApiKey::is_for_single_use) {
        return Err(ApiKeyError::invalid(
            "A key with a purpose cannot be rolled; create a new one, which ends the older ones of its owner and purpose",
        ));
    }
    match keys.iter().find(|key| key.revoked_at.is_some()) {
        Some(key) => Err(ApiKeyError::RevocationScheduled(key.id.as_str().to_owned())),
        None => Ok(()),
    }
}
