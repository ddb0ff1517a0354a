//! The token in clear text, and the form that is safe to show.

use zeroize::Zeroizing;

use super::Brand;
use super::brand::begins_like_secret;

/// The prefix of a token, by which people and secret scanners recognize it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    /// `sk_`
    Secret,
    /// `pk_`
    Publishable,
}

impl Prefix {
    // NEVER CHANGE: stock issues the same prefixes, and Medusa distinguishes key types by them.
    /// The string.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "sk_",
            Self::Publishable => "pk_",
        }
    }
}

/// The maximum length of a token in bytes. Tokens that Medusa and this package issue have 67 characters.
const MAX_TOKEN_BYTES: usize = 512;

/// The number of hex digits after `sk_` from which a string looks like a secret token; issued tokens have 64.
const SECRET_DIGITS: usize = 32;

/// Whether a string may be a token: 1 to 512 visible ASCII characters.
#[must_use]
pub fn may_be_token(text: &str) -> bool {
    (1..=MAX_TOKEN_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether a string may be a publishable token. Any string that starts with the secret prefix may not.
#[must_use]
pub fn may_be_publishable(text: &str) -> bool {
    may_be_token(text) && !text.starts_with(Prefix::Secret.as_str())
}

/// Whether a word of a string begins with what looks like a secret token.
#[must_use]
pub fn holds_secret(text: &str) -> bool {
    after_prefixes(text).any(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit);
        digits.take(SECRET_DIGITS).count() == SECRET_DIGITS || begins_like_secret(rest)
    })
}

/// What follows each `sk_` of a string that begins a word: `task_…` holds none.
fn after_prefixes(text: &str) -> impl Iterator<Item = &str> {
    let prefix = Prefix::Secret.as_str();
    text.match_indices(prefix)
        .filter(|(at, _)| !text[..*at].ends_with(|before: char| before.is_ascii_alphanumeric()))
        .map(move |(at, _)| &text[at + prefix.len()..])
}

/// A token in clear text, wiped from memory when dropped.
#[derive(Clone)]
pub struct RawToken(Zeroizing<String>);

impl RawToken {
    /// Creates a token: the prefix and the random bytes in lower-case hex, or the form of a brand.
    #[must_use]
    pub fn generate(prefix: Prefix, brand: Option<&Brand>, random: &[u8]) -> Self {
        Self(Zeroizing::new(match brand {
            Some(brand) => brand.token(prefix, random),
            // NEVER CHANGE: stock's format, `sk_` or `pk_` and 64 hex characters.
            None => format!("{}{}", prefix.as_str(), hex::encode(random)),
        }))
    }

    /// Wraps a token that a caller presented.
    #[must_use]
    pub fn presented(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The clear text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The form that is safe to show: the first six and the last three UTF-16 units.
    #[must_use]
    pub fn redact(&self) -> Redacted {
        let units: Vec<u16> = self.0.encode_utf16().collect();
        let head = &units[..units.len().min(SHOWN.0)];
        let tail = &units[units.len().saturating_sub(SHOWN.1)..];
        Redacted(format!("{}***{}", String::from_utf16_lossy(head), String::from_utf16_lossy(tail)))
    }
}

/// The characters that a redacted form shows before and after its asterisks.
const SHOWN: (usize, usize) = (6, 3);

/// A token's redacted form, such as `sk_12a***9f0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted(String);

impl Redacted {
    /// Wraps a stored redacted form.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// Parses the redacted form of a token that is not known here: up to six visible characters, `***`, up to three.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (head, tail) = text.split_once("***")?;
        let is_visible = |part: &str, most| {
            part.len() <= most && part.bytes().all(|byte| byte.is_ascii_graphic())
        };
        (is_visible(head, SHOWN.0) && is_visible(tail, SHOWN.1)).then(|| Self(text.to_owned()))
    }

