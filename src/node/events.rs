//! EventSink, passed to a JavaScript function.

use std::sync::{Arc, Mutex, PoisonError};

use napi::Status;
use napi::bindgen_prelude::FnArgs;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};

use crate::event::{Event, EventSink};

type Told = FnArgs<(String, Option<String>)>;

/// The function that hears a event's name and reason. It is weak: it keeps no process alive.
pub(super) type Hear = ThreadsafeFunction<Told, (), Told, Status, false, true>;

/// The listener of one service, until it is released.
#[derive(Clone)]
pub(super) struct Listener(Arc<Mutex<Option<Hear>>>);

impl Listener {
    pub(super) fn new(hear: Hear) -> Self {
        Self(Arc::new(Mutex::new(Some(hear))))
    }

    /// EventSink that go to the listener.
    pub(super) fn events(&self) -> EventSink {
        let listener = self.clone();
        EventSink::to(move |event| listener.emit(event))
    }

    /// Releases the function: later events go nowhere.
    pub(super) fn release(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn emit(&self, event: Event) {
        let reason = match event {
            Event::LeaseLost(loss) => Some(loss.to_string()),
            _ => None,
        };
        if let Some(hear) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            let told = FnArgs::from((event.name().to_owned(), reason));
            // An environment that is ending hears nothing any more.
            let _ = hear.call(told, ThreadsafeFunctionCallMode::NonBlocking);
        }
    }
}
