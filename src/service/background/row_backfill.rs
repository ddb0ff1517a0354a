//! Updates of outdated rows, in the background after a successful authentication.
//!
//! Owns the queue of rows that lack their token's selector or, with the option `rehash`, have an outdated hash.
//! Invariant: it updates one row at a time on one connection, and no call waits for it; a failed update is retried on
//! the key's next use.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use crate::api_key::ApiKey;
use crate::error::ApiKeyError;
use crate::store::{Database, fill_digest, replace_hash};
use crate::token::{Hasher, RawToken, StoredToken, TokenDigest, TokenHash};

/// The maximum length of the queue; a row beyond it is queued on its key's next use.
const MAX_QUEUED: usize = 1_000;

/// The maximum number of ids in the set of rehashed keys; beyond it the set is cleared.
const MAX_REHASHED: usize = 100_000;

/// The pause after a failed update.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(60);

pub(in crate::service) struct RowBackfill(Arc<Work>);

struct Work {
    rehash: bool,
    database: Arc<Database>,
    hasher: Arc<Hasher>,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    /// The ids of the keys whose rows are queued or being updated.
    ids: HashSet<String>,
    /// The ids of the keys that this service has rehashed. It rehashes a key once, so that services with different
    /// settings do not rewrite a row in turns.
    rehashed: HashSet<String>,
    working: bool,
    paused_until: Option<Instant>,
}

struct Job {
    id: String,
    token: RawToken,
    hash: TokenHash,
    salt: String,
    fill_digest: bool,
    rehash: bool,
}

impl RowBackfill {
    pub(in crate::service) fn new(
        rehash: bool,
        database: Arc<Database>,
        hasher: Arc<Hasher>,
    ) -> Self {
        Self(Arc::new(Work { rehash, database, hasher, queue: Mutex::default() }))
    }

    /// Queues the row of a key whose token was just verified, if the row is outdated.
    pub(in crate::service) fn after_success(&self, key: &ApiKey, token: &RawToken) {
        let StoredToken::Hashed { hash, salt } = &key.token else { return };
        let fill_digest = key.token_digest.is_none();
        let outdated = self.0.rehash && !self.0.hasher.is_current(hash);
        if !fill_digest && !outdated {
            return;
        }
        let Ok(runtime) = Handle::try_current() else { return };
        let id = key.id.as_str();
        let mut queue = self.0.queue();
        let rehash = outdated && !queue.rehashed.contains(id);
        let paused = queue.paused_until.is_some_and(|end| Instant::now() < end);
        if !fill_digest && !rehash || paused || queue.jobs.len() >= MAX_QUEUED {
            return;
        }
        if !queue.ids.insert(id.to_owned()) {
            return;
        }
        queue.jobs.push_back(Job {
            id: id.to_owned(),
            token: token.clone(),
            hash: hash.clone(),
            salt: salt.clone(),
            fill_digest,
            rehash,
        });
        if !queue.working {
            queue.working = true;
            runtime.spawn(Work::drain(Arc::downgrade(&self.0)));
        }
    }
}

impl Work {
    /// Drains the queue. Between two rows it holds no resource and no strong reference to the service.
    async fn drain(work: Weak<Self>) {
        while let Some(work) = work.upgrade() {
            let Some(job) = work.next() else { return };
            let outcome = work.update_row(&job).await;
            let mut queue = work.queue();
            queue.ids.remove(&job.id);
            match outcome {
                Ok(true) => {
                    if queue.rehashed.len() >= MAX_REHASHED {
                        queue.rehashed.clear();
                    }
                    queue.rehashed.insert(job.id);
                }
                Ok(false) | Err(ApiKeyError::Busy(_)) => {}
                Err(_) => {
                    queue.paused_until = Some(Instant::now() + PAUSE_AFTER_FAILURE);
                    queue.jobs.clear();
                    queue.ids.clear();
                }
            }
        }
    }

    fn next(&self) -> Option<Job> {
        let mut queue = self.queue();
        let job = queue.jobs.pop_front();
        queue.working = job.is_some();
        job
    }

    /// Updates a row. Returns whether its rehash is done.
    async fn update_row(&self, job: &Job) -> Result<bool, ApiKeyError> {
        if job.fill_digest {
            let digest = TokenDigest::of(&job.token);
            let connection = self.database.connection().await?;
            fill_digest(&connection, &job.id, &job.hash, &digest).await?;
        }
        if !job.rehash {
            return Ok(false);
        }
        if let Some(proof) = self.hasher.rehash(&job.token, &job.salt).await? {
            // SECURITY: the new hash of a restricted key stays sealed, whatever its scheme.
            let proof = proof.with_seal(job.hash.is_sealed());
            let connection = self.database.connection().await?;
            replace_hash(&connection, &job.id, &job.hash, proof.hash()).await?;
            self.hasher.remember(proof);
        }
        Ok(true)
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
