//! The values that a column is compared with or matched against.

use std::mem::discriminant;

use super::filter::{MAX_PATTERN_BYTES, Operand};
use super::linked::invalid;
use super::{ColumnRef, FieldKind};
use crate::api_key::comparable_time;
use crate::error::ApiKeyError;
use crate::input::Input;

/// Parses a value of the column's type.
pub(super) fn parse_operand(
    column: &ColumnRef,
    operator: &str,
    value: &Input,
) -> Result<Operand, ApiKeyError> {
    match column {
        ColumnRef::Key(field) => match field.kind() {
            FieldKind::Text => parse_text(column, operator, value).map(Operand::Text),
            FieldKind::Time => parse_time(column, value),
        },
        ColumnRef::Linked { .. } => parse_untyped(column, operator, value),
    }
}

/// Parses a pattern.
pub(super) fn parse_pattern(
    column: &ColumnRef,
    operator: &str,
    value: &Input,
) -> Result<String, ApiKeyError> {
    match (column, value) {
        // `Filter::refuse_oversize` checks the filters of keys as a whole.
        (ColumnRef::Linked { .. }, Input::Text(text)) if text.len() > MAX_PATTERN_BYTES => {
            Err(invalid(format!(
                "the pattern for {column} is {} bytes long; the maximum is {MAX_PATTERN_BYTES}",
                text.len()
            )))
        }
        _ => parse_text(column, operator, value),
    }
}

/// Rejects a list with values of several types. Only a linked column can have one.
pub(super) fn refuse_mixed(column: &ColumnRef, operands: &[Operand]) -> Result<(), ApiKeyError> {
    if operands.windows(2).any(|pair| discriminant(&pair[0]) != discriminant(&pair[1])) {
        return Err(invalid(format!("the values for {column} must all have the same type")));
    }
    Ok(())
}

/// The error for a value whose type the operator does not accept.
pub(super) fn wrong_type(
    column: &ColumnRef,
    operator: &str,
    expected: &str,
    found: &Input,
) -> ApiKeyError {
    let found = found.kind();
    match column {
        ColumnRef::Key(_) => ApiKeyError::invalid(format!(
            "{column} with {operator} takes {expected}, '{found}' found"
        )),
        ColumnRef::Linked { .. } => {
            invalid(format!("{operator} of {column} cannot take a value of type '{found}'"))
        }
    }
}

fn parse_text(column: &ColumnRef, operator: &str, value: &Input) -> Result<String, ApiKeyError> {
    match (column, value) {
        (_, Input::Text(text)) if text.contains('\0') => Err(holds_nul(column)),
        (_, Input::Text(text)) => Ok(text.clone()),
        (ColumnRef::Key(_), Input::IllFormedText) => Err(ApiKeyError::invalid(format!(
            "The value for {column} holds a lone surrogate, which is not valid Unicode"
        ))),
        (_, other) => Err(wrong_type(column, operator, "a string", other)),
    }
}

fn parse_time(column: &ColumnRef, value: &Input) -> Result<Operand, ApiKeyError> {
    let at = match value {
        Input::Date(at) => *at,
        Input::Text(text) => comparable_time(text),
        _ => None,
    };
    at.map(Operand::Time).ok_or_else(|| {
        ApiKeyError::invalid(format!(
            "{column} can be compared with a valid Date or ISO 8601 string between the years 1 and 9999 only, '{}' found",
            value.kind()
        ))
    })
}

/// Parses a value that PostgreSQL converts to the column's type.
fn parse_untyped(
    column: &ColumnRef,
    operator: &str,
    value: &Input,
) -> Result<Operand, ApiKeyError> {
    match value {
        Input::Text(_) => parse_text(column, operator, value).map(Operand::Text),
        Input::Date(Some(at)) => Ok(Operand::Text(at.to_rfc3339())),
        Input::Number(number) if number.is_finite() => Ok(Operand::Number(number.to_string())),
        Input::Bool(value) => Ok(Operand::Bool(*value)),
        other => Err(invalid(format!(
            "a value for {column} must be a string, a finite number, a boolean or a valid Date, '{}' found",
            other.kind()
        ))),
    }
}

fn holds_nul(column: &ColumnRef) -> ApiKeyError {
    match column {
        ColumnRef::Key(_) => {
            ApiKeyError::invalid(format!("The value for {column} holds a NUL character"))
        }
        ColumnRef::Linked { .. } => {
            invalid(format!("the value for {column} holds a NUL character"))
        }
    }
}
