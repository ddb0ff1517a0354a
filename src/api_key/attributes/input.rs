//! Validates the attributes that callers give at creation and in updates.

use super::address::checked_network;
use super::metadata::checked_metadata;
use super::scope::checked_scopes;
use super::{Attributes, Metadata, Owner, USER};
use crate::api_key::ApiKeyType;
use crate::api_key::actor::refuse_secret;
use crate::error::ApiKeyError;
use crate::input::{Input, refuse_unknown};

/// The maximum number of addresses and networks.
const MAX_NETWORKS: usize = 100;

/// The maximum length of an owner's id, in bytes of UTF-8.
const MAX_OWNER_ID_BYTES: usize = 255;

/// The maximum length of an owner's type and of a purpose.
const MAX_NAME_BYTES: usize = 64;

/// What a change does to an attribute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Given<T> {
    #[default]
    Nothing,
    Cleared,
    Set(T),
}

impl<T> Given<T> {
    fn parse(
        data: &Input,
        name: &str,
        parse: impl FnOnce(&str, &Input) -> Result<T, ApiKeyError>,
    ) -> Result<Self, ApiKeyError> {
        match data.member(name) {
            Input::Undefined => Ok(Self::Nothing),
            Input::Null => Ok(Self::Cleared),
            value => parse(&format!("ApiKey.{name}"), value).map(Self::Set),
        }
    }

    fn differs(&self, from: Option<&T>) -> bool
    where
        T: PartialEq,
    {
        match self {
            Self::Nothing => false,
            Self::Cleared => from.is_some(),
            Self::Set(value) => from != Some(value),
        }
    }

    fn replace(&mut self, later: Self) {
        if !matches!(later, Self::Nothing) {
            *self = later;
        }
    }

    fn apply(self, to: &mut Option<T>) {
        match self {
            Self::Nothing => {}
            Self::Cleared => *to = None,
            Self::Set(value) => *to = Some(value),
        }
    }
}

/// A change of attributes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttributesChange {
    scopes: Given<Vec<String>>,
    owner: Given<Owner>,
    metadata: Given<Metadata>,
    allowed_ips: Given<Vec<String>>,
}

impl AttributesChange {
    /// Parses the members of an update; `null` removes an attribute.
    ///
    /// # Errors
    /// `Invalid`, naming the member.
    pub fn parse(data: &Input) -> Result<Self, ApiKeyError> {
        if *data.member("purpose") != Input::Undefined {
            return Err(ApiKeyError::invalid(
                "ApiKey.purpose is set at creation and cannot be changed",
            ));
        }
        Self::parse_changeable(data)
    }

    fn parse_changeable(data: &Input) -> Result<Self, ApiKeyError> {
        Ok(Self {
            scopes: Given::parse(data, "scopes", checked_scopes)?,
            owner: Given::parse(data, "owner", checked_owner)?,
            metadata: Given::parse(data, "metadata", checked_metadata)?,
            allowed_ips: Given::parse(data, "allowed_ips", checked_networks)?,
        })
    }

    /// Whether it changes no attribute.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The names of the attributes that the change would change.
    #[must_use]
    pub fn differences(&self, from: &Attributes) -> Vec<&'static str> {
        [
            ("scopes", self.scopes.differs(from.scopes.as_ref())),
            ("owner", self.owner.differs(from.owner.as_ref())),
            ("metadata", self.metadata.differs(from.metadata.as_ref())),
            ("allowed_ips", self.allowed_ips.differs(from.allowed_ips.as_ref())),
        ]
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect()
    }

    /// Adds a later change: what it names replaces what this one names.
    pub fn add(&mut self, later: Self) {
        let Self { scopes, owner, metadata, allowed_ips } = later;
        self.scopes.replace(scopes);
        self.owner.replace(owner);
        self.metadata.replace(metadata);
        self.allowed_ips.replace(allowed_ips);
    }

    /// The attributes of a key of this type after the change.
    ///
    /// # Errors
    /// `Invalid` for a restriction of a publishable key, and for an unreadable attribute, which a change would lose.
    pub fn apply(&self, to: &Attributes, kind: ApiKeyType) -> Result<Attributes, ApiKeyError> {
        let mut changed = to.clone();
        if self.is_empty() {
            return Ok(changed);
        }
        if changed.unreadable {
            return Err(ApiKeyError::Unexpected(
                "A key has attributes that this version cannot read, so it cannot change them.",
            ));
        }
        // A new key ends the older ones of its owner and purpose. A change of the owner would leave several.
        if changed.purpose.is_some() && self.owner.differs(changed.owner.as_ref()) {
            return Err(ApiKeyError::invalid(
                "ApiKey.owner of a key with a purpose is set at creation and cannot be changed",
            ));
        }
        let Self { scopes, owner, metadata, allowed_ips } = self.clone();
        scopes.apply(&mut changed.scopes);
        owner.apply(&mut changed.owner);
        metadata.apply(&mut changed.metadata);
        allowed_ips.apply(&mut changed.allowed_ips);
        changed.checked_for(kind)
    }
}

