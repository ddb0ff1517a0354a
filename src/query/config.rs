//! The config of a read: columns, page and order.

use super::order::parse_order;
use super::{Attribute, Field, Joins, OrderBy};
use crate::error::ApiKeyError;
use crate::input::{Input, refuse_other_pages, refuse_unknown};

/// The columns that a result contains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// All columns.
    All,
    /// The columns and attributes with these names, in the order of results; the id is always among them.
    Some(Vec<&'static str>),
}

/// The second argument of reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The columns to return.
    pub selection: Selection,
    /// The maximum number of keys.
    pub take: Option<u64>,
    /// The number of keys to skip.
    pub skip: Option<u64>,
    /// The sort order.
    pub order: Vec<OrderBy>,
    /// The joins to other modules' tables, to filter and sort by.
    pub joins: Joins,
    /// Whether soft-deleted keys are included.
    pub with_deleted: bool,
    /// The arguments of the free-text search in the config, not validated yet.
    pub search: Option<Input>,
}

/// How unknown members of a config are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// They are ignored, because Medusa sends some; likely misspellings of a page's members are rejected.
    Ignored,
    /// They are rejected.
    Refused,
}

const MEMBERS: [&str; 8] =
    ["select", "relations", "take", "skip", "order", "withDeleted", "filters", "__internal"];

impl Config {
    /// Parses and validates a config.
    ///
    /// # Errors
    /// `Invalid`, naming the member.
    pub fn parse(config: &Input, unknown: Unknown) -> Result<Self, ApiKeyError> {
        if !matches!(config, Input::Undefined | Input::Object(_)) {
            return Err(ApiKeyError::invalid(format!(
                "config must be an object, '{}' found",
                config.kind()
            )));
        }
        refuse_other_pages(config)?;
        if unknown == Unknown::Refused {
            refuse_unknown("config", config, &MEMBERS)?;
        }
        check_relations(config.member("relations"))?;
        let joins = Joins::parse(config.member("__internal").member("crossModuleJoins"))?;
        let filters = config.member("filters");
        Ok(Self {
            selection: Selection::parse(config.member("select"))?,
            take: page_number("take", config.member("take"), Huge::Unlimited)?,
            skip: page_number("skip", config.member("skip"), Huge::Rejected)?,
            order: parse_order(config.member("order"), &joins)?,
            joins,
            with_deleted: match filters.own("softDeletable") {
                Some(filter) => includes_deleted(filter),
                None => config.member("withDeleted").is_truthy(),
            },
            search: filters.own("freeTextSearch_ApiKey").cloned(),
        })
    }
}

// Stock 2.21.2: `softDeletable` is the name of the soft-delete filter. `false` switches it off, and its argument
// `withDeleted` includes deleted keys. If present, it takes precedence over the config's `withDeleted`.
fn includes_deleted(filter: &Input) -> bool {
    match filter {
        Input::Bool(on) => !on,
        arguments => arguments.member("withDeleted").is_truthy(),
    }
}

// Stock 2.21.2: keys have no relations, so a list of names has no effect, and neither has a string, which counts as a
// list of its characters.
fn check_relations(relations: &Input) -> Result<(), ApiKeyError> {
    let is_name = |name: &Input| matches!(name, Input::Text(_) | Input::IllFormedText);
    match relations {
        Input::List(names) if names.iter().all(is_name) => Ok(()),
        Input::Text(_) | Input::IllFormedText => Ok(()),
        absent if absent.is_absent() => Ok(()),
        other => Err(ApiKeyError::invalid(format!(
            "relations must be an array of names, '{}' found",
            other.kind()
        ))),
    }
}

/// The meaning of a number above JavaScript's safe integers, including infinity.
#[derive(PartialEq, Eq)]
enum Huge {
    Unlimited,
    Rejected,
}

// Rejects an invalid page: stock ignores it and returns the whole table.
fn page_number(name: &str, value: &Input, huge: Huge) -> Result<Option<u64>, ApiKeyError> {
    const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;
    let number = match *value {
        // `condition && 5` may evaluate to false.
        Input::Undefined | Input::Null | Input::Bool(false) => return Ok(None),
        Input::Number(number) => number,
        ref other => {
            return Err(ApiKeyError::invalid(format!(
                "{name} must be a whole number, '{}' found",
                other.kind()
            )));
        }
    };
    if number < 0.0 {
        return Err(ApiKeyError::invalid(format!("{name} must not be negative")));
    }
    if number > MAX_SAFE_INTEGER && huge == Huge::Unlimited {
        return Ok(None);
    }
    if number.is_nan() || number.fract() != 0.0 || number > MAX_SAFE_INTEGER {
        return Err(ApiKeyError::invalid(format!("{name} must be a whole number")));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a safe integer that is not negative"
    )]
    Ok(Some(number as u64))
}

