//! The option `pool`.

use serde::Deserialize;

use super::whole::Whole;
use super::wrong;
use crate::error::ApiKeyError;
use crate::store::PoolSettings;

/// The size of the connection pool, and its acquire and idle timeouts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PoolOptions {
    min: Option<Whole<0, 10_000>>,
    max: Option<Whole<1, 10_000>>,
    acquire_timeout_ms: Option<Whole<1, { u32::MAX }>>,
    idle_timeout_ms: Option<Whole<1, { u32::MAX }>>,
}

impl PoolOptions {
    pub(super) fn settings(&self) -> Result<PoolSettings, ApiKeyError> {
        let default = PoolSettings::default();
        let min = self.min.map_or(default.min, Whole::get);
        let max = self.max.map_or(default.max, Whole::get);
        if min > max {
            return Err(wrong("pool.min", "must not be larger than pool.max"));
        }
        let acquire_timeout =
            self.acquire_timeout_ms.map_or(default.acquire_timeout, Whole::milliseconds);
        let idle_timeout = self.idle_timeout_ms.map_or(default.idle_timeout, Whole::milliseconds);
        Ok(PoolSettings { min, max, acquire_timeout, idle_timeout })
    }
}
