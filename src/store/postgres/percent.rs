//! Percent-decoding like JavaScript's `decodeURIComponent` and `decodeURI`, which Node's `pg` uses to parse URLs.

use super::invalid_url;
use crate::error::ApiKeyError;

/// The characters that `decodeURI` leaves encoded.
const RESERVED: &[u8] = b";/?:@&=+$,#";

/// Decodes every escape, like `decodeURIComponent`. A `%` without two hexadecimal digits is kept.
pub(super) fn decode_component(text: &str, part: &str) -> Result<String, ApiKeyError> {
    decode(text, part, &[])
}

/// Decodes like `decodeURI`: escapes of characters with a meaning in URLs are kept.
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

/// Rejects NUL, the only character that PostgreSQL's protocol cannot transmit.
pub(super) fn without_nul(text: String, part: &str) -> Result<String, ApiKeyError> {
    if text.contains('\0') {
        return Err(invalid_url(format!("the {part} contains a NUL character")));
    }
    Ok(text)
}

/// Returns the byte of the escape at the start of `text`, and the remaining bytes.
fn escape(text: &[u8]) -> Option<(u8, &[u8])> {
    let [b'%', high, low, rest @ ..] = text else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some((digit(*high)? * 16 + digit(*low)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_escapes_and_keeps_a_stray_percent_sign() {
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
    fn rejects_unencodable_strings_without_showing_them() {
        for text in ["secret%FF", "secret%00"] {
            let error = decode_component(text, "password").expect_err("is rejected").to_string();
            assert!(error.contains("password") && !error.contains("secret"), "{error}");
        }
    }
}