    /// The redacted form of a token of which nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self("***".to_owned())
    }

    /// The string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn redacted(text: &str) -> String {
        RawToken::presented(text.to_owned()).redact().0
    }

    #[test]
    fn redaction_matches_stock_for_short_strings_too() {
        assert_eq!(redacted("sk_1234567890abc"), "sk_123***abc");
        assert_eq!(redacted(""), "***");
        assert_eq!(redacted("ab"), "ab***ab");
        assert_eq!(redacted("sk_1234"), "sk_123***234");
    }

    #[test]
    fn a_redacted_form_from_elsewhere_shows_no_more_than_one_of_this_package() {
        for form in ["***", "sk_12a***9f0", "re_***", "***xyz", "abc***"] {
            assert_eq!(Redacted::parse(form).as_ref().map(Redacted::as_str), Some(form));
        }
        for form in ["", "sk_12a", "sk_12a4***9f0", "sk_12a***9f01", "sk 12***9f0", "ä***", "**"] {
            assert_eq!(Redacted::parse(form), None, "{form}");
        }
    }

    #[test]
    fn a_secret_is_recognized_anywhere_in_a_string() {
        let secret = format!("sk_{}", "0f".repeat(32));
        for text in [
            secret.clone(),
            format!("a sk_ {secret}, b"),
            format!("sk_sk_{secret}"),
            format!("my_{secret}"),
            secret.to_uppercase().replace("SK", "sk"),
            RawToken::generate(Prefix::Secret, Brand::parse("acme").as_ref(), &[7; 32])
                .expose()
                .to_owned(),
            format!("a sk_live_{}", "aZ9".repeat(11)),
        ] {
            assert!(holds_secret(&text), "{text}");
        }
        for text in [
            String::new(),
            "sk_".to_owned(),
            "apk_01JQ8Z7X9W2V4T6R8P0N2M4K6H".to_owned(),
            "sk_01JQ8Z7X9W2V4T6R8P0N2M4K6H".to_owned(),
            "sk_acme@example.com".to_owned(),
            format!("ta{secret}"),
            secret.replace("sk_", "pk_"),
            "sk_123***abc".to_owned(),
            format!("sk_{}", "0".repeat(31)),
            format!("sk_live_{}", "z".repeat(31)),
            format!("sk_LIVE_{}", "z".repeat(49)),
            format!("sk_{}", "z".repeat(64)),
        ] {
            assert!(!holds_secret(&text), "{text}");
        }
    }

    #[test]
    fn a_string_that_is_empty_too_long_or_not_visible_ascii_is_not_a_token() {
        let long = "x".repeat(MAX_TOKEN_BYTES);
        assert!(may_be_token(&long) && may_be_token("sk_1") && may_be_publishable("pk_1"));
        for text in ["", " ", "sk_1\n", "sk_ä", "sk_\0", &format!("{long}x")] {
            assert!(!may_be_token(text), "{text:?}");
        }
        assert!(!may_be_publishable("sk_1"));
    }

    proptest! {
        #[test]
        fn redaction_shows_only_the_first_six_and_the_last_three_units(
            head in "[a-z]{6}", tail in "[a-z]{3}", one in ".*", other in ".*",
        ) {
            let shown = redacted(&format!("{head}{one}{tail}"));
            prop_assert_eq!(&shown, &format!("{head}***{tail}"));
            prop_assert_eq!(shown, redacted(&format!("{head}{other}{tail}")));
        }

        #[test]
        fn redaction_shows_at_most_nine_units(text in ".*") {
            prop_assert!(redacted(&text).encode_utf16().count() <= 6 + 3 + 3);
        }

        #[test]
        fn every_issued_secret_is_recognized_wherever_a_word_begins(
            random in prop::array::uniform32(any::<u8>()),
            brand in prop::option::of("[a-z0-9]{1,16}"),
            (before, after) in ("(|.*[^0-9A-Za-z])", ".*"),
        ) {
            let brand = brand.as_deref().and_then(Brand::parse);
            let issued = |prefix| RawToken::generate(prefix, brand.as_ref(), &random);
            let (secret, publishable) = (issued(Prefix::Secret), issued(Prefix::Publishable));
            let text = format!("{before}{}{after}", secret.expose());
            prop_assert!(holds_secret(&text));
            prop_assert!(!holds_secret(publishable.expose()));
        }

        #[test]
        fn tokens_keep_their_format(random in prop::array::uniform32(any::<u8>())) {
            let token = RawToken::generate(Prefix::Secret, None, &random);
            prop_assert_eq!(token.expose().len(), 67);
            prop_assert!(token.expose().strip_prefix("sk_").is_some_and(
                |hex| hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))));
        }
    }
}
