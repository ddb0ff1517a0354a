//! The scheme of new hashes.

use super::{Argon2Params, Derivation};

/// The scheme that new secrets are hashed with. Verification accepts every scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hashing {
    /// A slow scheme.
    Derived(Derivation),
    /// SHA-256, or HMAC-SHA-256 if there are hash keys.
    Sha256,
}

impl Hashing {
    /// The memory in KiB that an argon2id derivation of this scheme needs; for others, that of the default cost.
    pub(super) fn memory_kib(self) -> u32 {
        match self {
            Self::Derived(Derivation::Argon2id(params)) => params.memory_kib,
            Self::Derived(Derivation::Scrypt) | Self::Sha256 => Argon2Params::default().memory_kib,
        }
    }
}
