//! Work after a successful authentication, in the background so that it does not delay the response.

pub(super) mod last_used;
pub(super) mod row_backfill;
