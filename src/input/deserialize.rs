//! Deserializes serde structs from a caller's object.
//!
//! Errors name the field by its path (`pool.max`) and what is expected, and never show the value. A field that is
//! `undefined` or `null` deserializes as `None`, like one that is missing.

use std::fmt;

use serde::Deserialize;
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, Error, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;

use super::Input;
use crate::error::Shown;

/// Deserializes an object.
///
/// # Errors
/// The first field that is unknown or does not fit.
pub fn deserialize<'a, T: Deserialize<'a>>(object: &'a Input) -> Result<T, FieldError> {
    T::deserialize(object)
}

/// Why an object cannot be deserialized.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldError {
    /// The struct has no such field.
    Unknown {
        /// The path of the struct with a dot behind it (`pool.`); empty for the outermost one.
        object: String,
        /// The caller's name of the field.
        field: String,
        /// The names of all fields.
        known: &'static [&'static str],
    },
    /// The field has the wrong type, or its value is out of range.
    Invalid {
        /// The path of the field; empty for the outermost object itself.
        path: String,
        /// What is expected, for example "must be a string".
        problem: String,
    },
}

impl FieldError {
    /// The same error, seen from the object that holds `field`.
    fn within(self, field: &str) -> Self {
        // The path in a list begins with the element's index: `hashKeys[0].id`.
        let joined = |path: &str| {
            let dot = if path.is_empty() || path.starts_with('[') { "" } else { "." };
            format!("{field}{dot}{path}")
        };
        match self {
            Self::Unknown { object, field: unknown, known } if object.is_empty() => {
                Self::Unknown { object: format!("{field}."), field: unknown, known }
            }
            Self::Unknown { object, field: unknown, known } => {
                Self::Unknown { object: joined(&object), field: unknown, known }
            }
            Self::Invalid { path, problem } => Self::Invalid { path: joined(&path), problem },
        }
    }

    fn expected(expected: &dyn Expected) -> Self {
        Self::custom(format_args!("must be {expected}"))
    }
}

impl Error for FieldError {
    fn custom<T: fmt::Display>(problem: T) -> Self {
        Self::Invalid { path: String::new(), problem: problem.to_string() }
    }

    // SECURITY: the message does not show the value; it may be a private key or a password.
    fn invalid_type(_found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(expected)
    }

    fn invalid_value(_found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(expected)
    }

    fn invalid_length(_length: usize, expected: &dyn Expected) -> Self {
        Self::expected(expected)
    }

    fn unknown_variant(_found: &str, known: &'static [&'static str]) -> Self {
        one_of(known)
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        Self::Unknown { object: String::new(), field: Shown(field).to_string(), known }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { object, field, .. } => write!(f, "{object}{field}: unknown field"),
            Self::Invalid { path, problem } => write!(f, "{path}: {problem}"),
        }
    }
}

impl std::error::Error for FieldError {}

