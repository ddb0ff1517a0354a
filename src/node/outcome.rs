//! Failures as values.

use napi::bindgen_prelude::Either;
use napi_derive::napi;

use crate::error::ApiKeyError;

/// Why a call failed.
#[napi(object)]
#[derive(Debug, Clone)]
pub struct NativeFailure {
    /// The value of `MedusaError.Types`.
    pub r#type: String,
    /// What went wrong, without secrets.
    pub message: String,
    /// The database's own code, if it gave one.
    pub sqlstate: Option<String>,
    /// `unknown` for a write that may have taken effect all the same.
    pub outcome: Option<String>,
}

/// What a call came to.
pub type Outcome<T> = Either<T, NativeFailure>;

impl From<ApiKeyError> for NativeFailure {
    fn from(error: ApiKeyError) -> Self {
        Self {
            r#type: error.kind().to_owned(),
            message: error.to_string(),
            outcome: error.leaves_outcome_unknown().then(|| "unknown".to_owned()),
            sqlstate: error.sqlstate().map(str::to_owned),
        }
    }
}

pub(super) fn outcome<T: Into<N>, N>(result: Result<T, ApiKeyError>) -> Outcome<N> {
    match result {
        Ok(value) => Either::A(value.into()),
        Err(error) => Either::B(error.into()),
    }
}
