//! Tokens, which are secrets.
//!
//! Owns the raw token, the form with a brand, its redacted form, its selector digest, the hash schemes, the hash keys, the bounded executor
//! of derivations and the cache of proofs. `api_key` and `store` own which key a token belongs to.
//! Invariant: a raw token has no `Debug`, no `Display` and no `Serialize`; only [`RawToken::expose`] returns its clear
//! text.

mod brand;
mod derivation;
mod digest;
mod executor;
mod hash_keys;
mod hasher;
mod imported;
mod memory;
mod proven;
mod raw;
mod scheme;
mod sha256;
mod stored;
mod strength;
mod thread;
mod unknown_hash_keys;

pub use brand::{Brand, has_wrong_checksum};
pub use derivation::{Argon2Params, Derivation};
pub use digest::{TokenDigest, short_digest};
pub use executor::ExecutorSettings;
pub use hash_keys::{HashKey, HashKeyId, HashKeys, HashSecret};
pub use hasher::{Hasher, HasherSettings, Presented};
pub use imported::TokenSha256;
pub use proven::Fingerprint;
pub use raw::{Prefix, RawToken, Redacted, holds_secret, may_be_publishable, may_be_token};
pub use scheme::Hashing;
pub use stored::{StoredToken, TokenHash};
pub use strength::{MIN_STRENGTH_BITS, secret_strength_bits};
pub use unknown_hash_keys::UnknownHashKey;
