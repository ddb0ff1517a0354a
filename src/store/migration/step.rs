//! A migration step.

use crate::store::backend::Backend;
use crate::store::dialect;

/// A reversible change of the table.
pub(super) struct Step {
    // NEVER CHANGE: existing databases record this name.
    pub(super) name: &'static str,
    kind: Kind,
}

enum Kind {
    /// A nullable column of strings.
    TextColumn(&'static str),
    /// Any other change.
    Other(fn(Backend) -> Change),
}

/// The SQL of a change, and the SQL that reverts it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct Change {
    pub(in crate::store) up: String,
    pub(in crate::store) down: String,
}

impl Step {
    /// Creates a step that adds a nullable column of strings.
    pub(super) const fn text_column(name: &'static str, column: &'static str) -> Self {
        Self { name, kind: Kind::TextColumn(column) }
    }

    /// Creates a step that makes another change.
    pub(super) const fn new(name: &'static str, change: fn(Backend) -> Change) -> Self {
        Self { name, kind: Kind::Other(change) }
    }

    pub(super) fn change(&self, backend: Backend) -> Change {
        match self.kind {
            Kind::TextColumn(column) => dialect::text_column(backend, column),
            Kind::Other(change) => change(backend),
        }
    }
}
