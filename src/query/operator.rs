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
    /// `$and` and `$or`, which are valid only above a column.
    Group,
    /// `$not`, which is valid only above a column.
    Not,
    /// An operator of columns that hold arrays or JSON.
    Collection,
}

impl Operator {
    /// The operator with this name.
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

    /// Whether Medusa knows the operator on this kind of column, even if only to reject it with a specific message.
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