impl Selection {
    /// Parses `config.select`.
    ///
    /// # Errors
    /// `Invalid` unless it is a list of names.
    pub fn parse(select: &Input) -> Result<Self, ApiKeyError> {
        let names = match select {
            // Stock 2.21.2: a falsy value, as from `condition && [...]`, selects all columns.
            none if !none.is_truthy() => return Ok(Self::All),
            Input::List(names) => names,
            other => {
                return Err(ApiKeyError::invalid(format!(
                    "select must be an array of column names, '{}' found",
                    other.kind()
                )));
            }
        };
        let mut wanted = vec![Field::Id.as_str()];
        for name in names {
            match name {
                Input::Text(name) if name == "*" => return Ok(Self::All),
                Input::Text(name) => wanted.push(name),
                Input::IllFormedText => {}
                other => {
                    return Err(ApiKeyError::invalid(format!(
                        "select must hold column names, '{}' found",
                        other.kind()
                    )));
                }
            }
        }
        let columns =
            Field::ALL.iter().filter(|field| field.is_shown()).map(|field| field.as_str());
        let attributes = Attribute::ALL.into_iter().map(Attribute::as_str);
        let names = columns.chain(attributes);
        Ok(Self::Some(names.filter(|name| wanted.contains(name)).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::decode;

    fn config(json: &str) -> Result<Config, ApiKeyError> {
        Config::parse(&decode(json).expect("decodes"), Unknown::Ignored)
    }

    #[test]
    fn accepts_only_non_negative_integers_for_a_page_a11() {
        let page = |json: &str| config(json).map(|config| (config.take, config.skip));
        assert_eq!(page(r#"{"take":2,"skip":0}"#), Ok((Some(2), Some(0))));
        assert_eq!(page(r#"{"take":false,"skip":null}"#), Ok((None, None)));
        assert_eq!(page(r#"{"take":1e300}"#), Ok((None, None)));
        assert_eq!(page(r#"{"take":{"\u0000number":"Infinity"}}"#), Ok((None, None)));
        for wrong in ["-1", "1.5", r#""2""#, "true", "[2]", r#"{"\u0000number":"NaN"}"#] {
            for name in ["take", "skip"] {
                assert!(page(&format!(r#"{{"{name}":{wrong}}}"#)).is_err(), "{name} {wrong}");
            }
        }
        assert!(page(r#"{"skip":1e300}"#).is_err());
    }

    #[test]
    fn rejects_unknown_members_only_if_requested() {
        let parse = |json: &str, unknown| Config::parse(&decode(json).expect("decodes"), unknown);
        for known in [r#"{"select":["id"],"withDeleted":true,"relations":[]}"#, "{}"] {
            assert!(parse(known, Unknown::Refused).is_ok(), "{known}");
        }
        assert!(parse(r#"{"options":true}"#, Unknown::Ignored).is_ok());
        for unknown in [r#"{"options":true}"#, r#"{"withdeleted":true}"#] {
            assert!(parse(unknown, Unknown::Refused).is_err(), "{unknown}");
        }
        assert!(parse(r#"{"limit":true}"#, Unknown::Ignored).is_err());
    }

    #[test]
    fn a_selection_always_contains_the_id_and_never_the_salt() {
        let select = |json: &str| config(json).map(|config| config.selection);
        assert_eq!(
            select(r#"{"select":["scopes","title","salt","nope"]}"#),
            Ok(Selection::Some(vec!["id", "title", "scopes"]))
        );
        assert_eq!(select(r#"{"select":[]}"#), Ok(Selection::Some(vec!["id"])));
        assert_eq!(select(r#"{"select":["*"]}"#), Ok(Selection::All));
        assert!(select(r#"{"select":"title"}"#).is_err());
    }

    #[test]
    fn parses_or_rejects_joins_and_never_ignores_them() {
        let joins = |json: &str| {
            config(&format!(r#"{{"__internal":{{"crossModuleJoins":{json}}}}}"#))
                .map(|config| !config.joins.is_empty())
        };
        let link = r#"{"table":"l","sourceKey":"a","targetKey":"b"}"#;
        assert_eq!(joins(&format!(r#"[{{"link":{link},"target":{{"table":"t"}}}}]"#)), Ok(true));
        assert_eq!(joins("[]"), Ok(false));
        assert!(joins("[{}]").is_err() && joins("{}").is_err());
    }
}
