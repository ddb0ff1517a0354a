//! The fast scheme: SHA-256 of a token, or HMAC-SHA-256 under a hash key.
//!
//! For random tokens only: see docs/adr/0026. The salt of the row takes no part, so equal tokens have equal hashes, and
//! the hash of a token can be computed without this package. Invariant: a token has one hash per hash key, and one
//! without.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::hash_keys::{HashKey, HashKeyId, HashKeys};
use super::{RawToken, TokenHash};

// NEVER CHANGE: stored in the column `token`, as `$sha256$` and 64 lower-case hex digits.
const PLAIN: &str = "$sha256$";

// NEVER CHANGE: stored in the column `token`, as `$hmac-sha256$k=`, the id of the key, `$` and 64 lower-case hex digits.
const KEYED: &str = "$hmac-sha256$k=";

/// Why a hash of this scheme cannot be verified.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unverifiable {
    /// It names a hash key that is not among the service's.
    UnknownKey(HashKeyId),
    /// It has another form than this version writes.
    Malformed,
}

/// Whether a hash is of this scheme.
pub(super) fn is_sha256(hash: &TokenHash) -> bool {
    hash.unsealed().starts_with(PLAIN) || hash.unsealed().starts_with(KEYED)
}

/// The hash key that a hash names.
pub(super) fn key_id(hash: &TokenHash) -> Option<HashKeyId> {
    let (id, _) = hash.unsealed().strip_prefix(KEYED)?.split_once('$')?;
    HashKeyId::parse(id)
}

/// Whether a hash was made under this key, or without one.
pub(super) fn is_made_under(hash: &TokenHash, key: Option<&HashKey>) -> bool {
    match key {
        None => hash.unsealed().starts_with(PLAIN),
        Some(key) => hash
            .unsealed()
            .strip_prefix(KEYED)
            .and_then(|rest| rest.strip_prefix(key.id().as_str()))
            .is_some_and(|rest| rest.starts_with('$')),
    }
}

/// Hashes a token under a key, or without one.
pub(super) fn hash(token: &RawToken, key: Option<&HashKey>) -> TokenHash {
    let digest = hex::encode(digest(token, key));
    TokenHash::new(match key {
        None => format!("{PLAIN}{digest}"),
        Some(key) => format!("{KEYED}{}${digest}", key.id().as_str()),
    })
}

/// The hash without a key of a token with this SHA-256.
pub(super) fn plain(sha256: &[u8; 32]) -> TokenHash {
    TokenHash::new(format!("{PLAIN}{}", hex::encode(sha256)))
}

/// Whether a hash is a SHA-256 without a key.
pub(super) fn is_plain(hash: &TokenHash) -> bool {
    hash.unsealed().starts_with(PLAIN)
}

/// Whether a token matches a hash of this scheme.
pub(super) fn verify(
    token: &RawToken,
    hash: &TokenHash,
    keys: &HashKeys,
) -> Result<bool, Unverifiable> {
    let (key, stored) = match hash.unsealed().strip_prefix(KEYED) {
        None => (None, hash.unsealed().strip_prefix(PLAIN).ok_or(Unverifiable::Malformed)?),
        Some(rest) => {
            let (id, stored) = rest.split_once('$').ok_or(Unverifiable::Malformed)?;
            let id = HashKeyId::parse(id).ok_or(Unverifiable::Malformed)?;
            let Some(key) = keys.find(&id) else { return Err(Unverifiable::UnknownKey(id)) };
            (Some(key), stored)
        }
    };
    let expected = bytes_of(stored).ok_or(Unverifiable::Malformed)?;
    Ok(digest(token, key).ct_eq(&expected).into())
}

fn digest(token: &RawToken, key: Option<&HashKey>) -> [u8; 32] {
    match key {
        None => Sha256::digest(token.expose().as_bytes()).into(),
        Some(key) => key.mac(token.expose().as_bytes()),
    }
}

