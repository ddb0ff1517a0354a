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

use super::outcome::Failure;
use crate::api_key::PublicApiKey;
use crate::error::ApiKeyError;

/// The callback for ready answers. It is weak: JavaScript itself keeps the process alive while it waits.
pub(super) type Wake = ThreadsafeFunction<(), (), (), Status, false, true>;

type Answer = Result<Option<Arc<PublicApiKey>>, ApiKeyError>;

/// The answers of one service that JavaScript has not taken yet, as a JSON list without its closing bracket.
#[derive(Default)]
pub(super) struct Ready(Mutex<Vec<u8>>);

impl Ready {
    /// Takes all ready answers: a JSON list of `[ticket, key | null]` and `[ticket, null, failure]`.
    pub(super) fn take(&self) -> String {
        let mut answers = take(&mut *self.answers());
        if answers.is_empty() {
            answers.push(b'[');
        }
        answers.push(b']');
        // JSON is UTF-8; JavaScript reports an empty string as a defect.
        String::from_utf8(answers).unwrap_or_default()
    }

    /// Adds an answer and returns whether it is the first since the last `take`.
    fn add(&self, ticket: u32, answer: &Answer) -> bool {
        let mut answers = self.answers();
        let first = answers.is_empty();
        answers.push(if first { b'[' } else { b',' });
        // Writing to memory does not fail.
        let _ = match answer {
            Ok(key) => serde_json::to_writer(&mut *answers, &(ticket, key)),
            Err(error) => serde_json::to_writer(&mut *answers, &(ticket, (), Failure::from(error))),
        };
        first
    }

    fn answers(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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

    fn put(&self, ticket: u32, answer: &Answer) {
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
    pub(super) fn with(mut self, answer: &Answer) {
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
