//! What a success does afterwards, without delaying its answer.

pub(super) mod last_used;
pub(super) mod row_backfill;
