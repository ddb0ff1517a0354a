//! The strength of a secret that a caller chose.
//!
//! The selector of every secret is a fast hash (docs/adr/0006), so a token that can be guessed is lost with the table.
//! The estimate is the length times the bits of the alphabet. It cannot prove randomness; it rejects what is certainly
//! not random: repetitions, sequences, words and the examples of documentation.

use std::collections::BTreeSet;

use super::brand::random_digits;

/// The least strength of a chosen secret in bits. OWASP's ASVS 5.0 (6.5.2) asks for 112.
pub const MIN_STRENGTH_BITS: f64 = 128.0;

/// Words of secrets that were never generated. No string of hexadecimal digits contains one, and a random string of 43
/// letters and digits contains one with a probability of about one in 100,000.
const EXAMPLE_WORDS: [&str; 8] =
    ["apikey", "changeme", "dummy", "example", "password", "placeholder", "replaceme", "secret"];

/// The words that examples begin with: `sk_test_…`.
const EXAMPLE_BEGINNINGS: [&str; 4] = ["demo", "sample", "test", "your"];

/// Secrets that documentation shows, or that everybody can compute. In lower case.
const PUBLISHED: [&str; 5] = [
    // Stripe's documentation.
    "4ec39hqlyjwdarjtt1zdp7dc",
    "tr3pgmjwsu2vkxnqxyzbttrf",
    // The SHA-256 and the MD5 of the empty string, and the MD5 of "password".
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "d41d8cd98f00b204e9800998ecf8427e",
    "5f4dcc3b5aa765d61d8327deb882cf99",
];

/// The rows and columns of a keyboard.
const KEYBOARD: [&str; 14] = [
    "1234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz",
    "2wsx",
    "3edc",
    "4rfv",
    "5tgb",
    "6yhn",
    "7ujm",
    "8ik",
    "9ol",
    "0p",
];

/// A part of a secret that repeats an earlier part of this length is not random.
const MIN_REPEATED: usize = 6;

/// A text is readable if its letters and digits change their class at most once in this number of characters: 5 if
/// capital letters may separate words.
const READABLE_WORD: usize = 8;
const READABLE_CAPITALIZED_WORD: usize = 5;

/// The bits of a character of readable text: more than those of English, about those of a list of random words.
const READABLE_BITS: f64 = 2.0;

/// Estimates the bits of a secret token, of which `rest` is what follows its prefix; 0 for an example.
#[must_use]
pub fn secret_strength_bits(token: &str, rest: &str) -> f64 {
    // A brand may be the word that an example begins with.
    random_digits(token).map_or_else(|| strength_bits(rest), digits_strength_bits)
}

/// Estimates the bits of a random string; 0 for an example.
pub(super) fn strength_bits(secret: &str) -> f64 {
    let bits = digits_strength_bits(secret);
    match readable_length(repeated_unit(secret.as_bytes())) {
        Some(length) => bits.min(as_number(length) * READABLE_BITS),
        None => bits,
    }
}

/// Estimates the bits of a random string that no person has made of words; 0 for an example.
///
/// One in 6,000 strings of random digits changes its class as seldom as a text of words. A checksum shows that a string
/// was generated.
pub(super) fn digits_strength_bits(secret: &str) -> f64 {
    if is_example(secret) {
        return 0.0;
    }
    let unit = repeated_unit(secret.as_bytes());
    let alphabet = Alphabet::of(unit);
    // The separators of a UUID are known.
    let separators = if alphabet.is_hex() { alphabet.punctuation_length } else { 0 };
    let continued = continued_runs(unit).max(walked_keys(unit));
    // A random token continues a run now and then.
    let predictable = if continued * 10 > unit.len() { continued } else { 0 };
    let random = unit.len().saturating_sub(separators + predictable.max(repeated(unit)));
    as_number(random) * alphabet.bits_each()
}

/// The number of characters in parts that repeat an earlier part, in upper or lower case.
fn repeated(text: &[u8]) -> usize {
    let lower = text.to_ascii_lowercase();
    let (mut place, mut repeated) = (1, 0);
    while place < lower.len() {
        let length_from = |start: usize| {
            lower[start..place].iter().zip(&lower[place..]).take_while(|(one, next)| one == next)
        };
        let longest = (0..place).map(|start| length_from(start).count()).max().unwrap_or_default();
        if longest >= MIN_REPEATED {
            repeated += longest;
            place += longest;
        } else {
            place += 1;
        }
    }
    repeated
}

