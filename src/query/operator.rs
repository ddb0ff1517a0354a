//! Conditions on one column: plain values, lists and operator maps.

use super::{Comparison, Field, FieldKind, Filter, Operand, Pattern};
use crate::api_key::{ApiKeyType, comparable_time};
use crate::error::ApiKeyError;
use crate::input::Input;

/// The condition that a caller put on a column.
pub(super) fn parse_condition(field: Field, value: &Input) -> Result<Filter, ApiKeyError> {
    // SECURITY: a filter on hashes or salts would be an oracle for them.
    if field == Field::Salt && *value != Input::Undefined {
        return Err(ApiKeyError::invalid("ApiKey.salt cannot be filtered by"));
    }
    match value {
        Input::Object(members) => {
            let conditions: Result<Vec<_>, _> = members
                .iter()
                .map(|(operator, operand)| parse_operator(field, operator, operand))
                .collect();
            conditions.map(Filter::and)
        }
        Input::List(_) => parse_operator(field, "$in", value),
        Input::RegExp { source, flags } => {
            refuse_patterns(field)?;
            let ignore_case = flags.contains('i');
            Ok(Filter::Matches(field, Pattern::Regex { source: source.clone(), ignore_case }))
        }
        plain => parse_operator(field, "$eq", plain),
    }
}

/// The condition of one operator; an undefined operand is none.
pub(super) fn parse_operator(
    field: Field,
    operator: &str,
    operand: &Input,
) -> Result<Filter, ApiKeyError> {
    let matches_text = |pattern: fn(String) -> Pattern| {
        refuse_patterns(field)?;
        // SQL: whether anything matches a null is unknown.
        if *operand == Input::Null {
            return Ok(Filter::Unknown);
        }
        Ok(Filter::Matches(field, pattern(text_operand(field, operator, operand)?)))
    };
    match operator {
        "$and" | "$or" => Err(ApiKeyError::invalid(format!(
            "Using group operators ($and/$or) inside scalar properties is not allowed, move the operator above. (property: ApiKey.{})",
            field.as_str()
        ))),
        _ if *operand == Input::Undefined => Ok(Filter::All),
        _ if !known(operator) => Err(ApiKeyError::invalid(format!(
            "Trying to query by not existing property ApiKey.{}",
            crate::error::Shown(operator)
        ))),
        "$eq" => compare(field, operator, Comparison::Equal, operand),
        "$ne" => compare(field, operator, Comparison::NotEqual, operand),
        "$gt" => compare(field, operator, Comparison::Greater, operand),
        "$gte" => compare(field, operator, Comparison::GreaterOrEqual, operand),
        "$lt" => compare(field, operator, Comparison::Less, operand),
        "$lte" => compare(field, operator, Comparison::LessOrEqual, operand),
        "$in" => among(field, operator, operand),
        "$nin" if field == Field::Token => Err(token_only_equals()),
        "$nin" => among(field, operator, operand).map(Filter::negated),
        "$like" => matches_text(|pattern| Pattern::Like { pattern, ignore_case: false }),
        "$ilike" => matches_text(|pattern| Pattern::Like { pattern, ignore_case: true }),
        "$re" => match operand {
            Input::RegExp { .. } => parse_condition(field, operand),
            _ => matches_text(|source| Pattern::Regex { source, ignore_case: false }),
        },
        "$fulltext" => matches_text(Pattern::Words),
        "$exists" if field == Field::Token => Err(token_only_equals()),
        "$exists" => match operand {
            Input::Bool(true) => Ok(Filter::IsNull(field).negated()),
            Input::Bool(false) => Ok(Filter::IsNull(field)),
            _ => Err(wrong(field, operator, "true or false", operand)),
        },
        "$not" => Err(ApiKeyError::invalid(format!(
            "The operator \"not\" is not permitted inside ApiKey.{}; put $not around the condition",
            field.as_str()
        ))),
        _ => Err(ApiKeyError::invalid(format!(
            "The operator {operator} cannot be used on ApiKey.{}, which is no array",
            field.as_str()
        ))),
    }
}

