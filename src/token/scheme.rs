//! The hash schemes of secret tokens: hashing and verification.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, Version};
use subtle::ConstantTimeEq;

use super::memory::BlockPool;
use super::{RawToken, StoredToken, TokenHash};
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

/// The scheme that new secrets are hashed with. Verification accepts both schemes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hashing {
    /// argon2id, as a PHC string.
    Argon2id(Argon2Params),
    /// Stock's scrypt, so that `@medusajs/api-key` can verify the row too.
    Scrypt,
}

impl Hashing {
    /// The memory in KiB that an argon2id derivation of this scheme needs; for scrypt, that of the default cost.
    pub(super) fn memory_kib(self) -> u32 {
        match self {
            Self::Argon2id(params) => params.memory_kib,
            Self::Scrypt => Argon2Params::default().memory_kib,
        }
    }

    /// Whether a hash has this scheme and cost.
    pub(super) fn is_scheme_of(self, hash: &TokenHash) -> bool {
        let hash = hash.as_str();
        match self {
            Self::Scrypt => !hash.starts_with('$'),
            Self::Argon2id(Argon2Params { memory_kib, iterations, parallelism }) => {
                let cost = format!("$argon2id$v=19$m={memory_kib},t={iterations},p={parallelism}$");
                hash.starts_with(&cost)
            }
        }
    }
}

/// Hashes a token with the salt of its row, which keeps that salt.
///
/// Returns `None` if the salt is not lower-case hex of at least 16 bytes.
pub(super) fn rehash(
    hashing: Hashing,
    token: &RawToken,
    salt: &str,
    memory: &BlockPool,
) -> Result<Option<TokenHash>, ApiKeyError> {
    let Some(bytes) =
        hex::decode(salt).ok().filter(|bytes| (16..=Salt::MAX_LENGTH).contains(&bytes.len()))
    else {
        return Ok(None);
    };
    match hash(hashing, token, &bytes, memory)? {
        StoredToken::Hashed { hash, salt: written } if written == salt => Ok(Some(hash)),
        _ => Ok(None),
    }
}

/// Hashes a new token. Takes tens of milliseconds of CPU time.
pub(super) fn hash(
    hashing: Hashing,
    token: &RawToken,
    salt: &[u8],
    memory: &BlockPool,
) -> Result<StoredToken, ApiKeyError> {
    const PROBLEM: ApiKeyError = ApiKeyError::Unexpected("argon2id could not hash a token.");
    let salt_hex = hex::encode(salt);
    let hash = match hashing {
        Hashing::Scrypt => scrypt_hex(token, &salt_hex)?,
        Hashing::Argon2id(params) => {
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
    Ok(StoredToken::Hashed { hash: TokenHash::new(hash), salt: salt_hex })
}

/// Whether a token matches a hash. Takes tens of milliseconds of CPU time.
pub(super) fn verify(
    token: &RawToken,
    hash: &TokenHash,
    salt: &str,
    memory: &BlockPool,
) -> Result<bool, ApiKeyError> {
    if !hash.as_str().starts_with('$') {
        let derived = scrypt_hex(token, salt)?;
        return Ok(derived.as_bytes().ct_eq(hash.as_str().as_bytes()).into());
    }
    let parsed = PasswordHash::new(hash.as_str()).map_err(|_| ApiKeyError::UnknownHash)?;
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

    const CHEAP: Hashing =
        Hashing::Argon2id(Argon2Params { memory_kib: 64, iterations: 1, parallelism: 1 });

    fn parts(stored: &StoredToken) -> (TokenHash, String) {
        let StoredToken::Hashed { hash, salt } = stored else { panic!("a secret is hashed") };
        (hash.clone(), salt.clone())
    }

    #[test]
    fn each_scheme_verifies_its_own_hash_and_no_other_token() {
        let memory = BlockPool::new(64);
        let token = RawToken::presented("sk_right".into());
        for hashing in [CHEAP, Hashing::Argon2id(Argon2Params::default()), Hashing::Scrypt] {
            let (hash, salt) = parts(&hash(hashing, &token, &[7; 16], &memory).expect("hashes"));
            let wrong = RawToken::presented("sk_wrong".into());
            assert_eq!(verify(&token, &hash, &salt, &memory), Ok(true), "{hashing:?}");
            assert_eq!(verify(&wrong, &hash, &salt, &memory), Ok(false), "{hashing:?}");
        }
    }

    #[test]
    fn a_new_hash_is_a_phc_string_that_states_its_cost() {
        let memory = BlockPool::new(64);
        let token = RawToken::presented("sk_1".into());
        let (hash, salt) = parts(
            &hash(Hashing::Argon2id(Argon2Params::default()), &token, &[1; 16], &memory)
                .expect("hashes"),
        );
        assert!(
            hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$AQEBAQ"),
            "{}",
            hash.as_str()
        );
        assert_eq!(salt, "01".repeat(16));
    }

    #[test]
    fn a_hash_is_current_by_scheme_and_cost() {
        let memory = BlockPool::new(64);
        let token = RawToken::presented("sk_1".into());
        let costlier =
            Hashing::Argon2id(Argon2Params { memory_kib: 640, iterations: 1, parallelism: 1 });
        let all = [CHEAP, costlier, Hashing::Scrypt];
        for used in all {
            let (hash, _) = parts(&hash(used, &token, &[7; 16], &memory).expect("hashes"));
            for scheme in all {
                assert_eq!(scheme.is_scheme_of(&hash), scheme == used, "{scheme:?} of {used:?}");
            }
        }
    }

    #[test]
    fn rehashing_keeps_the_rows_salt_and_can_be_reversed_to_the_same_hash() {
        let memory = BlockPool::new(64);
        let token = RawToken::presented("sk_1".into());
        let (scrypt, salt) =
            parts(&hash(Hashing::Scrypt, &token, &[7; 16], &memory).expect("hashes"));
        let argon2 = rehash(CHEAP, &token, &salt, &memory).expect("hashes").expect("a hex salt");
        assert_eq!(verify(&token, &argon2, &salt, &memory), Ok(true));
        let back = rehash(Hashing::Scrypt, &token, &salt, &memory).expect("hashes");
        assert_eq!(back, Some(scrypt));
    }

    #[test]
    fn a_salt_that_cannot_be_reused_prevents_a_rehash() {
        let memory = BlockPool::new(64);
        let token = RawToken::presented("sk_1".into());
        for salt in ["", "salt", "07070707070707", &"AB".repeat(16), &"ab".repeat(100)] {
            for hashing in [CHEAP, Hashing::Scrypt] {
                assert_eq!(rehash(hashing, &token, salt, &memory), Ok(None), "{salt}");
            }
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
