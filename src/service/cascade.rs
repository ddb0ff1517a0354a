//! revoke with `cascade` or `dry_run`: ends what the keys created, or returns what would be ended.

use std::collections::HashSet;

use super::deadlock::MAX_ATTEMPTS;
use super::{ApiKeyService, Written, ids_of, to_public};
use crate::api_key::{ApiKey, PublicApiKey, Revocation, RevocationScope, refuse_revoked};
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::input::Input;
use crate::query::{Filter, Target};
use crate::store::{Connection, Ending, Query, end, find, is_deadlock, would_end};

impl ApiKeyService {
    /// Revokes keys and what they created, in one transaction, or returns what a revocation would change.
    ///
    /// Targets that have ended already are followed by a cascade, and not returned.
    ///
    /// # Errors
    /// As `revoke`; `AlreadyRevoked` without a cascade only.
    pub(super) async fn revoke_extended(
        &self,
        target: &Target,
        data: &Input,
        scope: RevocationScope,
        now: Timestamp,
    ) -> Result<Written, ApiKeyError> {
        if *target == Target::Nothing {
            return Ok(Written::default());
        }
        if *target == Target::One(String::new()) {
            return Err(ApiKeyError::RevokeWithoutId);
        }
        let revocation = Revocation::parse(data, now)?;
        if !scope.dry_run {
            return self.end_keys(Roots::Target(target), true, &revocation, now).await;
        }
        let snapshot = self.database.snapshot().await?;
        let on = snapshot.connection();
        let named = find_targets(&on, target).await?;
        let keys = if scope.cascade {
            let ids = ids_of(&named);
            let ending =
                Ending { ids: &ids, cascade: true, alone: false, revocation: &revocation, now };
            named_first(would_end(&on, &ending).await?, &ids)
        } else {
            refuse_revoked(&named, now)?;
            to_public(named)
        };
        Ok(Written { keys, ..Written::default() })
    }

    /// Ends keys and, if that is asked for, what they created, in one transaction. Starts over after a deadlock, and if
    /// others create keys too fast; from then on, all other writers wait.
    pub(super) async fn end_keys(
        &self,
        roots: Roots<'_>,
        cascade: bool,
        revocation: &Revocation,
        now: Timestamp,
    ) -> Result<Written, ApiKeyError> {
        let mut alone = false;
        for _ in 0..MAX_ATTEMPTS {
            let transaction = self.database.begin().await?;
            let on = transaction.connection();
            let ids = match roots {
                Roots::Target(target) => ids_of(&find_targets(&on, target).await?),
                Roots::Ids(ids) => ids.to_vec(),
            };
            match end(&on, &Ending { ids: &ids, cascade, alone, revocation, now }).await {
                Ok(Some(ended)) => {
                    self.commit(transaction, &ended.changed()).await?;
                    let keys = named_first(ended.keys, &ids);
                    let updated = keys.iter().map(|key| key.id.as_str().to_owned()).collect();
                    return Ok(Written { keys, updated, ..Written::default() });
                }
                Ok(None) => {}
                // The database has aborted this transaction, or the other one.
                Err(error) if is_deadlock(&error) => {}
                Err(error) => return Err(error),
            }
            alone = true;
        }
        Err(ApiKeyError::Contended)
    }
}

/// The keys that end, apart from what they created.
#[derive(Clone, Copy)]
pub(super) enum Roots<'a> {
    /// Found in each attempt.
    Target(&'a Target),
    Ids(&'a [String]),
}

/// Finds the targets without locking them: the statement that ends them does.
async fn find_targets(on: &Connection<'_>, target: &Target) -> Result<Vec<ApiKey>, ApiKeyError> {
    let visible = |filter| Query::visible(filter);
    match target {
        Target::Nothing => Ok(Vec::new()),
        Target::Matching(filter) => find(on, &visible(filter.clone())).await,
        Target::One(id) => match find(on, &visible(Filter::id(id))).await? {
            found if found.is_empty() => Err(ApiKeyError::NoSuchKeys(vec![id.clone()])),
            found => Ok(found),
        },
    }
}

/// Sorts keys by id, those that the caller named before the others.
fn named_first(mut keys: Vec<PublicApiKey>, named: &[String]) -> Vec<PublicApiKey> {
    let named: HashSet<_> = named.iter().map(String::as_str).collect();
    // A key is large, so its place is found before it is moved.
    keys.sort_by_cached_key(|key| {
        let id = key.id.as_str();
        (!named.contains(id), id.to_owned())
    });
    keys
}
