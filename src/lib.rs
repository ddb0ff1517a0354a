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

pub mod api_key;
pub mod cache;
pub mod columns;
pub mod deadline;
pub mod edge;
pub mod error;
pub mod input;
#[cfg(feature = "node")]
pub mod node;
pub mod notice;
pub mod query;
pub mod service;
pub mod store;
pub mod token;
