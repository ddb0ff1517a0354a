//! Which strings may be stored.

use super::Input;
use crate::error::ApiKeyError;

/// The longest id, in bytes of UTF-8: what a PostgreSQL index takes, with room to spare.
pub const MOST_ID_BYTES: usize = 1_024;

/// The longest other text, in bytes of UTF-8.
pub const MOST_TEXT_BYTES: usize = 65_536;

/// The text of a column that is not the id.
///
/// # Errors
/// `Invalid`, naming the field, for anything but a storable string.
pub fn checked_text(field: &str, value: &Input) -> Result<String, ApiKeyError> {
    checked(field, value, MOST_TEXT_BYTES)
}

/// The text of an id.
///
/// # Errors
/// `Invalid`, naming the field, for anything but a storable string.
pub fn checked_id(field: &str, value: &Input) -> Result<String, ApiKeyError> {
    checked(field, value, MOST_ID_BYTES)
}

fn checked(field: &str, value: &Input, most_bytes: usize) -> Result<String, ApiKeyError> {
    let text = match value {
        Input::Text(text) => text,
        Input::IllFormedText => {
            return Err(ApiKeyError::invalid(format!(
                "ApiKey.{field} holds a lone surrogate, which is not valid text"
            )));
        }
        Input::Undefined | Input::Null => {
            return Err(ApiKeyError::invalid(format!(
                "Value for ApiKey.{field} is required, '{}' found",
                value.kind()
            )));
        }
        other => {
            return Err(ApiKeyError::invalid(format!(
                "Trying to set ApiKey.{field} of type 'string' to a value of type '{}'",
                other.kind()
            )));
        }
    };
    if text.contains('\0') {
        return Err(ApiKeyError::invalid(format!("ApiKey.{field} holds a NUL character")));
    }
    if text.len() > most_bytes {
        return Err(ApiKeyError::invalid(format!(
            "ApiKey.{field} is {} bytes long; the most is {most_bytes}",
            text.len()
        )));
    }
    Ok(text.clone())
}
