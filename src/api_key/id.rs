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
        let text =
            (0..26).rev().map(|digit| char::from(CROCKFORD[((bits >> (digit * 5)) & 31) as usize]));
        Ok(Self(std::iter::once("apk_".to_owned()).chain(text.map(String::from)).collect()))
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
        fn ids_sort_by_their_time(earlier in 0..u32::MAX, later: u32, random in prop::array::uniform10(any::<u8>())) {
            prop_assume!(earlier < later);
            prop_assert!(id_at(earlier, &random) < id_at(later, &random));
        }
    }
}
