//! The tree.

use super::Field;
use crate::edge::Timestamp;
use crate::error::ApiKeyError;

/// How many conditions a filter may hold. SQLite's limit for an expression's depth is 1,000.
pub const MOST_CONDITIONS: usize = 500;

/// How many of them may be patterns, each of which is matched against every key.
pub const MOST_PATTERNS: usize = 100;

/// The longest pattern, in bytes of UTF-8.
pub const MOST_PATTERN_BYTES: usize = 1_024;

/// Which keys are meant. SQL's three-valued logic applies throughout.
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
    /// A column beside a value.
    Compare(Field, Comparison, Operand),
    /// A column among values.
    In {
        /// The column.
        field: Field,
        /// The values.
        operands: Vec<Operand>,
    },
    /// A column with no value.
    IsNull(Field),
    /// A text column and a pattern.
    Matches(Field, Pattern),
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

/// A value of a column's kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// For text columns.
    Text(String),
    /// For time columns.
    Time(Timestamp),
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

/// Several branches as one, of which those that are `nothing` are left out.
// Stock 2.21.2: a branch that says nothing is left out, it does not match everything.
pub(super) fn joined<F: PartialEq + Clone>(
    branches: impl IntoIterator<Item = F>,
    nothing: &F,
    join: fn(Vec<F>) -> F,
) -> F {
    let mut branches: Vec<_> = branches.into_iter().filter(|branch| branch != nothing).collect();
    match branches.len() {
        0 => nothing.clone(),
        1 => branches.remove(0),
        _ => join(branches),
    }
}

impl Filter {
    /// All of several filters, with those that say nothing left out.
    #[must_use]
    pub fn and(branches: impl IntoIterator<Item = Self>) -> Self {
        joined(branches, &Self::All, Self::And)
    }

    /// Any of several filters.
    #[must_use]
    pub fn or(branches: impl IntoIterator<Item = Self>) -> Self {
        joined(branches, &Self::All, Self::Or)
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

    fn conditions(&self) -> usize {
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
        Self::Compare(field, Comparison::Equal, Operand::Text(text.into()))
    }

    /// A key by its id.
    #[must_use]
    pub fn id(id: impl Into<String>) -> Self {
        Self::equal(Field::Id, id)
    }

    /// Keys by their ids.
    #[must_use]
    pub fn ids(ids: impl IntoIterator<Item = String>) -> Self {
        Self::In { field: Field::Id, operands: ids.into_iter().map(Operand::Text).collect() }
    }
}
