//! Medusa's API Key Module in Rust.
//!
//! The rings, innermost first; each imports only rings above it, which `tests/architecture/` checks against the table in
//! ARCHITECTURE.md:
//!
//! * [`error`], [`event`], [`deadline`], [`columns`], [`call_context`], [`input`]: failures, events outside calls, the deadline of a
//!   call, the columns of the table, the time and randomness of a call, and its decoded arguments;
//! * [`token`]: secrets; [`api_key`]: the data they protect; [`query`]: filters, orders and selections;
//! * [`cache`]: keys that may be returned from memory;
//! * [`store`]: the databases;
//! * [`service`]: the use cases, one per file;
//! * `node`: the border to JavaScript (feature `node`).
//!
//! The rings are private, so the compiler finds code that the addon does not use.

#![cfg_attr(
    not(feature = "node"),
    expect(dead_code, unused_imports, reason = "without Node.js nothing calls the core")
)]

mod api_key;
mod cache;
mod call_context;
mod call_thread;
mod columns;
mod deadline;
mod error;
mod event;
mod input;
#[cfg(feature = "node")]
mod node;
mod query;
mod service;
mod store;
mod token;
