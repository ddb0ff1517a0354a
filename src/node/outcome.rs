//! The outcome of a call as JSON: a value or a failure.
//!
//! Failures are values because an addon's own errors fail `instanceof Error` in another realm.

use serde::Serialize;

use crate::error::ApiKeyError;

/// `{"value":…}` or `{"failure":{…}}`.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome<'a, T> {
    Value(&'a T),
    Failure(Failure),
}

/// Why a call failed. `sqlstate` is PostgreSQL's code, if it sent one; `outcome` is `unknown` for a write that may have
/// taken effect.
#[derive(Serialize)]
pub(super) struct Failure {
    r#type: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sqlstate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
}

impl From<&ApiKeyError> for Failure {
    fn from(error: &ApiKeyError) -> Self {
        Self {
            r#type: error.kind(),
            message: error.to_string(),
            sqlstate: error.sqlstate().map(str::to_owned),
            outcome: error.leaves_outcome_unknown().then_some("unknown"),
        }
    }
}

pub(super) fn outcome<T: Serialize>(result: &Result<T, ApiKeyError>) -> String {
    json(&match result {
        Ok(value) => Outcome::Value(value),
        Err(error) => Outcome::Failure(error.into()),
    })
}

/// Serializes to JSON. Cannot fail, because all values have string keys and finite numbers; JavaScript would report an
/// empty string as a defect.
pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
