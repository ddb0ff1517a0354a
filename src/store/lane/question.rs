//! What callers ask of a lane, and the answer to all of them at once.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::api_key::ApiKey;
use crate::error::ApiKeyError;
use crate::token::{Redacted, TokenDigest};

/// Rows by id.
pub(super) type Found = Vec<Arc<ApiKey>>;

/// Why a lane gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// The lane is down; the pool may know.
    Down,
    /// The caller's failure.
    Failed(ApiKeyError),
}

pub(super) type Answer = Result<Found, NoAnswer>;

/// Which rows a caller looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The secret keys that may belong to a token.
    Candidates { digest: TokenDigest, redacted: Redacted },
    /// The publishable key of a token.
    Publishable(String),
}

/// A caller that waits.
pub(super) struct Question {
    pub(super) wanted: Wanted,
    pub(super) reply: oneshot::Sender<Answer>,
}

/// What the table says of a row before it is read as a whole.
pub(super) struct Labels {
    pub(super) token: String,
    pub(super) token_digest: Option<String>,
    pub(super) redacted: String,
}

/// The bound values of one read for many callers.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) digests: Vec<String>,
    pub(super) redacted: Vec<String>,
    pub(super) tokens: Vec<String>,
}

impl Batch {
    pub(super) fn of(questions: &[Question]) -> Self {
        let mut batch = Self::default();
        for question in questions {
            match &question.wanted {
                Wanted::Candidates { digest, redacted } => {
                    batch.digests.push(digest.as_str().to_owned());
                    batch.redacted.push(redacted.as_str().to_owned());
                }
                Wanted::Publishable(token) => batch.tokens.push(token.clone()),
            }
        }
        for values in [&mut batch.digests, &mut batch.redacted, &mut batch.tokens] {
            values.sort_unstable();
            values.dedup();
        }
        batch
    }
}

/// Gives each caller the rows that are theirs, in the order in which they came.
pub(super) fn distribute(
    questions: Vec<Question>,
    rows: Vec<(Labels, Result<Arc<ApiKey>, ApiKeyError>)>,
) {
    let mut by_digest: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut by_redacted: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut by_token: HashMap<&str, usize> = HashMap::new();
    for (place, (labels, _)) in rows.iter().enumerate() {
        by_token.insert(&labels.token, place);
        match &labels.token_digest {
            Some(digest) => by_digest.entry(digest).or_default().push(place),
            None => by_redacted.entry(&labels.redacted).or_default().push(place),
        }
    }
    for question in questions {
        let mut places = match &question.wanted {
            Wanted::Candidates { digest, redacted } => {
                let exact = by_digest.get(digest.as_str()).into_iter().flatten();
                let alike = by_redacted.get(redacted.as_str()).into_iter().flatten();
                exact.chain(alike).copied().collect::<Vec<_>>()
            }
            Wanted::Publishable(token) => {
                by_token.get(token.as_str()).copied().into_iter().collect()
            }
        };
        places.sort_unstable();
        let found = places.into_iter().map(|place| rows[place].1.clone()).collect::<Result<_, _>>();
        // A caller that gave up misses nothing.
        let _ = question.reply.send(found.map_err(NoAnswer::Failed));
    }
}
