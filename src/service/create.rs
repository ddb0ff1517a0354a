//! createApiKeys

use std::collections::HashSet;

use super::{ApiKeyService, Written, ids_of, split};
use crate::api_key::{ApiKey, NewApiKey, PublicApiKey, WorkflowTransaction};
use crate::call_context::CallContext;
use crate::error::ApiKeyError;
use crate::input::Input;
use crate::query::Filter;
use crate::store::{InsertError, Query, UniqueColumn, find};
use crate::token::RawToken;

impl ApiKeyService {
    /// Creates keys, all or none, and remembers the workflow in which that was.
    ///
    /// # Errors
    /// `Invalid` naming the field, `IdTaken`, `Busy`, `Unavailable` or `Database`.
    pub async fn create(
        &self,
        data: &[Input],
        mut context: CallContext,
        workflow: &Input,
    ) -> Result<Written, ApiKeyError> {
        let wishes = parse_new(data, &context)?;
        if wishes.is_empty() {
            return Ok(Written::default());
        }
        let (keys, tokens) = split(self.issue(wishes, &mut context, workflow).await?);
        if let Err(error) = self.database.insert(&keys).await {
            return Err(self.not_inserted(error, &keys).await);
        }
        Ok(Written {
            created: ids_of(&keys),
            keys: shown_once(keys, &tokens),
            ..Written::default()
        })
    }

    /// Draws and hashes the tokens of new keys, one after the other, so that a batch takes one place in the
    /// hasher's queue. No connection is held.
    pub(super) async fn issue(
        &self,
        wishes: Vec<NewApiKey>,
        context: &mut CallContext,
        workflow: &Input,
    ) -> Result<Vec<(ApiKey, RawToken)>, ApiKeyError> {
        let workflow = WorkflowTransaction::of_context(workflow);
        let drafts = NewApiKey::draft(wishes, context)?;
        let mut issued = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let (key, token) = draft.issue(&self.hasher).await?;
            issued.push((ApiKey { created_in: workflow.clone(), ..key }, token));
        }
        Ok(issued)
    }

    /// What the caller gets for new keys that were not written.
    pub(super) async fn not_inserted(&self, error: InsertError, keys: &[ApiKey]) -> ApiKeyError {
        let first = keys.first();
        match error {
            InsertError::Failed(error) => error,
            InsertError::Taken(UniqueColumn::Token) => {
                let redacted = first.map_or("", |key| key.redacted.as_str());
                ApiKeyError::TokenTaken(redacted.to_owned())
            }
            InsertError::Taken(UniqueColumn::Id) => match self.existing_ids(keys).await {
                Ok(existing) => {
                    let taken = keys.iter().find(|key| existing.contains(key.id.as_str()));
                    let id = taken.or(first).map_or("", |key| key.id.as_str());
                    ApiKeyError::IdTaken(id.to_owned())
                }
                Err(error) => error,
            },
        }
    }

    async fn existing_ids(&self, keys: &[ApiKey]) -> Result<HashSet<String>, ApiKeyError> {
        let connection = self.database.connection().await?;
        let found = find(&connection, &Query::every(Filter::ids(ids_of(keys)))).await?;
        Ok(ids_of(&found).into_iter().collect())
    }
}

/// The answers that show each creator their token.
pub(super) fn shown_once(keys: Vec<ApiKey>, tokens: &[RawToken]) -> Vec<PublicApiKey> {
    keys.into_iter().zip(tokens).map(|(key, token)| PublicApiKey::created(key, token)).collect()
}

fn parse_new(data: &[Input], context: &CallContext) -> Result<Vec<NewApiKey>, ApiKeyError> {
    let wishes: Vec<_> =
        data.iter().map(|one| NewApiKey::parse(one, context.now)).collect::<Result<_, _>>()?;
    refuse_twins(&wishes)?;
    Ok(wishes)
}

/// Refuses one id for two keys of a call.
pub(super) fn refuse_twins(wishes: &[NewApiKey]) -> Result<(), ApiKeyError> {
    let mut seen = HashSet::new();
    match wishes.iter().filter_map(NewApiKey::id).find(|id| !seen.insert(*id)) {
        Some(twin) => Err(ApiKeyError::IdTaken(twin.as_str().to_owned())),
        None => Ok(()),
    }
}
