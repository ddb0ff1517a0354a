//! Returns answers to JavaScript in batches.
//!
//! A napi promise costs a threadsafe function and two tasks. The calls that a busy server makes on every request share
//! one threadsafe function instead, which notifies JavaScript that answers are ready.
//! Invariants: every ticket is answered once, even if its use case panics; the threadsafe function is released with the
//! outbox and the last ticket. See docs/adr/0014.

use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use napi::Status;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::outcome::Failure;
use crate::api_key::PublicApiKey;
use crate::error::ApiKeyError;
use crate::service::RefusedToken;

/// The callback for ready answers. It is weak: JavaScript itself keeps the process alive while it waits.
pub(super) type Wake = ThreadsafeFunction<(), (), (), Status, false, true>;

/// The answer to a question about a token.
pub(super) enum Answer {
    /// The key.
    Key(Arc<PublicApiKey>),
    /// No key.
    Nothing,
    /// The reason against the token.
    Refused(RefusedToken),
}

impl Answer {
    pub(super) fn of(key: Option<Arc<PublicApiKey>>) -> Self {
        key.map_or(Self::Nothing, Self::Key)
    }
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Key(key) => key.serialize(serializer),
            Self::Nothing => serializer.serialize_none(),
            Self::Refused(RefusedToken { reason, key_id }) => {
                let mut refused = serializer.serialize_struct("RefusedToken", 2)?;
                refused.serialize_field("reason", reason.as_str())?;
                refused.serialize_field("keyId", key_id)?;
                refused.end()
            }
        }
    }
}

type Outcome = Result<Answer, ApiKeyError>;

/// A list of answers is closed beyond this length; V8 limits the length of a string to about 512 MB.
const MAX_LIST_BYTES: usize = 16 << 20;

/// The answers of one service that JavaScript has not taken yet: JSON lists without their closing brackets.
#[derive(Default)]
pub(super) struct Ready(Mutex<Vec<Vec<u8>>>);

impl Ready {
    /// Takes all ready answers: JSON lists of `[ticket, key | null | { reason, keyId }]` and `[ticket, null, failure]`.
    pub(super) fn take(&self) -> Vec<String> {
        let lists = take(&mut *self.lists());
        lists.into_iter().map(closed).collect()
    }

    /// Adds an answer and returns whether it is the first since the last `take`.
    fn add(&self, ticket: u32, answer: &Outcome) -> bool {
        let mut lists = self.lists();
        let first = lists.is_empty();
        if lists.last().is_none_or(|list| list.len() > MAX_LIST_BYTES) {
            lists.push(Vec::new());
        }
        let Some(list) = lists.last_mut() else { return first };
        list.push(if list.is_empty() { b'[' } else { b',' });
        // Writing to memory does not fail.
        let _ = match answer {
            Ok(answer) => serde_json::to_writer(list, &(ticket, answer)),
            Err(error) => serde_json::to_writer(list, &(ticket, (), Failure::from(error))),
        };
        first
    }

    fn lists(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn closed(mut list: Vec<u8>) -> String {
    list.push(b']');
    // JSON is UTF-8; JavaScript reports an empty string as a defect.
    String::from_utf8(list).unwrap_or_default()
}

/// The destination of one service's answers. Releases `wake` when it and its replies are dropped.
pub(super) struct Outbox {
    ready: Arc<Ready>,
    wake: Wake,
}

impl Outbox {
    pub(super) fn new(ready: Arc<Ready>, wake: Wake) -> Arc<Self> {
        Arc::new(Self { ready, wake })
    }

    /// The reply for a ticket.
    pub(super) fn reply(self: &Arc<Self>, ticket: u32) -> Reply {
        Reply { outbox: Arc::clone(self), ticket, answered: false }
    }

    fn put(&self, ticket: u32, answer: &Outcome) {
        if self.ready.add(ticket, answer) {
            // An environment that is shutting down accepts no calls.
            let _ = self.wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }
}

/// A pending reply to a ticket. Dropped without an answer, it reports a defect.
pub(super) struct Reply {
    outbox: Arc<Outbox>,
    ticket: u32,
    answered: bool,
}

impl Reply {
    pub(super) fn with(mut self, answer: &Outcome) {
        self.answered = true;
        self.outbox.put(self.ticket, answer);
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if !self.answered {
            let defect = "The native part of medusa-api-key-native has a defect.";
            self.outbox.put(self.ticket, &Err(ApiKeyError::Unexpected(defect)));
        }
    }
}
