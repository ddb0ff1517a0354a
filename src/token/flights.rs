//! Derivations under way, which equal questions share.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

use super::TokenHash;
use super::proven::Fingerprint;
use crate::error::ApiKeyError;

type Question = (Fingerprint, TokenHash);
type Answer = Arc<OnceCell<bool>>;

/// One derivation for all who ask at the same time whether a token matches a hash.
#[derive(Default)]
pub(super) struct Flights(Mutex<HashMap<Question, Answer>>);

impl Flights {
    /// The answer of the flight under way, or of the one that this caller starts.
    /// Where it fails, each who waited for it tries on their own.
    pub(super) async fn share(
        &self,
        fingerprint: Fingerprint,
        hash: &TokenHash,
        derivation: impl AsyncFnOnce() -> Result<bool, ApiKeyError>,
    ) -> Result<bool, ApiKeyError> {
        let question = (fingerprint, hash.clone());
        let answer = Arc::clone(self.lock().entry(question.clone()).or_default());
        let seat = Seat { flights: self, question, answer };
        seat.answer.get_or_try_init(async || derivation().await).await.copied()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Question, Answer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A caller's place in a flight; the last to leave it ends the flight.
struct Seat<'a> {
    flights: &'a Flights,
    question: Question,
    answer: Answer,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut flights = self.flights.lock();
        let Entry::Occupied(flight) = flights.entry(self.question.clone()) else { return };
        // A new flight for the same question is not this one's to end.
        let mine = Arc::ptr_eq(flight.get(), &self.answer);
        // Two are left: the map's and this seat's.
        if mine && (self.answer.initialized() || Arc::strong_count(&self.answer) <= 2) {
            flight.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::RawToken;
    use super::super::proven::ProvenTokens;
    use super::*;

    #[tokio::test]
    async fn a_flight_that_succeeded_failed_or_was_given_up_leaves_nothing_behind() {
        let flights = Flights::default();
        let hash = TokenHash::new("a".into());
        let token = RawToken::presented("sk_1".into());
        let fingerprint = ProvenTokens::new().expect("randomness").fingerprint(&token);

        assert_eq!(flights.share(fingerprint, &hash, async || Ok(true)).await, Ok(true));
        assert!(flights.lock().is_empty());

        let failing = async || Err(ApiKeyError::Busy(1));
        assert!(flights.share(fingerprint, &hash, failing).await.is_err());
        assert!(flights.lock().is_empty());

        let endless = flights.share(fingerprint, &hash, std::future::pending);
        tokio::select! { biased; _ = endless => {}, () = std::future::ready(()) => {} }
        assert!(flights.lock().is_empty());
    }
}
