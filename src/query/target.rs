//! The targets of writes.

use super::Filter;
use super::parse::{Search, parse_selector};
use crate::error::{ApiKeyError, looks_like_token};
use crate::input::{Input, checked_id};

/// The first argument of `updateApiKeys` and `revoke`.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// The key with this id, which must exist.
    One(String),
    /// The keys that a selector matches.
    Matching(Filter),
    /// An empty array: no key, and no query.
    Nothing,
}

/// Parses and validates a target.
///
/// # Errors
/// `Invalid` for anything but a string, a selector or an empty array.
pub fn parse_target(target: &Input) -> Result<Target, ApiKeyError> {
    parse(target, Search::Allowed)
}

fn parse(target: &Input, search: Search) -> Result<Target, ApiKeyError> {
    match target {
        Input::Text(id) if id.is_empty() => Ok(Target::One(String::new())),
        Input::Text(_) | Input::IllFormedText => checked_id("id", target).map(Target::One),
        Input::Object(members) => {
            refuse_whole_key(target)?;
            parse_selector(members, search).map(Target::Matching)
        }
        Input::List(items) if items.is_empty() => Ok(Target::Nothing),
        Input::List(_) => Err(ApiKeyError::invalid(
            "An array of ids is not a selector: pass { id: [...] } instead",
        )),
        other => Err(ApiKeyError::invalid(format!(
            "The id or selector must be a string or an object such as {{ id: [...] }}, '{}' found",
            other.kind()
        ))),
    }
}

/// Rejects a whole key, as this package returns it, where an id or a selector is expected. As a selector it would match
/// nothing, because its token is not the stored one.
///
/// # Errors
/// `Invalid` for an object whose `id` and `redacted` are both strings.
pub fn refuse_whole_key(target: &Input) -> Result<(), ApiKeyError> {
    let is_string = |name| matches!(target.member(name), Input::Text(_));
    if is_string("id") && is_string("redacted") {
        return Err(ApiKeyError::invalid(
            "that is a whole key, not a selector; pass its id (key.id)",
        ));
    }
    Ok(())
}

/// Parses the first argument of `softDeleteApiKeys` and `restoreApiKeys`: ids, selectors, or arrays of either.
/// Returns `None` without a target.
///
/// # Errors
/// `Invalid` for anything else, and for a selector that has members but no condition.
pub fn parse_many_targets(targets: &Input) -> Result<Option<Filter>, ApiKeyError> {
    let items = match targets {
        Input::List(items) => items.as_slice(),
        single => std::slice::from_ref(single),
    };
    if !items.iter().any(Input::is_truthy) {
        return Ok(None);
    }
    let (mut ids, mut filters) = (Vec::new(), Vec::new());
    // Stock 2.21.2: beside other targets an empty string is an id that no key has.
    let named = |item: &&Input| item.is_truthy() || matches!(item, Input::Text(_));
    for item in items.iter().filter(named) {
        // Stock 2.21.2: these two methods do not support `q`.
        match parse(item, Search::Unknown)? {
            Target::One(id) => ids.push(id),
            Target::Matching(filter) => filters.push(filter),
            Target::Nothing => {}
        }
    }
    if ids.is_empty() && !filters.is_empty() && filters.iter().all(|filter| *filter == Filter::All)
    {
        return Ok(Some(Filter::All));
    }
    // Stock 2.21.2: beside other targets `{}` is dropped. SECURITY: it must not extend them to every key.
    filters.retain(|filter| *filter != Filter::All);
    if !ids.is_empty() {
        filters.push(Filter::ids(ids));
    }
    if filters.is_empty() {
        return Ok(None);
    }
    let filter = Filter::or(filters);
    filter.refuse_oversize()?;
    Ok(Some(filter))
}

/// Parses the first argument of `deleteApiKeys`: an id or an array of ids; `null` and empty strings are ignored.
///
/// # Errors
/// `Invalid` for anything else, so that a mistake never deletes a key.
pub fn parse_ids(ids: &Input) -> Result<Vec<String>, ApiKeyError> {
    let items = match ids {
        Input::List(items) => items.as_slice(),
        single => std::slice::from_ref(single),
    };
    items
        .iter()
        .filter(|item| **item != Input::Null && **item != Input::Text(String::new()))
        .map(|item| match item {
            Input::Text(_) | Input::IllFormedText => checked_id("id", item),
            other => Err(ApiKeyError::invalid(format!(
                "deleteApiKeys takes ids as strings, '{}' found",
                other.kind()
            ))),
        })
        .collect()
}

/// The ids among the targets of `softDeleteApiKeys`, `restoreApiKeys` or `deleteApiKeys` that look like tokens.
#[must_use]
pub fn tokens_among(targets: &Input) -> Vec<String> {
    let items = match targets {
        Input::List(items) => items.as_slice(),
        single => std::slice::from_ref(single),
    };
    let token = |item: &Input| match item {
        Input::Text(id) if looks_like_token(id) => Some(id.clone()),
        _ => None,
    };
    items.iter().filter_map(token).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_selector_matches_every_key_only_on_its_own_a25() {
        let (text, every) = (Input::Text("a".to_owned()), Input::Object(vec![]));
        assert_eq!(parse_many_targets(&every), Ok(Some(Filter::All)));
        assert_eq!(parse_many_targets(&Input::List(vec![every.clone()])), Ok(Some(Filter::All)));
        let one = Ok(Some(Filter::ids(["a".to_owned()])));
        assert_eq!(parse_many_targets(&Input::List(vec![text.clone(), every.clone()])), one);
        assert_eq!(parse_many_targets(&Input::List(vec![every.clone(), text])), one);
        let no_key = Ok(Some(Filter::ids([String::new()])));
        let empty = Input::Text(String::new());
        assert_eq!(parse_many_targets(&Input::List(vec![every, empty.clone()])), no_key);
        assert_eq!(parse_many_targets(&Input::List(vec![empty])), Ok(None));
    }

    #[test]
    fn deletion_accepts_only_ids_s2() {
        let text = |text: &str| Input::Text(text.to_owned());
        assert_eq!(parse_ids(&text("a")), Ok(vec!["a".to_owned()]));
        assert_eq!(parse_ids(&Input::List(vec![text("a"), Input::Null])), Ok(vec!["a".to_owned()]));
        assert_eq!(parse_ids(&Input::Null), Ok(vec![]));
        for mistake in [
            Input::Undefined,
            Input::List(vec![text("a"), Input::Undefined]),
            Input::List(vec![Input::Object(vec![])]),
            Input::List(vec![Input::List(vec![text("a")])]),
            Input::Object(vec![("id".to_owned(), text("a"))]),
            Input::Number(1.0),
        ] {
            assert!(parse_ids(&mistake).is_err(), "{mistake:?}");
        }
    }
}
