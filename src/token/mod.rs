//! A token is a secret.
//!
//! Owns the raw token, its redacted form, its selector digest, the schemes that
//! hash it, the bounded pool that does so, and the memory of what was proven.
//! Which key a token belongs to is `api_key`'s and `store`'s.
//! Invariant: a raw token has no `Debug`, no `Display` and no `Serialize`; it
//! leaves through [`RawToken::expose`] alone.

mod digest;
mod hasher;
mod memory;
mod proven;
mod raw;
mod scheme;
mod stored;
mod thread;

pub use digest::TokenDigest;
pub use hasher::{Hasher, HasherSettings};
pub use proven::Fingerprint;
pub use raw::{Prefix, RawToken, Redacted, holds_secret, may_be_publishable, may_be_token};
pub use scheme::{Argon2Params, Hashing};
pub use stored::{StoredToken, TokenHash};
