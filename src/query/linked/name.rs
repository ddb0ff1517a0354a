//! Names of tables and columns that are not ours.

use std::fmt;

use super::invalid;
use crate::error::{ApiKeyError, Shown};
use crate::input::Input;
use crate::query::{ColumnRef, Field};

/// The name of a table, schema or column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

/// A table of some module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The schema, if it is another than that of `api_key`.
    pub schema: Option<Name>,
    /// The name.
    pub name: Name,
}

/// The most bytes of a name. PostgreSQL itself cuts it after 63, wherever the name stands.
const MOST_NAME_BYTES: usize = 255;

impl Name {
    /// Judges a name, which messages call `what`.
    ///
    /// # Errors
    /// `Invalid` for what names no table or column of a module: quotes, dots, spaces and the like.
    // SECURITY: names cannot be bound, only quoted. None comes that far whose safety hangs on the quotes.
    pub(super) fn parse(what: &str, name: &Input) -> Result<Self, ApiKeyError> {
        let text = match name {
            Input::Text(text) => text,
            other => {
                return Err(invalid(format!("{what} must be a name, '{}' found", other.kind())));
            }
        };
        let speakable = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$');
        if text.is_empty() || text.len() > MOST_NAME_BYTES || !text.chars().all(speakable) {
            return Err(invalid(format!("{what} is no name of a table or column")));
        }
        Ok(Self(text.clone()))
    }

    /// The name of every table's column for soft deletion.
    #[must_use]
    pub fn deleted_at() -> Self {
        Self(Field::DeletedAt.as_str().to_owned())
    }

    /// The name of the column of ids.
    #[must_use]
    pub fn id() -> Self {
        Self(Field::Id.as_str().to_owned())
    }

    /// The text, unquoted.
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

    /// Judges `{ table, schema? }`.
    pub(super) fn parse(what: &str, side: &Input) -> Result<Self, ApiKeyError> {
        let schema = match side.member("schema") {
            absent if absent.is_absent() => None,
            schema => Some(Name::parse(&format!("{what}.schema"), schema)?),
        };
        Ok(Self { schema, name: Name::parse(&format!("{what}.table"), side.member("table"))? })
    }

    /// Judges a reference to one of the table's columns.
    ///
    /// # Errors
    /// `Invalid` for no name, and for a column of keys that nobody may ask about.
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
        // SECURITY: links lead back to the keys, too, and a filter or order on hashes tells about them.
        let tells = || {
            Field::parse(column.as_str())
                .is_none_or(|field| matches!(field, Field::Token | Field::Salt))
        };
        if self.name == Self::of_keys().name && tells() {
            return Err(invalid(format!("ApiKey.{column} cannot be asked about")));
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
    fn hostile_names_are_refused() {
        let long = "n".repeat(MOST_NAME_BYTES + 1);
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
    fn names_that_medusa_makes_are_taken() {
        for name in ["sales_channel", "publishable_key_id", "Größe", "a1b2-3$"] {
            assert_eq!(Name::parse("it", &text(name)).map(|name| name.0), Ok(name.to_owned()));
        }
    }

    #[test]
    fn a_link_back_to_the_keys_tells_nothing_about_hashes_and_salts() {
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
        fn no_name_needs_more_than_quotes_around_it(name in ".*") {
            if let Ok(name) = Name::parse("it", &Input::Text(name)) {
                let hostile = |c: char| c.is_control() || c.is_whitespace() || "\"'`;.()\\".contains(c);
                prop_assert!(!name.as_str().contains(hostile));
            }
        }
    }
}
