//! Filters: the parser reproduces generated filters, and SQLite's results match three-valued logic for each row.

use std::cmp::Ordering;

use crate::api_key::{ApiKey, ApiKeyId, ApiKeyType};
use crate::call_context::Timestamp;
use crate::event::EventSink;
use crate::input::Input;
use crate::query::{
    ColumnRef, Comparison, Field, FieldKind, Filter, Operand, Pattern, parse_filters,
};
use crate::store::{self, Database, DatabaseSettings, Query};
use crate::token::{Redacted, StoredToken};
use chrono::{TimeDelta, TimeZone, Utc};
use proptest::prelude::*;

const TEXTS: [Field; 4] = [Field::Id, Field::Title, Field::CreatedBy, Field::RevokedBy];
const TIMES: [Field; 4] = [Field::CreatedAt, Field::RevokedAt, Field::LastUsedAt, Field::DeletedAt];

/// Strings of few characters, so that strings and patterns match often. Some characters are special in patterns.
fn any_text() -> impl Strategy<Value = String> {
    "[aAbÜü1² %_\\\\.\n]{0,5}"
}

/// Times, some of which differ by less than a millisecond.
fn any_time() -> impl Strategy<Value = Timestamp> {
    (0..4_i64, prop_oneof![Just(0_i64), Just(1_000), Just(1_500), Just(999_999)]).prop_map(
        |(day, us)| {
            Utc.with_ymd_and_hms(2030, 1, 1, 0, 0, 0).unwrap()
                + TimeDelta::days(day)
                + TimeDelta::microseconds(us)
        },
    )
}

fn any_key() -> impl Strategy<Value = ApiKey> {
    let texts = (any_text(), any_text(), prop::option::of(any_text()));
    let times = (
        any_time(),
        prop::option::of(any_time()),
        prop::option::of(any_time()),
        prop::option::of(any_time()),
    );
    (texts, times).prop_map(|(texts, times)| ApiKey {
        id: ApiKeyId::new(String::new()),
        token: StoredToken::Public(String::new()),
        token_digest: None,
        redacted: Redacted::stored(String::new()),
        title: texts.0,
        kind: ApiKeyType::Publishable,
        created_by: texts.1,
        revoked_by: texts.2,
        created_at: times.0,
        updated_at: times.0,
        revoked_at: times.1,
        last_used_at: times.2,
        deleted_at: times.3,
        created_in: None,
        revoked_at_once: false,
    })
}

/// Keys with unique ids and tokens.
fn any_keys() -> impl Strategy<Value = Vec<ApiKey>> {
    prop::collection::vec(any_key(), 1..8).prop_map(|mut keys| {
        for (index, key) in keys.iter_mut().enumerate() {
            key.id = ApiKeyId::new(["a", "A", "b", "ü", "a1", "%", "_"][index].to_owned());
            key.token = StoredToken::Public(format!("pk_{index}"));
        }
        keys
    })
}

fn any_operand(field: Field) -> BoxedStrategy<Operand> {
    match field.kind() {
        FieldKind::Text => any_text().prop_map(Operand::Text).boxed(),
        FieldKind::Time => any_time().prop_map(Operand::Time).boxed(),
    }
}

fn any_comparison() -> impl Strategy<Value = Comparison> {
    prop_oneof![
        Just(Comparison::Equal),
        Just(Comparison::NotEqual),
        Just(Comparison::Greater),
        Just(Comparison::GreaterOrEqual),
        Just(Comparison::Less),
        Just(Comparison::LessOrEqual),
    ]
}

/// Patterns that a caller can write inside a column; no LIKE among them ends with half an escape.
fn any_pattern() -> impl Strategy<Value = Pattern> {
    let like = "([aAbÜü1²%_.]|\\\\[%_\\\\a]){0,5}";
    let regex = prop::sample::select(vec!["a", "^a", "a$", "^a$", ".", "^$", "Ü", "%"]);
    prop_oneof![
        (like, any::<bool>())
            .prop_map(|(pattern, ignore_case)| Pattern::Like { pattern, ignore_case }),
        (regex, any::<bool>()).prop_map(|(source, ignore_case)| Pattern::Regex {
            source: source.to_owned(),
            ignore_case
        }),
        any_text().prop_map(Pattern::Words),
    ]
}

fn any_condition() -> impl Strategy<Value = Filter> {
    let field = prop::sample::select([TEXTS, TIMES].concat());
    field.prop_flat_map(|field| {
        let operands = prop::collection::vec(any_operand(field), 0..4);
        let compared = (any_comparison(), any_operand(field))
            .prop_map(move |(comparison, operand)| Filter::Compare(field.into(), comparison, operand));
        let among = (operands, any::<bool>()).prop_map(move |(operands, with_null)| {
            let null = with_null.then_some(Filter::Unknown);
            Filter::or(std::iter::once(Filter::In { column: field.into(), operands }).chain(null))
        });
        let matched = (prop::sample::select(TEXTS.to_vec()), any_pattern())
            .prop_map(|(field, pattern)| Filter::Matches(field.into(), pattern));
        prop_oneof![4 => compared, 3 => among, 3 => matched, 1 => Just(Filter::IsNull(field.into())), 1 => Just(Filter::Unknown)]
    })
}

