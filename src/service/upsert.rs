//! upsertApiKeys

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::create::{Inserted, refuse_duplicate_ids, with_tokens};
use super::update::change_keys;
use super::{ApiKeyService, Written, ids_of, repeat_after_deadlocks, split, to_public};
use crate::api_key::{ApiKey, ApiKeyId, KeyChange, NewApiKey, UpsertApiKey};
use crate::call_context::{CallContext, Timestamp};
use crate::error::ApiKeyError;
use crate::input::Input;
use crate::query::Filter;
use crate::store::{Connection, Query, find_for_update};

impl ApiKeyService {
    /// Creates the keys without an id and changes those with one, in one transaction.
    ///
    /// # Errors
    /// `NoSuchKeys`, `Invalid` naming the field, `Busy`, `Unavailable` or `Database`.
    pub async fn upsert(
        &self,
        data: &[Input],
        mut context: CallContext,
        workflow: &Input,
    ) -> Result<Written, ApiKeyError> {
        let now = context.now;
        let (new_keys, changes) = partition(data, now)?;
        if new_keys.is_empty() && changes.ids.is_empty() {
            return Ok(Written::default());
        }
        refuse_duplicate_ids(&new_keys)?;
        let (created, tokens) = split(self.issue(new_keys, &mut context, workflow).await?);

        let (changed, inserted) = repeat_after_deadlocks(|| async {
            let transaction = self.database.begin().await?;
            let (changed, updated) = change_all(&transaction.connection(), &changes, now).await?;
            let inserted = self.insert_in(transaction, created.clone(), updated, now).await?;
            Ok((changed, inserted))
        })
        .await?;
        let Inserted { keys: created, changed: updated, superseded } = inserted;

        // Stock 2.21.2: created keys come first, then updated ones by id.
        let ids = ids_of(&created);
        let mut keys = with_tokens(created, &tokens);
        keys.extend(to_public(changed));
        Ok(Written { keys, created: ids, updated, superseded, deleted: Vec::new() })
    }
}

/// Changes by id, and the ids in the caller's order.
#[derive(Default)]
struct Changes {
    by_id: HashMap<ApiKeyId, KeyChange>,
    ids: Vec<ApiKeyId>,
}

impl Changes {
    fn add(&mut self, id: ApiKeyId, change: KeyChange) {
        match self.by_id.entry(id) {
            Entry::Occupied(mut earlier) => earlier.get_mut().add(change),
            Entry::Vacant(first) => {
                self.ids.push(first.key().clone());
                first.insert(change);
            }
        }
    }
}

// Stock 2.21.2: if one key has several titles, the last one applies. So it is with each attribute.
fn partition(data: &[Input], now: Timestamp) -> Result<(Vec<NewApiKey>, Changes), ApiKeyError> {
    let (mut new_keys, mut changes) = (Vec::new(), Changes::default());
    for one in data {
        match UpsertApiKey::parse(one, now)? {
            UpsertApiKey::Create(new) => new_keys.push(new),
            UpsertApiKey::Update(id, change) => changes.add(id, change),
        }
    }
    Ok((new_keys, changes))
}

async fn change_all(
    on: &Connection<'_>,
    changes: &Changes,
    now: Timestamp,
) -> Result<(Vec<ApiKey>, Vec<String>), ApiKeyError> {
    if changes.ids.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let ids = changes.ids.iter().map(|id| id.as_str().to_owned());
    let found = find_for_update(on, &Query::visible(Filter::ids(ids))).await?;
    let known: HashSet<_> = found.iter().map(|key| &key.id).collect();
    let missing: Vec<_> = changes
        .ids
        .iter()
        .filter(|id| !known.contains(id))
        .map(|id| id.as_str().to_owned())
        .collect();
    if !missing.is_empty() {
        return Err(ApiKeyError::NoSuchKeys(missing));
    }
    let (mut keys, mut updated) = (Vec::new(), Vec::new());
    for key in found {
        if let Some(change) = changes.by_id.get(&key.id) {
            let (changed, written) = change_keys(on, vec![key], change, now).await?;
            keys.extend(changed);
            updated.extend(written);
        }
    }
    Ok((keys, updated))
}
