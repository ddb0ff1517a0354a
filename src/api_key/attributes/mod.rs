//! What a key has in addition to Medusa's columns: scopes, an owner, metadata, allowed addresses and a purpose.
//!
//! Owns their values and stored form, one JSON object per key. `input` and `metadata` validate them, `limits` judges a use by them,
//! `grant` bounds what a key may grant. See docs/adr/0028.
//! Invariant: a key whose attributes cannot be read counts as restricted and satisfies no demand.

mod address;
mod grant;
mod input;
mod limits;
mod metadata;
mod redemption;
mod scope;

pub use input::AttributesChange;
pub use limits::{Demand, Limits, Refusal};
pub use metadata::metadata_value;
pub use redemption::RedemptionData;
pub use scope::checked_scope;

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::call_context::Timestamp;

/// The owner type that Medusa's own keys have. It does not restrict a key.
const USER: &str = "user";

/// The attributes of a key. `None` for each that the key lacks.
// NEVER CHANGE: stored as JSON in the column `attributes`. A version that does not know a member refuses the key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Attributes {
    /// What the key may do, as `resource:action`; `None` for a key without this restriction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// Who the key acts for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// A JSON object that is never interpreted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// The addresses and networks from which the key may be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_ips: Option<Vec<String>>,
    /// What a single-use key is for; only `redeem` accepts such a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// The end that was set at creation, in epoch milliseconds. Not shown: `revoked_at` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    /// Whether the stored form could not be read.
    #[serde(skip)]
    unreadable: bool,
}

/// The owner of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// `user`, `seller`, `customer`, …
    #[serde(rename = "type")]
    pub owner_type: String,
    /// The owner's id.
    pub id: String,
}

/// The JSON text of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata(String);

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.clone())
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|json| Self(json.get().to_owned()))
    }
}

impl Attributes {
    /// Reads the column.
    #[must_use]
    pub fn of_column(json: &str) -> Self {
        // SECURITY: a restriction that cannot be read must not be ignored. An array would be read as the members in order.
        let read = if json.starts_with('{') { serde_json::from_str(json).ok() } else { None };
        read.unwrap_or(Self { unreadable: true, ..Self::default() })
    }

    /// The column; `None` if the key has no attribute.
    #[must_use]
    pub fn to_column(&self) -> Option<String> {
        if self.is_empty() { None } else { serde_json::to_string(self).ok() }
    }

    /// The attributes as results show them, as a JSON object; `None` if there is nothing to show.
    #[must_use]
    pub fn shown(&self) -> Option<String> {
        Self { expires_at: None, ..self.clone() }.to_column()
    }

    /// Whether the key has no attribute.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether `authenticate` must refuse the key.
    #[must_use]
    pub fn restrict(&self) -> bool {
        self.unreadable || self.limits().restrict()
    }

    /// Whether the stored form could not be read.
    #[must_use]
    pub fn are_unreadable(&self) -> bool {
        self.unreadable
    }

    /// Records the end that was set at creation.
    #[must_use]
    pub fn expiring_at(self, end: Option<Timestamp>) -> Self {
        Self { expires_at: end.map(|at| at.timestamp_millis()), ..self }
    }

    /// Whether the key's end is the one that was set at its creation.
    #[must_use]
    pub fn expire_at(&self, end: Timestamp) -> bool {
        self.expires_at == Some(end.timestamp_millis())
    }

    /// What a use of the key is judged by.
    #[must_use]
    pub fn limits(&self) -> Limits<'_> {
        Limits {
            scopes: borrowed(self.scopes.as_deref()),
            owner_type: self.owner.as_ref().map(|owner| owner.owner_type.as_str().into()),
            allowed_ips: borrowed(self.allowed_ips.as_deref()),
            has_purpose: self.purpose.is_some(),
        }
    }
}

fn borrowed(texts: Option<&[String]>) -> Option<Vec<Cow<'_, str>>> {
    texts.map(|texts| texts.iter().map(|text| text.as_str().into()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_form_is_fixed() {
        let column = r#"{"scopes":["products:read"],"owner":{"type":"seller","id":"s_1"},"metadata":{"b":1,"a":[null]},"allowed_ips":["10.0.0.0/8"],"purpose":"reset","expires_at":5}"#;
        let attributes = Attributes::of_column(column);
        assert_eq!(attributes.to_column().as_deref(), Some(column));
        assert!(attributes.restrict());
        let shown = attributes.shown().expect("has attributes");
        assert_eq!(shown, column.replace(r#","expires_at":5"#, ""));
        assert_eq!(Attributes::of_column(r#"{"expires_at":5}"#).shown(), None);
        assert_eq!(Attributes::default().to_column(), None);
    }

    #[test]
    fn attributes_that_cannot_be_read_restrict() {
        for column in [
            "",
            "[]",
            "{",
            r#"{"scopes":"a"}"#,
            r#"{"countries":["DE"]}"#,
            r#"{"owner":{"type":"user","id":"1","tenant":"t"}}"#,
        ] {
            let attributes = Attributes::of_column(column);
            assert!(attributes.restrict() && attributes.are_unreadable(), "{column}");
        }
    }

    #[test]
    fn only_another_owner_than_a_user_and_limits_restrict() {
        for (column, restricts) in [
            (r#"{"metadata":{}}"#, false),
            (r#"{"owner":{"type":"user","id":"u"}}"#, false),
            (r#"{"expires_at":1}"#, false),
            (r#"{"owner":{"type":"seller","id":"u"}}"#, true),
            (r#"{"scopes":[]}"#, true),
            (r#"{"scopes":["*:*"]}"#, true),
            (r#"{"allowed_ips":[]}"#, true),
            (r#"{"purpose":"reset"}"#, true),
        ] {
            assert_eq!(Attributes::of_column(column).restrict(), restricts, "{column}");
        }
    }
}
