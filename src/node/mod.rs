//! The border to JavaScript.
//!
//! Owns the class that `module/native` holds: each method decodes, calls one
//! use case and hands its outcome back. Failures cross as values, times as
//! epoch milliseconds; Dates and Errors are made in `module/`, in the caller's
//! realm. Invariant: a method has no judgement of its own.

mod columns;
mod events;
mod every_request;
mod input;
mod outbox;
mod outcome;
mod output;
mod service;
