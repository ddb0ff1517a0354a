//! The lookups of callers, and the distribution of one result to all of them.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::api_key::ApiKey;
use crate::error::ApiKeyError;
use crate::store::lookup::TokenLookup;

/// Keys ordered by id.
pub(super) type Found = Vec<Arc<ApiKey>>;

/// Why the read batcher returned no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LookupError {
    /// The read batcher is disconnected; the pool may still work.
    Disconnected,
    /// The caller's lookup failed.
    Failed(ApiKeyError),
}

pub(super) type LookupResult = Result<Found, LookupError>;

/// A waiting caller.
pub(super) struct Waiter {
    pub(super) lookup: Arc<TokenLookup>,
    pub(super) reply: oneshot::Sender<LookupResult>,
}

/// The value that a row is found by, decoded before the whole row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Label {
    /// A secret key's digest.
    Digest(String),
    /// The redacted form of a secret key without a digest.
    Redacted(String),
    /// A publishable key's token.
    Token(String),
}

/// The bound values of one read for many callers.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Batch<'a> {
    pub(super) digested: Vec<&'a str>,
    pub(super) digests: Vec<&'a str>,
    pub(super) redacted: Vec<&'a str>,
    pub(super) tokens: Vec<&'a str>,
}

impl<'a> Batch<'a> {
    pub(super) fn of(waiters: &'a [Waiter]) -> Self {
        Self::of_all(waiters.iter().map(|waiter| &*waiter.lookup))
    }

    pub(super) fn of_one(lookup: &'a TokenLookup) -> Self {
        Self::of_all([lookup])
    }

    fn of_all(all: impl IntoIterator<Item = &'a TokenLookup>) -> Self {
        let mut batch = Self::default();
        for lookup in all {
            match lookup {
                TokenLookup::Digested(digest) => batch.digested.push(digest.as_str()),
                TokenLookup::Candidates { digest, redacted } => {
                    batch.digests.push(digest.as_str());
                    batch.redacted.push(redacted.as_str());
                }
                TokenLookup::Publishable(token) => batch.tokens.push(token),
            }
        }
        let Self { digested, digests, redacted, tokens } = &mut batch;
        for values in [digested, digests, redacted, tokens] {
            values.sort_unstable();
            values.dedup();
        }
        batch
    }
}

/// Sends each caller its rows, in their order.
pub(super) fn distribute(
    waiters: Vec<Waiter>,
    rows: Vec<(Label, Result<Arc<ApiKey>, ApiKeyError>)>,
) {
    let mut by_digest: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut by_redacted: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut by_token: HashMap<&str, usize> = HashMap::new();
    for (position, (label, _)) in rows.iter().enumerate() {
        match label {
            Label::Digest(digest) => by_digest.entry(digest).or_default().push(position),
            Label::Redacted(redacted) => by_redacted.entry(redacted).or_default().push(position),
            Label::Token(token) => drop(by_token.insert(token, position)),
        }
    }
    for waiter in waiters {
        let mut positions = match &*waiter.lookup {
            TokenLookup::Digested(digest) => {
                by_digest.get(digest.as_str()).cloned().unwrap_or_default()
            }
            TokenLookup::Candidates { digest, redacted } => {
                let same_digest = by_digest.get(digest.as_str()).into_iter().flatten();
                let same_redacted = by_redacted.get(redacted.as_str()).into_iter().flatten();
                same_digest.chain(same_redacted).copied().collect::<Vec<_>>()
            }
            TokenLookup::Publishable(token) => {
                by_token.get(token.as_str()).copied().into_iter().collect()
            }
        };
        positions.sort_unstable();
        let found = positions
            .into_iter()
            .map(|position| rows[position].1.clone())
            .collect::<Result<_, _>>();
        // The caller may have timed out.
        let _ = waiter.reply.send(found.map_err(LookupError::Failed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::RawToken;
    use crate::token::TokenDigest;

    fn waiter(lookup: TokenLookup) -> (Waiter, oneshot::Receiver<LookupResult>) {
        let (reply, answer) = oneshot::channel();
        (Waiter { lookup: Arc::new(lookup), reply }, answer)
    }

    fn candidates(token: &str) -> TokenLookup {
        let token = RawToken::presented(token.to_owned());
        TokenLookup::Candidates { digest: TokenDigest::of(&token), redacted: token.redact() }
    }

    /// Returns a row that is identified by its error.
    fn row(label: Label, name: &'static str) -> (Label, Result<Arc<ApiKey>, ApiKeyError>) {
        (label, Err(ApiKeyError::Unexpected(name)))
    }

    fn outcome(mut answer: oneshot::Receiver<LookupResult>) -> Option<&'static str> {
        match answer.try_recv().expect("answered") {
            Ok(found) => found.is_empty().then_some("none"),
            Err(LookupError::Failed(ApiKeyError::Unexpected(name))) => Some(name),
            Err(_) => None,
        }
    }

    #[test]
    fn a_batch_contains_each_value_once() {
        let (one, _keep) = waiter(candidates("sk_1"));
        let (same, _keep_too) = waiter(candidates("sk_1"));
        let (other, _keep_also) = waiter(TokenLookup::Publishable("pk_1".to_owned()));
        let waiters = [one, same, other];
        let batch = Batch::of(&waiters);
        assert_eq!((batch.digests.len(), batch.redacted.len(), batch.tokens.len()), (1, 1, 1));
    }

    #[test]
    fn sends_each_caller_exactly_the_rows_with_its_label() {
        let digest = TokenDigest::of(&RawToken::presented("sk_digested".to_owned()));
        let rows = vec![
            row(Label::Digest(digest.as_str().to_owned()), "digested"),
            row(Label::Redacted("sk_old***old".to_owned()), "undigested"),
            row(Label::Token("pk_1".to_owned()), "publishable"),
        ];
        let (waiters, answers): (Vec<_>, Vec<_>) = [
            candidates("sk_digested"),
            candidates("sk_old…old"),
            candidates("pk_1"),
            TokenLookup::Publishable("pk_1".to_owned()),
            TokenLookup::Publishable(digest.as_str().to_owned()),
        ]
        .into_iter()
        .map(waiter)
        .unzip();
        distribute(waiters, rows);
        let outcomes: Vec<_> = answers.into_iter().map(outcome).collect();
        let expected = ["digested", "undigested", "none", "publishable", "none"];
        assert_eq!(outcomes, expected.map(Some));
    }
}
