//! The slow hash schemes, argon2id and scrypt: hashing and verification.
//!
//! Each takes tens of milliseconds of CPU time; `executor` decides when and where they run.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, Version};
use subtle::ConstantTimeEq;

use super::memory::BlockPool;
use super::{RawToken, TokenHash};
use crate::error::ApiKeyError;

/// The cost parameters of argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon2Params {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
}

impl Argon2Params {
    /// The memory limit, 4 GiB, for options and for hashes read from rows.
    pub const MAX_MEMORY_KIB: u32 = 4_194_304;
    /// The limit on passes, for options and for hashes read from rows.
    pub const MAX_ITERATIONS: u32 = 1_000;
}

impl Default for Argon2Params {
    /// The minimum that OWASP's Password Storage Cheat Sheet recommends: 19 MiB, two passes, one lane.
    fn default() -> Self {
        Self { memory_kib: 19_456, iterations: 2, parallelism: 1 }
    }
}

/// A slow scheme, with its cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Derivation {
    /// argon2id, as a PHC string.
    Argon2id(Argon2Params),
    /// Stock's scrypt, so that `@medusajs/api-key` can verify the row too.
    Scrypt,
}

/// The part of a row's salt that a new hash of the same token can use: its bytes.
///
/// Returns `None` if the salt is not lower-case hex of 16 to 48 bytes: a later rehash could not restore the old hash.
pub(super) fn reusable_salt(salt: &str) -> Option<Vec<u8>> {
    let bytes = hex::decode(salt).ok()?;
    let fits = (16..=Salt::MAX_LENGTH).contains(&bytes.len());
    (fits && hex::encode(&bytes) == salt).then_some(bytes)
}

impl Derivation {
    /// Whether a hash has this scheme and cost.
    pub(super) fn made(self, hash: &TokenHash) -> bool {
        let hash = hash.unsealed();
        match self {
            Self::Scrypt => !hash.starts_with('$'),
            Self::Argon2id(Argon2Params { memory_kib, iterations, parallelism }) => {
                let cost = format!("$argon2id$v=19$m={memory_kib},t={iterations},p={parallelism}$");
                hash.starts_with(&cost)
            }
        }
    }
}

/// Hashes a new token. Takes tens of milliseconds of CPU time.
pub(super) fn hash(
    derivation: Derivation,
    token: &RawToken,
    salt: &[u8],
    memory: &BlockPool,
) -> Result<TokenHash, ApiKeyError> {
    const PROBLEM: ApiKeyError = ApiKeyError::Unexpected("argon2id could not hash a token.");
    let hash = match derivation {
        Derivation::Scrypt => scrypt_hex(token, &hex::encode(salt))?,
        Derivation::Argon2id(params) => {
            let params =
                Params::new(params.memory_kib, params.iterations, params.parallelism, None)
                    .map_err(|_| PROBLEM)?;
            let salt = Salt::new(salt).map_err(|_| {
                ApiKeyError::Unexpected("crypto.randomBytes returned too few bytes for a salt.")
            })?;
            let output = argon2id(&params, token, salt.as_ref(), memory)?;
            PasswordHash {
                algorithm: Algorithm::Argon2id.ident(),
                version: Some(Version::V0x13.into()),
                params: ParamsString::try_from(&params).map_err(|_| PROBLEM)?,
                salt: Some(salt),
                hash: Some(output),
            }
            .to_string()
        }
    };
    Ok(TokenHash::new(hash))
}

/// Whether a token matches a hash. Takes tens of milliseconds of CPU time.
pub(super) fn verify(
    token: &RawToken,
    hash: &TokenHash,
    salt: &str,
    memory: &BlockPool,
) -> Result<bool, ApiKeyError> {
    let hash = hash.unsealed();
    if !hash.starts_with('$') {
        let derived = scrypt_hex(token, salt)?;
        return Ok(derived.as_bytes().ct_eq(hash.as_bytes()).into());
    }
    let parsed = PasswordHash::new(hash).map_err(|_| ApiKeyError::UnknownHash)?;
    let (Some(salt), Some(expected)) = (parsed.salt, parsed.hash) else {
        return Err(ApiKeyError::UnknownHash);
    };
    if parsed.algorithm != Algorithm::Argon2id.ident()
        || parsed.version != Some(Version::V0x13.into())
    {
        return Err(ApiKeyError::UnknownHash);
    }
    let params = Params::try_from(&parsed).map_err(|_| ApiKeyError::UnknownHash)?;
    // SECURITY: write access to a row must not suffice to exhaust the memory or CPU of the process.
    if params.m_cost() > Argon2Params::MAX_MEMORY_KIB
        || params.t_cost() > Argon2Params::MAX_ITERATIONS
    {
        return Err(ApiKeyError::UnknownHash);
    }
    let derived = argon2id(&params, token, salt.as_ref(), memory)?;
    Ok(derived.as_bytes().ct_eq(expected.as_bytes()).into())
}

