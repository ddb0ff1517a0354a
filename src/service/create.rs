//! createApiKeys

use std::collections::HashSet;

use super::bound::may_be_bound;
use super::supersede::{may_supersede, supersede};
use super::{ApiKeyService, Written, bound, ids_of, repeat_after_deadlocks, split};
use crate::api_key::{ApiKey, NewApiKey, PublicApiKey, WorkflowTransaction};
use crate::call_context::{CallContext, Timestamp};
use crate::error::ApiKeyError;
use crate::input::Input;
use crate::query::Filter;
use crate::store::{
    InsertError, Insertion, Query, ROWS_PER_INSERT, Transaction, UniqueColumn, find, insert,
};
use crate::token::RawToken;

/// What an insertion did.
#[derive(Default)]
pub(super) struct Inserted {
    /// The new keys, as they were inserted.
    pub(super) keys: Vec<ApiKey>,
    /// The ids of all keys that the transaction changed.
    pub(super) changed: Vec<String>,
    /// The ids of those among them that the new keys ended.
    pub(super) superseded: Vec<String>,
}

impl ApiKeyService {
    /// Creates all keys or none, and stores the workflow that created them.
    ///
    /// # Errors
    /// `Invalid` naming the field, `IdTaken`, `Busy`, `Unavailable` or `Database`.
    pub async fn create(
        &self,
        data: &[Input],
        mut context: CallContext,
        workflow: &Input,
    ) -> Result<Written, ApiKeyError> {
        let new_keys = parse_new(data, &context)?;
        if new_keys.is_empty() {
            return Ok(Written::default());
        }
        let now = context.now;
        let (keys, tokens) = split(self.issue(new_keys, &mut context, workflow).await?);
        let is_done = repeat_after_deadlocks(|| self.insert_at_once(&keys, now)).await?;
        let Inserted { keys, changed, superseded } = if is_done {
            Inserted { keys, ..Inserted::default() }
        } else {
            repeat_after_deadlocks(|| async {
                let transaction = self.database.begin().await?;
                self.insert_in(transaction, keys.clone(), Vec::new(), now).await
            })
            .await?
        };
        Ok(Written {
            created: ids_of(&keys),
            keys: with_tokens(keys, &tokens),
            updated: changed,
            superseded,
            ..Written::default()
        })
    }

    /// Inserts new keys with one statement, all or none. Returns `false` if that needs a transaction.
    async fn insert_at_once(&self, keys: &[ApiKey], now: Timestamp) -> Result<bool, ApiKeyError> {
        let is_large = keys.len() > ROWS_PER_INSERT;
        if is_large || !have_one_creator(keys) || may_be_bound(keys) || may_supersede(keys) {
            return Ok(false);
        }
        match self.database.insert_by_live_creator(keys, now).await {
            Ok(Insertion::Done) => Ok(true),
            Ok(Insertion::NeedsTransaction) => Ok(false),
            Err(error) => Err(self.insert_failure(error, keys).await),
        }
    }

    /// Inserts new keys in a transaction that has changed some keys, and commits.
    pub(super) async fn insert_in(
        &self,
        transaction: Transaction,
        keys: Vec<ApiKey>,
        mut changed: Vec<String>,
        now: Timestamp,
    ) -> Result<Inserted, ApiKeyError> {
        let keys = bound(&transaction.connection(), keys, now).await?;
        let superseded = supersede(&transaction.connection(), &keys, now).await?;
        changed.extend(superseded.iter().cloned());
        if let Err(error) = insert(&transaction.connection(), &keys).await {
            drop(transaction);
            return Err(self.insert_failure(error, &keys).await);
        }
        self.commit(transaction, &changed).await?;
        Ok(Inserted { keys, changed, superseded })
    }

    /// Generates and hashes the tokens of new keys sequentially, so that a batch occupies one slot in the hasher's queue.
    /// Holds no connection.
    pub(super) async fn issue(
        &self,
        new_keys: Vec<NewApiKey>,
        context: &mut CallContext,
        workflow: &Input,
    ) -> Result<Vec<(ApiKey, RawToken)>, ApiKeyError> {
        let workflow = WorkflowTransaction::of_context(workflow);
        let drafts = NewApiKey::draft(new_keys, self.brand.as_ref(), context)?;
        let mut issued = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let (key, token) = draft.issue(&self.hasher).await?;
            issued.push((ApiKey { created_in: workflow.clone(), ..key }, token));
        }
        Ok(issued)
    }

    /// Converts a failed insert to the caller's error.
    pub(super) async fn insert_failure(&self, error: InsertError, keys: &[ApiKey]) -> ApiKeyError {
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

fn have_one_creator(keys: &[ApiKey]) -> bool {
    keys.iter().all(|key| keys.first().is_some_and(|first| first.created_by == key.created_by))
}

/// Builds the results of a creation, which include the raw tokens.
pub(super) fn with_tokens(keys: Vec<ApiKey>, tokens: &[RawToken]) -> Vec<PublicApiKey> {
    keys.into_iter().zip(tokens).map(|(key, token)| PublicApiKey::created(key, token)).collect()
}

fn parse_new(data: &[Input], context: &CallContext) -> Result<Vec<NewApiKey>, ApiKeyError> {
    let new_keys: Vec<_> =
        data.iter().map(|one| NewApiKey::parse(one, context.now)).collect::<Result<_, _>>()?;
    refuse_duplicate_ids(&new_keys)?;
    Ok(new_keys)
}

/// Rejects an id that appears twice in one call.
pub(super) fn refuse_duplicate_ids<'a>(
    new_keys: impl IntoIterator<Item = &'a NewApiKey>,
) -> Result<(), ApiKeyError> {
    let mut seen = HashSet::new();
    match new_keys.into_iter().filter_map(NewApiKey::id).find(|id| !seen.insert(*id)) {
        Some(duplicate) => Err(ApiKeyError::IdTaken(duplicate.as_str().to_owned())),
        None => Ok(()),
    }
}
