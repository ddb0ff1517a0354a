//! Conditions and orders on what other modules hold, reached over Medusa's links.
//!
//! Invariant: a name among them is one that SQL can hold in quotes, and none is a column of a key's hash or salt.

mod join;
mod joins;
mod name;
#[cfg(test)]
mod tests;

pub use join::{Bridge, Join};
pub use joins::Joins;
pub use name::{Name, Table};

use crate::error::ApiKeyError;

/// Rejects a join, or a condition on its target.
pub(super) fn invalid(complaint: impl std::fmt::Display) -> ApiKeyError {
    ApiKeyError::invalid(format!("config.__internal.crossModuleJoins: {complaint}"))
}
