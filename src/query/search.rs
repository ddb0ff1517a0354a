//! Medusa's free-text search.

use super::filter::MAX_CONDITIONS;
use super::{Field, Filter, Pattern};
use crate::error::ApiKeyError;
use crate::input::Input;

/// Parses the free-text search `q`: every word must occur in the redacted token or the title.
///
/// # Errors
/// `Invalid` for a non-string, and for too many words.
pub fn parse_search(words: &Input) -> Result<Filter, ApiKeyError> {
    let text = match words {
        Input::Text(text) if text.contains('\0') => {
            return Err(ApiKeyError::invalid("q holds a NUL character"));
        }
        Input::Text(text) => text,
        value if !value.is_truthy() => return Ok(Filter::All),
        value => {
            return Err(ApiKeyError::invalid(format!(
                "q must be a string, '{}' found",
                value.kind()
            )));
        }
    };
    let words = text.split(is_javascript_space).filter(|word| !word.is_empty());
    // One more than the limit suffices for the rejection.
    let words = words.take(MAX_CONDITIONS + 1);
    let search = Filter::and(words.map(|word| {
        Filter::or(
            [Field::Redacted, Field::Title]
                .map(|field| Filter::Matches(field.into(), Pattern::Contains(word.to_owned()))),
        )
    }));
    search.refuse_oversize()?;
    Ok(search)
}

/// Parses a free-text search under Medusa's filter name, `freeTextSearch_ApiKey`.
///
/// # Errors
/// `Invalid` for arguments without words, so that a search is never dropped, and as [`parse_search`].
pub fn parse_named_search(arguments: Option<&Input>) -> Result<Filter, ApiKeyError> {
    match arguments {
        None | Some(Input::Bool(false)) => Ok(Filter::All),
        Some(arguments @ Input::Object(_)) => parse_search(arguments.member("value")),
        Some(other) => Err(ApiKeyError::invalid(format!(
            "The filter freeTextSearch_ApiKey takes an object with a value, '{}' found",
            other.kind()
        ))),
    }
}

// ECMAScript's `\s`: Unicode's White_Space with U+FEFF and without U+0085.
fn is_javascript_space(c: char) -> bool {
    c == '\u{FEFF}' || (c.is_whitespace() && c != '\u{85}')
}
