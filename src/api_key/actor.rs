//! Who creates or revokes a key, or owns it: a name that is stored, shown to every reader of keys and published in events.

use super::declared::may_be_declared;
use crate::error::ApiKeyError;
use crate::input::{Input, checked_text};
use crate::token::holds_secret;

/// Validates the name of who acts.
///
/// # Errors
/// `Invalid`, naming the field, for anything but a storable string, and for a secret token.
pub fn checked_actor(field: &str, value: &Input) -> Result<String, ApiKeyError> {
    let actor = checked_text(field, value)?;
    refuse_secret(&format!("ApiKey.{field}"), &actor)?;
    Ok(actor)
}

/// Validates the name of who acts, which may be absent.
///
/// # Errors
/// Same as [`checked_actor`].
pub fn optional_actor(field: &str, value: &Input) -> Result<Option<String>, ApiKeyError> {
    if value.is_absent() { Ok(None) } else { checked_actor(field, value).map(Some) }
}

/// Rejects a name that looks like a secret token, or that `ensureApiKeys` would accept as one.
///
/// # Errors
/// `Invalid`, without the name.
// SECURITY: callers that hold a token may pass it where a name is expected.
pub fn refuse_secret(member: &str, name: &str) -> Result<(), ApiKeyError> {
    if looks_secret(name) { Err(is_secret(member)) } else { Ok(()) }
}

/// Rejects such an id of a key: filters keep such values from the database, so the key could not be found by it.
///
/// # Errors
/// `Invalid`, without the id.
pub(super) fn refuse_secret_id(id: &str) -> Result<(), ApiKeyError> {
    if looks_secret(id) {
        return Err(ApiKeyError::invalid(
            "ApiKey.id looks like a secret token, which would be stored and shown; choose another id",
        ));
    }
    Ok(())
}

fn looks_secret(text: &str) -> bool {
    holds_secret(text) || may_be_declared(text)
}

/// Rejects a name that is a secret token of the same call, whatever the form of the token.
///
/// # Errors
/// `Invalid`, without the name.
pub fn refuse_token_as_name(
    field: &str,
    name: Option<&str>,
    token: &str,
) -> Result<(), ApiKeyError> {
    if name == Some(token) { Err(is_secret(&format!("ApiKey.{field}"))) } else { Ok(()) }
}

fn is_secret(member: &str) -> ApiKeyError {
    ApiKeyError::invalid(format!(
        "{member} is a secret token, which would be stored and shown; pass the id or the name of who acts"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(name: &str) -> bool {
        refuse_secret("ApiKey.created_by", name).is_err()
    }

    #[test]
    fn refuses_secrets_in_each_form_that_can_be_recognized() {
        for secret in [
            format!("sk_{}", "0f".repeat(32)),
            format!("Bearer sk_{}", "0F".repeat(32)),
            format!("sk_acme_{}", "aZ9bY8c".repeat(7)),
            // Declared: a UUID, and random letters and digits.
            "sk_6f1c2b9e-3d47-4a58-9b0e-7c51d2f8a394".to_owned(),
            "sk_live_q8ZrT3vKx1LmN7pWs5BdHj2Yc".to_owned(),
        ] {
            let error = refuse_secret("ApiKey.created_by", &secret).expect_err(&secret).to_string();
            assert!(error.contains("ApiKey.created_by") && !error.contains(&secret), "{error}");
        }
    }

    #[test]
    fn accepts_ids_names_addresses_and_publishable_tokens() {
        for name in [
            "",
            "user_1",
            "user_01JQ8Z7X9W2V4T6R8P0N2M4K6H",
            "apk_01JQ8Z7X9W2V4T6R8P0N2M4K6H",
            // An id of Medusa's form, of an entity with this prefix.
            "sk_01JQ8Z7X9W2V4T6R8P0N2M4K6H",
            "sk_shop-keeper",
            "sk@example.com",
            "task_6f1c2b9e3d474a589b0e7c51d2f8a3946f1c2b9e3d474a589b0e7c51d2f8a394",
            "sk_123***abc",
            "pk_6f1c2b9e3d474a589b0e7c51d2f8a3946f1c2b9e3d474a589b0e7c51d2f8a394",
            "6f1c2b9e-3d47-4a58-9b0e-7c51d2f8a394",
            "Søren Å. sk_ (support)",
        ] {
            assert!(!is_refused(name), "{name}");
        }
    }
}