/// The number of characters that continue a walk over the keyboard: on the same line as the two before, and next to them.
fn walked_keys(text: &[u8]) -> usize {
    let lower = text.to_ascii_lowercase();
    let is_walk = |three: &&[u8]| {
        let back: Vec<u8> = three.iter().rev().copied().collect();
        let holds = |part: &[u8]| {
            KEYBOARD.iter().any(|line| line.as_bytes().windows(3).any(|keys| keys == part))
        };
        holds(three) || holds(&back)
    };
    lower.windows(3).filter(is_walk).count()
}

/// The number of letters and digits of a text that consists of words; `None` for another text.
fn readable_length(text: &[u8]) -> Option<usize> {
    let plain: Vec<u8> = text.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    // Words begin with a capital letter, or end where a number begins.
    let changes = plain.windows(2).filter(|pair| {
        let [one, next] = [pair[0], pair[1]];
        one.is_ascii_digit() != next.is_ascii_digit()
            || one.is_ascii_lowercase() && next.is_ascii_uppercase()
    });
    let has = |is: fn(&u8) -> bool| plain.iter().any(is);
    let (lower, upper) = (has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase));
    let word = if lower && upper { READABLE_CAPITALIZED_WORD } else { READABLE_WORD };
    ((lower || upper) && changes.count() * word <= plain.len()).then_some(plain.len())
}

fn is_example(secret: &str) -> bool {
    let lower = secret.to_ascii_lowercase();
    let first_word = lower.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let letters: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    PUBLISHED.iter().any(|published| letters.contains(published))
        || EXAMPLE_BEGINNINGS.contains(&first_word)
        || EXAMPLE_WORDS.iter().any(|word| letters.contains(word))
}

/// The part of a text that its rest repeats; the whole text if it is not a repetition.
fn repeated_unit(text: &[u8]) -> &[u8] {
    let repeats = |unit: &usize| text.iter().zip(&text[*unit..]).all(|(one, next)| one == next);
    (1..=text.len() / 2).find(repeats).map_or(text, |unit| &text[..unit])
}

/// The number of characters that continue a run: equal, ascending by one or descending by one, as the two before.
fn continued_runs(text: &[u8]) -> usize {
    let step = |pair: &[u8]| i16::from(pair[1]) - i16::from(pair[0]);
    text.windows(3)
        .filter(|three| step(&three[..2]).abs() <= 1 && step(&three[..2]) == step(&three[1..]))
        .count()
}

/// The kinds of characters in a text.
#[derive(Default)]
struct Alphabet {
    length: usize,
    distinct: BTreeSet<u8>,
    punctuation: BTreeSet<u8>,
    punctuation_length: usize,
    has_digit: bool,
    has_lower: bool,
    has_upper: bool,
    has_letter_above_f: bool,
}

impl Alphabet {
    fn of(text: &[u8]) -> Self {
        let mut alphabet = Self { length: text.len(), ..Self::default() };
        for &byte in text {
            alphabet.distinct.insert(byte);
            alphabet.has_digit |= byte.is_ascii_digit();
            alphabet.has_lower |= byte.is_ascii_lowercase();
            alphabet.has_upper |= byte.is_ascii_uppercase();
            alphabet.has_letter_above_f |= byte.is_ascii_alphabetic() && !byte.is_ascii_hexdigit();
            if !byte.is_ascii_alphanumeric() {
                alphabet.punctuation.insert(byte);
                alphabet.punctuation_length += 1;
            }
        }
        alphabet
    }

    /// Whether all letters and digits are hexadecimal digits of one case.
    fn is_hex(&self) -> bool {
        !(self.has_letter_above_f || self.has_lower && self.has_upper)
    }

    fn bits_each(&self) -> f64 {
        let has_one_case = self.has_lower != self.has_upper;
        if has_one_case && !self.has_digit {
            return READABLE_BITS;
        }
        let letters = if self.has_letter_above_f { 26 } else { 6 };
        let punctuation = if self.is_hex() { 0 } else { self.punctuation.len() };
        let size = if self.has_digit { 10 } else { 0 }
            + if self.has_lower { letters } else { 0 }
            + if self.has_upper { letters } else { 0 }
            + punctuation;
        // A few characters, often repeated, are a smaller alphabet than their kinds.
        let is_narrow = self.distinct.len() * 4 <= self.length;
        as_number(if is_narrow { size.min(self.distinct.len()) } else { size }).log2().max(0.0)
    }
}

