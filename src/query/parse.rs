//! Parses Medusa's filter objects to the filter tree.

use super::attribute::parse_attribute;
use super::condition::{parse_condition, parse_operator, unknown_property};
use super::linked::invalid;
use super::operator::Operator;
use super::search::parse_search;
use super::{Attribute, Field, Filter, Table};
use crate::error::{ApiKeyError, Shown};
use crate::input::Input;

/// Whether an object may contain the free-text search `q`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search {
    /// `q` is the search.
    Allowed,
    /// `q` is an unknown property.
    Unknown,
}

/// The table to whose columns a filter's members refer.
#[derive(Clone, Copy)]
enum Scope<'a> {
    Keys(Search),
    Linked(&'a Table),
}

/// Parses the filters of a read. Undefined members are ignored.
///
/// # Errors
/// `Invalid`, naming the property.
pub fn parse_filters(filters: &Input) -> Result<Filter, ApiKeyError> {
    match filters {
        Input::Object(members) => {
            let filter = parse_members(Scope::Keys(Search::Allowed), members)?;
            filter.refuse_oversize()?;
            Ok(filter)
        }
        Input::Null => Err(ApiKeyError::invalid("filters must be an object, 'null' found")),
        Input::IllFormedText => Err(unknown_property("0")),
        Input::Text(text) if !text.is_empty() => Err(unknown_property("0")),
        Input::List(items) if !items.is_empty() => Err(unknown_property("0")),
        // Stock 2.21.2: any other value has no members and thus no condition.
        _ => Ok(Filter::All),
    }
}

/// Parses the filters of a join, on the rows of its target. Undefined members are ignored.
///
/// # Errors
/// `Invalid`, naming the member; no other member is ignored.
pub(super) fn parse_linked_filters(table: &Table, filters: &Input) -> Result<Filter, ApiKeyError> {
    match filters {
        Input::Object(members) => parse_members(Scope::Linked(table), members),
        other => {
            Err(invalid(format!("filters must be objects of conditions, '{}' found", other.kind())))
        }
    }
}

/// Parses the selector of a write.
///
/// # Errors
/// `Invalid`, naming the property, and for a selector that has members but no condition.
pub fn parse_selector(members: &[(String, Input)], search: Search) -> Result<Filter, ApiKeyError> {
    let filter = parse_members(Scope::Keys(search), members)?;
    filter.refuse_oversize()?;
    // SECURITY: `{ id: undefined }` is a mistake that would otherwise match every key.
    if filter == Filter::All && !members.is_empty() {
        return Err(ApiKeyError::invalid(format!(
            "The selector has no condition left: its member {} is undefined or empty. Pass {{}} to mean every key",
            Shown(&members[0].0)
        )));
    }
    Ok(filter)
}

fn parse_members(scope: Scope<'_>, members: &[(String, Input)]) -> Result<Filter, ApiKeyError> {
    let branches: Result<Vec<_>, _> =
        members.iter().map(|(name, value)| parse_member(scope, name, value)).collect();
    branches.map(Filter::and)
}

fn parse_member(scope: Scope<'_>, name: &str, value: &Input) -> Result<Filter, ApiKeyError> {
    match (name, value, scope) {
        ("$and", Input::List(items), _) => parse_branches(scope, name, items).map(Filter::and),
        ("$or", Input::List(items), _) => parse_branches(scope, name, items).map(Filter::or),
        (_, _, Scope::Keys(search)) => parse_member_of_keys(search, name, value),
        (_, _, Scope::Linked(table)) => {
            let column = table.column("a filter", &Input::Text(name.to_owned()))?;
            parse_condition(&column, value)
        }
    }
}

fn parse_member_of_keys(search: Search, name: &str, value: &Input) -> Result<Filter, ApiKeyError> {
    match name {
        "$and" | "$or" => {
            Err(ApiKeyError::invalid(format!("Expected array for {name} but got {}", value.kind())))
        }
        "$not" => match value {
            Input::Undefined => Ok(Filter::All),
            Input::Object(members) => {
                parse_members(Scope::Keys(Search::Unknown), members).map(Filter::negated)
            }
            other => Err(ApiKeyError::invalid(format!(
                "$not takes an object of conditions, '{}' found",
                other.kind()
            ))),
        },
        "q" if search == Search::Allowed => parse_search(value),
        _ if Operator::parse(name).is_some() => parse_operator(&Field::Id.into(), name, value),
        _ => match Field::parse(name) {
            Some(field) => parse_condition(&field.into(), value),
            None if let Some(attribute) = Attribute::parse(name) => {
                parse_attribute(attribute, value)
            }
            // Stock 2.21.2: an unknown property that is undefined is dropped, not rejected.
            None if *value == Input::Undefined => Ok(Filter::All),
            None => Err(unknown_property(name)),
        },
    }
}

