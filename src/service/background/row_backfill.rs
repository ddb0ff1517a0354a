//! What a success does for its key's row afterwards, in the background.
//!
//! Owns the queue of rows that lack the selector of their token or, with the
//! option `rehash`, the scheme of new secrets. Invariant: one row at a time, on
//! one connection, and nobody waits for it; what fails is tried again when the
//! key is next used.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use crate::api_key::ApiKey;
use crate::error::ApiKeyError;
use crate::store::{Database, fill_digest, replace_hash};
use crate::token::{Hasher, RawToken, StoredToken, TokenDigest, TokenHash};

/// More rows than this do not wait; they come back with their keys' next use.
const MOST_WAITING: usize = 1_000;

/// How many keys are remembered as rehashed before all are forgotten.
const MOST_REMEMBERED: usize = 100_000;

/// How long a database that refused is left in peace.
const PEACE: Duration = Duration::from_secs(60);

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
    /// Whose rows wait or are under way.
    ids: HashSet<String>,
    /// Whose rows this service has rehashed. Once is enough: services that disagree must not rewrite a row by turns.
    rehashed: HashSet<String>,
    working: bool,
    peace_until: Option<Instant>,
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

    /// Brings the row of a key up to date whose token was just proven.
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
        let at_peace = queue.peace_until.is_some_and(|end| Instant::now() < end);
        if !fill_digest && !rehash || at_peace || queue.jobs.len() >= MOST_WAITING {
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
            runtime.spawn(Work::through(Arc::downgrade(&self.0)));
        }
    }
}

impl Work {
    /// Works off the queue. Between two rows nothing is held, not even the service.
    async fn through(work: Weak<Self>) {
        while let Some(work) = work.upgrade() {
            let Some(job) = work.next() else { return };
            let outcome = work.bring_up_to_date(&job).await;
            let mut queue = work.queue();
            queue.ids.remove(&job.id);
            match outcome {
                Ok(true) => {
                    if queue.rehashed.len() >= MOST_REMEMBERED {
                        queue.rehashed.clear();
                    }
                    queue.rehashed.insert(job.id);
                }
                Ok(false) | Err(ApiKeyError::Busy(_)) => {}
                Err(_) => {
                    queue.peace_until = Some(Instant::now() + PEACE);
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

    /// Whether the row needs no other hash from now on.
    async fn bring_up_to_date(&self, job: &Job) -> Result<bool, ApiKeyError> {
        if job.fill_digest {
            let digest = TokenDigest::of(&job.token);
            let connection = self.database.connection().await?;
            fill_digest(&connection, &job.id, &job.hash, &digest).await?;
        }
        if !job.rehash {
            return Ok(false);
        }
        if let Some(proof) = self.hasher.rehash(&job.token, &job.salt).await? {
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
