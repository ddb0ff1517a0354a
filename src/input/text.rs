//! Validates strings to store.

use super::Input;
use crate::error::ApiKeyError;

/// The maximum length of an id, in bytes of UTF-8: safely below the limit of a PostgreSQL index entry.
pub const MAX_ID_BYTES: usize = 1_024;

/// The maximum length of any other string, in bytes of UTF-8.
pub const MAX_TEXT_BYTES: usize = 65_536;

/// Validates the string for a column other than the id.
///
/// # Errors
/// `Invalid`, naming the field, for anything but a storable string.
pub fn checked_text(field: &str, value: &Input) -> Result<String, ApiKeyError> {
    checked(field, value, MAX_TEXT_BYTES)
}

/// Validates an id.
///
/// # Errors
/// `Invalid`, naming the field, for anything but a storable string.
pub fn checked_id(field: &str, value: &Input) -> Result<String, ApiKeyError> {
    checked(field, value, MAX_ID_BYTES)
}

fn checked(field: &str, value: &Input, max_bytes: usize) -> Result<String, ApiKeyError> {
    let text = match value {
        Input::Text(text) => text,
        Input::IllFormedText => {
            return Err(ApiKeyError::invalid(format!(
                "ApiKey.{field} holds a lone surrogate, which is not valid Unicode"
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
    if text.len() > max_bytes {
        return Err(ApiKeyError::invalid(format!(
            "ApiKey.{field} is {} bytes long; the maximum is {max_bytes}",
            text.len()
        )));
    }
    Ok(text.clone())
}
