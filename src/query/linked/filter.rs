//! Conditions on the columns of another module's table.

use super::invalid;
use super::name::{Name, Table};
use crate::error::{ApiKeyError, Shown};
use crate::input::Input;
use crate::query::Comparison;
use crate::query::filter::{MOST_PATTERN_BYTES, joined};

/// Which rows of a linked table are meant. Of its columns only the names are known, so that values keep the kind that the caller gave them.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkedFilter {
    /// No condition.
    All,
    /// Every branch.
    And(Vec<LinkedFilter>),
    /// Any branch.
    Or(Vec<LinkedFilter>),
    /// A column beside a value.
    Compare(Name, Comparison, Contents, String),
    /// A column among values, or among none of them. A value may be missing, which is equal to none.
    In {
        /// The column.
        column: Name,
        /// What the values are.
        contents: Contents,
        /// The values.
        values: Vec<Option<String>>,
        /// Whether those rows are meant that are not among them.
        negated: bool,
    },
    /// A text column and a pattern of SQL's LIKE.
    Like {
        /// The column.
        column: Name,
        /// The pattern.
        pattern: String,
        /// Whether upper and lower case are one.
        ignore_case: bool,
    },
    /// Whether a column has no value.
    IsNull(Name, bool),
    /// A column that is true, or false.
    Is(Name, bool),
    /// No row.
    Nothing,
    /// SQL's NULL: neither true nor false.
    Unknown,
}

/// What a value was before it became text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// Text or a date, which mean what the column makes of them.
    Text,
    /// A number.
    Number,
    /// A boolean.
    Bool,
}

impl LinkedFilter {
    /// Judges the filter of a join. Undefined members say nothing.
    ///
    /// # Errors
    /// `Invalid`, naming the member; nothing is passed over.
    pub(super) fn parse(table: &Table, filters: &Input) -> Result<Self, ApiKeyError> {
        let Input::Object(members) = filters else {
            return Err(invalid(format!(
                "filters must be objects of conditions, '{}' found",
                filters.kind()
            )));
        };
        let branches: Result<Vec<_>, _> =
            members.iter().map(|(name, value)| parse_member(table, name, value)).collect();
        Ok(joined(branches?, &Self::All, Self::And))
    }

    /// How many conditions there are.
    pub(super) fn conditions(&self) -> usize {
        match self {
            Self::And(branches) | Self::Or(branches) => branches.iter().map(Self::conditions).sum(),
            _ => 1,
        }
    }
}

fn parse_member(table: &Table, name: &str, value: &Input) -> Result<LinkedFilter, ApiKeyError> {
    match (name, value) {
        ("$and" | "$or", Input::List(branches)) => {
            let branches: Result<Vec<_>, _> =
                branches.iter().map(|branch| LinkedFilter::parse(table, branch)).collect();
            let join = if name == "$and" { LinkedFilter::And } else { LinkedFilter::Or };
            Ok(joined(branches?, &LinkedFilter::All, join))
        }
        _ => parse_condition(&table.column("a filter", &Input::Text(name.to_owned()))?, value),
    }
}

/// The condition on a column that is known.
pub(super) fn parse_condition(column: &Name, value: &Input) -> Result<LinkedFilter, ApiKeyError> {
    match value {
        Input::Undefined => Ok(LinkedFilter::All),
        Input::List(_) => parse_operator(column, "$in", value),
        Input::Object(operators) if operators.is_empty() => {
            Err(invalid(format!("the condition on {column} is empty")))
        }
        Input::Object(operators) => {
            let conditions: Result<Vec<_>, _> = operators
                .iter()
                .map(|(operator, operand)| parse_operator(column, operator, operand))
                .collect();
            Ok(joined(conditions?, &LinkedFilter::All, LinkedFilter::And))
        }
        plain => parse_operator(column, "$eq", plain),
    }
}

