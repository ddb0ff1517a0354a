//! How a PostgreSQL server is reached: the URL, what it says of hosts and encryption, and TLS.

#![cfg_attr(not(test), expect(dead_code, reason = "plugged in with the driver"))]

mod hosts;
mod parameters;
mod parts;
mod passfile;
mod percent;
mod session;
mod sslmode;
#[cfg(test)]
mod tests;
pub(super) mod tls;
pub(super) mod url;
mod verifier;

use crate::error::ApiKeyError;

/// A refusal of `databaseUrl`. `problem` holds nothing of the URL but names that this crate knows: any other part may be a piece of
/// the password.
fn wrong(problem: impl Into<String>) -> ApiKeyError {
    ApiKeyError::Option { option: "databaseUrl".to_owned(), problem: problem.into() }
}
