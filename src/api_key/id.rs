//! The ids of keys.

use uuid::Builder;

use crate::call_context::Timestamp;
use crate::error::ApiKeyError;

/// The id of a key: `apk_` and a ULID, as Medusa generates it, or any string that a caller chose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiKeyId(String);

// NEVER CHANGE: the alphabet of ULIDs (Crockford's base 32).
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl ApiKeyId {
    /// The start of generated ids.
    pub const PREFIX: &'static str = "apk_";

    /// Wraps a stored id or one that a caller chose.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Generates an id: a UUID v7 written as a ULID, which sorts by time.
    ///
    /// # Errors
    /// `Unexpected` for a time before 1970.
    pub fn generate(now: Timestamp, chunk: &[u8]) -> Result<Self, ApiKeyError> {
        let mut random = [0_u8; 10];
        for (to, from) in random.iter_mut().zip(chunk) {
            *to = *from;
        }
        let ms = u64::try_from(now.timestamp_millis()).map_err(|_| {
            ApiKeyError::Unexpected("An id cannot be generated for a time before 1970.")
        })?;
        let bits = Builder::from_unix_timestamp_millis(ms, &random).into_uuid().as_u128();
        Ok(Self(generated_text(bits)))
    }

    /// The string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a string has the form of a generated id.
    #[must_use]
    pub fn is_generated(text: &str) -> bool {
        generated_bits(text).is_some()
    }
}

/// The id with these 128 bits.
pub(super) fn generated_text(bits: u128) -> String {
    let digits = (0..26).rev().map(|digit| ((bits >> (digit * 5)) & 31) as usize);
    ApiKeyId::PREFIX.chars().chain(digits.map(|digit| char::from(CROCKFORD[digit]))).collect()
}

/// The bits of an id from which [`generated_text`] makes the same text; `None` for any other id.
pub(super) fn generated_bits(id: &str) -> Option<u128> {
    ulid_bits(id.strip_prefix(ApiKeyId::PREFIX)?)
}

/// Whether a string is a ULID in upper case, as in the ids of Medusa's entities.
pub(super) fn is_ulid(text: &str) -> bool {
    ulid_bits(text).is_some()
}

fn ulid_bits(text: &str) -> Option<u128> {
    let ulid: &[u8; 26] = text.as_bytes().try_into().ok()?;
    // The first of 26 digits holds only three of the 128 bits.
    let mut bits = Some(value(ulid[0])?).filter(|first| *first < 8)?;
    for digit in &ulid[1..] {
        bits = bits << 5 | value(*digit)?;
    }
    Some(bits)
}

fn value(digit: u8) -> Option<u128> {
    VALUES.get(usize::from(digit)).copied().filter(|value| *value < 32).map(u128::from)
}

/// The values of the digits in [`CROCKFORD`], by their ASCII codes; 255 for any other character.
const VALUES: [u8; 128] = {
    let mut values = [u8::MAX; 128];
    let mut digit = 0;
    while digit < 32 {
        values[CROCKFORD[digit as usize] as usize] = digit;
        digit += 1;
    }
    values
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::call_context::from_epoch_ms;

    fn id_at(ms: u32, random: &[u8]) -> ApiKeyId {
        let now = from_epoch_ms(f64::from(ms)).expect("in range");
        ApiKeyId::generate(now, random).expect("generates")
    }

    proptest! {
        #[test]
        fn a_generated_id_is_apk_and_a_ulid(ms: u32, random in prop::array::uniform10(any::<u8>())) {
            let id = id_at(ms, &random);
            let ulid = id.as_str().strip_prefix("apk_").expect("prefix");
            prop_assert_eq!(ulid.len(), 26);
            prop_assert!(ulid.starts_with(|c| ('0'..='7').contains(&c)));
            prop_assert!(ulid.bytes().all(|b| CROCKFORD.contains(&b)));
        }

        #[test]
        fn the_bits_of_a_generated_id_restore_its_text(bits: u128) {
            prop_assert_eq!(generated_bits(&generated_text(bits)), Some(bits));
        }

        #[test]
        fn only_a_text_that_can_be_restored_has_bits(id in "(apk_|APK_|user_)?[0-9A-Za-z_é]{24,28}") {
            if let Some(bits) = generated_bits(&id) {
                prop_assert_eq!(generated_text(bits), id);
            }
        }

        #[test]
        fn ids_sort_by_their_time(earlier in 0..u32::MAX, later: u32, random in prop::array::uniform10(any::<u8>())) {
            prop_assume!(earlier < later);
            prop_assert!(id_at(earlier, &random) < id_at(later, &random));
        }
    }
}
