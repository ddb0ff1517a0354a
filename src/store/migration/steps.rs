//! The migration steps in their order.

use super::step::Step;
use super::{attributes, create_api_key, creators, lookup_indexes, token_digest};
use crate::store::dialect;

// NEVER CHANGE a released step or the order of the steps: add new ones at the end.
pub(super) const STEPS: &[Step] = &[
    Step::new("create_api_key", create_api_key::change),
    Step::new("token_digest", token_digest::change),
    // The workflow that created a key. Stock ignores it.
    Step::text_column("workflow_transaction", "workflow_transaction_id"),
    Step::new("notify", dialect::notify),
    Step::new("lookup_indexes", lookup_indexes::change),
    Step::new("change_feed", dialect::change_feed),
    Step::new("attributes", attributes::change),
    Step::new("creators", creators::change),
];
