//! Names of other modules' tables and columns.

use std::fmt;

use super::invalid;
use crate::columns::Access;
use crate::error::{ApiKeyError, Shown};
use crate::input::Input;
use crate::query::{ColumnRef, Field};

/// The name of a table, schema or column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

/// A table of any module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The schema, if it differs from that of `api_key`.
    pub schema: Option<Name>,
    /// The name.
    pub name: Name,
}

/// The maximum length of a name in bytes. PostgreSQL truncates every name to 63 bytes.
const MAX_NAME_BYTES: usize = 255;

impl Name {
    /// Parses a name; messages refer to it as `what`.
    ///
    /// # Errors
    /// `Invalid` for characters that no module's table or column has: quotes, dots, spaces and the like.
    // SECURITY: SQL can only quote names, not bind them. This check rejects every name that is safe only because of the
    // quotes.
    pub(super) fn parse(what: &str, name: &Input) -> Result<Self, ApiKeyError> {
        let text = match name {
            Input::Text(text) => text,
            other => {
                return Err(invalid(format!("{what} must be a name, '{}' found", other.kind())));
            }
        };
        let is_allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$');
        if text.is_empty() || text.len() > MAX_NAME_BYTES || !text.chars().all(is_allowed) {
            return Err(invalid(format!("{what} is not a valid table or column name")));
        }
        Ok(Self(text.clone()))
    }

    /// The name of the soft-deletion column, in every table.
    #[must_use]
    pub fn deleted_at() -> Self {
        Self(Field::DeletedAt.as_str().to_owned())
    }

    /// The name of the id column.
    #[must_use]
    pub fn id() -> Self {
        Self(Field::Id.as_str().to_owned())
    }

    /// The name, unquoted.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Shown(&self.0).fmt(f)
    }
}

impl Table {
    /// The table of keys.
    #[must_use]
    pub fn of_keys() -> Self {
        Self { schema: None, name: Name("api_key".to_owned()) }
    }

    /// Parses `{ table, schema? }`.
    pub(super) fn parse(what: &str, side: &Input) -> Result<Self, ApiKeyError> {
        let schema = match side.member("schema") {
            absent if absent.is_absent() => None,
            schema => Some(Name::parse(&format!("{what}.schema"), schema)?),
        };
        Ok(Self { schema, name: Name::parse(&format!("{what}.table"), side.member("table"))? })
    }

    /// Parses a reference to one of the table's columns.
    ///
    /// # Errors
    /// `Invalid` for an invalid name, and for a column of keys that queries may not use.
    pub(in crate::query) fn column(
        &self,
        what: &str,
        name: &Input,
    ) -> Result<ColumnRef, ApiKeyError> {
        let name = self.column_name(what, name)?;
        Ok(ColumnRef::Linked { table: self.clone(), name })
    }

    /// The same, as a bare name.
    pub(super) fn column_name(&self, what: &str, name: &Input) -> Result<Name, ApiKeyError> {
        let column = Name::parse(what, name)?;
        // SECURITY: a link can lead back to the keys, and a filter or order on hashes would reveal them.
        let is_forbidden =
            || Field::parse(column.as_str()).is_none_or(|field| field.access() != Access::Open);
        if self.name == Self::of_keys().name && is_forbidden() {
            return Err(invalid(format!(
                "ApiKey.{column} cannot be used in a join, filter or order"
            )));
        }
        Ok(column)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(name: &str) -> Input {
        Input::Text(name.to_owned())
    }

    #[test]
    fn rejects_hostile_names() {
        let long = "n".repeat(MAX_NAME_BYTES + 1);
        for hostile in [
            "",
            "\"",
            "name\" or true --",
            "name; drop table api_key",
            "public.api_key",
            "a b",
            "a\0b",
            "'a'",
            "a\\",
            "(select 1)",
            "$1::text",
            "a?",
            "\u{202e}eman",
            &long,
        ] {
            assert!(Name::parse("it", &text(hostile)).is_err(), "{hostile:?}");
        }
        for kind in [Input::Undefined, Input::Null, Input::Number(1.0), Input::List(vec![])] {
            assert!(Name::parse("it", &kind).is_err(), "{kind:?}");
        }
    }

    #[test]
    fn accepts_the_names_that_medusa_generates() {
        for name in ["sales_channel", "publishable_key_id", "Größe", "a1b2-3$"] {
            assert_eq!(Name::parse("it", &text(name)).map(|name| name.0), Ok(name.to_owned()));
        }
    }

    #[test]
    fn rejects_columns_of_hashes_and_salts_on_a_link_back_to_the_keys() {
        let keys = Table::of_keys();
        for column in ["token", "salt", "token_digest", "workflow_transaction_id", "ctid"] {
            assert!(keys.column("it", &text(column)).is_err(), "{column}");
        }
        assert!(keys.column("it", &text("title")).is_ok());
        let other = Table { schema: None, name: Name("session".to_owned()) };
        assert!(other.column("it", &text("token")).is_ok());
    }

    proptest! {
        #[test]
        fn an_accepted_name_has_no_character_that_is_unsafe_in_quotes(name in ".*") {
            if let Ok(name) = Name::parse("it", &Input::Text(name)) {
                let hostile = |c: char| c.is_control() || c.is_whitespace() || "\"'`;.()\\".contains(c);
                prop_assert!(!name.as_str().contains(hostile));
            }
        }
    }
}
