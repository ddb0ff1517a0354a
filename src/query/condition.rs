//! Conditions on one column: plain values, lists and operator maps.

use super::linked::invalid;
use super::operand::{parse_operand, parse_pattern, refuse_mixed, wrong_type};
use super::operator::Operator;
use super::{ColumnRef, Comparison, Field, FieldKind, Filter, Pattern};
use crate::api_key::ApiKeyType;
use crate::columns::Access;
use crate::error::{ApiKeyError, Shown};
use crate::input::Input;

/// Parses a caller's condition on a column.
pub(super) fn parse_condition(column: &ColumnRef, value: &Input) -> Result<Filter, ApiKeyError> {
    match (column, value) {
        (_, Input::Undefined) => Ok(Filter::All),
        // SECURITY: a filter on hashes or salts would be an oracle for them.
        (ColumnRef::Key(field), _) if field.access() == Access::Hidden => {
            Err(ApiKeyError::invalid(format!("{column} cannot be filtered by")))
        }
        (ColumnRef::Linked { .. }, Input::Object(members)) if members.is_empty() => {
            Err(invalid(format!("the condition on {column} is empty")))
        }
        (_, Input::Object(members)) => {
            let conditions: Result<Vec<_>, _> = members
                .iter()
                .map(|(operator, operand)| parse_operator(column, operator, operand))
                .collect();
            conditions.map(Filter::and)
        }
        (_, Input::List(_)) => parse_operator(column, "$in", value),
        (ColumnRef::Key(_), Input::RegExp { .. }) => parse_operator(column, "$re", value),
        (_, plain) => parse_operator(column, "$eq", plain),
    }
}

/// Parses the condition of one operator.
pub(super) fn parse_operator(
    column: &ColumnRef,
    name: &str,
    operand: &Input,
) -> Result<Filter, ApiKeyError> {
    let operator = Operator::parse(name).filter(|operator| operator.is_known_on(column));
    let is_key = matches!(column, ColumnRef::Key(_));
    match operator {
        Some(Operator::Group) => Err(ApiKeyError::invalid(format!(
            "Using group operators ($and/$or) inside scalar properties is not allowed, move the operator above. (property: {column})"
        ))),
        // Stock 2.21.2: on keys, undefined drops any operator, known or not.
        _ if is_key && *operand == Input::Undefined => Ok(Filter::All),
        Some(Operator::Compare(comparison)) => compare(column, name, comparison, operand),
        Some(Operator::Among { negated }) => among(column, name, negated, operand),
        Some(Operator::Like { ignore_case }) => {
            matches(column, name, operand, |pattern| Pattern::Like { pattern, ignore_case })
        }
        Some(Operator::Regex) => match operand {
            Input::RegExp { source, flags } => {
                refuse_patterns(column)?;
                let ignore_case = flags.contains('i');
                let regex = Pattern::Regex { source: source.clone(), ignore_case };
                Ok(Filter::Matches(column.clone(), regex))
            }
            _ => matches(column, name, operand, |source| Pattern::Regex {
                source,
                ignore_case: false,
            }),
        },
        Some(Operator::FullText) => matches(column, name, operand, Pattern::Words),
        Some(Operator::Exists) if column.is_token() => Err(token_only_equals()),
        Some(Operator::Exists) => match operand {
            Input::Bool(true) => Ok(Filter::IsNull(column.clone()).negated()),
            Input::Bool(false) => Ok(Filter::IsNull(column.clone())),
            other => Err(wrong_type(column, name, "true or false", other)),
        },
        Some(Operator::Is) => match operand {
            Input::Null => Ok(Filter::IsNull(column.clone())),
            Input::Bool(value) => Ok(Filter::Is(column.clone(), *value)),
            other => Err(wrong_type(column, name, "true, false or null", other)),
        },
        Some(Operator::Not) => Err(ApiKeyError::invalid(format!(
            "The operator \"not\" is not permitted inside {column}; put $not around the condition"
        ))),
        Some(Operator::Collection) => Err(ApiKeyError::invalid(format!(
            "The operator {name} cannot be used on {column}, which is not an array"
        ))),
        None if is_key => Err(unknown_property(name)),
        None => Err(invalid(format!("Invalid operator: {}", Shown(name)))),
    }
}

