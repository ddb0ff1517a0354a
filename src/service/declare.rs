//! ensureApiKeys and importApiKeys: keys whose token the caller has. See docs/adr/0030.
//!
//! A token gets one row, however many processes declare it at once. Existing rows are read and verified first, without
//! a transaction, because a verification may derive a slow hash. The transaction then holds a lock and reads again: if
//! a row has appeared meanwhile, everything starts over.

mod matching;

use std::collections::{HashMap, HashSet};

use super::create::refuse_duplicate_ids;
use super::update::retitle;
use super::{ApiKeyService, ids_of};
use crate::api_key::{
    ApiKey, BYTES_WITHOUT_TOKEN, DeclaredApiKey, DeclaredDraft, KeyState, MAX_IMPORTED,
    PublicApiKey, TitleChange, WorkflowTransaction, refuse_duplicate_tokens,
};
use crate::call_context::{CallContext, Timestamp};
use crate::error::ApiKeyError;
use crate::input::{Input, refuse_unknown};
use crate::query::Filter;
use crate::store::{
    Connection, InsertError, Query, TokenIdentity, UniqueColumn, find_for_update, find_same_tokens,
    insert, lock_declarations,
};

/// The number of times that a call starts over because another process has written a row of one of its tokens.
const MAX_ATTEMPTS: usize = 20;

/// The result of declaring keys.
#[derive(Debug)]
pub struct Declared {
    /// The keys, in the order of their declarations.
    pub keys: Vec<PublicApiKey>,
    /// What became of each.
    pub elements: Vec<Element>,
}

/// What became of one declared key.
#[derive(Debug)]
pub struct Element {
    /// Its state after the call.
    pub state: KeyState,
    /// The members that differ from the declaration after the call.
    pub differences: Vec<&'static str>,
    /// The members that the call changed.
    pub updated: Vec<&'static str>,
}

/// The options of `ensureApiKeys`.
#[derive(Debug, Clone, Copy, Default)]
struct EnsureOptions {
    update: bool,
    allow_weak: bool,
}

/// Declared keys and what the call needs to create them.
struct Declarations {
    keys: Vec<DeclaredApiKey>,
    identities: Vec<TokenIdentity>,
    random: Vec<u8>,
    now: Timestamp,
    created_in: Option<WorkflowTransaction>,
    update: bool,
}

impl ApiKeyService {
    /// Creates the declared keys whose tokens have no row. `in_production` forbids weak tokens.
    ///
    /// # Errors
    /// `Invalid` naming the field, `Unverifiable`, `IdTaken`, `Busy`, `Unavailable` or `Database`.
    pub async fn ensure(
        &self,
        data: &[Input],
        options: &Input,
        in_production: bool,
        context: CallContext,
        workflow: &Input,
    ) -> Result<Declared, ApiKeyError> {
        let EnsureOptions { update, allow_weak } = EnsureOptions::parse(options, in_production)?;
        let now = context.now;
        let parse = |(index, one)| {
            DeclaredApiKey::parse(one, now, allow_weak)
                .map_err(|error: ApiKeyError| error.of_element(index))
        };
        let keys = data.iter().enumerate().map(parse).collect::<Result<_, _>>()?;
        self.declare(keys, update, context, workflow).await
    }

    /// Creates secret keys from the hashes of their tokens, unless a token has a row.
    ///
    /// # Errors
    /// `Invalid` naming the field, `IdTaken`, `Unavailable` or `Database`.
    pub async fn import(
        &self,
        data: Vec<Input>,
        context: CallContext,
        workflow: &Input,
    ) -> Result<Declared, ApiKeyError> {
        if data.len() > MAX_IMPORTED {
            return Err(ApiKeyError::invalid(format!(
                "importApiKeys takes at most {MAX_IMPORTED} keys at once; split the list"
            )));
        }
        let now = context.now;
        let parse = |(index, one)| {
            DeclaredApiKey::parse_import(one, now)
                .map_err(|error: ApiKeyError| error.of_element(index))
        };
        let keys = data.into_iter().enumerate().map(parse).collect::<Result<_, _>>()?;
        self.declare(keys, false, context, workflow).await
    }

    async fn declare(
        &self,
        keys: Vec<DeclaredApiKey>,
        update: bool,
        mut context: CallContext,
        workflow: &Input,
    ) -> Result<Declared, ApiKeyError> {
        refuse_duplicate_tokens(&keys)?;
        refuse_duplicate_ids(keys.iter().map(DeclaredApiKey::new_key))?;
        if keys.is_empty() {
            return Ok(Declared { keys: Vec::new(), elements: Vec::new() });
        }
        let declarations = Declarations {
            identities: keys.iter().map(matching::identity).collect(),
            random: context.entropy(keys.len() * BYTES_WITHOUT_TOKEN)?,
            now: context.now,
            created_in: WorkflowTransaction::of_context(workflow),
            keys,
            update,
        };
        let mut created = HashMap::new();
        for _ in 0..MAX_ATTEMPTS {
            let seen = {
                let connection = self.database.connection().await?;
                find_same_tokens(&connection, &declarations.identities).await?
            };
            let existing = self.existing(&declarations, &seen).await?;
            self.complete(&declarations, &existing, &mut created).await?;
            let seen = seen.into_iter().map(|key| key.id.as_str().to_owned()).collect();
            if let Some(declared) = self.write(&declarations, existing, &created, &seen).await? {
                return Ok(declared);
            }
        }
        Err(ApiKeyError::Contended)
    }