impl Attributes {
    /// Parses the members of a creation.
    ///
    /// # Errors
    /// `Invalid`, naming the member.
    pub fn parse_new(data: &Input, kind: ApiKeyType) -> Result<Self, ApiKeyError> {
        let given = AttributesChange::parse_changeable(data)?;
        let purpose = match data.member("purpose") {
            absent if absent.is_absent() => None,
            value => Some(checked_name("ApiKey.purpose", value)?),
        };
        Self { purpose, ..given.apply(&Self::default(), kind)? }.checked_for(kind)
    }

    // Nothing enforces a restriction of a publishable key: its token is public.
    fn checked_for(self, kind: ApiKeyType) -> Result<Self, ApiKeyError> {
        let restriction = match &self {
            _ if kind == ApiKeyType::Secret => None,
            Self { scopes: Some(_), .. } => Some("scopes"),
            Self { allowed_ips: Some(_), .. } => Some("allowed_ips"),
            Self { purpose: Some(_), .. } => Some("purpose"),
            Self { owner: Some(owner), .. } if owner.owner_type != USER => Some("owner"),
            _ => None,
        };
        match restriction {
            Some(name) => Err(ApiKeyError::invalid(format!(
                "ApiKey.{name} restricts a key, and a publishable key has no restrictions"
            ))),
            None => Ok(self),
        }
    }
}

fn checked_owner(field: &str, value: &Input) -> Result<Owner, ApiKeyError> {
    if !matches!(value, Input::Object(_)) {
        return Err(ApiKeyError::invalid(format!(
            "{field} must be an object {{ type, id }}, '{}' found",
            value.kind()
        )));
    }
    refuse_unknown(field, value, &["type", "id"])?;
    let id = match value.member("id") {
        Input::Text(id)
            if !id.is_empty() && id.len() <= MAX_OWNER_ID_BYTES && !id.contains('\0') =>
        {
            id.clone()
        }
        _ => {
            return Err(ApiKeyError::invalid(format!(
                "{field}.id must be a string of 1 to {MAX_OWNER_ID_BYTES} bytes without NUL"
            )));
        }
    };
    refuse_secret(&format!("{field}.id"), &id)?;
    Ok(Owner { owner_type: checked_name(&format!("{field}.type"), value.member("type"))?, id })
}

/// Validates a name such as `seller` or `password-reset`.
pub(super) fn checked_name(field: &str, value: &Input) -> Result<String, ApiKeyError> {
    let is_allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.');
    match value {
        Input::Text(name)
            if name.len() <= MAX_NAME_BYTES
                && name.starts_with(|first: char| first.is_ascii_lowercase())
                && name.bytes().all(is_allowed) =>
        {
            Ok(name.clone())
        }
        _ => Err(ApiKeyError::invalid(format!(
            "{field} must be a letter a-z and up to {} more of a-z, 0-9, \"_\", \"-\" and \".\"",
            MAX_NAME_BYTES - 1
        ))),
    }
}

