//! Decodes rows of `api_key` from PostgreSQL.

use std::error::Error as StdError;

use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type, accepts};

use super::failure::{PgFailure, Unrepresentable};
use crate::call_context::Timestamp;
use crate::store::moment::Moment;
use crate::store::row::{Column, Model, model_of};

/// 2000-01-01, the epoch of PostgreSQL's timestamps, in microseconds since 1970.
const POSTGRES_EPOCH_US: i64 = 946_684_800_000_000;

/// Decodes a row that was selected with all columns in the order of the entity.
pub(super) fn model(row: &Row) -> Result<Model, PgFailure> {
    Ok(model_of!(row, at))
}

/// Decodes one column of such a row.
pub(super) fn at<'a, T: FromSql<'a>>(row: &'a Row, column: Column) -> Result<T, PgFailure> {
    Ok(row.try_get(column as usize)?)
}

impl<'a> FromSql<'a> for Moment {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        i64::from_be_bytes(raw.try_into()?)
            .checked_add(POSTGRES_EPOCH_US)
            .and_then(Timestamp::from_timestamp_micros)
            .map(Self)
            .ok_or_else(|| Unrepresentable.into())
    }

    accepts!(TIMESTAMPTZ);
}