    /// Completes the keys that do not exist, unless an earlier attempt did. Holds no connection.
    async fn complete(
        &self,
        declarations: &Declarations,
        existing: &[Option<ApiKey>],
        created: &mut HashMap<usize, ApiKey>,
    ) -> Result<(), ApiKeyError> {
        let random = declarations.random.chunks_exact(BYTES_WITHOUT_TOKEN);
        let all = declarations.keys.iter().zip(random).zip(existing).enumerate();
        for (index, ((declared, random), existing)) in all {
            if existing.is_some() || created.contains_key(&index) {
                continue;
            }
            let key = match declared.draft(random, declarations.now)? {
                DeclaredDraft::Complete(key) => *key,
                DeclaredDraft::Unhashed(draft) => draft.issue(&self.hasher).await?.0,
            };
            created.insert(index, ApiKey { created_in: declarations.created_in.clone(), ..key });
        }
        Ok(())
    }

    /// Creates and changes keys in one transaction. Returns `None`, and writes nothing, if the table has changed since
    /// `existing` and `seen` were read.
    async fn write(
        &self,
        declarations: &Declarations,
        mut existing: Vec<Option<ApiKey>>,
        created: &HashMap<usize, ApiKey>,
        seen: &HashSet<String>,
    ) -> Result<Option<Declared>, ApiKeyError> {
        let missing: Vec<usize> =
            (0..existing.len()).filter(|index| existing[*index].is_none()).collect();
        let outdated: Vec<usize> = (0..existing.len())
            .filter(|index| declarations.is_outdated(*index, existing[*index].as_ref()))
            .collect();
        let mut updated = HashMap::new();
        if missing.is_empty() && outdated.is_empty() {
            return Ok(Some(declarations.result(existing, created, &updated)));
        }
        let new_keys: Vec<ApiKey> =
            missing.iter().filter_map(|index| created.get(index).cloned()).collect();
        let transaction = self.database.begin().await?;
        let on = transaction.connection();
        lock_declarations(&on).await?;
        let identities: Vec<_> =
            missing.iter().map(|index| declarations.identities[*index].clone()).collect();
        let appeared = find_same_tokens(&on, &identities).await?;
        if appeared.iter().any(|key| !seen.contains(key.id.as_str())) {
            return Ok(None);
        }
        if !declarations.change(&on, &outdated, &mut existing, &mut updated).await? {
            return Ok(None);
        }
        match insert(&on, &new_keys).await {
            Ok(()) => {}
            // A writer that takes no lock, such as stock, was first.
            Err(InsertError::Taken(UniqueColumn::Token)) => return Ok(None),
            Err(error) => {
                drop(transaction);
                return Err(self.insert_failure(error, &new_keys).await);
            }
        }
        let changed: Vec<String> = outdated
            .iter()
            .filter_map(|index| Some(existing[*index].as_ref()?.id.as_str().to_owned()))
            .collect();
        self.commit(transaction, &changed).await?;
        Ok(Some(declarations.result(existing, created, &updated)))
    }
}

impl Declarations {
    /// Whether an existing key is to be changed.
    fn is_outdated(&self, index: usize, existing: Option<&ApiKey>) -> bool {
        self.update
            && existing.is_some_and(|key| {
                self.state_of(key).is_none()
                    && self.keys[index].differences(key).iter().any(|member| may_change(member))
            })
    }

    /// Changes existing keys to what is declared. Returns whether they are still there, and live.
    async fn change(
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
            let change = TitleChange { title: declared.title().to_owned() };
            let (changed, _) = retitle(on, vec![key.clone()], &change, self.now).await?;
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

    fn result(
        &self,
        existing: Vec<Option<ApiKey>>,
        created: &HashMap<usize, ApiKey>,
        updated: &HashMap<usize, Vec<&'static str>>,
    ) -> Declared {
        let mut declared = Declared { keys: Vec::new(), elements: Vec::new() };
        for (index, existing) in existing.into_iter().enumerate() {
            let (key, element) = match (existing, created.get(&index)) {
                (Some(key), _) => {
                    let element = self.element(index, &key, updated.get(&index));
                    (key, element)
                }
                (None, Some(key)) => {
                    let state = KeyState::Created;
                    (key.clone(), Element { state, differences: Vec::new(), updated: Vec::new() })
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

impl EnsureOptions {
    fn parse(options: &Input, in_production: bool) -> Result<Self, ApiKeyError> {
        match options {
            Input::Undefined | Input::Null => return Ok(Self::default()),
            Input::Object(_) => {}
            other => {
                return Err(ApiKeyError::invalid(format!(
                    "the options of ensureApiKeys must be an object, '{}' found",
                    other.kind()
                )));
            }
        }
        refuse_unknown("the options of ensureApiKeys", options, &["update", "allowWeak"])?;
        let flag = |name| match options.member(name) {
            Input::Undefined | Input::Null => Ok(false),
            Input::Bool(value) => Ok(*value),
            other => Err(ApiKeyError::invalid(format!(
                "{name} must be true or false, '{}' found",
                other.kind()
            ))),
        };
        let parsed = Self { update: flag("update")?, allow_weak: flag("allowWeak")? };
        if parsed.allow_weak && in_production {
            return Err(ApiKeyError::invalid(
                "allowWeak is for tests, and NODE_ENV is production: declare tokens of 128 bits",
            ));
        }
        Ok(parsed)
    }
}

/// Whether `update` changes a member.
fn may_change(member: &str) -> bool {
    member == "title"
}
