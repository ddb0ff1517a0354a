//! Conditions on the attributes of a key: its scopes, owner, metadata and purpose.

use super::Filter;
use crate::api_key::{checked_scope, metadata_value};
use crate::error::{ApiKeyError, Shown};
use crate::input::{Input, refuse_unknown};

/// An attribute of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribute {
    Scopes,
    Owner,
    Metadata,
    AllowedIps,
    Purpose,
}

/// A condition on an attribute. It is unknown, neither true nor false, for a key that lacks what it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeCondition {
    /// The key has the attribute.
    Present(Attribute),
    /// The owner's id and its type are among these, as far as they are given.
    Owner {
        /// The ids.
        ids: Option<Vec<String>>,
        /// The types.
        types: Option<Vec<String>>,
    },
    /// The scopes contain this one.
    HasScope(String),
    /// A member of the metadata equals a value, which is the JSON of a scalar.
    Metadata {
        /// The member's name.
        member: String,
        /// The JSON of its value.
        value: String,
    },
    /// A member of the metadata is null or missing.
    NoMetadata(String),
    /// The purpose is one of these.
    Purpose(Vec<String>),
}

impl Attribute {
    /// All attributes, in the order of results.
    pub const ALL: [Self; 5] =
        [Self::Scopes, Self::Owner, Self::Metadata, Self::AllowedIps, Self::Purpose];

    /// The name of the member.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scopes => "scopes",
            Self::Owner => "owner",
            Self::Metadata => "metadata",
            Self::AllowedIps => "allowed_ips",
            Self::Purpose => "purpose",
        }
    }

    /// Finds the attribute of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|attribute| attribute.as_str() == name)
    }
}

impl AttributeCondition {
    /// The strings that the condition compares with.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let (lists, singles): ([&[String]; 2], [Option<&String>; 2]) = match self {
            Self::Present(_) => ([&[], &[]], [None, None]),
            Self::Owner { ids, types } => (
                [ids.as_deref().unwrap_or_default(), types.as_deref().unwrap_or_default()],
                [None, None],
            ),
            Self::Purpose(texts) => ([texts, &[]], [None, None]),
            Self::HasScope(text) | Self::NoMetadata(text) => ([&[], &[]], [Some(text), None]),
            Self::Metadata { member, value } => ([&[], &[]], [Some(member), Some(value)]),
        };
        lists.into_iter().flatten().chain(singles.into_iter().flatten()).map(String::as_str)
    }
}

/// Parses a caller's condition on an attribute.
///
/// # Errors
/// `Invalid`, naming the attribute.
pub(super) fn parse_attribute(attribute: Attribute, value: &Input) -> Result<Filter, ApiKeyError> {
    let present = || Filter::Attribute(AttributeCondition::Present(attribute));
    refuse_undefined_in(attribute, value)?;
    match (attribute, value) {
        (_, Input::Null) => return Ok(present().negated()),
        (_, Input::Object(members)) if members.iter().any(|(name, _)| name == "$exists") => {
            refuse_unknown(&filter_of(attribute), value, &["$exists"])?;
            return match value.member("$exists") {
                Input::Bool(true) => Ok(present()),
                Input::Bool(false) => Ok(present().negated()),
                _ => Err(invalid(attribute, "$exists takes true or false")),
            };
        }
        _ => {}
    }
    match (attribute, value) {
        (Attribute::AllowedIps, _) => {
            Err(invalid(attribute, "only null and { $exists } are supported"))
        }
        (Attribute::Scopes, Input::Object(_)) => {
            refuse_unknown(&filter_of(attribute), value, &["$contains"])?;
            let scopes = match value.member("$contains") {
                Input::List(scopes) if scopes.is_empty() => {
                    return Err(invalid(
                        attribute,
                        "$contains is empty, so it would match every key",
                    ));
                }
                Input::List(scopes) => scopes.as_slice(),
                single => std::slice::from_ref(single),
            };
            let has = |scope: &Input| {
                checked_scope("ApiKey.scopes", scope)
                    .map(|scope| Filter::Attribute(AttributeCondition::HasScope(scope)))
            };
            scopes.iter().map(has).collect::<Result<Vec<_>, _>>().map(Filter::and)
        }
        (Attribute::Scopes, _) => Err(invalid(
            attribute,
            "pass { $contains: \"products:read\" } or several scopes, all of which a key must have",
        )),
        (Attribute::Owner, Input::Object(_)) => {
            refuse_unknown(&filter_of(attribute), value, &["type", "id"])?;
            let part = |name| value.own(name).map(|part| texts(attribute, part)).transpose();
            let (ids, types) = (part("id")?, part("type")?);
            Ok(Filter::Attribute(AttributeCondition::Owner { ids, types }))
        }
        (Attribute::Owner, _) => Err(invalid(attribute, "pass { type, id }, or one of them")),
        (Attribute::Metadata, Input::Object(members)) => {
            let conditions: Result<Vec<_>, _> =
                members.iter().map(|(name, value)| parse_metadata(name, value)).collect();
            conditions.map(Filter::and)
        }
        (Attribute::Metadata, _) => Err(invalid(attribute, "pass an object of its members")),
        (Attribute::Purpose, value) => {
            let purposes = texts(attribute, value)?;
            Ok(Filter::Attribute(AttributeCondition::Purpose(purposes)))
        }
    }
}