/// Whether Medusa has an operator of that name.
pub(super) fn known(operator: &str) -> bool {
    const OPERATORS: [&str; 25] = [
        "$eq",
        "$ne",
        "$gt",
        "$gte",
        "$lt",
        "$lte",
        "$in",
        "$nin",
        "$like",
        "$ilike",
        "$re",
        "$fulltext",
        "$exists",
        "$not",
        "$and",
        "$or",
        "$overlap",
        "$contains",
        "$contained",
        "$hasKey",
        "$hasKeys",
        "$hasSomeKeys",
        "$none",
        "$some",
        "$every",
    ];
    OPERATORS.contains(&operator)
}

fn compare(
    field: Field,
    operator: &str,
    comparison: Comparison,
    operand: &Input,
) -> Result<Filter, ApiKeyError> {
    if field == Field::Token && comparison != Comparison::Equal {
        return Err(token_only_equals());
    }
    if *operand == Input::Null {
        return Ok(match comparison {
            Comparison::Equal => Filter::IsNull(field),
            Comparison::NotEqual => Filter::IsNull(field).negated(),
            _ => Filter::Unknown,
        });
    }
    let filter = Filter::Compare(field, comparison, value_operand(field, operator, operand)?);
    Ok(publishable_if_token(field, filter))
}

fn among(field: Field, operator: &str, operand: &Input) -> Result<Filter, ApiKeyError> {
    let Input::List(items) = operand else {
        return Err(wrong(field, operator, "an array", operand));
    };
    let mut operands = Vec::with_capacity(items.len());
    for item in items.iter().filter(|item| !item.is_absent()) {
        operands.push(value_operand(field, operator, item)?);
    }
    let listed = publishable_if_token(field, Filter::In { field, operands });
    // SQL: whether anything equals a null is unknown.
    let null = items.iter().any(Input::is_absent).then_some(Filter::Unknown);
    Ok(Filter::or(std::iter::once(listed).chain(null)))
}

fn refuse_patterns(field: Field) -> Result<(), ApiKeyError> {
    if field == Field::Token {
        return Err(token_only_equals());
    }
    if field.kind() == FieldKind::Time {
        return Err(ApiKeyError::invalid(format!(
            "ApiKey.{} holds dates, which match no pattern",
            field.as_str()
        )));
    }
    Ok(())
}

// SECURITY: the column `token` of a secret key is its hash.
fn publishable_if_token(field: Field, filter: Filter) -> Filter {
    if field != Field::Token {
        return filter;
    }
    Filter::and([filter, Filter::equal(Field::Type, ApiKeyType::Publishable.as_str())])
}

fn token_only_equals() -> ApiKeyError {
    ApiKeyError::invalid("ApiKey.token can be filtered by equality and $in only")
}

fn value_operand(field: Field, operator: &str, value: &Input) -> Result<Operand, ApiKeyError> {
    if field.kind() == FieldKind::Text {
        return text_operand(field, operator, value).map(Operand::Text);
    }
    let at = match value {
        Input::Date(at) => *at,
        Input::Text(text) => comparable_time(text),
        _ => None,
    };
    at.map(Operand::Time).ok_or_else(|| {
        ApiKeyError::invalid(format!(
            "ApiKey.{} can be compared with a valid Date or ISO 8601 text between the years 1 and 9999 only, '{}' found",
            field.as_str(),
            value.kind()
        ))
    })
}

fn text_operand(field: Field, operator: &str, value: &Input) -> Result<String, ApiKeyError> {
    match value {
        Input::Text(text) if text.contains('\0') => Err(ApiKeyError::invalid(format!(
            "The value for ApiKey.{} holds a NUL character",
            field.as_str()
        ))),
        Input::Text(text) => Ok(text.clone()),
        Input::IllFormedText => Err(ApiKeyError::invalid(format!(
            "The value for ApiKey.{} holds a lone surrogate, which is not valid text",
            field.as_str()
        ))),
        _ => Err(wrong(field, operator, "text", value)),
    }
}

fn wrong(field: Field, operator: &str, expected: &str, found: &Input) -> ApiKeyError {
    ApiKeyError::invalid(format!(
        "ApiKey.{} with {operator} takes {expected}, '{}' found",
        field.as_str(),
        found.kind()
    ))
}
