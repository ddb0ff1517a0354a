//! The outcome of a call as JSON: a value or a failure.
//!
//! Failures are values because an addon's own errors fail `instanceof Error` in another realm. V8 limits the length of a
//! string to about 512 MB, so a large list of keys crosses in several strings.

use napi::bindgen_prelude::{Either, spawn_blocking};
use serde::Serialize;

use crate::api_key::PublicApiKey;
use crate::error::ApiKeyError;
use crate::service::Diagnosis;

/// The bytes of text in the keys of one string. JSON takes at most six times as much.
const MAX_TEXT_BYTES: usize = 64 << 20;

/// Freeing more keys than this takes as long as a short call.
const MANY: usize = 1_000;

/// JSON, or the JSON of a value without its keys, followed by lists of its keys.
pub(super) type Text = Either<String, Vec<String>>;

/// The result of a use case.
pub(super) trait Output: Serialize {
    /// The keys in the result, if it can hold many.
    fn keys(&mut self) -> Option<&mut Vec<PublicApiKey>> {
        None
    }
}

impl Output for () {}
impl Output for Vec<String> {}
impl Output for Diagnosis {}

/// `{"value":…}` or `{"failure":{…}}`.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome<'a, T> {
    Value(&'a T),
    Failure(Failure),
}

/// Why a call failed. `sqlstate` is PostgreSQL's code, if it sent one; `outcome` is `unknown` for a write that may have
/// taken effect.
#[derive(Serialize)]
pub(super) struct Failure {
    r#type: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sqlstate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
}

impl From<&ApiKeyError> for Failure {
    fn from(error: &ApiKeyError) -> Self {
        Self {
            r#type: error.kind(),
            message: error.to_string(),
            sqlstate: error.sqlstate().map(str::to_owned),
            outcome: error.leaves_outcome_unknown().then_some("unknown"),
        }
    }
}

pub(super) fn outcome<T: Output>(result: Result<T, ApiKeyError>) -> Text {
    let mut value = match result {
        Ok(value) => value,
        Err(error) => return Either::A(json(&Outcome::<T>::Failure((&error).into()))),
    };
    let mut lists = match value.keys() {
        Some(keys) if keys.iter().map(PublicApiKey::text_bytes).sum::<usize>() > MAX_TEXT_BYTES => {
            let keys = std::mem::take(keys);
            let lists = lists_of(&keys, MAX_TEXT_BYTES);
            free(keys);
            lists
        }
        Some(_) | None => {
            let text = json(&Outcome::Value(&value));
            if let Some(keys) = value.keys() {
                free(std::mem::take(keys));
            }
            return Either::A(text);
        }
    };
    lists.insert(0, json(&Outcome::Value(&value)));
    Either::B(lists)
}

/// Frees keys; many of them on another thread, so that their result does not wait for it.
fn free(keys: Vec<PublicApiKey>) {
    if keys.len() > MANY {
        spawn_blocking(move || drop(keys));
    }
}

/// The keys as JSON lists of at most `max_bytes` of text each, or one key.
fn lists_of(keys: &[PublicApiKey], max_bytes: usize) -> Vec<String> {
    let mut bytes = 0;
    let mut lists: Vec<Vec<&PublicApiKey>> = Vec::new();
    for key in keys {
        bytes += key.text_bytes();
        match lists.last_mut() {
            Some(list) if bytes <= max_bytes => list.push(key),
            Some(_) | None => {
                bytes = key.text_bytes();
                lists.push(vec![key]);
            }
        }
    }
    lists.iter().map(json).collect()
}

/// Serializes to JSON. Cannot fail, because all values have string keys and finite numbers; JavaScript would report an
/// empty string as a defect.
pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api_key::ApiKey;
    use crate::call_context::from_epoch_ms;

    #[test]
    fn lists_hold_every_key_in_order_within_the_limit() {
        let then = from_epoch_ms(0.0).expect("in range");
        let key = |number: usize| ApiKey::example(format!("apk_{number}"), "x".repeat(100), then);
        let keys: Vec<PublicApiKey> = (0..10).map(|number| key(number).into()).collect();
        let each = keys[0].text_bytes();
        for (limit, lengths) in
            [(each * 4, vec![4, 4, 2]), (each - 1, vec![1; 10]), (each * 10, vec![10])]
        {
            let lists: Vec<Vec<serde_json::Value>> = lists_of(&keys, limit)
                .iter()
                .map(|list| serde_json::from_str(list).expect("JSON"))
                .collect();
            assert_eq!(lists.iter().map(Vec::len).collect::<Vec<_>>(), lengths);
            let ids: Vec<_> = lists.iter().flatten().map(|key| key[0].as_str()).collect();
            let expected: Vec<_> = keys.iter().map(|key| Some(key.id.as_str())).collect();
            assert_eq!(ids, expected);
        }
    }
}
