//! ping: whether keys can be verified now, and what is wrong, in words.

mod problem;

pub use problem::{Problem, Severity};

use super::{ApiKeyService, Status};
use crate::deadline;
use crate::error::ApiKeyError;
use crate::store::Health as StoreHealth;
use crate::token::{RawToken, TokenDigest};

/// The health of a service. A caller that learns it needs no other call to know what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// What is wrong, the gravest first.
    pub problems: Vec<Problem>,
}

impl Health {
    /// Whether keys can be verified now: no problem is an error.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.problems.iter().all(|problem| problem.severity != Severity::Error)
    }

    fn of(mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.severity);
        Self { problems }
    }
}

impl ApiKeyService {
    /// Reads the table as `authenticate` does, checks what writes need, and adds what `status` reports.
    ///
    /// A problem of the database is part of the result.
    pub async fn ping(&self) -> Health {
        if self.is_closed() {
            return Health::of(vec![Problem::of_error(&ApiKeyError::Closed)]);
        }
        let mut problems = self.problems_of_status(&self.status());
        // A database that does not answer must not take the time in which the result is returned.
        let health = deadline::wait(self.health_of_store()).await;
        match health.unwrap_or(Err(ApiKeyError::TimedOut)) {
            Ok(health) => problems.extend(Problem::of_store(&health, self.in_medusa)),
            Err(error) => problems.push(Problem::of_error(&self.worded(error))),
        }
        Health::of(problems)
    }

    async fn health_of_store(&self) -> Result<StoreHealth, ApiKeyError> {
        // The read of a token without a key, which must find all candidates.
        let nothing = RawToken::presented(String::new());
        self.database.candidates(TokenDigest::of(&nothing), nothing.redact()).await?;
        self.database.health().await
    }

    fn problems_of_status(&self, status: &Status) -> Vec<Problem> {
        let mut problems = Vec::new();
        if status.hashing.waiting >= status.hashing.queue_limit {
            problems.push(Problem::of_error(&ApiKeyError::Busy(status.hashing.queue_limit)));
        }
        if let Some(lease) = self.database.lease().filter(|lease| !lease.is_held()) {
            problems.push(Problem::of_lease(lease.loss()));
        }
        if !status.unknown_hash_keys.is_empty() {
            problems.push(Problem::of_hash_keys(&status.unknown_hash_keys));
        }
        problems
    }
}
