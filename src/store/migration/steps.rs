//! The migration steps in their order.

use super::step::Step;
use super::{change_feed, create_api_key, lookup_indexes, notify, token_digest};

// NEVER CHANGE a released step or the order of the steps: add new ones at the end.
pub(super) const STEPS: &[Step] = &[
    create_api_key::STEP,
    token_digest::STEP,
    // The workflow that created a key. Stock ignores it.
    Step::text_column("workflow_transaction", "workflow_transaction_id"),
    notify::STEP,
    lookup_indexes::STEP,
    change_feed::STEP,
];
