//! Tokens, which are secrets.
//!
//! Owns the raw token, its redacted form, its selector digest, the hash schemes, the bounded executor of derivations
//! and the cache of proofs. `api_key` and `store` own which key a token belongs to.
//! Invariant: a raw token has no `Debug`, no `Display` and no `Serialize`; only [`RawToken::expose`] returns its clear
//! text.

mod digest;
mod hasher;
mod memory;
mod proven;
mod raw;
mod scheme;
mod stored;
mod thread;

pub use digest::TokenDigest;
pub use hasher::{Hasher, HasherSettings, Presented};
pub use proven::Fingerprint;
pub use raw::{Prefix, RawToken, Redacted, holds_secret, may_be_publishable, may_be_token};
pub use scheme::{Argon2Params, Hashing};
pub use stored::{StoredToken, TokenHash};
