//! Conditions and orders on other modules' tables, joined over Medusa's links.
//!
//! Invariant: every name is safe in SQL when quoted, and none is the column of a key's hash or salt.

mod join;
mod joins;
mod name;
#[cfg(test)]
mod tests;

pub use join::{Bridge, Join};
pub use joins::Joins;
pub use name::{Name, Table};

use crate::error::ApiKeyError;

/// The error for a join, or for a condition on its target.
pub(super) fn invalid(problem: impl std::fmt::Display) -> ApiKeyError {
    ApiKeyError::invalid(format!("config.__internal.crossModuleJoins: {problem}"))
}
