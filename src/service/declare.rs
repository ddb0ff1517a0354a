//! ensureApiKeys and importApiKeys: keys whose token the caller has. See docs/adr/0030.
//!
//! A token gets one row, however many processes declare it at once. Existing rows are read and verified first, without
//! a transaction, because a verification may derive a slow hash. The transaction then holds a lock and reads again: if
//! a row has appeared meanwhile, everything starts over.

mod declarations;
mod matching;

use std::collections::{HashMap, HashSet};

use declarations::{Declarations, Plan};

use super::ApiKeyService;
use super::bound;
use super::create::refuse_duplicate_ids;
use crate::api_key::{
    ApiKey, BYTES_WITHOUT_TOKEN, DeclaredApiKey, DeclaredDraft, KeyState, MAX_IMPORTED,
    PublicApiKey, WorkflowTransaction, refuse_duplicate_tokens,
};
use crate::call_context::CallContext;
use crate::error::ApiKeyError;
use crate::input::{Input, optional_flag, refuse_unknown};
use crate::store::{
    InsertError, Transaction, UniqueColumn, find_same_tokens, insert, is_deadlock,
    lock_declarations,
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
        if declarations.derive_nothing() {
            return self.declare_hashes(&declarations, &mut created).await;
        }
        for _ in 0..MAX_ATTEMPTS {
            let seen = {
                let connection = self.database.connection().await?;
                find_same_tokens(&connection, &declarations.identities).await?
            };
            let existing = self.existing(&declarations, &seen).await?;
            let plan = declarations.plan(existing);
            if plan.writes_nothing() {
                return Ok(declarations.result(plan.existing, HashMap::new(), &HashMap::new()));
            }
            self.complete(&declarations, &plan, &mut created).await?;
            let seen: HashSet<_> = seen.into_iter().map(|key| key.id).collect();
            let transaction = self.database.begin().await?;
            let on = transaction.connection();
            lock_declarations(&on).await?;
            let appeared =
                find_same_tokens(&on, &declarations.identities_of(&plan.missing)).await?;
            if appeared.iter().any(|key| !seen.contains(&key.id)) {
                continue;
            }
            let written = self.write(transaction, &declarations, plan, &created).await;
            if let Some(declared) = unless_deadlocked(written)? {
                return Ok(declared);
            }
        }
        Err(ApiKeyError::Contended)
    }

    /// Declares keys of which only hashes are known. Nothing is derived, so they are read once, under the lock.
    async fn declare_hashes(
        &self,
        declarations: &Declarations,
        created: &mut HashMap<usize, ApiKey>,
    ) -> Result<Declared, ApiKeyError> {
        for _ in 0..MAX_ATTEMPTS {
            let transaction = self.database.begin().await?;
            let on = transaction.connection();
            lock_declarations(&on).await?;
            let seen = find_same_tokens(&on, &declarations.identities).await?;
            let plan = declarations.plan(self.existing(declarations, &seen).await?);
            if plan.writes_nothing() {
                return Ok(declarations.result(plan.existing, HashMap::new(), &HashMap::new()));
            }
            self.complete(declarations, &plan, created).await?;
            let written = self.write(transaction, declarations, plan, created).await;
            if let Some(declared) = unless_deadlocked(written)? {
                return Ok(declared);
            }
        }
        Err(ApiKeyError::Contended)
    }

    /// Completes the keys that do not exist, unless an earlier attempt did.
    async fn complete(
        &self,
        declarations: &Declarations,
        plan: &Plan,
        created: &mut HashMap<usize, ApiKey>,
    ) -> Result<(), ApiKeyError> {
        for index in &plan.missing {
            if created.contains_key(index) {
                continue;
            }
            let key = match declarations.draft(*index)? {
                DeclaredDraft::Complete(key) => *key,
                DeclaredDraft::Unhashed(draft) => draft.issue(&self.hasher).await?.0,
            };
            created.insert(*index, ApiKey { created_in: declarations.created_in.clone(), ..key });
        }
        Ok(())
    }

    /// Creates and changes keys, and commits. Returns `None`, and writes nothing, if the table has changed since it was
    /// read.
    async fn write(
        &self,
        transaction: Transaction,
        declarations: &Declarations,
        mut plan: Plan,
        created: &HashMap<usize, ApiKey>,
    ) -> Result<Option<Declared>, ApiKeyError> {
        let on = transaction.connection();
        let Some(updated) = declarations.change(&on, &mut plan).await? else { return Ok(None) };
        let new_keys =
            plan.missing.iter().filter_map(|index| created.get(index).cloned()).collect();
        let new_keys = bound(&on, new_keys, declarations.now).await?;
        match insert(&on, &new_keys).await {
            Ok(()) => {}
            // A writer that takes no lock, such as stock, was first.
            Err(InsertError::Taken(UniqueColumn::Token)) => return Ok(None),
            Err(error) => {
                drop(transaction);
                return Err(self.insert_failure(error, &new_keys).await);
            }
        }
        self.commit(transaction, &plan.ids_of_outdated()).await?;
        let created = plan.missing.into_iter().zip(new_keys).collect();
        Ok(Some(declarations.result(plan.existing, created, &updated)))
    }
}

/// Returns `None`, as for a table that has changed, if the transaction was aborted because it and another one waited for
/// each other.
fn unless_deadlocked(
    written: Result<Option<Declared>, ApiKeyError>,
) -> Result<Option<Declared>, ApiKeyError> {
    match written {
        Err(error) if is_deadlock(&error) => Ok(None),
        written => written,
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
        let flag = |name| optional_flag(name, options);
        let parsed = Self { update: flag("update")?, allow_weak: flag("allowWeak")? };
        if parsed.allow_weak && in_production {
            return Err(ApiKeyError::invalid(
                "allowWeak is for tests, and NODE_ENV is production: declare tokens of 128 bits",
            ));
        }
        Ok(parsed)
    }
}
