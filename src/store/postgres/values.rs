//! Converts SeaORM's values to the driver's.

use chrono::{DateTime, Utc};
use sea_orm::Value;
use sea_orm::sea_query::ArrayType;
use tokio_postgres::types::{ToSql, Type};

use super::failure::PgFailure;
use crate::error::ApiKeyError;

/// A bound value, with its type on the server.
pub(in crate::store) struct Param {
    pub(super) value: Box<dyn ToSql + Send + Sync>,
    pub(super) kind: Type,
}

impl Param {
    pub(in crate::store) fn text(text: &str) -> Self {
        Self::new(text.to_owned(), Type::TEXT)
    }

    pub(in crate::store) fn text_or_null(text: Option<&str>) -> Self {
        Self::new(text.map(str::to_owned), Type::TEXT)
    }

    pub(in crate::store) fn time(time: DateTime<Utc>) -> Self {
        Self::new(time, Type::TIMESTAMPTZ)
    }

    pub(in crate::store) fn texts(texts: Vec<String>) -> Self {
        Self::new(texts, Type::TEXT_ARRAY)
    }

    pub(in crate::store) fn times(times: Vec<DateTime<Utc>>) -> Self {
        Self::new(times, Type::TIMESTAMPTZ_ARRAY)
    }

    fn new(value: impl ToSql + Send + Sync + 'static, kind: Type) -> Self {
        Self { value: Box::new(value), kind }
    }

    /// Converts a value of a statement.
    pub(super) fn of(value: Value) -> Result<Self, PgFailure> {
        Ok(match value {
            Value::String(text) => Self::new(text, Type::TEXT),
            Value::ChronoDateTimeUtc(time) => Self::new(time, Type::TIMESTAMPTZ),
            Value::Bool(flag) => Self::new(flag, Type::BOOL),
            Value::BigInt(number) => Self::new(number, Type::INT8),
            Value::BigUnsigned(number) => {
                let number = number.map(|number| i64::try_from(number).unwrap_or(i64::MAX));
                Self::new(number, Type::INT8)
            }
            Value::Array(ArrayType::String, items) => Self::texts_of(items.map(|items| *items))?,
            Value::Array(ArrayType::ChronoDateTimeUtc, items) => {
                Self::times_of(items.map(|items| *items))?
            }
            _ => return Err(unbindable()),
        })
    }

    /// Converts the values of one column.
    pub(super) fn array(values: Vec<Value>) -> Result<Self, PgFailure> {
        match values.first() {
            Some(Value::String(_)) => Self::texts_of(Some(values)),
            Some(Value::ChronoDateTimeUtc(_)) => Self::times_of(Some(values)),
            _ => Err(unbindable()),
        }
    }

    fn texts_of(items: Option<Vec<Value>>) -> Result<Self, PgFailure> {
        let texts = items.map(|items| elements(items, text_of)).transpose()?;
        Ok(Self::new(texts, Type::TEXT_ARRAY))
    }

    fn times_of(items: Option<Vec<Value>>) -> Result<Self, PgFailure> {
        let times = items.map(|items| elements(items, time_of)).transpose()?;
        Ok(Self::new(times, Type::TIMESTAMPTZ_ARRAY))
    }
}

fn elements<T>(items: Vec<Value>, of: fn(Value) -> Option<T>) -> Result<Vec<T>, PgFailure> {
    items.into_iter().map(|item| of(item).ok_or_else(unbindable)).collect()
}

fn text_of(value: Value) -> Option<Option<String>> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn time_of(value: Value) -> Option<Option<DateTime<Utc>>> {
    match value {
        Value::ChronoDateTimeUtc(time) => Some(time),
        _ => None,
    }
}

fn unbindable() -> PgFailure {
    PgFailure::NoSession(ApiKeyError::Unexpected("A statement has a value of an unsupported type."))
}
