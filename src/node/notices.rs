//! Notices, passed to a JavaScript function.

use std::sync::{Arc, Mutex, PoisonError};

use napi::Status;
use napi::bindgen_prelude::FnArgs;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};

use crate::notice::{Notice, Notices};

type Told = FnArgs<(String, Option<String>)>;

/// The function that hears a notice's name and reason. It is weak: it keeps no process alive.
pub(super) type Hear = ThreadsafeFunction<Told, (), Told, Status, false, true>;

/// The listener of one service, until it is released.
#[derive(Clone)]
pub(super) struct Listener(Arc<Mutex<Option<Hear>>>);

impl Listener {
    pub(super) fn new(hear: Hear) -> Self {
        Self(Arc::new(Mutex::new(Some(hear))))
    }

    /// Notices that go to the listener.
    pub(super) fn notices(&self) -> Notices {
        let listener = self.clone();
        Notices::to(move |notice| listener.tell(notice))
    }

    /// Releases the function: later notices go nowhere.
    pub(super) fn release(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn tell(&self, notice: Notice) {
        let reason = match notice {
            Notice::LeaseLost(loss) => Some(loss.to_string()),
            _ => None,
        };
        if let Some(hear) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            let told = FnArgs::from((notice.name().to_owned(), reason));
            // An environment that is ending hears nothing any more.
            let _ = hear.call(told, ThreadsafeFunctionCallMode::NonBlocking);
        }
    }
}