fn argon2id(
    params: &Params,
    token: &RawToken,
    salt: &[u8],
    memory: &BlockPool,
) -> Result<Output, ApiKeyError> {
    const PROBLEM: ApiKeyError = ApiKeyError::Unexpected("argon2id could not hash a token.");
    let mut out = vec![0; params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN)];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    memory
        .with(params.block_count(), |blocks| {
            argon2.hash_password_into_with_memory(token.expose().as_bytes(), salt, &mut out, blocks)
        })
        .map_err(|_| PROBLEM)?;
    Output::new(&out).map_err(|_| PROBLEM)
}

/// Computes stock's hash: the inputs are the UTF-8 bytes of the token and of the salt's hex *string*.
// NEVER CHANGE: Node's `crypto.scrypt` defaults (N = 16384, r = 8, p = 1) and 64 bytes of output.
fn scrypt_hex(token: &RawToken, salt: &str) -> Result<String, ApiKeyError> {
    const PROBLEM: ApiKeyError = ApiKeyError::Unexpected("scrypt could not hash a token.");
    let params = scrypt::Params::new(14, 8, 1).map_err(|_| PROBLEM)?;
    let mut out = [0_u8; 64];
    scrypt::scrypt(token.expose().as_bytes(), salt.as_bytes(), &params, &mut out)
        .map_err(|_| PROBLEM)?;
    Ok(hex::encode(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Derivation =
        Derivation::Argon2id(Argon2Params { memory_kib: 64, iterations: 1, parallelism: 1 });
    const SALT: &str = "07070707070707070707070707070707";

    #[test]
    fn each_scheme_verifies_its_own_hash_and_no_other_token() {
        let memory = BlockPool::new(64);
        let token = RawToken::presented("sk_right".into());
        for scheme in [CHEAP, Derivation::Argon2id(Argon2Params::default()), Derivation::Scrypt] {
            let hash = hash(scheme, &token, &[7; 16], &memory).expect("hashes");
            let wrong = RawToken::presented("sk_wrong".into());
            assert_eq!(verify(&token, &hash, SALT, &memory), Ok(true), "{scheme:?}");
            assert_eq!(verify(&wrong, &hash, SALT, &memory), Ok(false), "{scheme:?}");
        }
    }

    #[test]
    fn a_new_hash_is_a_phc_string_that_states_its_cost() {
        let memory = BlockPool::new(64);
        let token = RawToken::presented("sk_1".into());
        let scheme = Derivation::Argon2id(Argon2Params::default());
        let hash = hash(scheme, &token, &[1; 16], &memory).expect("hashes");
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$AQEBAQ"), "{hash:?}");
    }

    #[test]
    fn a_hash_is_recognized_by_scheme_and_cost() {
        let memory = BlockPool::new(64);
        let token = RawToken::presented("sk_1".into());
        let costlier =
            Derivation::Argon2id(Argon2Params { memory_kib: 640, iterations: 1, parallelism: 1 });
        let all = [CHEAP, costlier, Derivation::Scrypt];
        for used in all {
            let hash = hash(used, &token, &[7; 16], &memory).expect("hashes");
            for scheme in all {
                assert_eq!(scheme.made(&hash), scheme == used, "{scheme:?} of {used:?}");
            }
        }
    }

    #[test]
    fn only_a_salt_in_the_form_of_new_ones_is_reused() {
        assert_eq!(reusable_salt(SALT), Some(vec![7; 16]));
        for salt in ["", "salt", "07070707070707", &"AB".repeat(16), &"ab".repeat(100)] {
            assert_eq!(reusable_salt(salt), None, "{salt}");
        }
    }

    #[test]
    fn a_hash_in_an_unknown_format_is_an_error_and_never_a_match() {
        let memory = BlockPool::new(64);
        let token = RawToken::presented("sk_1".into());
        for text in [
            "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo",
            "$argon2id$v=19$m=4294967295,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo",
            "$argon2id$v=19$m=8,t=4294967295,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo",
            "$2b$10$x",
            "$",
        ] {
            assert!(verify(&token, &TokenHash::new(text.into()), "", &memory).is_err(), "{text}");
        }
    }
}
