//! Tokens with a brand: a name by which people and scanners recognize them, and a checksum. See docs/adr/0034.
//!
//! Owns the form and its checksum. Which service issues such tokens, and where a wrong checksum is refused, is up to
//! `service`. Invariant: only a token of the whole form is judged by its checksum, so a token of another form that begins
//! with the same characters stays usable.

use zeroize::Zeroizing;

use super::Prefix;

/// The digits of numbers to base 62, in their order.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The number of digits of 32 random bytes, and of a checksum.
const RANDOM_DIGITS: usize = 43;
const CHECKSUM_DIGITS: usize = 6;

/// The maximum length of a brand.
const MAX_BRAND_LENGTH: usize = 16;

/// The number of letters and digits after a brand from which a string looks like a token; issued tokens have 49.
const MIN_SECRET_LENGTH: usize = 32;

/// The brand of new tokens: 1 to 16 lowercase letters and digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand(String);

impl Brand {
    /// What a brand must be.
    pub const EXPECTED: &'static str = "a string of 1 to 16 lowercase letters and digits";

    /// Parses a brand.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_brand(text).then(|| Self(text.to_owned()))
    }

    /// Whether a string has the form of a token with this brand, but a wrong checksum: no key has such a token.
    #[must_use]
    pub fn refuses(&self, token: &str) -> bool {
        Parts::of(token).is_some_and(|parts| parts.brand == self.0 && !parts.is_intact())
    }

    // NEVER CHANGE: issued tokens have this form.
    /// The token of 32 random bytes: `sk_<brand>_`, the bytes as a big-endian number in 43 digits to base 62, and the
    /// CRC-32 of everything before it in 6 digits.
    pub(super) fn token(&self, prefix: Prefix, random: &[u8]) -> String {
        let beginning = format!("{}{}_", prefix.as_str(), self.0);
        let mut token = String::with_capacity(beginning.len() + RANDOM_DIGITS + CHECKSUM_DIGITS);
        token.push_str(&beginning);
        token.extend(base62::<RANDOM_DIGITS>(random).iter().map(|digit| char::from(*digit)));
        let checksum = checksum(&token);
        token.extend(checksum.iter().map(|digit| char::from(*digit)));
        token
    }
}

/// Whether a string has the form of a token with any brand, but a wrong checksum.
#[must_use]
pub fn has_wrong_checksum(token: &str) -> bool {
    Parts::of(token).is_some_and(|parts| !parts.is_intact())
}

/// The digits of the random bytes of a token with a brand and a right checksum.
pub(super) fn random_digits(token: &str) -> Option<&str> {
    let parts = Parts::of(token).filter(Parts::is_intact)?;
    Some(&token[parts.random_at..token.len() - CHECKSUM_DIGITS])
}

/// Whether what follows `sk_` begins like a token with a brand.
pub(super) fn begins_like_secret(rest: &str) -> bool {
    let Some((brand, rest)) = rest.split_once('_') else { return false };
    let digits = rest.bytes().take_while(u8::is_ascii_alphanumeric);
    is_brand(brand) && digits.take(MIN_SECRET_LENGTH).count() == MIN_SECRET_LENGTH
}

fn is_brand(text: &str) -> bool {
    (1..=MAX_BRAND_LENGTH).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// A string of the form of a token with a brand.
struct Parts<'a> {
    token: &'a str,
    brand: &'a str,
    random_at: usize,
}

impl<'a> Parts<'a> {
    fn of(token: &'a str) -> Option<Self> {
        let rest = [Prefix::Secret, Prefix::Publishable]
            .iter()
            .find_map(|prefix| token.strip_prefix(prefix.as_str()))?;
        let (brand, digits) = rest.split_once('_')?;
        let has_form = is_brand(brand)
            && digits.len() == RANDOM_DIGITS + CHECKSUM_DIGITS
            && digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
        has_form.then(|| Self { token, brand, random_at: token.len() - digits.len() })
    }

    fn is_intact(&self) -> bool {
        let (checked, given) = self.token.split_at(self.token.len() - CHECKSUM_DIGITS);
        checksum(checked) == given.as_bytes()
    }
}

fn checksum(text: &str) -> [u8; CHECKSUM_DIGITS] {
    *base62(&crc32fast::hash(text.as_bytes()).to_be_bytes())
}

