//! Answers on their way to JavaScript, many at a time.
//!
//! A promise of napi's costs a threadsafe function and two tasks. The calls that a busy server makes with every request
//! are answered through one threadsafe function instead, which tells JavaScript that there is something to take.
//! Invariant: every ticket is answered once, also when its use case panics. See docs/adr/0014.

use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use napi::Status;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};

use crate::api_key::PublicApiKey;
use crate::error::ApiKeyError;

/// The function that is called when there are answers to take. It is weak: JavaScript itself keeps the process alive
/// while it waits.
pub(super) type Wake = ThreadsafeFunction<(), (), (), Status, false, true>;

pub(super) type Ready = Result<Option<Arc<PublicApiKey>>, ApiKeyError>;

/// The answers of one service.
pub(super) struct Outbox {
    ready: Mutex<Vec<(u32, Ready)>>,
    wake: Wake,
}

impl Outbox {
    pub(super) fn new(wake: Wake) -> Arc<Self> {
        Arc::new(Self { ready: Mutex::default(), wake })
    }

    /// The place for the answer to a ticket.
    pub(super) fn reply(self: &Arc<Self>, ticket: u32) -> Reply {
        Reply { outbox: Arc::clone(self), ticket, answered: false }
    }

    /// All answers since the last time.
    pub(super) fn take(&self) -> Vec<(u32, Ready)> {
        take(&mut *self.ready())
    }

    fn put(&self, ticket: u32, answer: Ready) {
        let first = {
            let mut ready = self.ready();
            ready.push((ticket, answer));
            ready.len() == 1
        };
        if first {
            // An environment that is ending takes nothing any more.
            let _ = self.wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    fn ready(&self) -> MutexGuard<'_, Vec<(u32, Ready)>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A promise to answer a ticket.
pub(super) struct Reply {
    outbox: Arc<Outbox>,
    ticket: u32,
    answered: bool,
}

impl Reply {
    pub(super) fn with(mut self, answer: Ready) {
        self.answered = true;
        self.outbox.put(self.ticket, answer);
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if !self.answered {
            let defect = "The native part of medusa-api-key-native has a defect.";
            self.outbox.put(self.ticket, Err(ApiKeyError::Unexpected(defect)));
        }
    }
}
