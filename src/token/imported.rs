//! The SHA-256 of a token that another system issued.

use super::{TokenDigest, TokenHash, hash_keys, sha256};

/// The SHA-256 of a whole token. Its row verifies the token without the token ever having been here.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TokenSha256([u8; 32]);

impl TokenSha256 {
    /// Parses hex, base64 or base64url, padded or not.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self(hash_keys::decode(text)?.as_slice().try_into().ok()?))
    }

    /// The selector of the token.
    #[must_use]
    pub fn selector(&self) -> TokenDigest {
        TokenDigest::of_sha256(&self.0)
    }

    /// The stored form.
    #[must_use]
    pub fn stored(&self) -> TokenHash {
        sha256::plain(&self.0)
    }

    /// Whether a hash, whose row has this token's selector, may be of this token. Only a SHA-256 without a key can be
    /// compared; of another scheme, the selector decides, which two tokens share with a probability of 2⁻⁶⁴.
    #[must_use]
    pub fn may_match(&self, hash: &TokenHash) -> bool {
        !sha256::is_plain(hash) || hash.unsealed() == self.stored().as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::RawToken;

    const HEX: &str = "c72f6d852a280f0e610550870afae5cb0619f1efe6dbfe9b0ef671aa5488f3c3";

    #[test]
    fn every_encoding_of_a_hash_yields_the_same_row() {
        let of_hex = TokenSha256::parse(HEX).expect("a hash");
        assert_eq!(of_hex.stored().as_str(), format!("$sha256${HEX}"));
        assert_eq!(of_hex.selector().as_str(), &HEX[..16]);
        for same in [
            HEX.to_uppercase().as_str(),
            "xy9thSooDw5hBVCHCvrlywYZ8e/m2/6bDvZxqlSI88M=",
            "xy9thSooDw5hBVCHCvrlywYZ8e_m2_6bDvZxqlSI88M",
        ] {
            assert!(TokenSha256::parse(same).is_some_and(|hash| hash == of_hex), "{same}");
        }
        for not in ["", &HEX[2..], &format!("{HEX}00"), &format!("{HEX} "), "sk_", "$sha256$"] {
            assert!(TokenSha256::parse(not).is_none(), "{not}");
        }
    }

    #[test]
    fn the_selector_is_that_of_the_token() {
        let token = RawToken::presented("abc".to_owned());
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let hash = TokenSha256::parse(abc).expect("a hash");
        assert_eq!(hash.selector(), TokenDigest::of(&token));
    }

    #[test]
    fn another_plain_hash_does_not_match() {
        let hash = TokenSha256::parse(HEX).expect("a hash");
        assert!(hash.may_match(&hash.stored()));
        assert!(hash.may_match(&hash.stored().with_seal(true)));
        assert!(!hash.may_match(&TokenHash::new(format!("$sha256${}", "0".repeat(64)))));
        assert!(hash.may_match(&TokenHash::new("$argon2id$…".to_owned())));
    }
}
