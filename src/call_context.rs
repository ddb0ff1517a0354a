//! The time and the randomness that came in with a call.
//!
//! Nothing further in reads a clock or a random source, so that a caller's
//! fake timers and spies govern all that is written and decided.

use chrono::{DateTime, Datelike, Utc};

use crate::error::ApiKeyError;

/// A moment, in UTC, kept to the millisecond.
pub type Timestamp = DateTime<Utc>;

/// What the outside world was like when the call arrived.
pub struct CallContext {
    /// The caller's present.
    pub now: Timestamp,
    entropy: std::vec::IntoIter<Vec<u8>>,
}

impl CallContext {
    /// An edge at a moment, with the random chunks that the call will use, in order.
    #[must_use]
    pub fn new(now: Timestamp, entropy: Vec<Vec<u8>>) -> Self {
        Self { now, entropy: entropy.into_iter() }
    }

    /// The next random chunk, which has to hold that many bytes at least.
    ///
    /// # Errors
    /// `Unexpected` when less randomness came with the call than it needs.
    pub fn entropy(&mut self, least_bytes: usize) -> Result<Vec<u8>, ApiKeyError> {
        self.entropy
            .next()
            .filter(|chunk| chunk.len() >= least_bytes)
            .ok_or(ApiKeyError::Unexpected("crypto.randomBytes gave too few bytes for this call."))
    }
}

/// The moment that many milliseconds after 1970, or `None` outside the years 1 to 9999.
#[must_use]
pub fn from_epoch_ms(ms: f64) -> Option<Timestamp> {
    if !ms.is_finite() {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "`as` saturates, and the year is checked")]
    DateTime::from_timestamp_millis(ms.trunc() as i64).filter(is_storable)
}

/// Whether a moment is in the years 1 to 9999, which every database holds.
#[must_use]
pub fn is_storable(at: &Timestamp) -> bool {
    (1..=9999).contains(&at.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_chunk_is_refused() {
        let now = from_epoch_ms(0.0).expect("in range");
        let mut context = CallContext::new(now, vec![vec![1; 32], vec![1; 31]]);
        assert_eq!(context.entropy(32), Ok(vec![1; 32]));
        assert!(context.entropy(32).is_err());
        assert!(context.entropy(1).is_err());
    }
}
