//! Conditions and orders on what other modules hold, reached over Medusa's links.
//!
//! Invariant: a name among them is one that SQL can hold in quotes, and none is a column of a key's hash or salt.

mod filter;
mod join;
mod joins;
mod name;

pub use filter::{Contents, LinkedFilter};
pub use join::{Bridge, Join};
pub use joins::Joins;
pub use name::{Name, Table};

use crate::error::ApiKeyError;

fn invalid(complaint: impl std::fmt::Display) -> ApiKeyError {
    ApiKeyError::invalid(format!("config.__internal.crossModuleJoins: {complaint}"))
}
