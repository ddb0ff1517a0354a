//! The value of a date column, decoded defensively.
//!
//! PostgreSQL has timestamps that chrono cannot represent: `infinity`, and years beyond 262142 (see
//! `postgres/model.rs`). Invariant: reading any stored timestamp returns a value or an error.

use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr};
use sea_orm::{ColIdx, QueryResult, TryGetError, TryGetable, Value};

use crate::call_context::Timestamp;

/// The value of a date column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

impl TryGetable for Moment {
    fn try_get_by<I: ColIdx>(result: &QueryResult, index: I) -> Result<Self, TryGetError> {
        DateTimeUtc::try_get_by(result, index).map(Self)
    }
}

impl From<Moment> for Value {
    fn from(Moment(at): Moment) -> Self {
        at.into()
    }
}

impl ValueType for Moment {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <DateTimeUtc as ValueType>::try_from(value).map(Self)
    }

    fn type_name() -> String {
        DateTimeUtc::type_name()
    }

    fn array_type() -> ArrayType {
        DateTimeUtc::array_type()
    }

    fn column_type() -> ColumnType {
        DateTimeUtc::column_type()
    }
}

impl Nullable for Moment {
    fn null() -> Value {
        DateTimeUtc::null()
    }
}