fn trees(leaf: impl Strategy<Value = Filter> + 'static) -> impl Strategy<Value = Filter> {
    leaf.prop_recursive(4, 24, 3, |inner| {
        let branches = prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            branches.clone().prop_map(Filter::And),
            branches.prop_map(Filter::Or),
            inner.prop_map(|filter| Filter::Not(Box::new(filter))),
        ]
    })
}

/// The filter as input from a caller.
fn written(filter: &Filter) -> Input {
    let object = |name: &str, value: Input| Input::Object(vec![(name.to_owned(), value)]);
    let of = |column: &ColumnRef, operator: &str, value: Input| {
        object(own(column).as_str(), object(operator, value))
    };
    let among = |column, operands: &[Operand], null: Option<Input>| {
        of(column, "$in", Input::List(operands.iter().map(value).chain(null).collect()))
    };
    match filter {
        Filter::All => Input::Object(vec![]),
        Filter::And(branches) => {
            object("$and", Input::List(branches.iter().map(written).collect()))
        }
        Filter::Or(branches) => match branches.as_slice() {
            [Filter::In { column, operands }, Filter::Unknown] => {
                among(column, operands, Some(Input::Null))
            }
            _ => object("$or", Input::List(branches.iter().map(written).collect())),
        },
        Filter::Not(inner) => object("$not", written(inner)),
        Filter::Compare(column, comparison, operand) => {
            let operator = match comparison {
                Comparison::Equal => "$eq",
                Comparison::NotEqual => "$ne",
                Comparison::Greater => "$gt",
                Comparison::GreaterOrEqual => "$gte",
                Comparison::Less => "$lt",
                Comparison::LessOrEqual => "$lte",
            };
            of(column, operator, value(operand))
        }
        Filter::In { column, operands } => among(column, operands, None),
        Filter::IsNull(column) => object(own(column).as_str(), Input::Null),
        Filter::Is(..) => panic!("a condition that these tests do not generate"),
        Filter::Unknown => of(&Field::Title.into(), "$gt", Input::Null),
        Filter::Matches(column, Pattern::Like { pattern, ignore_case }) => {
            of(column, if *ignore_case { "$ilike" } else { "$like" }, Input::Text(pattern.clone()))
        }
        Filter::Matches(column, Pattern::Regex { source, ignore_case: false }) => {
            of(column, "$re", Input::Text(source.clone()))
        }
        Filter::Matches(column, Pattern::Regex { source, ignore_case: true }) => object(
            own(column).as_str(),
            Input::RegExp { source: source.clone(), flags: "i".to_owned() },
        ),
        Filter::Matches(column, Pattern::Words(text)) => {
            of(column, "$fulltext", Input::Text(text.clone()))
        }
        Filter::Matches(_, Pattern::Contains(word)) => object("q", Input::Text(word.clone())),
    }
}

fn value(operand: &Operand) -> Input {
    match operand {
        Operand::Text(text) => Input::Text(text.clone()),
        Operand::Time(at) => Input::Text(at.to_rfc3339()),
        Operand::Number(_) | Operand::Bool(_) => panic!("a value that these tests do not generate"),
    }
}

fn own(column: &ColumnRef) -> Field {
    match column {
        ColumnRef::Key(field) => *field,
        ColumnRef::Linked { .. } => panic!("a column that these tests do not generate"),
    }
}

/// True, false, or SQL's NULL.
type Truth = Option<bool>;

fn truth(filter: &Filter, key: &ApiKey) -> Truth {
    match filter {
        Filter::All => Some(true),
        Filter::And(branches) => not(one_of(branches.iter().map(|branch| not(truth(branch, key))))),
        Filter::Or(branches) => one_of(branches.iter().map(|branch| truth(branch, key))),
        Filter::Not(inner) => not(truth(inner, key)),
        Filter::Compare(column, comparison, operand) => {
            let ordering = stored(key, own(column))?.cmp_with(operand);
            Some(match comparison {
                Comparison::Equal => ordering == Ordering::Equal,
                Comparison::NotEqual => ordering != Ordering::Equal,
                Comparison::Greater => ordering == Ordering::Greater,
                Comparison::GreaterOrEqual => ordering != Ordering::Less,
                Comparison::Less => ordering == Ordering::Less,
                Comparison::LessOrEqual => ordering != Ordering::Greater,
            })
        }
        Filter::In { column, operands } => {
            // An empty list matches nothing, not even NULL.
            if operands.is_empty() {
                return Some(false);
            }
            let stored = stored(key, own(column))?;
            Some(operands.iter().any(|operand| stored.cmp_with(operand) == Ordering::Equal))
        }
        Filter::IsNull(column) => Some(stored(key, own(column)).is_none()),
        Filter::Is(..) => panic!("a condition that these tests do not generate"),
        Filter::Unknown => None,
        Filter::Matches(column, pattern) => match stored(key, own(column))? {
            Stored::Text(text) => Some(matches(pattern, text)),
            Stored::Time(_) => None,
        },
    }
}

