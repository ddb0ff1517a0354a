//! Declared keys against the keys that exist: what differs, what is changed, what is returned.

use std::collections::HashMap;

use super::{Declared, Element};
use crate::api_key::{ApiKey, DeclaredApiKey, KeyState, WorkflowTransaction};
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::query::Filter;
use crate::service::bound::refuse_beyond;
use crate::service::ids_of;
use crate::service::update::change_keys;
use crate::store::{Connection, Query, TokenIdentity, find_for_update};

/// Declared keys and what the call needs to create them.
pub(super) struct Declarations {
    pub(super) keys: Vec<DeclaredApiKey>,
    pub(super) identities: Vec<TokenIdentity>,
    pub(super) random: Vec<u8>,
    pub(super) now: Timestamp,
    pub(super) created_in: Option<WorkflowTransaction>,
    pub(super) update: bool,
}

impl Declarations {
    /// Whether an existing key is to be changed.
    pub(super) fn is_outdated(&self, index: usize, existing: Option<&ApiKey>) -> bool {
        self.update
            && existing.is_some_and(|key| {
                self.state_of(key).is_none()
                    && self.keys[index].differences(key).iter().any(|member| may_change(member))
            })
    }

    /// Changes existing keys to what is declared. Returns whether they are still there, and live.
    ///
    /// # Errors
    /// `MayNotGrant` if the declared creator is a restricted key that has less than a key before its change or after it.
    pub(super) async fn change(
        &self,
        on: &Connection<'_>,
        outdated: &[usize],
        existing: &mut [Option<ApiKey>],
        updated: &mut HashMap<usize, Vec<&'static str>>,
    ) -> Result<bool, ApiKeyError> {
        if outdated.is_empty() {
            return Ok(true);
        }
        let read: Vec<ApiKey> =
            outdated.iter().filter_map(|index| existing[*index].clone()).collect();
        let locked = find_for_update(on, &Query::visible(Filter::ids(ids_of(&read)))).await?;
        let locked: HashMap<_, _> = locked.into_iter().map(|key| (key.id.clone(), key)).collect();
        for (index, read) in outdated.iter().zip(read) {
            let Some(key) = locked.get(&read.id).filter(|key| self.state_of(key).is_none()) else {
                return Ok(false);
            };
            let declared = &self.keys[*index];
            let differences = declared.differences(key).into_iter();
            updated.insert(*index, differences.filter(|member| may_change(member)).collect());
            // SECURITY: the declared creator, if it is a restricted key, changes only what it could have created, and to
            // no more than that.
            let after = declared.change().apply(key.clone())?;
            refuse_beyond(on, declared.created_by(), &[key.clone(), after], self.now).await?;
            let (changed, _) =
                change_keys(on, vec![key.clone()], declared.change(), self.now).await?;
            existing[*index] = changed.into_iter().next();
        }
        Ok(true)
    }

    /// The state of an existing key that cannot be used, whatever is declared.
    fn state_of(&self, key: &ApiKey) -> Option<KeyState> {
        if key.deleted_at.is_some() {
            Some(KeyState::Deleted)
        } else if key.has_ended(self.now) {
            Some(KeyState::Revoked)
        } else {
            None
        }
    }

    pub(super) fn result(
        &self,
        existing: Vec<Option<ApiKey>>,
        mut created: HashMap<usize, ApiKey>,
        updated: &HashMap<usize, Vec<&'static str>>,
    ) -> Declared {
        let mut declared = Declared { keys: Vec::new(), elements: Vec::new() };
        for (index, existing) in existing.into_iter().enumerate() {
            let (key, element) = match (existing, created.remove(&index)) {
                (Some(key), _) => {
                    let element = self.element(index, &key, updated.get(&index));
                    (key, element)
                }
                (None, Some(key)) => {
                    let state = KeyState::Created;
                    (key, Element { state, differences: Vec::new(), updated: Vec::new() })
                }
                (None, None) => continue,
            };
            declared.keys.push(key.into());
            declared.elements.push(element);
        }
        declared
    }

    fn element(&self, index: usize, key: &ApiKey, updated: Option<&Vec<&'static str>>) -> Element {
        let differences = self.keys[index].differences(key);
        let updated = updated.cloned().unwrap_or_default();
        let state = match self.state_of(key) {
            Some(state) => state,
            None if !updated.is_empty() => KeyState::Updated,
            None if differences.is_empty() => KeyState::Unchanged,
            None => KeyState::Different,
        };
        Element { state, differences, updated }
    }
}

/// Whether `update` changes a member.
fn may_change(member: &str) -> bool {
    !matches!(member, "id" | "created_by")
}