/// Rejects a condition that is empty or has a missing part: it would match the keys of every owner.
// Stock has none of these members, so there is no caller that relies on undefined being dropped.
fn refuse_undefined_in(attribute: Attribute, value: &Input) -> Result<(), ApiKeyError> {
    let is_missing = |value: &Input| *value == Input::Undefined;
    let lacks_something = match value {
        Input::Object(members) => {
            members.is_empty() || members.iter().any(|(_, value)| is_missing(value))
        }
        Input::List(items) => items.iter().any(is_missing),
        value => is_missing(value),
    };
    if lacks_something {
        return Err(invalid(attribute, "it is empty, or a part of it is undefined"));
    }
    Ok(())
}

fn parse_metadata(member: &str, value: &Input) -> Result<Filter, ApiKeyError> {
    if member.starts_with('$') || member.contains('\0') {
        return Err(invalid(
            Attribute::Metadata,
            &format!("{} is not supported; members are compared for equality", Shown(member)),
        ));
    }
    let member = member.to_owned();
    Ok(match value {
        Input::Null => Filter::Attribute(AttributeCondition::NoMetadata(member)),
        value => {
            let value = metadata_value("ApiKey.metadata", value)?.ok_or_else(|| {
                invalid(
                    Attribute::Metadata,
                    "a member is compared with a string, number or boolean",
                )
            })?;
            Filter::Attribute(AttributeCondition::Metadata { member, value })
        }
    })
}

/// A string or a list of strings.
fn texts(attribute: Attribute, value: &Input) -> Result<Vec<String>, ApiKeyError> {
    let items = match value {
        Input::List(items) => items.as_slice(),
        single => std::slice::from_ref(single),
    };
    let text = |item: &Input| match item {
        Input::Text(text) if !text.contains('\0') => Ok(text.clone()),
        _ => Err(invalid(attribute, "pass a string or an array of strings")),
    };
    items.iter().map(text).collect()
}

fn filter_of(attribute: Attribute) -> String {
    format!("the filter on ApiKey.{}", attribute.as_str())
}

fn invalid(attribute: Attribute, problem: &str) -> ApiKeyError {
    ApiKeyError::invalid(format!("{}: {problem}", filter_of(attribute)))
}

#[cfg(test)]
mod tests {
    use super::super::parse_filters;
    use super::*;
    use crate::input::decode;

    fn filters(json: &str) -> Result<Filter, ApiKeyError> {
        parse_filters(&decode(json).expect("decodes"))
    }

    #[test]
    fn parses_each_condition() {
        let leaf = |condition| Ok(Filter::Attribute(condition));
        let texts = |text: &str| vec![text.to_owned()];
        assert_eq!(
            filters(r#"{"owner":{"id":"1"}}"#),
            leaf(AttributeCondition::Owner { ids: Some(texts("1")), types: None })
        );
        assert_eq!(
            filters(r#"{"scopes":{"$contains":"a:read"}}"#),
            leaf(AttributeCondition::HasScope("a:read".to_owned()))
        );
        assert_eq!(
            filters(r#"{"metadata":{"a":1.5}}"#),
            leaf(AttributeCondition::Metadata { member: "a".to_owned(), value: "1.5".to_owned() })
        );
        assert_eq!(
            filters(r#"{"purpose":"reset"}"#),
            leaf(AttributeCondition::Purpose(texts("reset")))
        );
        let absent = Filter::Attribute(AttributeCondition::Present(Attribute::Owner)).negated();
        assert_eq!(filters(r#"{"owner":null}"#), Ok(absent.clone()));
        assert_eq!(filters(r#"{"owner":{"$exists":false}}"#), Ok(absent));
    }

    #[test]
    fn rejects_what_would_be_misunderstood() {
        for json in [
            r#"{"scopes":"a:read"}"#,
            r#"{"scopes":["a:read"]}"#,
            r#"{"scopes":{"$contains":"a"}}"#,
            r#"{"scopes":{"$contains":[]}}"#,
            r#"{"scopes":{"$eq":"a:read"}}"#,
            r#"{"owner":"seller"}"#,
            r#"{"owner":{}}"#,
            r#"{"owner":{"type":"seller","id":{"\u0000undefined":true}}}"#,
            r#"{"owner":{"\u0000undefined":true}}"#,
            r#"{"metadata":{}}"#,
            r#"{"scopes":{}}"#,
            r#"{"owner":{"name":"x"}}"#,
            r#"{"owner":{"type":1}}"#,
            r#"{"owner":{"$exists":1}}"#,
            r#"{"owner":{"$exists":true,"id":"1"}}"#,
            r#"{"metadata":"x"}"#,
            r#"{"metadata":{"a":{"b":1}}}"#,
            r#"{"metadata":{"a":[1]}}"#,
            r#"{"metadata":{"$eq":1}}"#,
            r#"{"allowed_ips":["::1"]}"#,
            r#"{"purpose":{"$like":"a"}}"#,
        ] {
            assert!(matches!(filters(json), Err(ApiKeyError::Invalid(_))), "{json}");
        }
    }
}
