//! Metadata: the JSON of an object that a caller gives.

use serde_json::{Number, Value};

use super::Metadata;
use crate::error::{ApiKeyError, Shown};
use crate::input::Input;

/// The maximum length of metadata as JSON, in bytes of UTF-8.
const MAX_METADATA_BYTES: usize = 16_384;

/// The maximum depth of metadata, below that of every JSON parser.
const MAX_METADATA_DEPTH: usize = 32;

pub(super) fn checked_metadata(field: &str, value: &Input) -> Result<Metadata, ApiKeyError> {
    if !matches!(value, Input::Object(_)) {
        return Err(ApiKeyError::invalid(format!(
            "{field} must be an object, '{}' found",
            value.kind()
        )));
    }
    let mut json = String::new();
    write_json(field, value, MAX_METADATA_DEPTH, &mut json)?;
    if json.len() > MAX_METADATA_BYTES {
        return Err(ApiKeyError::invalid(format!(
            "{field} takes {} bytes as JSON; the maximum is {MAX_METADATA_BYTES}",
            json.len()
        )));
    }
    Ok(Metadata(json))
}

/// Writes a value as JSON, in the order of its members. As in JavaScript, a member that is undefined is left out.
fn write_json(
    field: &str,
    value: &Input,
    depth: usize,
    json: &mut String,
) -> Result<(), ApiKeyError> {
    if depth == 0 {
        return Err(ApiKeyError::invalid(format!(
            "{field} must not be nested deeper than {MAX_METADATA_DEPTH} levels"
        )));
    }
    if let Some(scalar) = scalar(field, value)? {
        json.push_str(&scalar.to_string());
        return Ok(());
    }
    match value {
        Input::List(items) => {
            json.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    json.push(',');
                }
                write_json(field, item, depth - 1, json)?;
            }
            json.push(']');
            Ok(())
        }
        Input::Object(members) => {
            json.push('{');
            let defined = members.iter().filter(|(_, value)| *value != Input::Undefined);
            for (place, (name, value)) in defined.enumerate() {
                if place > 0 {
                    json.push(',');
                }
                // `module/wire` replaces NUL and lone surrogates of names.
                if name.contains('\u{fffd}') {
                    return Err(ApiKeyError::invalid(format!(
                        "{field} has a member whose name holds NUL, a lone surrogate or U+FFFD"
                    )));
                }
                json.push_str(&Value::from(name.as_str()).to_string());
                json.push(':');
                write_json(field, value, depth - 1, json)?;
            }
            json.push('}');
            Ok(())
        }
        other => Err(not_json(field, other)),
    }
}

/// The JSON of a scalar; `None` for a list or an object.
///
/// # Errors
/// `Invalid` for a value that JSON lacks, and for a string with NUL, which PostgreSQL's JSON lacks.
fn scalar(field: &str, value: &Input) -> Result<Option<Value>, ApiKeyError> {
    Ok(Some(match value {
        Input::Null => Value::Null,
        Input::Bool(value) => Value::from(*value),
        Input::Number(number) => number_json(*number).ok_or_else(|| not_json(field, value))?,
        Input::Text(text) if !text.contains('\0') => Value::from(text.as_str()),
        Input::Text(_) => {
            return Err(ApiKeyError::invalid(format!("{field} holds a NUL character")));
        }
        Input::List(_) | Input::Object(_) => return Ok(None),
        other => return Err(not_json(field, other)),
    }))
}

/// The JSON of a scalar that a member of metadata may equal; `None` for a list or an object.
///
/// # Errors
/// `Invalid` for a value that metadata cannot hold.
pub fn metadata_value(field: &str, value: &Input) -> Result<Option<String>, ApiKeyError> {
    Ok(scalar(field, value)?.map(|scalar| scalar.to_string()))
}

/// A number as JavaScript writes it: without a fraction if it is an integer.
fn number_json(number: f64) -> Option<Value> {
    const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;
    if number.fract() == 0.0 && number.abs() <= MAX_SAFE_INTEGER {
        #[expect(clippy::cast_possible_truncation, reason = "a safe integer")]
        return Some(Value::from(number as i64));
    }
    Number::from_f64(number).map(Value::Number)
}

fn not_json(field: &str, value: &Input) -> ApiKeyError {
    let found = match value {
        Input::IllFormedText => "string with a lone surrogate",
        Input::Number(_) => "number that is not finite",
        other => other.kind(),
    };
    ApiKeyError::invalid(format!("{field} must hold JSON values only, '{}' found", Shown(found)))
}

#[cfg(test)]
mod tests {
    use super::super::Attributes;
    use super::*;
    use crate::api_key::ApiKeyType;
    use crate::input::decode;

    fn new(json: &str, kind: ApiKeyType) -> Result<Attributes, ApiKeyError> {
        Attributes::parse_new(&decode(json).expect("decodes"), kind)
    }

    #[test]
    fn metadata_keeps_its_json() {
        for json in [
            "{}",
            r#"{"b":1,"a":{"list":[1.5,null,true,"\"x\"\n"]},"ü":-0.25}"#,
            r#"{"big":1e+300,"max":9007199254740991}"#,
        ] {
            let given = format!(r#"{{"metadata":{json}}}"#);
            let attributes = new(&given, ApiKeyType::Publishable).expect("valid");
            let stored = attributes.to_column().expect("has attributes");
            let expected: Value = serde_json::from_str(&given).expect("JSON");
            assert_eq!(serde_json::from_str::<Value>(&stored).expect("JSON"), expected);
        }
        let stored =
            new(r#"{"metadata":{"b":1,"a":{"\u0000undefined":true},"c":2}}"#, ApiKeyType::Secret);
        let stored = stored.expect("valid").to_column();
        assert_eq!(stored.as_deref(), Some(r#"{"metadata":{"b":1,"c":2}}"#));
    }

    #[test]
    fn rejects_what_is_not_json_or_too_large() {
        let deep = format!(r#"{{"a":{}1{}}}"#, "[".repeat(32), "]".repeat(32));
        let large = format!(r#"{{"a":"{}"}}"#, "x".repeat(MAX_METADATA_BYTES));
        for metadata in [
            "[]",
            "1",
            r#"{"a":{"\u0000date":1}}"#,
            r#"{"a":{"\u0000number":"NaN"}}"#,
            r#"{"a":{"\u0000illFormed":true}}"#,
            r#"{"a":[{"\u0000undefined":true}]}"#,
            r#"{"a":"\u0000"}"#,
            &deep,
            &large,
        ] {
            let given = format!(r#"{{"metadata":{metadata}}}"#);
            assert!(new(&given, ApiKeyType::Secret).is_err(), "{metadata:.40}");
        }
    }
}