/// The error for a property that keys do not have, with stock's message.
pub(super) fn unknown_property(name: &str) -> ApiKeyError {
    ApiKeyError::invalid(format!("Trying to query by not existing property ApiKey.{}", Shown(name)))
}

fn compare(
    column: &ColumnRef,
    operator: &str,
    comparison: Comparison,
    operand: &Input,
) -> Result<Filter, ApiKeyError> {
    if column.is_token() && comparison != Comparison::Equal {
        return Err(token_only_equals());
    }
    if *operand == Input::Null {
        return Ok(match comparison {
            Comparison::Equal => Filter::IsNull(column.clone()),
            Comparison::NotEqual => Filter::IsNull(column.clone()).negated(),
            _ => Filter::Unknown,
        });
    }
    let operand = parse_operand(column, operator, operand)?;
    let filter = Filter::Compare(column.clone(), comparison, operand);
    Ok(publishable_if_token(column, filter))
}

fn among(
    column: &ColumnRef,
    operator: &str,
    negated: bool,
    operand: &Input,
) -> Result<Filter, ApiKeyError> {
    if negated && column.is_token() {
        return Err(token_only_equals());
    }
    let is_linked = matches!(column, ColumnRef::Linked { .. });
    let items = match operand {
        Input::List(items) => items.as_slice(),
        // Stock 2.21.2: in cross-module joins, null and undefined are empty lists.
        absent if absent.is_absent() && is_linked => &[],
        other => return Err(wrong_type(column, operator, "an array", other)),
    };
    // Stock 2.21.2: cross-module joins drop an empty $nin. On keys it is true, which matters inside $or.
    if items.is_empty() && negated && is_linked {
        return Ok(Filter::All);
    }
    let values = items.iter().filter(|item| !item.is_absent());
    let operands: Vec<_> =
        values.map(|item| parse_operand(column, operator, item)).collect::<Result<_, _>>()?;
    refuse_mixed(column, &operands)?;
    let listed = publishable_if_token(column, Filter::In { column: column.clone(), operands });
    // SQL: a comparison with null is unknown.
    let null = items.iter().any(Input::is_absent).then_some(Filter::Unknown);
    let among = Filter::or(std::iter::once(listed).chain(null));
    Ok(if negated { among.negated() } else { among })
}

fn matches(
    column: &ColumnRef,
    operator: &str,
    operand: &Input,
    pattern: impl FnOnce(String) -> Pattern,
) -> Result<Filter, ApiKeyError> {
    refuse_patterns(column)?;
    // SQL: a match against null is unknown.
    if *operand == Input::Null {
        return Ok(Filter::Unknown);
    }
    let text = parse_pattern(column, operator, operand)?;
    Ok(Filter::Matches(column.clone(), pattern(text)))
}

fn refuse_patterns(column: &ColumnRef) -> Result<(), ApiKeyError> {
    match column {
        ColumnRef::Key(_) if column.is_token() => Err(token_only_equals()),
        ColumnRef::Key(field) => match field.kind() {
            FieldKind::Text => Ok(()),
            FieldKind::Time => Err(ApiKeyError::invalid(format!(
                "{column} holds dates, which cannot be matched against a pattern"
            ))),
        },
        ColumnRef::Linked { .. } => Ok(()),
    }
}

// SECURITY: the column `token` of a secret key is its hash.
fn publishable_if_token(column: &ColumnRef, filter: Filter) -> Filter {
    if !column.is_token() {
        return filter;
    }
    Filter::and([filter, Filter::equal(Field::Type, ApiKeyType::Publishable.as_str())])
}

fn token_only_equals() -> ApiKeyError {
    ApiKeyError::invalid("ApiKey.token can be filtered by equality and $in only")
}