fn parse_operator(
    column: &Name,
    operator: &str,
    operand: &Input,
) -> Result<LinkedFilter, ApiKeyError> {
    let compare = |comparison| match operand {
        Input::Null => Ok(LinkedFilter::Unknown),
        _ => {
            let (contents, value) = parse_value(column, operand)?;
            Ok(LinkedFilter::Compare(column.clone(), comparison, contents, value))
        }
    };
    match (operator, operand) {
        ("$eq" | "$is", Input::Null) => Ok(LinkedFilter::IsNull(column.clone(), true)),
        ("$ne", Input::Null) => Ok(LinkedFilter::IsNull(column.clone(), false)),
        ("$eq", _) => compare(Comparison::Equal),
        ("$ne", _) => compare(Comparison::NotEqual),
        ("$gt", _) => compare(Comparison::Greater),
        ("$gte", _) => compare(Comparison::GreaterOrEqual),
        ("$lt", _) => compare(Comparison::Less),
        ("$lte", _) => compare(Comparison::LessOrEqual),
        ("$is", Input::Bool(value)) => Ok(LinkedFilter::Is(column.clone(), *value)),
        ("$in" | "$nin", absent) if absent.is_absent() => among(column, &[], operator == "$nin"),
        ("$in" | "$nin", Input::List(values)) => among(column, values, operator == "$nin"),
        ("$like" | "$ilike", Input::Null) => Ok(LinkedFilter::Unknown),
        ("$like" | "$ilike", Input::Text(pattern)) if pattern.len() > MOST_PATTERN_BYTES => {
            Err(invalid(format!(
                "the pattern for {column} is {} bytes long; the most is {MOST_PATTERN_BYTES}",
                pattern.len()
            )))
        }
        ("$like" | "$ilike", Input::Text(_)) => Ok(LinkedFilter::Like {
            column: column.clone(),
            pattern: parse_value(column, operand)?.1,
            ignore_case: operator == "$ilike",
        }),
        ("$in" | "$nin" | "$like" | "$ilike" | "$is", other) => Err(invalid(format!(
            "{operator} of {column} cannot take a value of type '{}'",
            other.kind()
        ))),
        _ => Err(invalid(format!("Invalid operator: {}", Shown(operator)))),
    }
}

fn among(column: &Name, items: &[Input], negated: bool) -> Result<LinkedFilter, ApiKeyError> {
    let mut kinds = Vec::new();
    let mut values = Vec::with_capacity(items.len());
    for item in items {
        values.push(if item.is_absent() {
            None
        } else {
            let (contents, value) = parse_value(column, item)?;
            kinds.push(contents);
            Some(value)
        });
    }
    kinds.dedup();
    match (kinds.as_slice(), values.is_empty(), negated) {
        (_, true, false) => Ok(LinkedFilter::Nothing),
        (_, true, true) => Ok(LinkedFilter::All),
        ([], false, _) => Ok(LinkedFilter::Unknown),
        (&[contents], ..) => {
            Ok(LinkedFilter::In { column: column.clone(), contents, values, negated })
        }
        _ => Err(invalid(format!("the values for {column} are of several types"))),
    }
}

fn parse_value(column: &Name, value: &Input) -> Result<(Contents, String), ApiKeyError> {
    match value {
        Input::Text(text) if !text.contains('\0') => Ok((Contents::Text, text.clone())),
        Input::Date(Some(at)) => Ok((Contents::Text, at.to_rfc3339())),
        Input::Number(number) if number.is_finite() => Ok((Contents::Number, number.to_string())),
        Input::Bool(value) => Ok((Contents::Bool, value.to_string())),
        Input::Text(_) => Err(invalid(format!("the value for {column} holds a NUL character"))),
        other => Err(invalid(format!(
            "a value for {column} must be text, a finite number, a boolean or a valid Date, '{}' found",
            other.kind()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::decode;

    fn filter(json: &str) -> Result<LinkedFilter, ApiKeyError> {
        let table = decode(r#"{"table":"sales_channel"}"#).expect("decodes");
        LinkedFilter::parse(&Table::parse("target", &table)?, &decode(json).expect("decodes"))
    }

    #[test]
    fn branches_that_say_nothing_are_left_out() {
        let named = filter(r#"{"name":"Web"}"#);
        assert_eq!(filter(r#"{"$or":[{},{"name":"Web"}]}"#), named);
        assert_eq!(filter(r#"{"$and":[{"$or":[]},{"name":{"$eq":"Web"}}]}"#), named);
        assert_eq!(filter(r#"{"name":{"\u0000undefined":true}}"#), Ok(LinkedFilter::All));
        assert_eq!(filter(r#"{"name":{"$nin":[]}}"#), Ok(LinkedFilter::All));
        assert_eq!(filter(r#"{"name":[]}"#), Ok(LinkedFilter::Nothing));
    }

    #[test]
    fn what_cannot_be_asked_is_refused_and_never_dropped() {
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
    fn values_keep_the_kind_that_the_caller_gave_them() {
        let contents = |json: &str| match filter(&format!(r#"{{"column":{json}}}"#)) {
            Ok(LinkedFilter::Compare(_, Comparison::Equal, contents, text)) => (contents, text),
            other => panic!("{other:?}"),
        };
        assert_eq!(contents(r#""5""#), (Contents::Text, "5".to_owned()));
        assert_eq!(contents("5"), (Contents::Number, "5".to_owned()));
        assert_eq!(contents("-0.25"), (Contents::Number, "-0.25".to_owned()));
        assert_eq!(contents("true"), (Contents::Bool, "true".to_owned()));
        assert_eq!(
            contents(r#"{"\u0000date":0}"#),
            (Contents::Text, "1970-01-01T00:00:00+00:00".to_owned())
        );
    }
}