fn checked_networks(field: &str, value: &Input) -> Result<Vec<String>, ApiKeyError> {
    let Input::List(items) = value else {
        return Err(ApiKeyError::invalid(format!(
            "{field} must be an array of IP addresses and networks, '{}' found",
            value.kind()
        )));
    };
    if items.len() > MAX_NETWORKS {
        return Err(ApiKeyError::invalid(format!(
            "{field} must hold at most {MAX_NETWORKS} addresses and networks"
        )));
    }
    let mut networks = Vec::with_capacity(items.len());
    for item in items {
        let text = match item {
            Input::Text(text) => text,
            other => {
                return Err(ApiKeyError::invalid(format!(
                    "{field} must hold strings, '{}' found",
                    other.kind()
                )));
            }
        };
        let network = checked_network(field, text)?;
        if !networks.contains(&network) {
            networks.push(network);
        }
    }
    Ok(networks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::decode;

    fn new(json: &str, kind: ApiKeyType) -> Result<Attributes, ApiKeyError> {
        Attributes::parse_new(&decode(json).expect("decodes"), kind)
    }

    #[test]
    fn a_publishable_key_accepts_no_restriction() {
        for (json, accepted) in [
            (r#"{"scopes":["a:b"]}"#, false),
            (r#"{"allowed_ips":["::1"]}"#, false),
            (r#"{"purpose":"reset"}"#, false),
            (r#"{"owner":{"type":"seller","id":"1"}}"#, false),
            (r#"{"owner":{"type":"user","id":"1"},"metadata":{}}"#, true),
            (r#"{"scopes":null,"allowed_ips":null,"purpose":null,"owner":null}"#, true),
        ] {
            assert_eq!(new(json, ApiKeyType::Publishable).is_ok(), accepted, "{json}");
            assert!(new(json, ApiKeyType::Secret).is_ok(), "{json}");
        }
    }

    #[test]
    fn rejects_attributes_in_another_form() {
        let many = |item: &str| vec![format!("\"{item}\""); 101].join(",");
        for json in [
            r#"{"scopes":"a:b"}"#.to_owned(),
            r#"{"scopes":["A:b"]}"#.to_owned(),
            r#"{"scopes":[1]}"#.to_owned(),
            format!(r#"{{"scopes":[{}]}}"#, many("a:b")),
            r#"{"owner":"seller:1"}"#.to_owned(),
            r#"{"owner":{"type":"seller"}}"#.to_owned(),
            r#"{"owner":{"type":"seller","id":""}}"#.to_owned(),
            r#"{"owner":{"type":"Seller","id":"1"}}"#.to_owned(),
            r#"{"owner":{"type":"seller","id":"1","name":"x"}}"#.to_owned(),
            r#"{"allowed_ips":"10.0.0.0/8"}"#.to_owned(),
            r#"{"allowed_ips":["10.0.0.1/8"]}"#.to_owned(),
            r#"{"allowed_ips":[10]}"#.to_owned(),
            format!(r#"{{"allowed_ips":[{}]}}"#, many("::1")),
            r#"{"purpose":"Password reset"}"#.to_owned(),
            r#"{"purpose":""}"#.to_owned(),
        ] {
            let error = new(&json, ApiKeyType::Secret).expect_err(&json).to_string();
            assert!(error.contains("ApiKey."), "{error}");
        }
    }

    #[test]
    fn an_update_changes_what_it_names_and_null_removes() {
        let before =
            new(r#"{"scopes":["a:b"],"owner":{"type":"seller","id":"1"}}"#, ApiKeyType::Secret)
                .expect("valid");
        let update = |json: &str| {
            AttributesChange::parse(&decode(json).expect("decodes"))
                .and_then(|change| change.apply(&before, ApiKeyType::Secret))
                .map(|after| after.to_column().unwrap_or_default())
        };
        assert_eq!(
            update(r#"{"scopes":null,"metadata":{"a":1}}"#).as_deref(),
            Ok(r#"{"owner":{"type":"seller","id":"1"},"metadata":{"a":1}}"#)
        );
        assert_eq!(update(r#"{"scopes":null,"owner":null}"#).as_deref(), Ok(""));
        assert!(update(r#"{"purpose":"reset"}"#).is_err());
    }
}
