//! Declared keys against the keys that exist: what differs, what is changed, what is returned.

use std::collections::HashMap;

use super::{Declared, Element};
use crate::api_key::{
    ApiKey, BYTES_WITHOUT_TOKEN, DeclaredApiKey, DeclaredDraft, DeclaredToken, KeyState,
    WorkflowTransaction,
};
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::query::Filter;
use crate::service::bound::refuse_beyond;
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

/// The keys that exist, and the indexes of those to create and to change.
pub(super) struct Plan {
    pub(super) missing: Vec<usize>,
    outdated: Vec<usize>,
    pub(super) existing: Vec<Option<ApiKey>>,
}

impl Plan {
    pub(super) fn writes_nothing(&self) -> bool {
        self.missing.is_empty() && self.outdated.is_empty()
    }

    pub(super) fn ids_of_outdated(&self) -> Vec<String> {
        let keys = self.outdated.iter().filter_map(|index| self.existing[*index].as_ref());
        keys.map(|key| key.id.as_str().to_owned()).collect()
    }
}

impl Declarations {
    /// Whether nothing has to be derived: only hashes are known.
    pub(super) fn derive_nothing(&self) -> bool {
        self.keys.iter().all(|key| matches!(key.token(), DeclaredToken::Sha256(..)))
    }

    /// Prepares the creation of a key.
    pub(super) fn draft(&self, index: usize) -> Result<DeclaredDraft, ApiKeyError> {
        let random = self.random.chunks_exact(BYTES_WITHOUT_TOKEN).nth(index).unwrap_or_default();
        self.keys[index].draft(random, self.now)
    }

    /// What the table knows of the tokens of some keys.
    pub(super) fn identities_of(&self, indexes: &[usize]) -> Vec<TokenIdentity> {
        indexes.iter().map(|index| self.identities[*index].clone()).collect()
    }

    /// What is to be written.
    pub(super) fn plan(&self, existing: Vec<Option<ApiKey>>) -> Plan {
        let indexes = || 0..existing.len();
        let missing = indexes().filter(|index| existing[*index].is_none()).collect();
        let is_outdated = |index: &usize| {
            existing[*index].as_ref().is_some_and(|key| {
                self.state_of(key).is_none()
                    && self.keys[*index].differences(key).into_iter().any(may_change)
            })
        };
        let outdated =
            if self.update { indexes().filter(is_outdated).collect() } else { Vec::new() };
        Plan { missing, outdated, existing }
    }

    /// Changes existing keys to what is declared, and returns the changed members. `None` if one of them is gone or has
    /// ended.
    ///
    /// # Errors
    /// `MayNotGrant` if the declared creator is a restricted key that has less than a key before its change or after it.
    pub(super) async fn change(
        &self,
        on: &Connection<'_>,
        plan: &mut Plan,
    ) -> Result<Option<HashMap<usize, Vec<&'static str>>>, ApiKeyError> {
        let mut updated = HashMap::new();
        if plan.outdated.is_empty() {
            return Ok(Some(updated));
        }
        let ids = plan.ids_of_outdated();
        let locked = find_for_update(on, &Query::visible(Filter::ids(ids.clone()))).await?;
        let locked: HashMap<_, _> = locked.iter().map(|key| (key.id.as_str(), key)).collect();
        for (index, id) in plan.outdated.iter().zip(ids) {
            let key = locked.get(id.as_str()).filter(|key| self.state_of(key).is_none());
            let Some(key) = key.copied().cloned() else { return Ok(None) };
            let declared = &self.keys[*index];
            let differences = declared.differences(&key).into_iter();
            updated.insert(*index, differences.filter(|member| may_change(member)).collect());
            // SECURITY: the declared creator, if it is a restricted key, changes only what it could have created, and to
            // no more than that.
            let after = declared.change().apply(key.clone())?;
            refuse_beyond(on, declared.created_by(), &[key.clone(), after], self.now).await?;
            let (changed, _) = change_keys(on, vec![key], declared.change(), self.now).await?;
            plan.existing[*index] = changed.into_iter().next();
        }
        Ok(Some(updated))
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
