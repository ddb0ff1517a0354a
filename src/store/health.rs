//! What an open database lacks.

use crate::error::ApiKeyError;

/// The health of an open database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Whether the table has every migration step, index and trigger.
    pub up_to_date: bool,
    /// Whether the server is a replica.
    pub replica: bool,
    /// Why writes fail, if they would.
    pub write_obstacle: Option<ApiKeyError>,
}
