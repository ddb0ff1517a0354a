//! Decodes JSON to [`Input`].

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::Input;
use crate::call_context::from_epoch_ms;
use crate::error::ApiKeyError;

/// Decodes JSON that `module/wire` encoded.
///
/// # Errors
/// `Unexpected` for JSON that `module/wire` cannot have encoded.
pub fn decode(text: &str) -> Result<Input, ApiKeyError> {
    serde_json::from_str(text)
        .map_err(|_| ApiKeyError::Unexpected("An argument could not be decoded."))
}

impl<'de> Deserialize<'de> for Input {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(InputVisitor)
    }
}

struct InputVisitor;

impl<'de> Visitor<'de> for InputVisitor {
    type Value = Input;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that module/wire encoded")
    }

    fn visit_unit<E>(self) -> Result<Input, E> {
        Ok(Input::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Input, E> {
        Ok(Input::Bool(value))
    }

    #[expect(clippy::cast_precision_loss, reason = "JavaScript's numbers are doubles")]
    fn visit_i64<E>(self, value: i64) -> Result<Input, E> {
        Ok(Input::Number(value as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "JavaScript's numbers are doubles")]
    fn visit_u64<E>(self, value: u64) -> Result<Input, E> {
        Ok(Input::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Input, E> {
        Ok(Input::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Input, E> {
        Ok(Input::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Input, E> {
        Ok(Input::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Input, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Input::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Input, A::Error> {
        let mut members = Vec::new();
        while let Some((key, value)) = map.next_entry::<String, Input>()? {
            if let Some(tag) = key.strip_prefix('\0') {
                return tagged(tag, value).ok_or_else(|| A::Error::custom("unknown tag"));
            }
            members.push((key, value));
        }
        Ok(Input::Object(members))
    }
}

fn tagged(tag: &str, value: Input) -> Option<Input> {
    Some(match (tag, value) {
        ("undefined", _) => Input::Undefined,
        ("illFormed", _) => Input::IllFormedText,
        ("date", Input::Number(ms)) => Input::Date(from_epoch_ms(ms)),
        ("date", Input::Null) => Input::Date(None),
        ("number", Input::Text(text)) => Input::Number(match text.as_str() {
            "Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            _ => f64::NAN,
        }),
        ("regexp", Input::List(parts)) => {
            let [Input::Text(source), Input::Text(flags)] = parts.as_slice() else {
                return None;
            };
            Input::RegExp { source: source.clone(), flags: flags.clone() }
        }
        ("other", Input::Text(kind)) => Input::Other(kind),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_values_that_json_lacks() {
        let text = r#"{"a":{"\u0000undefined":true},"b":{"\u0000date":0},"c":{"\u0000regexp":["x","i"]},"d":[{"\u0000number":"NaN"}]}"#;
        let input = decode(text).expect("decodes");
        assert_eq!(input.member("a"), &Input::Undefined);
        assert_eq!(input.member("b"), &Input::Date(from_epoch_ms(0.0)));
        assert_eq!(input.member("c"), &Input::RegExp { source: "x".into(), flags: "i".into() });
        assert!(
            matches!(input.member("d"), Input::List(items) if matches!(items[..], [Input::Number(n)] if n.is_nan()))
        );
    }

    #[test]
    fn members_keep_their_order() {
        let Input::Object(members) = decode(r#"{"title":1,"id":2,"a":3}"#).expect("decodes") else {
            panic!("an object");
        };
        let keys: Vec<_> = members.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["title", "id", "a"]);
    }
}