fn parse_branches(
    scope: Scope<'_>,
    name: &str,
    branches: &[Input],
) -> Result<Vec<Filter>, ApiKeyError> {
    let parse_branch = |branch: &Input| match (scope, branch) {
        (Scope::Linked(table), _) => parse_linked_filters(table, branch),
        (Scope::Keys(_), Input::Object(members)) => {
            parse_members(Scope::Keys(Search::Unknown), members)
        }
        (Scope::Keys(_), Input::Undefined) => Ok(Filter::All),
        (Scope::Keys(_), other) => Err(ApiKeyError::invalid(format!(
            "{name} takes objects of conditions, '{}' found",
            other.kind()
        ))),
    };
    branches.iter().map(parse_branch).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::filter::MAX_CONDITIONS;
    use super::*;
    use crate::input::decode;

    fn filters(json: &str) -> Result<Filter, ApiKeyError> {
        parse_filters(&decode(json).expect("decodes"))
    }

    #[test]
    fn drops_empty_branches_so_they_do_not_match_everything() {
        assert_eq!(filters(r#"{"$or":[{},{"id":"a"}]}"#), Ok(Filter::id("a")));
        assert_eq!(filters(r#"{"$or":[{}],"$and":[],"title":{}}"#), Ok(Filter::All));
        assert_eq!(filters(r#"{"$not":{}}"#), Ok(Filter::All));
    }

    #[test]
    fn rejects_filters_that_would_reveal_hashes_or_salts() {
        for json in [
            r#"{"salt":"a"}"#,
            r#"{"token":{"$like":"a%"}}"#,
            r#"{"token":{"$gt":"a"}}"#,
            r#"{"token":{"$ne":"a"}}"#,
            r#"{"token":{"$nin":["a"]}}"#,
            r#"{"token":{"$exists":true}}"#,
            r#"{"$or":[{"token":{"$re":"a"}}]}"#,
        ] {
            assert!(matches!(filters(json), Err(ApiKeyError::Invalid(_))), "{json}");
        }
        let Ok(Filter::And(branches)) = filters(r#"{"token":"pk_1"}"#) else {
            panic!("a token comes with its type")
        };
        assert!(branches.contains(&Filter::equal(Field::Type, "publishable")));
    }

    #[test]
    fn rejects_a_selector_with_only_undefined_members_and_accepts_an_empty_one_s1() {
        let lost = vec![("id".to_owned(), Input::Undefined)];
        assert!(parse_selector(&lost, Search::Allowed).is_err());
        assert_eq!(parse_selector(&[], Search::Allowed), Ok(Filter::All));
    }

    #[test]
    fn rejects_too_many_conditions_and_accepts_a_long_list_of_ids() {
        let words = "a ".repeat(MAX_CONDITIONS);
        let branches =
            Input::List(vec![decode(r#"{"id":"a"}"#).expect("decodes"); MAX_CONDITIONS + 1]);
        for (name, value) in [
            ("q", Input::Text(words.clone())),
            ("$or", branches.clone()),
            ("$and", branches),
            ("title", decode(&format!(r#"{{"$fulltext":"{words} a"}}"#)).expect("decodes")),
            (
                "title",
                decode(&format!(r#"{{"$fulltext":"{}"}}"#, "a.".repeat(501))).expect("decodes"),
            ),
        ] {
            let input = Input::Object(vec![(name.to_owned(), value)]);
            assert!(matches!(parse_filters(&input), Err(ApiKeyError::Invalid(_))), "{name}");
        }
        let ids = Input::List(vec![Input::Text("a".to_owned()); 50_000]);
        assert!(parse_filters(&Input::Object(vec![("id".to_owned(), ids)])).is_ok());
    }

    fn any_input() -> impl Strategy<Value = Input> {
        let leaf = prop_oneof![
            Just(Input::Undefined),
            Just(Input::Null),
            any::<bool>().prop_map(Input::Bool),
            any::<f64>().prop_map(Input::Number),
            "[a-z$_%\\\\]{0,6}".prop_map(Input::Text),
            Just(Input::Date(None)),
            Just(Input::IllFormedText),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            let name = prop_oneof![
                Just("id".to_owned()),
                Just("token".to_owned()),
                Just("created_at".to_owned()),
                Just("$or".to_owned()),
                Just("$not".to_owned()),
                Just("$in".to_owned()),
                Just("q".to_owned()),
                ".{0,4}",
            ];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Input::List),
                prop::collection::vec((name, inner), 0..4).prop_map(Input::Object),
            ]
        })
    }

    proptest! {
        #[test]
        fn parses_any_input_or_returns_invalid_data(input in any_input()) {
            if let Err(error) = parse_filters(&input) {
                prop_assert_eq!(error.kind(), "invalid_data");
            }
        }
    }
}
