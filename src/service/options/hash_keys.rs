//! The option `hashKeys`.

use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Unexpected, Visitor};

use super::wrong;
use crate::error::ApiKeyError;
use crate::token::{HashKey, HashKeyId, HashKeys, HashSecret};

/// The maximum number of keys.
const MAX_KEYS: usize = 32;

/// The keys: the first makes new hashes, all verify.
pub(super) struct HashKeyList(Vec<HashKeyOptions>);

/// A key.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HashKeyOptions {
    id: Option<Id>,
    secret: Option<Secret>,
}

struct Id(HashKeyId);

struct Secret(HashSecret);

impl HashKeyList {
    pub(super) fn keys(&self) -> Result<HashKeys, ApiKeyError> {
        let mut positions = HashMap::new();
        let mut keys = Vec::with_capacity(self.0.len());
        for (position, options) in self.0.iter().enumerate() {
            let member = |name: &str| format!("hashKeys[{position}].{name}");
            let missing = |name: &str, expected: &dyn fmt::Display| {
                wrong(&member(name), &format!("must be {expected}"))
            };
            let id = options.id.as_ref().ok_or_else(|| missing("id", &Id::EXPECTED))?;
            let secret =
                options.secret.as_ref().ok_or_else(|| missing("secret", &Secret::EXPECTED))?;
            if let Some(first) = positions.insert(id.0.as_str(), position) {
                return Err(wrong(
                    &member("id"),
                    &format!("must differ from hashKeys[{first}].id"),
                ));
            }
            keys.push(HashKey::new(id.0.clone(), secret.0.clone()));
        }
        Ok(HashKeys::new(keys))
    }
}

impl<'de> Deserialize<'de> for HashKeyList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor)
    }
}

struct ListVisitor;

impl<'de> Visitor<'de> for ListVisitor {
    type Value = HashKeyList;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of 1 to {MAX_KEYS} keys {{ id, secret }}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<HashKeyList, A::Error> {
        let mut keys = Vec::new();
        while let Some(key) = elements.next_element()? {
            keys.push(key);
        }
        // SECURITY: an empty list is not the absence of keys; it would silently make hashes without one.
        if keys.is_empty() || keys.len() > MAX_KEYS {
            return Err(A::Error::invalid_length(keys.len(), &self));
        }
        Ok(HashKeyList(keys))
    }
}

impl Id {
    const EXPECTED: &'static str =
        "a string of 1 to 32 letters, digits, dots, underscores and hyphens";
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor(Self::EXPECTED, HashKeyId::parse)).map(Self)
    }
}

impl Secret {
    const EXPECTED: &'static str = "32 to 1024 random bytes, as hex, base64 or a Buffer";
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor(Self::EXPECTED, HashSecret::parse)).map(Self)
    }
}

/// Parses a string; the error names what is expected and never shows the string.
pub(super) struct TextVisitor<T>(pub(super) &'static str, pub(super) fn(&str) -> Option<T>);

impl<T> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.1)(text).ok_or_else(|| E::invalid_value(Unexpected::Other("a string"), &self))
    }
}
