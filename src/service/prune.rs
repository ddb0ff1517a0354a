//! prune

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{ApiKeyService, ids_of};
use crate::api_key::Pruning;
use crate::call_context::Timestamp;
use crate::deadline;
use crate::error::ApiKeyError;
use crate::input::Input;
use crate::query::{Comparison, Field, Filter, Operand};
use crate::store::{Query, count, delete, find, find_free_for_update};

/// The number of keys that one transaction deletes.
const BATCH: u64 = 1_000;

/// The time between two transactions, in which other processes get the write lock of an SQLite file.
const PAUSE: Duration = Duration::from_millis(10);

/// The result of a pruning.
#[derive(Debug, Default)]
pub struct Pruned {
    /// The ids of the deleted keys.
    pub ids: Vec<String>,
    /// The number of keys that were deleted or, in a dry run, would be.
    pub deleted: u64,
    /// Whether keys remain that ended before the time.
    pub more: bool,
}

impl ApiKeyService {
    /// Deletes keys that ended before a time, in transactions of a thousand keys, until none is left or the deadline of
    /// the call is near. Keys that other transactions hold locked are left.
    ///
    /// # Errors
    /// `Invalid`, `Unavailable` or `Database`, if nothing was deleted. An error after that ends the call with `more`.
    pub async fn prune(&self, settings: &Input, now: Timestamp) -> Result<Pruned, ApiKeyError> {
        let pruning = Pruning::parse(settings, now)?;
        let filter = ended_before(pruning.ended_before);
        if pruning.dry_run {
            let on = self.database.connection().await?;
            let due = count(&on, &Query::every(filter)).await?;
            let deleted = due.min(pruning.limit.unwrap_or(due));
            return Ok(Pruned { ids: Vec::new(), deleted, more: due > deleted });
        }
        let mut ids = Vec::new();
        let outcome = self.delete_batches(&filter, pruning.limit, &mut ids).await;
        let more = match outcome {
            Ok(more) => more,
            Err(error) if ids.is_empty() => return Err(error),
            // What was deleted has to be reported.
            Err(_) => true,
        };
        Ok(Pruned { deleted: ids.len() as u64, ids, more })
    }

    /// Deletes the keys that match, batch by batch, and returns whether some remain.
    async fn delete_batches(
        &self,
        filter: &Filter,
        limit: Option<u64>,
        deleted: &mut Vec<String>,
    ) -> Result<bool, ApiKeyError> {
        let (mut after, mut longest, mut skipped) = (None, PAUSE, false);
        loop {
            let left = limit.map_or(u64::MAX, |limit| limit - deleted.len() as u64);
            let began = Instant::now();
            let is_late = deadline::end().saturating_duration_since(began) < 3 * longest;
            // One key more, to know whether there is more.
            let take = left.min(BATCH).saturating_add(1);
            let mut due = self.next_due(filter, after.take(), take).await?;
            if due.is_empty() {
                // Locked keys remain. Keys that were restored meanwhile do not.
                return Ok(skipped && !self.next_due(filter, None, 1).await?.is_empty());
            }
            if left == 0 || is_late {
                return Ok(true);
            }
            due.truncate(usize::try_from(left.min(BATCH)).unwrap_or(usize::MAX));
            after = due.last().cloned();
            let asked = due.len();
            let gone = self.delete_free(filter, due).await?;
            skipped |= gone.len() < asked;
            deleted.extend(gone);
            longest = longest.max(began.elapsed());
            sleep(PAUSE).await;
        }
    }

    /// The ids of the next keys that match, in order. Takes no lock.
    async fn next_due(
        &self,
        filter: &Filter,
        after: Option<String>,
        take: u64,
    ) -> Result<Vec<String>, ApiKeyError> {
        let after = after.map_or(Filter::All, |id| {
            Filter::Compare(Field::Id.into(), Comparison::Greater, Operand::Text(id))
        });
        let query =
            Query { take: Some(take), ..Query::every(Filter::and([filter.clone(), after])) };
        let on = self.database.connection().await?;
        Ok(ids_of(&find(&on, &query).await?))
    }

    /// Deletes those of the keys that still match and that no other transaction holds locked, in one transaction.
    async fn delete_free(
        &self,
        filter: &Filter,
        ids: Vec<String>,
    ) -> Result<Vec<String>, ApiKeyError> {
        let transaction = self.database.begin().await?;
        let on = transaction.connection();
        let query = Query::every(Filter::and([Filter::ids(ids), filter.clone()]));
        let free = ids_of(&find_free_for_update(&on, &query).await?);
        if free.is_empty() {
            return Ok(free);
        }
        let gone = delete(&on, free).await?;
        self.commit(transaction, &gone).await?;
        Ok(gone)
    }
}

/// The keys that were revoked, expired or were soft-deleted before a time.
fn ended_before(at: Timestamp) -> Filter {
    let before = |field: Field| Filter::Compare(field.into(), Comparison::Less, Operand::Time(at));
    Filter::or([before(Field::RevokedAt), before(Field::DeletedAt)])
}
