//! Filters: the parser reproduces generated filters. `__test__/filters/properties.test.ts` evaluates them on both databases.

use crate::call_context::Timestamp;
use crate::input::Input;
use crate::query::{
    ColumnRef, Comparison, Field, FieldKind, Filter, Operand, Pattern, parse_filters,
};
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
        Filter::Is(..) | Filter::Attribute(_) => {
            panic!("a condition that these tests do not generate")
        }
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

proptest! {
    #[test]
    fn a_filter_written_as_input_is_parsed_to_the_same_filter(filter in trees(any_condition())) {
        prop_assert_eq!(parse_filters(&written(&filter)), Ok(filter));
    }
}
