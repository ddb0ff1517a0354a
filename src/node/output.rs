//! Results as JSON, which JavaScript parses in its own realm.
//!
//! A key is a list of the public columns' values, in model order, and of its attributes as an object, if it has any; times
//! are epoch milliseconds. The tuple `KeyRow` and
//! `decodeKey` in `module/generated/columns.ts` are generated from the same declaration of the columns. An object takes
//! V8 twice as long to parse.

use serde::ser::{Error, Serialize, SerializeSeq, SerializeStruct, Serializer};
use serde_json::value::RawValue;

use super::outcome::Output;
use crate::api_key::{ColumnValue, PackedKey, PublicApiKey};
use crate::columns::Field;
use crate::query::Selection;
use crate::service::{
    Declared, Element, Health, Page, Problem, Pruned, Redeemed, RefusedToken, Rolled, Written,
};

impl Serialize for PublicApiKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_seq(None)?;
        for value in Field::ALL.iter().filter_map(|field| self.shown(*field)) {
            row.serialize_element(&value)?;
        }
        if let Some(attributes) = self.shown_attributes() {
            row.serialize_element(&raw::<S>(&attributes)?)?;
        }
        row.end()
    }
}

/// JSON to include as it is.
fn raw<S: Serializer>(json: &str) -> Result<&RawValue, S::Error> {
    serde_json::from_str(json).map_err(S::Error::custom)
}

impl Serialize for PackedKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_seq(None)?;
        self.try_for_each(|value| row.serialize_element(&value))?;
        if let Some(attributes) = self.attributes() {
            row.serialize_element(&raw::<S>(attributes)?)?;
        }
        row.end()
    }
}

impl Serialize for ColumnValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Time(at) => serializer.serialize_i64(at.timestamp_millis()),
            Self::Null => serializer.serialize_none(),
        }
    }
}

impl Serialize for Page {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut page = serializer.serialize_struct("Page", 3)?;
        page.serialize_field("keys", &self.keys)?;
        page.serialize_field("columns", &columns(&self.selection))?;
        page.serialize_field("count", &self.count)?;
        page.end()
    }
}

impl Serialize for Written {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut written = serializer.serialize_struct("Written", 5)?;
        written.serialize_field("keys", &self.keys)?;
        written.serialize_field("created", &self.created)?;
        written.serialize_field("updated", &self.updated)?;
        written.serialize_field("superseded", &self.superseded)?;
        written.serialize_field("deleted", &self.deleted)?;
        written.end()
    }
}

impl Serialize for Pruned {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut pruned = serializer.serialize_struct("Pruned", 3)?;
        pruned.serialize_field("ids", &self.ids)?;
        pruned.serialize_field("deleted", &self.deleted)?;
        pruned.serialize_field("more", &self.more)?;
        pruned.end()
    }
}

impl Serialize for Rolled {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rolled = serializer.serialize_struct("Rolled", 2)?;
        rolled.serialize_field("revoked", &self.revoked)?;
        rolled.serialize_field("created", &self.created)?;
        rolled.end()
    }
}

impl Serialize for Declared {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut declared = serializer.serialize_struct("Declared", 2)?;
        declared.serialize_field("keys", &self.keys)?;
        declared.serialize_field("elements", &self.elements)?;
        declared.end()
    }
}

impl Serialize for Element {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut element = serializer.serialize_struct("Element", 3)?;
        element.serialize_field("state", self.state.as_str())?;
        for (name, members) in [("differences", &self.differences), ("updated", &self.updated)] {
            if !members.is_empty() {
                element.serialize_field(name, members)?;
            }
        }
        element.end()
    }
}

impl Serialize for Redeemed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut redeemed = serializer.serialize_struct("Redeemed", 2)?;
        match self {
            Self::Key(key) => redeemed.serialize_field("key", key)?,
            Self::Refused(RefusedToken { reason, key_id }) => {
                redeemed.serialize_field("reason", reason.as_str())?;
                redeemed.serialize_field("keyId", key_id)?;
            }
        }
        redeemed.end()
    }
}

impl Serialize for Health {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut health = serializer.serialize_struct("Health", 2)?;
        health.serialize_field("ok", &self.is_ok())?;
        health.serialize_field("problems", &self.problems)?;
        health.end()
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut problem = serializer.serialize_struct("Problem", 4)?;
        problem.serialize_field("severity", self.severity.as_str())?;
        problem.serialize_field("code", self.code)?;
        problem.serialize_field("message", &self.message)?;
        problem.serialize_field("remedy", self.remedy)?;
        problem.end()
    }
}

impl Output for Page {
    fn keys(&mut self) -> Option<&mut Vec<PublicApiKey>> {
        Some(&mut self.keys)
    }
}

impl Output for Written {
    fn keys(&mut self) -> Option<&mut Vec<PublicApiKey>> {
        Some(&mut self.keys)
    }
}

impl Output for Declared {
    fn keys(&mut self) -> Option<&mut Vec<PublicApiKey>> {
        Some(&mut self.keys)
    }
}

impl Output for Pruned {}
impl Output for Redeemed {}
impl Output for Health {}
impl Output for Rolled {}

/// The selected columns in model order; `None` means all.
pub(super) fn columns(selection: &Selection) -> Option<Vec<&'static str>> {
    match selection {
        Selection::All => None,
        Selection::Some(names) => Some(names.clone()),
    }
}
