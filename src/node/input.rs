//! Converts arguments from JavaScript.

use napi::bindgen_prelude::Uint8Array;

use crate::call_context::{CallContext, Timestamp, from_epoch_ms};
use crate::error::ApiKeyError;
use crate::input::Input;

pub(super) fn now(ms: f64) -> Result<Timestamp, ApiKeyError> {
    from_epoch_ms(ms).ok_or(ApiKeyError::Unexpected(
        "The caller's clock (global Date) is not between the years 1 and 9999.",
    ))
}

pub(super) fn context(ms: f64, entropy: &[Uint8Array]) -> Result<CallContext, ApiKeyError> {
    Ok(CallContext::new(now(ms)?, entropy.iter().map(|chunk| chunk.to_vec()).collect()))
}

pub(super) fn many(data: Input) -> Result<Vec<Input>, ApiKeyError> {
    match data {
        Input::List(items) => Ok(items),
        _ => Err(ApiKeyError::Unexpected("module/ must pass a list.")),
    }
}
