//! A caller's arguments, decoded but not validated.
//!
//! Owns the decoding of the JSON that `module/wire` encodes: JavaScript values that JSON lacks (undefined, Date,
//! RegExp, NaN, …) are objects whose single key begins with NUL, which no caller's key can. The modules that use a
//! value validate it; `near_misses` lists the names that callers mistake for existing members.

mod decode;
mod deserialize;
mod members;
mod near_misses;
mod text;

pub use decode::decode;
pub use deserialize::{FieldError, deserialize};
pub use members::{
    DataOf, nearest, optional_flag, refuse_near_misses, refuse_other_pages, refuse_unknown,
};
pub use text::{checked_id, checked_text};

use zeroize::Zeroize;

use crate::call_context::Timestamp;

/// A JavaScript value.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// `undefined`, also as the value of an existing member.
    Undefined,
    /// `null`
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, including NaN and the infinities.
    Number(f64),
    /// A well-formed string.
    Text(String),
    /// A string with a lone surrogate, which no database can store.
    IllFormedText,
    /// A `Date`; `None` if it is invalid or outside the years 1 to 9999.
    Date(Option<Timestamp>),
    /// A regular expression.
    RegExp {
        /// The pattern between the slashes.
        source: String,
        /// The flags after them.
        flags: String,
    },
    /// Anything else, by its `typeof` or class name.
    Other(String),
    /// An array.
    List(Vec<Input>),
    /// Own enumerable members, in order.
    Object(Vec<(String, Input)>),
}

impl Input {
    /// Overwrites all strings in memory; for values that hold secrets.
    pub fn wipe(&mut self) {
        match self {
            Self::Text(text) => text.zeroize(),
            Self::List(elements) => elements.iter_mut().for_each(Self::wipe),
            Self::Object(members) => members.iter_mut().for_each(|(_, value)| value.wipe()),
            Self::Undefined
            | Self::Null
            | Self::Bool(_)
            | Self::Number(_)
            | Self::IllFormedText
            | Self::Date(_)
            | Self::RegExp { .. }
            | Self::Other(_) => {}
        }
    }

    /// The name of this value's type, for messages.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::Undefined => "undefined",
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::Text(_) | Self::IllFormedText => "string",
            Self::Date(_) => "date",
            Self::RegExp { .. } => "regexp",
            Self::Other(kind) => kind,
            Self::List(_) => "array",
            Self::Object(_) => "object",
        }
    }

    /// JavaScript's truthiness.
    #[must_use]
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Undefined | Self::Null => false,
            Self::Bool(value) => *value,
            Self::Number(value) => *value != 0.0 && !value.is_nan(),
            Self::Text(text) => !text.is_empty(),
            _ => true,
        }
    }

    /// Whether the value is missing: undefined or null.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Undefined | Self::Null)
    }

    /// A member of an object; `Undefined` if it is missing or this is not an object.
    #[must_use]
    pub fn member(&self, name: &str) -> &Input {
        self.own(name).unwrap_or(&Self::Undefined)
    }

    /// A member of an object, even if undefined; `None` if it is missing or this is not an object.
    #[must_use]
    pub fn own(&self, name: &str) -> Option<&Input> {
        match self {
            Self::Object(members) => {
                members.iter().find_map(|(key, value)| (key == name).then_some(value))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wiping_empties_strings_at_every_level() {
        let mut input = decode(r#"{"a":"secret","b":[{"c":["secret"]},5]}"#).expect("decodes");
        input.wipe();
        assert_eq!(input, decode(r#"{"a":"","b":[{"c":[""]},5]}"#).expect("decodes"));
    }
}
