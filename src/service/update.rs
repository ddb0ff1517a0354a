//! updateApiKeys

use std::collections::BTreeMap;

use super::{ApiKeyService, Written, find_locked, repeat_after_deadlocks, to_public};
use crate::api_key::{ApiKey, ApiKeyType, KeyChange};
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::input::Input;
use crate::query::{Target, parse_target};
use crate::store::{Connection, set_title, set_title_and_attributes};

impl ApiKeyService {
    /// Sets the title and the attributes of keys.
    ///
    /// # Errors
    /// `NoSuchKeys` for an id, `Invalid`, `Unavailable` or `Database`.
    pub async fn update(
        &self,
        target: &Input,
        data: &Input,
        now: Timestamp,
    ) -> Result<Written, ApiKeyError> {
        self.refuse_undefined(target)?;
        let target = parse_target(target)?;
        if target == Target::Nothing {
            return Ok(Written::default());
        }
        repeat_after_deadlocks(|| async {
            let transaction = self.database.begin().await?;
            let keys = find_locked(&transaction.connection(), &target).await?;
            // Stock 2.21.2: if a selector matches nothing, the data are not validated.
            if keys.is_empty() {
                return Ok(Written::default());
            }
            let change = KeyChange::parse(data)?;
            let (keys, updated) =
                change_keys(&transaction.connection(), keys, &change, now).await?;
            self.commit(transaction, &updated).await?;
            Ok(Written { keys: to_public(keys), updated, ..Written::default() })
        })
        .await
    }
}

/// Writes a change to the keys that it changes, and returns all keys and the ids of the changed ones.
pub(super) async fn change_keys(
    on: &Connection<'_>,
    keys: Vec<ApiKey>,
    change: &KeyChange,
    now: Timestamp,
) -> Result<(Vec<ApiKey>, Vec<String>), ApiKeyError> {
    let (mut all, mut changed) = (Vec::with_capacity(keys.len()), Vec::new());
    for before in keys {
        let updated_at = before.updated_by_a_write_at(now);
        let after = change.apply(before.clone())?;
        if after == before {
            all.push(before);
            continue;
        }
        let after = ApiKey { updated_at, ..after };
        changed.push((before, after.clone()));
        all.push(after);
    }
    // Statements change several keys at once if the same values are written to them.
    let mut groups = BTreeMap::<_, (&ApiKey, Vec<String>)>::new();
    for (before, after) in &changed {
        let attributes = after.attributes.as_ref().and_then(|attributes| attributes.to_column());
        let rewritten = before.attributes != after.attributes || before.token != after.token;
        let written = (after.updated_at, &after.title, attributes, after.restricted);
        let secret = after.kind == ApiKeyType::Secret;
        let (_, ids) =
            groups.entry((rewritten, secret, written)).or_insert_with(|| (after, Vec::new()));
        ids.push(after.id.as_str().to_owned());
    }
    for ((rewritten, ..), (after, ids)) in groups {
        if rewritten {
            set_title_and_attributes(on, &ids, after).await?;
        } else {
            set_title(on, &ids, &after.title, after.updated_at).await?;
        }
    }
    Ok((all, changed.iter().map(|(_, after)| after.id.as_str().to_owned()).collect()))
}

/// Groups the ids of keys by the `updated_at` that a write sets: usually one group.
pub(super) fn by_updated_at<'a>(
    keys: impl IntoIterator<Item = &'a ApiKey>,
    now: Timestamp,
) -> BTreeMap<Timestamp, Vec<String>> {
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for key in keys {
        let ids = groups.entry(key.updated_by_a_write_at(now)).or_default();
        ids.push(key.id.as_str().to_owned());
    }
    groups
}