/// The last digits of a big-endian number to base 62, with leading zeros.
fn base62<const LENGTH: usize>(bytes: &[u8]) -> Zeroizing<[u8; LENGTH]> {
    let mut number = Zeroizing::new(bytes.to_vec());
    let mut digits = Zeroizing::new([DIGITS[0]; LENGTH]);
    for digit in digits.iter_mut().rev() {
        let mut rest = 0_u16;
        for byte in number.iter_mut() {
            let part = rest << 8 | u16::from(*byte);
            // Less than 256, because the rest is less than 62.
            *byte = u8::try_from(part / 62).unwrap_or(u8::MAX);
            rest = part % 62;
        }
        *digit = DIGITS[usize::from(rest)];
    }
    digits
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use regex::Regex;

    use super::*;
    use crate::token::strength::{digits_strength_bits, strength_bits};
    use crate::token::{MIN_STRENGTH_BITS, secret_strength_bits};

    fn brand(text: &str) -> Brand {
        Brand::parse(text).expect("a brand")
    }

    fn secret(random: &[u8; 32]) -> String {
        brand("acme").token(Prefix::Secret, random)
    }

    /// The documented expression, for any brand.
    fn documented() -> Regex {
        Regex::new(r"\b[sp]k_[a-z0-9]{1,16}_[0-9A-Za-z]{49}\b").expect("an expression")
    }

    #[test]
    fn issued_tokens_never_change() {
        // The parts are separate, so that no scanner finds a token here. They were computed with Python's zlib.
        for (prefix, name, random, digits, checksum) in [
            (
                Prefix::Secret,
                "acme",
                [0; 32],
                "0000000000000000000000000000000000000000000",
                "3ydEpv",
            ),
            (
                Prefix::Secret,
                "acme",
                [0xff; 32],
                "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1",
                "26FQvb",
            ),
            (
                Prefix::Publishable,
                "a1",
                [7; 32],
                "1fJjkkpe9PiTw9KSulA8Ghct30vZz4HpdQ5c5b9cPF1",
                "1EVjUD",
            ),
        ] {
            let token = format!("{}{name}_{digits}{checksum}", prefix.as_str());
            assert_eq!(brand(name).token(prefix, &random), token);
        }
    }

    #[test]
    fn a_brand_has_1_to_16_lowercase_letters_and_digits() {
        for valid in ["a", "acme", "0", "a1b2c3d4e5f6g7h8"] {
            assert!(Brand::parse(valid).is_some(), "{valid}");
        }
        for invalid in ["", "Acme", "a_b", "a-b", "ä", "a b", "a1b2c3d4e5f6g7h8i", "a\0", "acme\n"]
        {
            assert!(Brand::parse(invalid).is_none(), "{invalid:?}");
        }
    }

    #[test]
    fn only_the_whole_form_is_judged_by_its_checksum() {
        let token = secret(&[7; 32]);
        let wrong = format!(
            "{}{}",
            &token[..token.len() - 1],
            if token.ends_with('0') { '1' } else { '0' }
        );
        assert!(!brand("acme").refuses(&token) && !has_wrong_checksum(&token));
        assert!(brand("acme").refuses(&wrong) && has_wrong_checksum(&wrong));
        // Another brand, other lengths, and stock's form.
        assert!(!brand("other").refuses(&wrong));
        for other in [
            wrong[..wrong.len() - 1].to_owned(),
            format!("{wrong}0"),
            wrong.replace("sk_", "tk_"),
            wrong.replace("acme", "ACME"),
            wrong.replacen("_acme_", "_acme-", 1),
            format!("sk_{}", "0f".repeat(32)),
            String::new(),
            "sk_acme_".to_owned(),
            "sk_acme".to_owned(),
            format!("sk_acme_{}", "ä".repeat(24)),
        ] {
            assert!(!brand("acme").refuses(&other) && !has_wrong_checksum(&other), "{other}");
        }
    }

    #[test]
    fn a_checksum_covers_the_type_and_the_brand() {
        let token = secret(&[7; 32]);
        assert!(has_wrong_checksum(&token.replacen("sk", "pk", 1)));
        assert!(has_wrong_checksum(&token.replacen("acme", "acne", 1)));
    }

    #[test]
    fn a_random_token_that_looks_like_words_is_strong() {
        let random = [
            24, 27, 97, 79, 131, 170, 52, 22, 183, 216, 247, 83, 33, 70, 68, 195, 83, 239, 250,
            207, 148, 95, 76, 233, 156, 110, 85, 32, 180, 31, 30, 58,
        ];
        let token = secret(&random);
        let digits = random_digits(&token).expect("is intact");
        assert!(
            strength_bits(digits) < MIN_STRENGTH_BITS
                && digits_strength_bits(digits) >= MIN_STRENGTH_BITS
        );
        assert!(secret_strength_bits(&token, &token[3..]) >= MIN_STRENGTH_BITS);
    }

    proptest! {
        #[test]
        fn a_token_has_the_documented_form_and_a_right_checksum(
            random in prop::array::uniform32(any::<u8>()), name in "[a-z0-9]{1,16}",
        ) {
            for prefix in [Prefix::Secret, Prefix::Publishable] {
                let token = brand(&name).token(prefix, &random);
                let head = format!("{}{name}_", prefix.as_str());
                prop_assert!(token.starts_with(&head));
                prop_assert_eq!(token.len(), head.len() + 49);
                prop_assert!(documented().find(&token).is_some_and(|found| found.as_str() == token));
                prop_assert!(!has_wrong_checksum(&token));
                prop_assert!(random_digits(&token).is_some());
                prop_assert!(begins_like_secret(&token[3..]));
            }
        }

        #[test]
        fn different_random_bytes_yield_different_tokens(
            one in prop::array::uniform32(any::<u8>()), other in prop::array::uniform32(any::<u8>()),
        ) {
            prop_assert_eq!(one == other, secret(&one) == secret(&other));
        }

        #[test]
        fn the_digits_are_the_number_of_the_random_bytes(random in prop::array::uniform16(any::<u8>())) {
            let token = secret(&{
                let mut bytes = [0; 32];
                bytes[16..].copy_from_slice(&random);
                bytes
            });
            let digits = random_digits(&token).expect("is intact");
            let number = digits.bytes().fold(0_u128, |number, byte| {
                let digit = DIGITS.iter().position(|one| *one == byte).expect("a digit");
                number * 62 + u128::try_from(digit).expect("is small")
            });
            prop_assert_eq!(number, u128::from_be_bytes(random));
        }

        #[test]
        fn a_mistyped_character_is_detected(
            random in prop::array::uniform32(any::<u8>()), place in 8..57_usize, digit in "[0-9A-Za-z]",
        ) {
            let mut token = secret(&random);
            prop_assume!(token[place..=place] != digit);
            token.replace_range(place..=place, &digit);
            prop_assert!(has_wrong_checksum(&token), "{}", token);
        }

        #[test]
        fn two_exchanged_characters_are_detected(
            random in prop::array::uniform32(any::<u8>()), place in 8..50_usize,
        ) {
            let token = secret(&random);
            let mut bytes = token.into_bytes();
            prop_assume!(bytes[place] != bytes[place - 1]);
            bytes.swap(place, place - 1);
            let exchanged = String::from_utf8(bytes).expect("is ASCII");
            // The sixth and seventh characters are the end of the brand and its separator.
            prop_assert!(place == 8 || has_wrong_checksum(&exchanged), "{}", exchanged);
        }

        #[test]
        fn random_text_holds_no_token(text in "(?s).{0,400}", random in "[sp]k_acme_[0-9A-Za-z]{49}") {
            let found = format!("{text} {random}");
            let intact = |text: &str| {
                documented().find_iter(text).any(|token| !has_wrong_checksum(token.as_str()))
            };
            prop_assert!(!intact(&found), "{}", found);
        }

        #[test]
        fn a_random_token_is_strong(random in prop::array::uniform32(any::<u8>())) {
            prop_assume!(random.iter().collect::<BTreeSet<_>>().len() > 16);
            let token = brand("test").token(Prefix::Secret, &random);
            let digits = random_digits(&token).expect("is intact");
            prop_assume!(digits_strength_bits(digits) > 0.0);
            prop_assert!(digits_strength_bits(digits) >= MIN_STRENGTH_BITS);
        }
    }
}