fn as_number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64UrlUnpadded, Encoding};
    use proptest::prelude::*;

    use super::*;

    fn is_strong(secret: &str) -> bool {
        strength_bits(secret) >= MIN_STRENGTH_BITS
    }

    #[test]
    fn examples_words_repetitions_and_sequences_are_weak() {
        for weak in [
            "",
            "1",
            "123",
            "123456789",
            "12345678901234567890123456789012345678901234567890",
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "fedcba9876543210fedcba9876543210fedcba9876543210",
            "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "00000000000000000000000000000000000000000000000000000000",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "aabbccddaabbccddaabbccddaabbccddaabbccddaabbccddaabbccdd",
            "01001101010010110101001011010010110100101101001011010011",
            "test_4eC39HqLyjWDarjtT1zdp7dc4eC39HqLyjWDarjtT1zdp7dc",
            "TEST4eC39HqLyjWDarjtT1zdp7dc4eC39HqLyjWDarjtT1zdp7dc9Zq",
            "your-api-key-4eC39HqLyjWDarjtT1zdp7dc",
            "4eC39HqLyjWD-change-me-9Hq4eC39HqLyjWDarjtT1zdp7dc",
            "this-is-the-key-of-our-shop-and-the-shop-is-good",
            "correct_horse_battery_staple",
            "correcthorsebatterystaple1",
            "CorrectHorseBatteryStaple",
            "our-shop-production-key-2026",
            "MyShopProductionApiToken1",
            "LoremIpsumDolorSitAmetConsectetur",
            "qwertyuiopasdfghjklzxcvbnm1234567890",
            "QwErTyUiOpAsDfGhJkLzXcVbNm123",
            "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
            "deadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeee",
            "x9f86d0819f86d0819f86d0819f86d0819f86d0819f86d081",
            "live_4eC39HqLyjWDarjtT1zdp7dc",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            // 124 bits of hexadecimal digits.
            "9f86d081884c7d659a2feaa0c55ad01",
            // 126 bits of decimal digits.
            "49081376250917364820571936482057193648",
        ] {
            assert!(!is_strong(weak), "{weak}: {}", strength_bits(weak));
        }
    }

    #[test]
    fn a_generated_secret_of_128_bits_is_strong() {
        for strong in [
            // openssl rand -hex 16
            "9f86d081884c7d659a2feaa0c55ad015",
            "9F86D081884C7D659A2FEAA0C55AD015",
            // uuidgen
            "b3a5c0de-8f41-4f9e-9d27-6c1e0f7a2b95",
            // openssl rand -base64 16
            "n4bQgYhMfWWaL+qgxVrQFQ==",
            // 39 decimal digits
            "718204659301847562093758164420397581636",
        ] {
            assert!(is_strong(strong), "{strong}: {}", strength_bits(strong));
        }
    }

    proptest! {
        #[test]
        fn a_random_secret_of_256_bits_is_strong_in_every_encoding(
            random in prop::array::uniform32(any::<u8>()),
        ) {
            // Words that are found by chance are excluded.
            let base64 = Base64UrlUnpadded::encode_string(&random);
            prop_assume!(!is_example(&base64) && readable_length(base64.as_bytes()).is_none());
            prop_assume!(random.iter().collect::<BTreeSet<_>>().len() > 16);
            for text in [hex::encode(random), hex::encode_upper(random), base64] {
                prop_assert!(is_strong(&text), "{}: {}", text, strength_bits(&text));
            }
        }

        #[test]
        fn a_repetition_is_no_stronger_than_what_it_repeats(unit in "[!-~]{1,20}", times in 2..20_usize) {
            prop_assert!(strength_bits(&unit.repeat(times)) <= strength_bits(&unit).max(0.0) + 1e-9
                || is_example(&unit));
        }

        #[test]
        fn the_estimate_is_finite_and_not_negative(text in ".{0,600}") {
            prop_assert!(strength_bits(&text) >= 0.0 && strength_bits(&text).is_finite());
        }
    }
}