/// The bytes of 64 lower-case hex digits. Upper case is rejected, so that a token has one form in the unique column.
fn bytes_of(digits: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let is_lower = !digits.bytes().any(|digit| digit.is_ascii_uppercase());
    (is_lower && hex::decode_to_slice(digits, &mut bytes).is_ok()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::HashSecret;

    const TOKEN: &str = "sk_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn keys() -> HashKeys {
        let key = |id: &str, byte: u8| {
            let secret = HashSecret::parse(&hex::encode([byte; 32])).expect("a secret");
            HashKey::new(HashKeyId::parse(id).expect("an id"), secret)
        };
        HashKeys::new(vec![key("2026-11", 1), key("2026-1", 2)])
    }

    fn token() -> RawToken {
        RawToken::presented(TOKEN.to_owned())
    }

    /// Computed with Python's hashlib and hmac.
    const VECTORS: [&str; 3] = [
        "$sha256$c72f6d852a280f0e610550870afae5cb0619f1efe6dbfe9b0ef671aa5488f3c3",
        "$hmac-sha256$k=2026-11$28e337df4d5e42fce002163f44d7c2f886e199dbf8c1e88df8a19c483fdde0ef",
        "$hmac-sha256$k=2026-1$86bb94e5b4096b2d5b87f0ebd95a98e45879f3a1798579983e733fbf64741d46",
    ];

    #[test]
    fn the_stored_form_is_fixed_m9() {
        let keys = keys();
        let ids = [None, Some("2026-11"), Some("2026-1")];
        for (vector, id) in VECTORS.iter().zip(ids) {
            let key = id.and_then(HashKeyId::parse).and_then(|id| keys.find(&id));
            assert_eq!(key.is_some(), id.is_some());
            assert_eq!(hash(&token(), key).as_str(), *vector);
            let stored = TokenHash::new((*vector).to_owned());
            assert_eq!(verify(&token(), &stored, &keys), Ok(true));
            let other = RawToken::presented(TOKEN.replace("sk_0", "sk_1"));
            assert_eq!(verify(&other, &stored, &keys), Ok(false));
        }
    }

    #[test]
    fn a_hash_is_recognized_by_its_key_and_not_by_a_part_of_its_id() {
        let keys = keys();
        let [long, short] =
            ["2026-11", "2026-1"].map(|id| HashKeyId::parse(id).and_then(|id| keys.find(&id)));
        let made_under = [None, long, short];
        for (vector, key) in VECTORS.iter().zip(made_under) {
            let stored = TokenHash::new((*vector).to_owned());
            assert!(is_sha256(&stored));
            for other in made_under {
                let same = other.map(HashKey::id) == key.map(HashKey::id);
                assert_eq!(is_made_under(&stored, other), same, "{vector}");
            }
        }
        assert!(!is_sha256(&TokenHash::new("00".repeat(64))));
    }

    #[test]
    fn a_hash_under_an_unknown_key_names_it_and_never_matches() {
        let stored = TokenHash::new(VECTORS[1].to_owned());
        let unknown = HashKeyId::parse("2026-11").expect("an id");
        assert_eq!(
            verify(&token(), &stored, &HashKeys::default()),
            Err(Unverifiable::UnknownKey(unknown))
        );
    }

    #[test]
    fn a_malformed_hash_never_matches() {
        let digits = VECTORS[0].strip_prefix(PLAIN).expect("digits");
        for text in [
            "$sha256$".to_owned(),
            format!("$sha256${}", digits.to_uppercase()),
            format!("$sha256${digits}00"),
            format!("$sha256${}", &digits[2..]),
            format!("$sha256${digits}\n"),
            format!("$hmac-sha256${digits}"),
            format!("$hmac-sha256$k=2026-11{digits}"),
            format!("$hmac-sha256$k=${digits}"),
            format!("$hmac-sha256$k=2026-11$${digits}"),
            format!("$hmac-sha256$k={}${digits}", "x".repeat(33)),
            "$hmac-sha256$k=2026-11$".to_owned(),
        ] {
            let found = verify(&token(), &TokenHash::new(text.clone()), &keys());
            assert_eq!(found, Err(Unverifiable::Malformed), "{text}");
        }
    }
}
