//! Medusa's API Key Module in Rust.
//!
//! The rings, from the inside out; each imports only what stands above it
//! (`tests/imports.rs` holds the table):
//!
//! * [`error`], [`notice`], [`deadline`], [`edge`], [`input`]: failures, what happens beside the calls, when a call ends,
//!   its time and randomness, and what the caller said;
//! * [`columns`]: the columns of the table, each declared once;
//! * [`token`]: secrets; [`api_key`]: the data they protect; [`query`]: questions about it;
//! * [`cache`]: keys that may be answered from memory;
//! * [`store`]: tables, through SeaORM;
//! * [`service`]: the use cases, one a file;
//! * `node`: the border to JavaScript (feature `node`).
//!
//! The rings are private: the addon is all that uses them, and the compiler finds code that it does not use.

#![cfg_attr(
    not(feature = "node"),
    expect(dead_code, unused_imports, reason = "without Node.js nothing calls the core")
)]

mod api_key;
mod cache;
mod columns;
mod deadline;
mod edge;
mod error;
mod input;
#[cfg(feature = "node")]
mod node;
mod notice;
mod query;
mod service;
mod store;
mod token;
