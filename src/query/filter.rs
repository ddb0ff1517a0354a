//! The tree, of keys and of linked tables alike.

use super::{ColumnRef, Field};
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;

/// How many conditions a filter may hold. SQLite's limit for an expression's depth is 1,000.
pub const MOST_CONDITIONS: usize = 500;

/// How many of them may be patterns, each of which is matched against every key.
pub const MOST_PATTERNS: usize = 100;

/// The longest pattern, in bytes of UTF-8.
pub const MOST_PATTERN_BYTES: usize = 1_024;

/// A condition on the rows of one table. SQL's three-valued logic applies throughout.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// No condition.
    All,
    /// Every branch.
    And(Vec<Filter>),
    /// Any branch.
    Or(Vec<Filter>),
    /// Not this.
    Not(Box<Filter>),
    /// A column compared with a value.
    Compare(ColumnRef, Comparison, Operand),
    /// A column equal to one of several values. Without values it is false, also for a null column.
    In {
        /// The column.
        column: ColumnRef,
        /// The values.
        operands: Vec<Operand>,
    },
    /// A column that is null.
    IsNull(ColumnRef),
    /// A boolean column that is true, or false.
    Is(ColumnRef, bool),
    /// A text column that matches a pattern.
    Matches(ColumnRef, Pattern),
    /// SQL's NULL: neither true nor false.
    Unknown,
}

/// How a column and a value are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// A value that a column is compared with. A key's column takes values of its own type only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// A string. For a linked column, PostgreSQL converts it to the column's type.
    Text(String),
    /// A time, for columns of keys.
    Time(Timestamp),
    /// A number in decimal notation, for linked columns.
    Number(String),
    /// A boolean, for linked columns.
    Bool(bool),
}

/// What a text is matched against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// SQL's LIKE: `%`, `_`, and a backslash before either.
    Like {
        /// The pattern.
        pattern: String,
        /// Whether upper and lower case are one.
        ignore_case: bool,
    },
    /// A regular expression.
    Regex {
        /// The expression.
        source: String,
        /// Whether upper and lower case are one.
        ignore_case: bool,
    },
    /// Text that stands somewhere in the column, case ignored.
    Contains(String),
    /// Words that all stand in the column, as PostgreSQL's `simple` text search finds them.
    Words(String),
}

impl Pattern {
    /// The pattern as it was given.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Like { pattern: text, .. }
            | Self::Regex { source: text, .. }
            | Self::Contains(text)
            | Self::Words(text) => text,
        }
    }

    /// For how many it counts.
    fn count(&self) -> usize {
        match self {
            Self::Words(text) => words(text).count(),
            _ => 1,
        }
    }
}

/// The words of a text search: runs of letters and digits.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Joins branches, without those that are no condition.
// Stock 2.21.2: a branch that says nothing is left out, it does not match everything.
fn joined(branches: impl IntoIterator<Item = Filter>, join: fn(Vec<Filter>) -> Filter) -> Filter {
    let stated = branches.into_iter().filter(|branch| *branch != Filter::All);
    let mut branches: Vec<_> = stated.collect();
    match branches.len() {
        0 => Filter::All,
        1 => branches.remove(0),
        _ => join(branches),
    }
}

impl Filter {
    /// All of several filters, with those that say nothing left out.
    #[must_use]
    pub fn and(branches: impl IntoIterator<Item = Self>) -> Self {
        joined(branches, Self::And)
    }

    /// Any of several filters.
    #[must_use]
    pub fn or(branches: impl IntoIterator<Item = Self>) -> Self {
        joined(branches, Self::Or)
    }

    /// The opposite; of no condition, no condition.
    #[must_use]
    pub fn negated(self) -> Self {
        if self == Self::All { Self::All } else { Self::Not(Box::new(self)) }
    }

    /// Refuses a filter that would be too deep an expression for SQL, too deep a recursion here, or too much work for the
    /// database.
    ///
    /// # Errors
    /// `Invalid` for more than [`MOST_CONDITIONS`], more than [`MOST_PATTERNS`], and a pattern of more than
    /// [`MOST_PATTERN_BYTES`].
    pub fn refuse_oversize(&self) -> Result<(), ApiKeyError> {
        if self.conditions() > MOST_CONDITIONS {
            return Err(ApiKeyError::invalid(format!(
                "A filter may hold at most {MOST_CONDITIONS} conditions; the words of q and $fulltext count as such"
            )));
        }
        let mut patterns = Vec::new();
        self.collect_patterns(&mut patterns);
        if patterns.iter().map(|pattern| pattern.count()).sum::<usize>() > MOST_PATTERNS {
            return Err(ApiKeyError::invalid(format!(
                "A filter may hold at most {MOST_PATTERNS} patterns; a word of q counts as two, a word of $fulltext as one"
            )));
        }
        let longest = patterns.iter().map(|pattern| pattern.text().len()).max().unwrap_or_default();
        if longest > MOST_PATTERN_BYTES {
            return Err(ApiKeyError::invalid(format!(
                "A pattern, or a word of q, is {longest} bytes long; the most is {MOST_PATTERN_BYTES}"
            )));
        }
        Ok(())
    }

    fn collect_patterns<'a>(&'a self, patterns: &mut Vec<&'a Pattern>) {
        match self {
            Self::And(branches) | Self::Or(branches) => {
                branches.iter().for_each(|branch| branch.collect_patterns(patterns));
            }
            Self::Not(inner) => inner.collect_patterns(patterns),
            Self::Matches(_, pattern) => patterns.push(pattern),
            _ => {}
        }
    }

    /// Whether a pattern is matched against every key.
    #[must_use]
    pub fn searches(&self) -> bool {
        let mut patterns = Vec::new();
        self.collect_patterns(&mut patterns);
        !patterns.is_empty()
    }

    /// The number of conditions, where each word of a text search is one.
    pub(super) fn conditions(&self) -> usize {
        match self {
            Self::And(branches) | Self::Or(branches) => branches.iter().map(Self::conditions).sum(),
            Self::Not(inner) => inner.conditions(),
            Self::Matches(_, pattern) => pattern.count(),
            _ => 1,
        }
    }

    /// A column equal to a text.
    #[must_use]
    pub fn equal(field: Field, text: impl Into<String>) -> Self {
        Self::Compare(field.into(), Comparison::Equal, Operand::Text(text.into()))
    }

    /// A key by its id.
    #[must_use]
    pub fn id(id: impl Into<String>) -> Self {
        Self::equal(Field::Id, id)
    }

    /// Keys by their ids.
    #[must_use]
    pub fn ids(ids: impl IntoIterator<Item = String>) -> Self {
        let operands = ids.into_iter().map(Operand::Text).collect();
        Self::In { column: Field::Id.into(), operands }
    }
}
