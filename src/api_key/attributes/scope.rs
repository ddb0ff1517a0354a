//! Scopes: `resource:action`, in lower case, `*` for any resource or any action.

use crate::error::ApiKeyError;
use crate::input::Input;

/// The maximum length of the parts of a scope.
const MAX_PART_BYTES: usize = 64;

/// The maximum number of scopes in a list.
pub(super) const MAX_SCOPES: usize = 100;

/// Whether a granted scope satisfies a demand for another.
pub(super) fn covers(granted: &str, demanded: &str) -> bool {
    let (Some(granted), Some(demanded)) = (granted.split_once(':'), demanded.split_once(':'))
    else {
        return false;
    };
    let covers = |granted: &str, demanded: &str| granted == "*" || granted == demanded;
    covers(granted.0, demanded.0) && covers(granted.1, demanded.1)
}

/// Whether a string is a scope.
pub(super) fn is_scope(text: &str) -> bool {
    text.split_once(':').is_some_and(|(resource, action)| is_part(resource) && is_part(action))
}

fn is_part(text: &str) -> bool {
    let is_allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.');
    text == "*"
        || text.len() <= MAX_PART_BYTES
            && !text.starts_with(['-', '.'])
            && !text.is_empty()
            && text.bytes().all(is_allowed)
}

/// Validates a scope.
///
/// # Errors
/// `Invalid`, naming the field.
pub fn checked_scope(field: &str, value: &Input) -> Result<String, ApiKeyError> {
    match value {
        Input::Text(text) if is_scope(text) => Ok(text.clone()),
        _ => Err(ApiKeyError::invalid(format!(
            "{field} must hold scopes such as \"products:read\": resource:action, each \"*\" or 1 to {MAX_PART_BYTES} of a-z, 0-9, \"_\", \"-\" and \".\""
        ))),
    }
}

/// Validates a list of scopes, and drops duplicates.
pub(super) fn checked_scopes(field: &str, value: &Input) -> Result<Vec<String>, ApiKeyError> {
    let Input::List(items) = value else {
        return Err(ApiKeyError::invalid(format!(
            "{field} must be an array of scopes, '{}' found",
            value.kind()
        )));
    };
    if items.len() > MAX_SCOPES {
        return Err(ApiKeyError::invalid(format!("{field} must hold at most {MAX_SCOPES} scopes")));
    }
    let mut scopes = Vec::with_capacity(items.len());
    for item in items {
        let scope = checked_scope(field, item)?;
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    Ok(scopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_satisfies_itself_and_what_its_wildcards_cover() {
        for (granted, demanded) in [
            ("products:read", "products:read"),
            ("products:*", "products:read"),
            ("*:read", "products:read"),
            ("*:*", "products:read"),
            ("*:*", "*:*"),
            ("products:*", "products:*"),
        ] {
            assert!(covers(granted, demanded), "{granted} {demanded}");
        }
        for (granted, demanded) in [
            ("products:read", "products:write"),
            ("products:write", "products:read"),
            ("product:read", "products:read"),
            ("products:read", "*:read"),
            ("products:read", "products:*"),
            ("*:read", "products:*"),
            ("*", "products:read"),
            ("", "products:read"),
            ("products:read", ""),
        ] {
            assert!(!covers(granted, demanded), "{granted} {demanded}");
        }
    }

    #[test]
    fn accepts_only_scopes_in_their_form() {
        for scope in ["products:read", "*:read", "products:*", "*:*", "api-keys:write", "a_1.b:c"] {
            assert!(is_scope(scope), "{scope}");
        }
        let long = format!("{}:read", "a".repeat(65));
        for text in [
            "",
            ":",
            "products",
            "products:",
            ":read",
            "Products:read",
            "a:b:c",
            "a b:c",
            "-a:b",
            "**:a",
            "ä:b",
            &long,
        ] {
            assert!(!is_scope(text), "{text}");
        }
    }
}
