//! The operators of conditions.

use super::{ColumnRef, Comparison};

/// The meaning of an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    /// `$eq` and the like.
    Compare(Comparison),
    /// `$in`, or `$nin` if negated.
    Among { negated: bool },
    /// `$like`, or `$ilike` if case is ignored.
    Like { ignore_case: bool },
    /// `$re`.
    Regex,
    /// `$fulltext`.
    FullText,
    /// `$exists`.
    Exists,
    /// `$is`: true, false or null. Filters of keys do not have it.
    Is,
    /// `$and` and `$or`, which belong above a column.
    Group,
    /// `$not`, which belongs above a column.
    Not,
    /// An operator of columns that hold arrays or JSON.
    Collection,
}

impl Operator {
    /// The operator of that name.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "$eq" => Self::Compare(Comparison::Equal),
            "$ne" => Self::Compare(Comparison::NotEqual),
            "$gt" => Self::Compare(Comparison::Greater),
            "$gte" => Self::Compare(Comparison::GreaterOrEqual),
            "$lt" => Self::Compare(Comparison::Less),
            "$lte" => Self::Compare(Comparison::LessOrEqual),
            "$in" => Self::Among { negated: false },
            "$nin" => Self::Among { negated: true },
            "$like" => Self::Like { ignore_case: false },
            "$ilike" => Self::Like { ignore_case: true },
            "$re" => Self::Regex,
            "$fulltext" => Self::FullText,
            "$exists" => Self::Exists,
            "$is" => Self::Is,
            "$and" | "$or" => Self::Group,
            "$not" => Self::Not,
            "$overlap" | "$contains" | "$contained" | "$hasKey" | "$hasKeys" | "$hasSomeKeys"
            | "$none" | "$some" | "$every" => Self::Collection,
            _ => return None,
        })
    }

    /// Whether Medusa has the operator for such a column, be it to reject it with a message of its own.
    // Stock 2.21.2: cross-module joins have other operators than filters of keys.
    pub(super) fn is_known_on(self, column: &ColumnRef) -> bool {
        match column {
            ColumnRef::Key(_) => self != Self::Is,
            ColumnRef::Linked { .. } => {
                matches!(self, Self::Compare(_) | Self::Among { .. } | Self::Like { .. } | Self::Is)
            }
        }
    }
}
