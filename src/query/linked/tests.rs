//! Tests of conditions on another module's columns.

use super::Table;
use crate::error::ApiKeyError;
use crate::input::decode;
use crate::query::parse::parse_linked_filters;
use crate::query::{Comparison, Filter, Operand};

fn filter(json: &str) -> Result<Filter, ApiKeyError> {
    let table = decode(r#"{"table":"sales_channel"}"#).expect("decodes");
    parse_linked_filters(&Table::parse("target", &table)?, &decode(json).expect("decodes"))
}

#[test]
fn drops_branches_without_a_condition() {
    let named = filter(r#"{"name":"Web"}"#);
    assert_eq!(filter(r#"{"$or":[{},{"name":"Web"}]}"#), named);
    assert_eq!(filter(r#"{"$and":[{"$or":[]},{"name":{"$eq":"Web"}}]}"#), named);
    assert_eq!(filter(r#"{"name":{"\u0000undefined":true}}"#), Ok(Filter::All));
    assert_eq!(filter(r#"{"name":{"$nin":[]}}"#), Ok(Filter::All));
    let none = |filter| matches!(filter, Ok(Filter::In { operands, .. }) if operands.is_empty());
    assert!(none(filter(r#"{"name":[]}"#)) && none(filter(r#"{"name":{"$in":null}}"#)));
}

#[test]
fn rejects_unsupported_conditions_and_never_drops_them() {
    for json in [
        "[]",
        "null",
        r#"{"$not":{"name":"Web"}}"#,
        r#"{"$or":{"name":"Web"}}"#,
        r#"{"$and":[null]}"#,
        r#"{"name":{}}"#,
        r#"{"name":{"first":"Web"}}"#,
        r#"{"name":{"$re":"W"}}"#,
        r#"{"name":{"$gt":1,"$foo":2}}"#,
        r#"{"name":{"$in":"Web"}}"#,
        r#"{"name":{"$eq":["Web"]}}"#,
        r#"{"name":{"$is":"not null"}}"#,
        r#"{"name":{"$like":5}}"#,
        r#"{"name":{"$eq":{"\u0000undefined":true}}}"#,
        r#"{"name":["Web",5]}"#,
        r#"{"name":[["Web"]]}"#,
        r#"{"name":"a\u0000b"}"#,
        r#"{"name":{"\u0000number":"NaN"}}"#,
        r#"{"name\" is null or \"name":"Web"}"#,
    ] {
        assert!(matches!(filter(json), Err(ApiKeyError::Invalid(_))), "{json}");
    }
}

#[test]
fn values_keep_the_type_that_the_caller_passed() {
    let operand = |json: &str| match filter(&format!(r#"{{"column":{json}}}"#)) {
        Ok(Filter::Compare(_, Comparison::Equal, operand)) => operand,
        other => panic!("{other:?}"),
    };
    assert_eq!(operand(r#""5""#), Operand::Text("5".to_owned()));
    assert_eq!(operand("5"), Operand::Number("5".to_owned()));
    assert_eq!(operand("-0.25"), Operand::Number("-0.25".to_owned()));
    assert_eq!(operand("true"), Operand::Bool(true));
    let date = Operand::Text("1970-01-01T00:00:00+00:00".to_owned());
    assert_eq!(operand(r#"{"\u0000date":0}"#), date);
}
