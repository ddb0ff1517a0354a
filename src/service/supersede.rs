//! A new single-use key ends the older ones of its owner and purpose.

use std::collections::BTreeSet;

use super::ids_of;
use crate::api_key::{ApiKey, Owner, Revocation};
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::query::{AttributeCondition, Filter};
use crate::store::{Connection, Query, find_for_update, lock_single_use, set_revoked};
use crate::token::short_digest;

/// Whether one of these keys ends older ones.
pub(super) fn may_supersede(keys: &[ApiKey]) -> bool {
    keys.iter().any(|key| single_use(key).is_some())
}

/// Ends the live keys that have the same owner and purpose as one of the new keys, and returns their ids.
///
/// Until the transaction ends, no other one creates such a key, so at most one of them is live.
///
/// # Errors
/// `Invalid` if two of the new keys have the same owner and purpose.
pub(super) async fn supersede(
    on: &Connection<'_>,
    new_keys: &[ApiKey],
    now: Timestamp,
) -> Result<Vec<String>, ApiKeyError> {
    let mut hashes = BTreeSet::new();
    for (owner, purpose) in new_keys.iter().filter_map(single_use) {
        if !hashes.insert(short_digest(&[&owner.owner_type, &owner.id, purpose])) {
            return Err(ApiKeyError::invalid(
                "two of the keys have the same owner and purpose, and only one of them could be live",
            ));
        }
    }
    if hashes.is_empty() {
        return Ok(Vec::new());
    }
    lock_single_use(on, &hashes.into_iter().collect::<Vec<_>>()).await?;
    let mut ended = Vec::new();
    // Soft-deleted keys, too: they can be restored.
    for new in new_keys {
        let Some((owner, purpose)) = single_use(new) else { continue };
        let older = find_for_update(on, &Query::every(same_use(owner, purpose, now))).await?;
        let live: Vec<_> = older.into_iter().filter(|key| !key.has_ended(now)).collect();
        if live.is_empty() {
            continue;
        }
        let by = Revocation { revoked_by: Some(new.created_by.clone()), revoked_at: now };
        set_revoked(on, &ids_of(&live), &by, now).await?;
        ended.extend(ids_of(&live));
    }
    Ok(ended)
}

/// The owner and the purpose of a single-use key.
fn single_use(key: &ApiKey) -> Option<(&Owner, &str)> {
    let attributes = key.attributes.as_ref()?;
    Some((attributes.owner.as_ref()?, attributes.purpose.as_deref()?))
}

/// The keys of an owner and a purpose whose end has not passed.
fn same_use(owner: &Owner, purpose: &str, now: Timestamp) -> Filter {
    Filter::and([
        Filter::Attribute(AttributeCondition::Owner {
            ids: Some(vec![owner.id.clone()]),
            types: Some(vec![owner.owner_type.clone()]),
        }),
        Filter::Attribute(AttributeCondition::Purpose(vec![purpose.to_owned()])),
        Filter::ends_after(now),
    ])
}
