//! Durations in seconds from now: `revoke_in` and `expires_in`.

use chrono::TimeDelta;

use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::input::Input;

/// One hundred years of 365.25 days.
const MAX_SECONDS: f64 = 3_155_760_000.0;

/// Converts seconds from now to a time, rounded to the millisecond; an absent value means now.
pub(super) fn deadline(
    name: &str,
    value: &Input,
    now: Timestamp,
) -> Result<Timestamp, ApiKeyError> {
    let seconds = match value {
        Input::Undefined | Input::Null => return Ok(now),
        Input::Number(seconds) => *seconds,
        _ => f64::NAN,
    };
    if !(0.0..=MAX_SECONDS).contains(&seconds) {
        return Err(ApiKeyError::invalid(format!(
            "{name} must be a number of seconds from 0 to {MAX_SECONDS}"
        )));
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most a hundred years of milliseconds")]
    let ms = (seconds * 1_000.0).round() as i64;
    Ok(now + TimeDelta::milliseconds(ms))
}
