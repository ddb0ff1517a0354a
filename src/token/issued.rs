//! Recognizes issued secret tokens in other strings.
//!
//! Stricter than [`super::holds_secret`], which hides values: what this module recognizes is rejected, so an id must never
//! look like it.

use super::{Prefix, brand};

/// The hexadecimal digits of an issued token.
const HEX_DIGITS: usize = 64;

/// Whether a word of a string begins with a whole secret token: stock's form, or the form of any brand.
#[must_use]
pub fn holds_issued_secret(text: &str) -> bool {
    let prefix = Prefix::Secret.as_str();
    text.match_indices(prefix).any(|(at, _)| {
        let rest = &text[at + prefix.len()..];
        !text[..at].ends_with(is_word) && (begins_with_hex(rest) || brand::begins_with_token(rest))
    })
}

/// Whether the character continues a word of an id: `task_…` holds no `sk_…`.
fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn begins_with_hex(rest: &str) -> bool {
    let digits = rest.bytes().take_while(u8::is_ascii_hexdigit);
    digits.take(HEX_DIGITS).count() == HEX_DIGITS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::token::{Brand, RawToken};

    fn issued(brand: Option<&str>, random: &[u8]) -> String {
        let brand = brand.and_then(Brand::parse);
        RawToken::generate(Prefix::Secret, brand.as_ref(), random).expose().to_owned()
    }

    #[test]
    fn a_string_that_only_resembles_a_token_is_not_one() {
        let (plain, branded) = (issued(None, &[7; 32]), issued(Some("acme"), &[7; 32]));
        for text in [
            String::new(),
            "sk_".to_owned(),
            "apk_01JQ8Z7X9W2V4T6R8P0N2M4K6H".to_owned(),
            "user_01JQ8Z7X9W2V4T6R8P0N2M4K6H".to_owned(),
            "sk_01JQ8Z7X9W2V4T6R8P0N2M4K6H".to_owned(),
            "sk_acme@example.com".to_owned(),
            format!("ta{plain}"),
            format!("my_{plain}"),
            format!("x{branded}"),
            plain[..66].to_owned(),
            branded[..branded.len() - 1].to_owned(),
            plain.replace("sk_", "pk_"),
            branded.replace("sk_", "pk_"),
            "sk_0a1***b2c".to_owned(),
        ] {
            assert!(!holds_issued_secret(&text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_issued_secret_is_recognized_wherever_a_word_begins(
            random in prop::array::uniform32(any::<u8>()),
            brand in prop::option::of("[a-z0-9]{1,16}"),
            (before, after) in ("(|.*[^0-9A-Za-z_])", ".*"),
        ) {
            let token = issued(brand.as_deref(), &random);
            let text = format!("{before}{token}{after}");
            prop_assert!(holds_issued_secret(&text));
        }

        #[test]
        fn no_publishable_token_is_taken_for_a_secret(
            random in prop::array::uniform32(any::<u8>()),
            brand in prop::option::of("[a-z0-9]{1,16}"),
        ) {
            let brand = brand.as_deref().and_then(Brand::parse);
            let token = RawToken::generate(Prefix::Publishable, brand.as_ref(), &random);
            prop_assert!(!holds_issued_secret(token.expose()));
        }
    }
}
