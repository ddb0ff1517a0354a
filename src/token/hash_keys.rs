//! The keys of keyed hashes, which are not in the database.
//!
//! Invariant: a secret has no `Debug` and is wiped from memory when it is dropped.

use std::fmt;
use std::sync::Arc;

use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The lengths of a secret, in bytes.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 32..=1_024;

/// The id of a hash key: 1 to 32 letters, digits, `.`, `_` and `-`. Not a secret: it is in each hash that the key made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashKeyId(Arc<str>);

impl HashKeyId {
    const MAX_LENGTH: usize = 32;

    /// Parses an id.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_allowed =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let fits = (1..=Self::MAX_LENGTH).contains(&text.len()) && text.bytes().all(is_allowed);
        fits.then(|| Self(text.into()))
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id, shared.
    #[must_use]
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }
}

/// The secret of a hash key, ready for use.
#[derive(Clone)]
pub struct HashSecret(Hmac<Sha256>);

impl HashSecret {
    /// Parses 32 to 1,024 bytes in hex, base64 or base64url, padded or not.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = decode(text).filter(|bytes| SECRET_BYTES.contains(&bytes.len()))?;
        Hmac::new_from_slice(&bytes).ok().map(Self)
    }
}

/// A key of HMAC-SHA-256.
#[derive(Clone)]
pub struct HashKey {
    id: HashKeyId,
    secret: HashSecret,
}

impl HashKey {
    /// Creates a key.
    #[must_use]
    pub fn new(id: HashKeyId, secret: HashSecret) -> Self {
        Self { id, secret }
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> &HashKeyId {
        &self.id
    }

    pub(super) fn mac(&self, message: &[u8]) -> [u8; 32] {
        let mut mac = self.secret.0.clone();
        mac.update(message);
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SECURITY: secrets stay out of logs.
        write!(f, "HashKey({})", self.id.as_str())
    }
}

/// Decodes hex, base64 or base64url, padded or not.
///
/// A string of hex digits is hex and nothing else: as base64 it would seem to have half as many bytes again.
pub(super) fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    if text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return hex::decode(text).ok().map(Zeroizing::new);
    }
    let unpadded = text.trim_end_matches('=');
    let is_padded = text.len() > unpadded.len();
    if is_padded && (!text.len().is_multiple_of(4) || text.len() - unpadded.len() > 2) {
        return None;
    }
    let decoded = if unpadded.contains(['-', '_']) {
        Base64UrlUnpadded::decode_vec(unpadded)
    } else {
        Base64Unpadded::decode_vec(unpadded)
    };
    decoded.ok().map(Zeroizing::new)
}

/// The hash keys of a service: the first makes new hashes, all verify.
#[derive(Debug, Clone, Default)]
pub struct HashKeys(Arc<[HashKey]>);

impl HashKeys {
    /// The keys in order. Their ids must differ.
    #[must_use]
    pub fn new(keys: Vec<HashKey>) -> Self {
        Self(keys.into())
    }

    /// The key that makes new hashes.
    #[must_use]
    pub fn first(&self) -> Option<&HashKey> {
        self.0.first()
    }

    pub(super) fn find(&self, id: &HashKeyId) -> Option<&HashKey> {
        self.0.iter().find(|key| key.id == *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_up_to_32_characters_of_a_fixed_alphabet() {
        for id in ["a", "2026-11", "Prod_eu.1", &"x".repeat(32)] {
            assert!(HashKeyId::parse(id).is_some(), "{id}");
        }
        for id in ["", " ", "a$", "a,b", "a=b", "ä", "a\0", "a/b", &"x".repeat(33)] {
            assert!(HashKeyId::parse(id).is_none(), "{id}");
        }
    }

    #[test]
    fn a_secret_is_read_from_hex_and_from_each_form_of_base64() {
        let bytes: Vec<u8> = (216..=255).chain(0..10).collect();
        assert_eq!(bytes.len(), 50);
        for text in [
            hex::encode(&bytes),
            hex::encode_upper(&bytes),
            base64ct::Base64::encode_string(&bytes),
            Base64Unpadded::encode_string(&bytes),
            base64ct::Base64Url::encode_string(&bytes),
            Base64UrlUnpadded::encode_string(&bytes),
        ] {
            assert_eq!(decode(&text).as_deref(), Some(&bytes), "{text}");
        }
    }

    #[test]
    fn a_string_that_is_neither_hex_nor_base64_is_no_secret() {
        let hex = "0".repeat(65);
        for text in
            ["my secret passphrase", "a+b-", "ab==c", "abc==", "abcd====", "QUI=x", "sæcret", &hex]
        {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    #[test]
    fn a_secret_must_have_32_bytes_and_is_never_shown() {
        for (length, accepted) in
            [(0, false), (31, false), (32, true), (1_024, true), (1_025, false)]
        {
            for text in
                [hex::encode(vec![7; length]), Base64Unpadded::encode_string(&vec![7; length])]
            {
                assert_eq!(HashSecret::parse(&text).is_some(), accepted, "{length}");
            }
        }
        let secret = HashSecret::parse(&"07".repeat(32)).expect("a secret");
        let id = HashKeyId::parse("a").expect("an id");
        let keys = HashKeys::new(vec![HashKey::new(id, secret)]);
        assert_eq!(format!("{keys:?}"), "HashKeys([HashKey(a)])");
    }

    #[test]
    fn a_secret_is_its_bytes_in_whichever_form_it_is_given() {
        let bytes: Vec<u8> = (200..240).collect();
        let id = HashKeyId::parse("a").expect("an id");
        let macs = [hex::encode(&bytes), Base64Unpadded::encode_string(&bytes)].map(|text| {
            HashKey::new(id.clone(), HashSecret::parse(&text).expect("a secret")).mac(b"message")
        });
        assert_eq!(macs[0], macs[1]);
    }
}
