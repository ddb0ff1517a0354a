//! The time and the random bytes that a call brings along.
//!
//! Inner rings read neither a clock nor a random source for what they write or decide, so that a caller's fake timers
//! and spies control it.

use chrono::{DateTime, Datelike, Utc};

use crate::error::ApiKeyError;

/// A point in time, in UTC, with millisecond precision.
pub type Timestamp = DateTime<Utc>;

/// The time and the random bytes of one call.
pub struct CallContext {
    /// The caller's current time.
    pub now: Timestamp,
    entropy: std::vec::IntoIter<Vec<u8>>,
}

impl CallContext {
    /// Creates a context from a time and the random chunks that the call uses, in order.
    #[must_use]
    pub fn new(now: Timestamp, entropy: Vec<Vec<u8>>) -> Self {
        Self { now, entropy: entropy.into_iter() }
    }

    /// Takes the next random chunk, which must hold at least `min_bytes` bytes.
    ///
    /// # Errors
    /// `Unexpected` if the call brought too few random bytes.
    pub fn entropy(&mut self, min_bytes: usize) -> Result<Vec<u8>, ApiKeyError> {
        self.entropy.next().filter(|chunk| chunk.len() >= min_bytes).ok_or(ApiKeyError::Unexpected(
            "crypto.randomBytes returned too few bytes for this call.",
        ))
    }
}

/// Converts milliseconds since 1970; `None` outside the years 1 to 9999.
#[must_use]
pub fn from_epoch_ms(ms: f64) -> Option<Timestamp> {
    if !ms.is_finite() {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "`as` saturates, and the year is checked")]
    DateTime::from_timestamp_millis(ms.trunc() as i64).filter(is_storable)
}

/// Whether a time is within the years 1 to 9999, which every supported database can store.
#[must_use]
pub fn is_storable(at: &Timestamp) -> bool {
    (1..=9999).contains(&at.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_that_is_too_short_is_rejected_a23() {
        let now = from_epoch_ms(0.0).expect("in range");
        let mut context = CallContext::new(now, vec![vec![1; 32], vec![1; 31]]);
        assert_eq!(context.entropy(32), Ok(vec![1; 32]));
        assert!(context.entropy(32).is_err());
        assert!(context.entropy(1).is_err());
    }
}
