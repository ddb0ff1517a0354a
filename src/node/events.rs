//! Passes events to a JavaScript function.

use std::sync::{Arc, Mutex, PoisonError};

use napi::Status;
use napi::bindgen_prelude::FnArgs;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};

use crate::event::{Event, EventSink};

type EventArgs = FnArgs<(String, Option<String>)>;

/// The callback for events, with name and reason. It is weak: it does not keep the process alive.
pub(super) type OnEvent = ThreadsafeFunction<EventArgs, (), EventArgs, Status, false, true>;

/// The listener of one service, until it is released.
#[derive(Clone)]
pub(super) struct Listener(Arc<Mutex<Option<OnEvent>>>);

impl Listener {
    pub(super) fn new(on_event: OnEvent) -> Self {
        Self(Arc::new(Mutex::new(Some(on_event))))
    }

    /// A sink whose events go to the listener.
    pub(super) fn events(&self) -> EventSink {
        let listener = self.clone();
        EventSink::to(move |event| listener.emit(event))
    }

    /// Releases the function; later events are dropped.
    pub(super) fn release(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn emit(&self, event: Event) {
        let reason = match &event {
            Event::LeaseLost(loss) => Some(loss.to_string()),
            Event::UnknownHashKey(id) => id.as_deref().map(str::to_owned),
            _ => None,
        };
        if let Some(on_event) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            let args = FnArgs::from((event.name().to_owned(), reason));
            // Fails only while the JavaScript environment shuts down.
            let _ = on_event.call(args, ThreadsafeFunctionCallMode::NonBlocking);
        }
    }
}
