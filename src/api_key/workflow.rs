//! The workflow that created a key.

use crate::input::{Input, checked_id};

/// The id of a workflow's transaction, from Medusa's shared context.
///
/// It stays the same when the workflow is compensated later, even by another process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowTransaction(String);

impl WorkflowTransaction {
    /// The transaction of a call. An id that cannot be stored is ignored, not rejected, because the context comes from
    /// Medusa.
    #[must_use]
    pub fn of_context(id: &Input) -> Option<Self> {
        checked_id("id", id).ok().filter(|id| !id.is_empty()).map(Self)
    }

    /// Wraps a stored transaction id.
    #[must_use]
    pub fn stored(id: String) -> Self {
        Self(id)
    }

    /// The string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_is_a_storable_string() {
        let text = |text: &str| Input::Text(text.to_owned());
        assert_eq!(
            WorkflowTransaction::of_context(&text("01J")),
            Some(WorkflowTransaction::stored("01J".to_owned()))
        );
        for none in [
            Input::Undefined,
            Input::Null,
            Input::Number(1.0),
            Input::IllFormedText,
            text(""),
            text("a\0"),
            text(&"a".repeat(1_025)),
        ] {
            assert_eq!(WorkflowTransaction::of_context(&none), None, "{none:?}");
        }
    }
}