fn not(truth: Truth) -> Truth {
    truth.map(|known| !known)
}

fn one_of(truths: impl Iterator<Item = Truth>) -> Truth {
    #[expect(
        clippy::manual_try_fold,
        reason = "an unknown value must not end the fold: a later true decides"
    )]
    truths.fold(Some(false), |so_far, truth| match (so_far, truth) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (None, _) | (_, None) => None,
        _ => Some(false),
    })
}

enum Stored<'a> {
    Text(&'a str),
    Time(Timestamp),
}

impl Stored<'_> {
    fn cmp_with(&self, operand: &Operand) -> Ordering {
        match (self, operand) {
            (Self::Text(text), Operand::Text(other)) => text.as_bytes().cmp(other.as_bytes()),
            (Self::Time(at), Operand::Time(other)) => at.cmp(other),
            _ => panic!("a value of another kind than the column's"),
        }
    }
}

fn stored(key: &ApiKey, field: Field) -> Option<Stored<'_>> {
    match field {
        Field::Id => Some(Stored::Text(key.id.as_str())),
        Field::Title => Some(Stored::Text(&key.title)),
        Field::CreatedBy => Some(Stored::Text(&key.created_by)),
        Field::RevokedBy => key.revoked_by.as_deref().map(Stored::Text),
        Field::CreatedAt => Some(Stored::Time(key.created_at)),
        Field::RevokedAt => key.revoked_at.map(Stored::Time),
        Field::LastUsedAt => key.last_used_at.map(Stored::Time),
        Field::DeletedAt => key.deleted_at.map(Stored::Time),
        _ => panic!("a column that these tests do not generate"),
    }
}

fn matches(pattern: &Pattern, text: &str) -> bool {
    let folded = |text: &str, ignore_case: bool| {
        if ignore_case { text.to_lowercase() } else { text.to_owned() }
    };
    match pattern {
        Pattern::Like { pattern, ignore_case } => like(
            &folded(pattern, *ignore_case).chars().collect::<Vec<_>>(),
            &folded(text, *ignore_case).chars().collect::<Vec<_>>(),
        ),
        Pattern::Contains(part) => folded(text, true).contains(&folded(part, true)),
        Pattern::Regex { source, ignore_case } => {
            let (text, source) = (folded(text, *ignore_case), folded(source, *ignore_case));
            match source.as_str() {
                "." => !text.is_empty(),
                "^$" => text.is_empty(),
                "^a$" => text == "a",
                "^a" => text.starts_with('a'),
                "a$" => text.ends_with('a'),
                plain => text.contains(plain),
            }
        }
        Pattern::Words(asked) => {
            let words = |text: &str| -> Vec<String> {
                text.split(|c: char| !c.is_alphanumeric())
                    .filter(|word| !word.is_empty())
                    .map(str::to_lowercase)
                    .collect()
            };
            let (asked, there) = (words(asked), words(text));
            !asked.is_empty() && asked.iter().all(|word| there.contains(word))
        }
    }
}

fn like(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['%', rest @ ..] => (0..=text.len()).any(|skipped| like(rest, &text[skipped..])),
        ['_', rest @ ..] => !text.is_empty() && like(rest, &text[1..]),
        ['\\', literal, rest @ ..] | [literal, rest @ ..] => {
            text.first() == Some(literal) && like(rest, &text[1..])
        }
    }
}

proptest! {
    #[test]
    fn a_filter_written_as_input_is_parsed_to_the_same_filter(filter in trees(any_condition())) {
        prop_assert_eq!(parse_filters(&written(&filter)), Ok(filter));
    }
}

#[test]
fn sqlite_results_match_three_valued_logic() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let settings = DatabaseSettings::parse("sqlite::memory:").unwrap();
    let database = Database::new(settings, true, None, EventSink::default());
    let contains = (prop::sample::select(TEXTS.to_vec()), any_text())
        .prop_map(|(field, part)| Filter::Matches(field.into(), Pattern::Contains(part)));
    let leaf = prop_oneof![5 => any_condition(), 1 => contains];
    proptest!(ProptestConfig::with_cases(2_000), |(keys in any_keys(), filter in trees(leaf))| {
        let found = runtime.block_on(find(&database, &keys, &filter));
        let mut expected: Vec<_> = keys.iter().filter(|key| truth(&filter, key) == Some(true)).map(|key| key.id.as_str()).collect();
        expected.sort_unstable();
        prop_assert_eq!(found, expected);
    });
}

/// Stores only these keys and returns the ids of those that a filter matches.
async fn find(database: &Database, keys: &[ApiKey], filter: &Filter) -> Vec<String> {
    let on = database.connection().await.unwrap();
    let before = store::find(&on, &Query::every(Filter::All)).await.unwrap();
    let ids = before.iter().map(|key| key.id.as_str().to_owned()).collect();
    store::delete(&on, ids).await.unwrap();
    store::insert(&on, keys).await.unwrap();
    let found = store::find(&on, &Query::every(filter.clone())).await.unwrap();
    found.iter().map(|key| key.id.as_str().to_owned()).collect()
}
