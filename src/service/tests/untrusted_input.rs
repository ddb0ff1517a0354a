//! Untrusted input: every parser accepts or rejects any input, and none panics.

use crate::api_key::{KeyChange, NewApiKey, Revocation, Roll, UpsertApiKey};
use crate::call_context::{Timestamp, from_epoch_ms};
use crate::error::ApiKeyError;
use crate::event::EventSink;
use crate::input::{Input, decode};
use crate::query::{
    Config, Unknown, parse_filters, parse_ids, parse_many_targets, parse_named_search, parse_target,
};
use crate::service::{ApiKeyService, ServiceOptions};
use proptest::prelude::*;

/// Names that parsers know, and an unknown one.
const NAMES: [&str; 30] = [
    "id",
    "title",
    "type",
    "created_by",
    "revoked_by",
    "revoke_in",
    "expires_in",
    "created_at",
    "revoked_at",
    "token",
    "salt",
    "q",
    "$and",
    "$or",
    "$not",
    "$in",
    "$nin",
    "$eq",
    "$gt",
    "$like",
    "$re",
    "$exists",
    "$fulltext",
    "order",
    "select",
    "take",
    "skip",
    "filters",
    "databaseUrl",
    "nope",
];

const VALUES: [&str; 9] =
    ["secret", "publishable", "2030-01-01", "asc", "*", "sqlite::memory:", "%\\", "(", ""];

fn any_input() -> impl Strategy<Value = Input> {
    let leaf = prop_oneof![
        Just(Input::Undefined),
        Just(Input::Null),
        any::<bool>().prop_map(Input::Bool),
        any::<f64>().prop_map(Input::Number),
        any::<f64>().prop_map(|ms| Input::Date(from_epoch_ms(ms))),
        prop::sample::select(VALUES.to_vec()).prop_map(|text| Input::Text(text.to_owned())),
        ".{0,6}".prop_map(Input::Text),
        Just(Input::IllFormedText),
        Just(Input::RegExp { source: "[".to_owned(), flags: "i".to_owned() }),
        Just(Input::Other("function".to_owned())),
    ];
    leaf.prop_recursive(5, 48, 5, |inner| {
        let name = prop_oneof![
            9 => prop::sample::select(NAMES.to_vec()).prop_map(str::to_owned),
            1 => ".{0,4}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Input::List),
            prop::collection::vec((name, inner), 0..6).prop_map(Input::Object),
        ]
    })
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    (0..=253_402_300_799_999_i64).prop_filter_map("a time", Timestamp::from_timestamp_millis)
}

/// The errors of the parsers that reject the input.
fn rejections(input: &Input, now: Timestamp) -> Vec<ApiKeyError> {
    let errors = [
        parse_filters(input).err(),
        parse_named_search(Some(input)).err(),
        parse_target(input).err(),
        parse_many_targets(input).err(),
        parse_ids(input).err(),
        Config::parse(input, Unknown::Refused).err(),
        NewApiKey::parse(input, now).err(),
        UpsertApiKey::parse(input, now).err(),
        KeyChange::parse(input).err(),
        Revocation::parse(input, now).err(),
        Revocation::parse_for_one(input, now).err(),
        Roll::parse(input, now).err(),
    ];
    errors.into_iter().flatten().collect()
}

proptest! {
    #[test]
    fn no_parser_panics_and_every_rejection_is_invalid_data(input in any_input(), now in any_time()) {
        for error in rejections(&input, now) {
            prop_assert_eq!(error.kind(), "invalid_data");
        }
    }

    #[test]
    fn invalid_options_are_rejected_as_invalid_arguments(input in any_input()) {
        let service = ServiceOptions::parse(&input)
            .and_then(|options| ApiKeyService::new(&options, EventSink::default()));
        if let Err(error) = service {
            prop_assert_eq!(error.kind(), "invalid_argument");
        }
    }

    #[test]
    fn decoding_accepts_or_rejects_any_string(text in ".*", json in "[\\[\\]{}:,\"0-9a-z\\\\-]{0,40}") {
        for text in [text, json] {
            if let Err(error) = decode(&text) {
                prop_assert!(["invalid_data", "unexpected_state"].contains(&error.kind()));
            }
        }
    }
}
