//! Notices, told to a JavaScript function.

use napi::Status;
use napi::bindgen_prelude::FnArgs;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};

use crate::notice::{Notice, Notices};

type Told = FnArgs<(String, Option<String>)>;

/// The function that hears a notice's name and reason. It is weak: it keeps no process alive.
pub(super) type Hear = ThreadsafeFunction<Told, (), Told, Status, false, true>;

pub(super) fn told_to(hear: Hear) -> Notices {
    Notices::to(move |notice| {
        let reason = match notice {
            Notice::LeaseLost(loss) => Some(loss.to_string()),
            _ => None,
        };
        let told = FnArgs::from((notice.name().to_owned(), reason));
        // An environment that is ending hears nothing any more.
        let _ = hear.call(told, ThreadsafeFunctionCallMode::NonBlocking);
    })
}
