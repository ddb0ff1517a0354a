//! updateApiKeys

use std::collections::BTreeMap;

use super::{ApiKeyService, Written, find_locked, to_public};
use crate::api_key::{ApiKey, TitleChange};
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::input::Input;
use crate::query::{Target, parse_target};
use crate::store::{Connection, set_title};

impl ApiKeyService {
    /// Sets the title of keys.
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
        let transaction = self.database.begin().await?;
        let keys = find_locked(&transaction.connection(), &target).await?;
        // Stock 2.21.2: if a selector matches nothing, the data are not validated.
        if keys.is_empty() {
            return Ok(Written::default());
        }
        let change = TitleChange::parse(data)?;
        let (keys, updated) = retitle(&transaction.connection(), keys, &change, now).await?;
        self.commit(transaction, &updated).await?;
        Ok(Written { keys: to_public(keys), updated, ..Written::default() })
    }
}

/// Writes a title to the keys where it differs, and returns all keys and the ids of the changed ones.
pub(super) async fn retitle(
    on: &Connection<'_>,
    keys: Vec<ApiKey>,
    change: &TitleChange,
    now: Timestamp,
) -> Result<(Vec<ApiKey>, Vec<String>), ApiKeyError> {
    let differing: Vec<_> = keys.iter().filter(|key| key.title != change.title).collect();
    for (updated_at, ids) in by_updated_at(differing.iter().copied(), now) {
        set_title(on, &ids, &change.title, updated_at).await?;
    }
    let updated = differing.iter().map(|key| key.id.as_str().to_owned()).collect();
    let retitled = |key: ApiKey| {
        if key.title == change.title {
            return key;
        }
        let updated_at = key.updated_by_a_write_at(now);
        ApiKey { title: change.title.clone(), updated_at, ..key }
    };
    Ok((keys.into_iter().map(retitled).collect(), updated))
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
