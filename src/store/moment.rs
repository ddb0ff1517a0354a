//! A date column's value, read without trust.
//!
//! PostgreSQL knows moments that chrono does not: `infinity`, and years beyond 262142. The driver's own decoding
//! panics on them. Invariant: whatever the table holds, reading it is a value or an error.

use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr};
use sea_orm::sqlx;
use sea_orm::sqlx::{Decode, Postgres, Row, ValueRef};
use sea_orm::{ColIdx, DbErr, QueryResult, TryGetError, TryGetable, Value};

use crate::edge::Timestamp;

/// What a date column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

/// 2000-01-01, from which PostgreSQL counts, in microseconds since 1970.
const POSTGRES_EPOCH_US: i64 = 946_684_800_000_000;

impl TryGetable for Moment {
    fn try_get_by<I: ColIdx>(result: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let Some(row) = result.try_as_pg_row() else {
            return DateTimeUtc::try_get_by(result, index).map(Self);
        };
        let value = row.try_get_raw(index.as_sqlx_postgres_index()).map_err(unreadable)?;
        if value.is_null() {
            return Err(TryGetError::Null(String::new()));
        }
        // Answers come in the binary format, in which a timestamptz is as long as an int8.
        let us = <i64 as Decode<Postgres>>::decode(value)
            .map_err(sqlx::Error::Decode)
            .map_err(unreadable)?;
        us.checked_add(POSTGRES_EPOCH_US)
            .and_then(Timestamp::from_timestamp_micros)
            .map(Self)
            .ok_or_else(|| {
                TryGetError::DbErr(DbErr::Type("a moment that chrono does not know".to_owned()))
            })
    }
}

fn unreadable(error: sqlx::Error) -> TryGetError {
    TryGetError::DbErr(DbErr::Query(sea_orm::RuntimeErr::SqlxError(error.into())))
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
