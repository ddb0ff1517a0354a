//! The option `argon2`.

use serde::Deserialize;

use super::whole::Whole;
use super::wrong;
use crate::error::ApiKeyError;
use crate::token::Argon2Params;

/// The cost of argon2id.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Argon2Options {
    memory_kib: Option<Whole<8, { Argon2Params::MAX_MEMORY_KIB }>>,
    iterations: Option<Whole<1, { Argon2Params::MAX_ITERATIONS }>>,
    parallelism: Option<Whole<1, 255>>,
}

impl Argon2Options {
    pub(super) fn params(&self) -> Result<Argon2Params, ApiKeyError> {
        let default = Argon2Params::default();
        let memory_kib = self.memory_kib.map_or(default.memory_kib, Whole::get);
        let iterations = self.iterations.map_or(default.iterations, Whole::get);
        let parallelism = self.parallelism.map_or(default.parallelism, Whole::get);
        // RFC 9106, section 3.1: at least 8 KiB per lane.
        if memory_kib < 8 * parallelism {
            return Err(wrong("argon2.memoryKib", "must be at least 8 times argon2.parallelism"));
        }
        Ok(Argon2Params { memory_kib, iterations, parallelism })
    }
}
