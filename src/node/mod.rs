//! The interface to JavaScript.
//!
//! Owns the class that `module/native` holds: each method decodes its arguments, calls one use case and returns its
//! outcome. Failures are passed as values and times as epoch milliseconds; `module/` creates Dates and Errors in the
//! caller's realm. Invariant: methods contain no business logic.

mod columns;
mod events;
mod every_request;
mod input;
mod outbox;
mod outcome;
mod output;
mod service;
