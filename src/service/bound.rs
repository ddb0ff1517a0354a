//! Bounds what keys grant to the keys that they create, and rejects creators that have ended.
//!
//! Invariant: a key is created in a transaction, or by a statement, that holds a lock on the key that creates it, and
//! only if that is live. A cascade relies on it: see `store/cascade.rs`.

use std::collections::{BTreeSet, HashMap};

use crate::api_key::{ApiKey, ApiKeyId, ApiKeyType, Attributes, refuse_foreign_id};
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::query::Filter;
use crate::store::{Connection, Query, find_for_update};

/// Whether a generated id names the creator of one of these keys: probably a key, by which they have to be [`bound`].
pub(super) fn may_be_bound(keys: &[ApiKey]) -> bool {
    keys.iter().any(|key| ApiKeyId::is_generated(&key.created_by))
}

/// Bounds new keys by the restricted keys that create them, and locks every key that creates one of them until the
/// transaction ends.
///
/// # Errors
/// `MayNotGrant` for a key that would have more than its creator, or whose creator was a key that no longer exists;
/// `CreatorEnded` for a key whose creator has ended.
pub(super) async fn bound(
    on: &Connection<'_>,
    keys: Vec<ApiKey>,
    now: Timestamp,
) -> Result<Vec<ApiKey>, ApiKeyError> {
    if keys.is_empty() {
        return Ok(keys);
    }
    // Callers choose ids, too, so any `created_by` may be the id of a key.
    let ids: BTreeSet<_> = keys.iter().map(|key| key.created_by.clone()).collect();
    let found = find_for_update(on, &Query::every(Filter::ids(ids))).await?;
    let creators: HashMap<_, _> = found.iter().map(|key| (key.id.as_str(), key)).collect();
    keys.into_iter()
        .map(|key| {
            let is_secret = key.kind == ApiKeyType::Secret;
            match creators.get(key.created_by.as_str()) {
                Some(creator) if is_secret && creator.restricted => granted(creator, key, now),
                // See docs/adr/0033
                Some(creator) if creator.has_ended(now) => {
                    Err(ApiKeyError::CreatorEnded(key.created_by))
                }
                // SECURITY: the restrictions of a deleted key are unknown.
                None if is_secret && ApiKeyId::is_generated(&key.created_by) => {
                    Err(ApiKeyError::MayNotGrant("anything"))
                }
                Some(_) | None => Ok(key),
            }
        })
        .collect()
}

/// Bounds the successor of a rolled key by the restricted key that rolls it, if one does, and locks the key that rolls it
/// until the transaction ends.
///
/// # Errors
/// `MayNotGrant` if the rolled key has more than the key that rolls it; `CreatorEnded` if that has ended.
pub(super) async fn refuse_greater(
    on: &Connection<'_>,
    roller: Option<&str>,
    rolled: &[ApiKey],
    now: Timestamp,
) -> Result<(), ApiKeyError> {
    let Some(roller) = roller else { return Ok(()) };
    let others: Vec<_> = rolled.iter().filter(|key| key.id.as_str() != roller).cloned().collect();
    refuse_beyond(on, roller, &others, now).await?;
    if others.len() < rolled.len() {
        return Ok(());
    }
    let found = find_for_update(on, &Query::every(Filter::id(roller))).await?;
    if found.iter().any(|key| key.has_ended(now)) {
        return Err(ApiKeyError::CreatorEnded(roller.to_owned()));
    }
    Ok(())
}

/// Bounds keys that exist by the restricted key that acts on them, if one does, and locks that until the transaction ends.
///
/// # Errors
/// `MayNotGrant` if one of the keys has more than the acting key, or if the acting key no longer exists.
pub(super) async fn refuse_beyond(
    on: &Connection<'_>,
    actor: &str,
    keys: &[ApiKey],
    now: Timestamp,
) -> Result<(), ApiKeyError> {
    let secrets: Vec<_> = keys.iter().filter(|key| key.kind == ApiKeyType::Secret).collect();
    if secrets.is_empty() || !ApiKeyId::is_generated(actor) {
        return Ok(());
    }
    let found = find_for_update(on, &Query::every(Filter::id(actor))).await?;
    if found.is_empty() {
        return Err(ApiKeyError::MayNotGrant("anything"));
    }
    for actor in found.into_iter().filter(|actor| actor.restricted) {
        for key in &secrets {
            let bounded = granted(&actor, (*key).clone(), now)?;
            let same_limits = without_end(&bounded) == without_end(key);
            if !same_limits || bounded.revoked_at != key.revoked_at {
                return Err(ApiKeyError::MayNotGrant("what that key has"));
            }
        }
    }
    Ok(())
}

/// The attributes of a key apart from its end, which `revoked_at` repeats.
fn without_end(key: &ApiKey) -> Attributes {
    key.attributes.as_deref().cloned().unwrap_or_default().expiring_at(None)
}

fn granted(creator: &ApiKey, key: ApiKey, now: Timestamp) -> Result<ApiKey, ApiKeyError> {
    if creator.has_ended(now) || creator.deleted_at.is_some() || creator.has_lost_restrictions() {
        return Err(ApiKeyError::MayNotGrant("anything"));
    }
    refuse_foreign_id(Some(&key.id))?;
    let own = creator.attributes.as_deref().cloned().unwrap_or_default();
    let wanted = key.attributes.as_deref().cloned().unwrap_or_default();
    let revoked_at = Attributes::grant_until(creator.revoked_at, key.revoked_at)?;
    let revoked_by = match (key.revoked_at, revoked_at) {
        (None, Some(_)) => Some(key.created_by.clone()),
        _ => key.revoked_by.clone(),
    };
    let attributes = own.grant(wanted)?.expiring_at(revoked_at);
    Ok(ApiKey { revoked_at, revoked_by, ..key.with_attributes(attributes) })
}
