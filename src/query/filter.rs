//! The filter tree, for keys and linked tables.

use super::{AttributeCondition, ColumnRef, Field};
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;

/// The maximum number of conditions in a filter. SQLite limits the depth of an expression to 1,000.
pub const MAX_CONDITIONS: usize = 500;

/// The maximum number of patterns in a filter. Each is matched against every key.
pub const MAX_PATTERNS: usize = 100;

/// The maximum length of a pattern, in bytes of UTF-8.
pub const MAX_PATTERN_BYTES: usize = 1_024;

/// A condition on the rows of one table. SQL's three-valued logic applies throughout.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// No condition.
    All,
    /// All branches hold.
    And(Vec<Filter>),
    /// At least one branch holds.
    Or(Vec<Filter>),
    /// The inner filter does not hold.
    Not(Box<Filter>),
    /// A column compares with a value.
    Compare(ColumnRef, Comparison, Operand),
    /// A column equals one of several values. Without values it is false, also for a null column.
    In {
        /// The column.
        column: ColumnRef,
        /// The values.
        operands: Vec<Operand>,
    },
    /// A column is null.
    IsNull(ColumnRef),
    /// A boolean column is true, or false.
    Is(ColumnRef, bool),
    /// A string column matches a pattern.
    Matches(ColumnRef, Pattern),
    /// A condition on an attribute of a key.
    Attribute(AttributeCondition),
    /// SQL's unknown: neither true nor false.
    Unknown,
}

/// A comparison of a column with a value.
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

/// A pattern that a string is matched against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// SQL's LIKE: `%` and `_`, escaped with a backslash.
    Like {
        /// The pattern.
        pattern: String,
        /// Whether the match is case-insensitive.
        ignore_case: bool,
    },
    /// A regular expression.
    Regex {
        /// The expression.
        source: String,
        /// Whether the match is case-insensitive.
        ignore_case: bool,
    },
    /// A substring of the column, case-insensitive.
    Contains(String),
    /// Words that all occur in the column, as in PostgreSQL's `simple` text search.
    Words(String),
}

impl Pattern {
    /// The pattern as given by the caller.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Like { pattern: text, .. }
            | Self::Regex { source: text, .. }
            | Self::Contains(text)
            | Self::Words(text) => text,
        }
    }

    /// The number of patterns and conditions that it counts as.
    fn count(&self) -> usize {
        match self {
            Self::Words(text) => words(text).count(),
            _ => 1,
        }
    }
}

/// The words of a full-text search: runs of letters and digits.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Joins branches and drops those without a condition.
// Stock 2.21.2: a branch without a condition is dropped; it does not match everything.
fn joined(branches: impl IntoIterator<Item = Filter>, join: fn(Vec<Filter>) -> Filter) -> Filter {
    let conditions = branches.into_iter().filter(|branch| *branch != Filter::All);
    let mut branches: Vec<_> = conditions.collect();
    match branches.len() {
        0 => Filter::All,
        1 => branches.remove(0),
        _ => join(branches),
    }
}

impl Filter {
    /// All of several filters; filters without a condition are dropped.
    #[must_use]
    pub fn and(branches: impl IntoIterator<Item = Self>) -> Self {
        joined(branches, Self::And)
    }

    /// Any of several filters; filters without a condition are dropped.
    #[must_use]
    pub fn or(branches: impl IntoIterator<Item = Self>) -> Self {
        joined(branches, Self::Or)
    }

    /// The negation; [`Filter::All`] stays [`Filter::All`].
    #[must_use]
    pub fn negated(self) -> Self {
        if self == Self::All { Self::All } else { Self::Not(Box::new(self)) }
    }

    /// Rejects a filter that is too deep for SQL or for recursion here, or too expensive for the database.
    ///
    /// # Errors
    /// `Invalid` for more than [`MAX_CONDITIONS`], more than [`MAX_PATTERNS`], and a pattern of more than
    /// [`MAX_PATTERN_BYTES`].
    pub fn refuse_oversize(&self) -> Result<(), ApiKeyError> {
        if self.conditions() > MAX_CONDITIONS {
            return Err(ApiKeyError::invalid(format!(
                "A filter may hold at most {MAX_CONDITIONS} conditions; the words of q and $fulltext count as such"
            )));
        }
        let mut patterns = Vec::new();
        self.collect_patterns(&mut patterns);
        if patterns.iter().map(|pattern| pattern.count()).sum::<usize>() > MAX_PATTERNS {
            return Err(ApiKeyError::invalid(format!(
                "A filter may hold at most {MAX_PATTERNS} patterns; a word of q counts as two, a word of $fulltext as one"
            )));
        }
        let longest = patterns.iter().map(|pattern| pattern.text().len()).max().unwrap_or_default();
        if longest > MAX_PATTERN_BYTES {
            return Err(ApiKeyError::invalid(format!(
                "A pattern, or a word of q, is {longest} bytes long; the maximum is {MAX_PATTERN_BYTES}"
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

    /// Whether the filter has a condition that no index serves: a pattern, or one on an attribute other than the owner's id.
    #[must_use]
    pub fn searches(&self) -> bool {
        match self {
            Self::And(branches) | Self::Or(branches) => branches.iter().any(Self::searches),
            Self::Not(inner) => inner.searches(),
            Self::Matches(..) => true,
            Self::Attribute(condition) => {
                !matches!(condition, AttributeCondition::Owner { ids: Some(_), .. })
            }
            _ => false,
        }
    }

    /// The number of conditions; each word of a full-text search counts as one.
    pub(super) fn conditions(&self) -> usize {
        match self {
            Self::And(branches) | Self::Or(branches) => branches.iter().map(Self::conditions).sum(),
            Self::Not(inner) => inner.conditions(),
            Self::Matches(_, pattern) => pattern.count(),
            _ => 1,
        }
    }

    /// A column equals a string.
    #[must_use]
    pub fn equal(field: Field, text: impl Into<String>) -> Self {
        Self::Compare(field.into(), Comparison::Equal, Operand::Text(text.into()))
    }

    /// The key with an id.
    #[must_use]
    pub fn id(id: impl Into<String>) -> Self {
        Self::equal(Field::Id, id)
    }

    /// The keys without an end, or with one after a time.
    #[must_use]
    pub fn ends_after(at: Timestamp) -> Self {
        let end = ColumnRef::from(Field::RevokedAt);
        let later = Self::Compare(end.clone(), Comparison::Greater, Operand::Time(at));
        Self::or([Self::IsNull(end), later])
    }

    /// The keys with these ids.
    #[must_use]
    pub fn ids(ids: impl IntoIterator<Item = String>) -> Self {
        let operands = ids.into_iter().map(Operand::Text).collect();
        Self::In { column: Field::Id.into(), operands }
    }
}
