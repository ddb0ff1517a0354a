//! Percent-decoding as JavaScript's `decodeURIComponent` and `decodeURI` do it, which is what Node's `pg` reads URLs with.

use super::invalid_url;
use crate::error::ApiKeyError;

/// The characters that `decodeURI` leaves encoded.
const RESERVED: &[u8] = b";/?:@&=+$,#";

/// Decodes every escape, as `decodeURIComponent` does. A `%` without two hexadecimal digits stands for itself.
pub(super) fn decode_component(text: &str, part: &str) -> Result<String, ApiKeyError> {
    decode(text, part, &[])
}

/// Decodes as `decodeURI` does: escapes of characters that mean something in a URL stay.
pub(super) fn decode_uri(text: &str, part: &str) -> Result<String, ApiKeyError> {
    decode(text, part, RESERVED)
}

fn decode(text: &str, part: &str, keep: &[u8]) -> Result<String, ApiKeyError> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        match escape(rest) {
            Some((byte, behind)) if !keep.contains(&byte) => {
                decoded.push(byte);
                rest = behind;
            }
            _ => {
                decoded.push(first);
                rest = behind;
            }
        }
    }
    let decoded = String::from_utf8(decoded)
        .map_err(|_| invalid_url(format!("the percent-encoded {part} is not UTF-8")))?;
    without_nul(decoded, part)
}

/// Refuses the one character that PostgreSQL's protocol cannot carry.
pub(super) fn without_nul(text: String, part: &str) -> Result<String, ApiKeyError> {
    if text.contains('\0') {
        return Err(invalid_url(format!("the {part} contains a NUL character")));
    }
    Ok(text)
}

/// The byte of the escape that `text` begins with, and what follows it.
fn escape(text: &[u8]) -> Option<(u8, &[u8])> {
    let [b'%', high, low, rest @ ..] = text else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some((digit(*high)? * 16 + digit(*low)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_and_a_stray_percent_sign_stands_for_itself() {
        for (text, component, uri) in [
            ("p%40ss", "p@ss", "p%40ss"),
            ("50%", "50%", "50%"),
            ("a%zzb%2", "a%zzb%2", "a%zzb%2"),
            ("%C3%A9%20%2f", "é /", "é %2f"),
            ("é", "é", "é"),
        ] {
            assert_eq!(decode_component(text, "user").as_deref(), Ok(component));
            assert_eq!(decode_uri(text, "name").as_deref(), Ok(uri));
        }
    }

    #[test]
    fn what_postgresql_cannot_carry_is_refused_without_showing_it() {
        for text in ["secret%FF", "secret%00"] {
            let refusal = decode_component(text, "password").expect_err("is refused").to_string();
            assert!(refusal.contains("password") && !refusal.contains("secret"), "{refusal}");
        }
    }
}