impl<'de> Deserializer<'de> for &'de Input {
    type Error = FieldError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        match self {
            Input::Undefined | Input::Null => visitor.visit_unit(),
            Input::Bool(value) => visitor.visit_bool(*value),
            Input::Number(value) => visitor.visit_f64(*value),
            Input::Text(text) => visitor.visit_borrowed_str(text),
            Input::Object(members) => visitor.visit_map(Members { rest: members, value: None }),
            Input::List(elements) => visitor.visit_seq(Elements { all: elements, next: 0 }),
            Input::IllFormedText | Input::Date(_) | Input::RegExp { .. } | Input::Other(_) => {
                Err(FieldError::expected(&visitor))
            }
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        match self {
            Input::Text(text) if text.contains('\0') => {
                Err(FieldError::custom("must be a string without NUL characters"))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        self.deserialize_string(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        if self.is_absent() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        match self {
            Input::Object(_) => self.deserialize_any(visitor),
            _ => {
                let fields = fields.join(", ");
                Err(FieldError::custom(format_args!("must be an object {{ {fields} }}")))
            }
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        match self {
            Input::Text(text) => visitor.visit_enum(name(text)),
            _ => Err(one_of(variants)),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct newtype_struct
        seq tuple tuple_struct map identifier ignored_any
    }
}

/// The remaining members of an object.
struct Members<'de> {
    rest: &'de [(String, Input)],
    value: Option<&'de (String, Input)>,
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = FieldError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, FieldError> {
        let Some((member, rest)) = self.rest.split_first() else { return Ok(None) };
        self.rest = rest;
        self.value = Some(member);
        seed.deserialize(name(&member.0)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, FieldError> {
        let (field, value) =
            self.value.take().ok_or_else(|| FieldError::custom("has a value without a name"))?;
        seed.deserialize(value).map_err(|error| error.within(field))
    }
}

/// The elements of a list.
struct Elements<'de> {
    all: &'de [Input],
    next: usize,
}

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = FieldError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, FieldError> {
        let Some(element) = self.all.get(self.next) else { return Ok(None) };
        let index = format!("[{}]", self.next);
        self.next += 1;
        seed.deserialize(element).map(Some).map_err(|error| error.within(&index))
    }
}

fn name(text: &str) -> StrDeserializer<'_, FieldError> {
    text.into_deserializer()
}

fn one_of(names: &[&str]) -> FieldError {
    let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    match names.as_slice() {
        [first @ .., last] if !first.is_empty() => {
            FieldError::custom(format_args!("must be {} or {last}", first.join(", ")))
        }
        names => FieldError::custom(format_args!("must be {}", names.join(""))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::decode;

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Fruit {
        name: Option<String>,
        is_ripe: Option<bool>,
        kind: Option<Kind>,
        seed: Option<Box<Fruit>>,
        parts: Option<Vec<Fruit>>,
    }

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Apple,
        Pear,
    }

    fn fruit(json: &str) -> Result<Fruit, FieldError> {
        deserialize(&decode(json).expect("decodes"))
    }

    #[test]
    fn undefined_null_and_missing_fields_deserialize_as_none() {
        let json = r#"{"name":{"\u0000undefined":true},"isRipe":null,"kind":"pear"}"#;
        let kind = Some(Kind::Pear);
        assert_eq!(
            fruit(json),
            Ok(Fruit { name: None, is_ripe: None, kind, seed: None, parts: None })
        );
    }

    #[test]
    fn an_invalid_value_is_reported_with_its_path_and_not_shown() {
        let object = "must be an object { name, isRipe, kind, seed, parts }";
        for (json, expected) in [
            (r#"{"name":5}"#, "name: must be a string"),
            (r#"{"name":"a\u0000b"}"#, "name: must be a string without NUL characters"),
            (r#"{"name":{"\u0000illFormed":true}}"#, "name: must be a string"),
            (r#"{"isRipe":"a\u0000"}"#, "isRipe: must be a boolean"),
            (r#"{"kind":"pear\u0000"}"#, r#"kind: must be "apple" or "pear""#),
            (r#"{"seed":{"isRipe":"yes"}}"#, "seed.isRipe: must be a boolean"),
            (r#"{"seed":{"seed":{"\u0000date":0}}}"#, &format!("seed.seed: {object}")),
            (r#"{"kind":"plum"}"#, r#"kind: must be "apple" or "pear""#),
            (r#"{"name":["a"]}"#, "name: must be a string"),
            (r#"{"parts":[{},{"name":5}]}"#, "parts[1].name: must be a string"),
            (
                r#"{"parts":[{"parts":[{"seed":{"name":5}}]}]}"#,
                "parts[0].parts[0].seed.name: must be a string",
            ),
            (r#"{"parts":[5]}"#, &format!("parts[0]: {object}")),
            (r#"{"parts":[null]}"#, &format!("parts[0]: {object}")),
            (r#"{"parts":[{"rind":5}]}"#, "parts[0].rind: unknown field"),
            (r#"{"kind":[]}"#, r#"kind: must be "apple" or "pear""#),
            ("5", &format!(": {object}")),
        ] {
            assert_eq!(fruit(json).expect_err(json).to_string(), expected);
        }
    }

    #[test]
    fn an_unknown_field_is_reported_with_its_path_even_if_it_is_undefined() {
        let error = fruit(r#"{"seed":{"rind":{"\u0000undefined":true}}}"#).expect_err("is unknown");
        let known = &["name", "isRipe", "kind", "seed", "parts"];
        let (object, field) = ("seed.".to_owned(), "rind".to_owned());
        assert_eq!(error, FieldError::Unknown { object, field, known });
    }

    #[test]
    fn an_unknown_field_that_looks_like_a_token_is_hidden() {
        let error = fruit(r#"{"sk_0123456789abcdef0123":1}"#).expect_err("is unknown");
        assert_eq!(error.to_string(), "***: unknown field");
    }
}
