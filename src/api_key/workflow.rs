//! The workflow in which a key was created.

use crate::input::{Input, checked_id};

/// The id of a workflow's transaction, as Medusa's shared context carries it. It is the same when the workflow is
/// undone later, by another process too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowTransaction(String);

impl WorkflowTransaction {
    /// The transaction of a call. What cannot be stored is none: the context is Medusa's, and no argument to refuse.
    #[must_use]
    pub fn of_context(id: &Input) -> Option<Self> {
        checked_id("id", id).ok().filter(|id| !id.is_empty()).map(Self)
    }

    /// A transaction as it was stored.
    #[must_use]
    pub fn stored(id: String) -> Self {
        Self(id)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_is_text_that_can_be_stored() {
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
