//! References to columns.

use std::fmt;

use super::{Field, Name, Table};
use crate::columns::Access;

/// The column of a condition or an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnRef {
    /// A column of `api_key`. [`Field::kind`] is its type.
    Key(Field),
    /// A column of another module's table. Its type is known to PostgreSQL only.
    Linked {
        /// The table.
        table: Table,
        /// The name of the column.
        name: Name,
    },
}

impl ColumnRef {
    /// Whether this is the column `token` of a key.
    pub(super) fn is_token(&self) -> bool {
        matches!(self, Self::Key(field) if field.access() == Access::Token)
    }
}

impl From<Field> for ColumnRef {
    fn from(field: Field) -> Self {
        Self::Key(field)
    }
}

/// The column's name in error messages.
impl fmt::Display for ColumnRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(field) => write!(f, "ApiKey.{}", field.as_str()),
            Self::Linked { name, .. } => name.fmt(f),
        }
    }
}
