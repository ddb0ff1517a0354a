//! The lease: permission to answer from the cache for a bounded time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Freshness;
use super::clock::Clock;
use crate::event::LeaseLoss;

/// A lease under which the cache may answer for the database.
///
/// The change listener proves again and again that it has received every change which was committed before a time `t`.
/// Then answers from the cache are at most `bound` old until `t + bound`. Without a further proof, the lease expires
/// without further action.
pub struct Lease {
    bound: Duration,
    clock: Clock,
    until_ns: AtomicU64,
    session: AtomicU64,
    loss: Mutex<LeaseLoss>,
}

/// The time at which a proof began, in one session of listening.
#[derive(Debug, Clone, Copy)]
pub struct ProofStart {
    session: u64,
    at: Duration,
}

impl Lease {
    /// Creates a lease that is not held yet.
    #[must_use]
    pub fn new(bound: Duration) -> Self {
        Self {
            bound,
            clock: Clock::start(),
            until_ns: AtomicU64::new(0),
            session: AtomicU64::new(0),
            loss: Mutex::new(LeaseLoss::Starting),
        }
    }

    /// The maximum age of an answer from the cache.
    #[must_use]
    pub fn bound(&self) -> Duration {
        self.bound
    }

    /// Begins a new session of listening: earlier cache entries become invalid, and the first proof starts the lease.
    pub fn begin(&self) {
        let _serialized = self.reason();
        self.until_ns.store(0, Ordering::Release);
        self.session.fetch_add(1, Ordering::AcqRel);
    }

    /// Ends the lease immediately. Proofs that have begun no longer renew it.
    pub fn end(&self, loss: LeaseLoss) {
        self.begin();
        self.explain(loss);
    }

    /// Records why the lease is not held, or will not be renewed.
    pub fn explain(&self, loss: LeaseLoss) {
        *self.reason() = loss;
    }

    /// Starts a proof. Only changes committed before this call are covered by it.
    #[must_use]
    pub fn start_proof(&self) -> ProofStart {
        ProofStart { session: self.session.load(Ordering::Acquire), at: self.clock.now() }
    }

    /// Renews the lease after a proof succeeded: every change committed before its start was received. Returns whether
    /// that starts the lease.
    pub fn renew(&self, proof: ProofStart) -> bool {
        // The lock serializes renewal with `begin`.
        let mut loss = self.reason();
        if proof.session != self.session.load(Ordering::Acquire) {
            return false;
        }
        // From now on the lease expires only if no further proof succeeds in time.
        *loss = LeaseLoss::NoEcho;
        let now = self.clock.now();
        let held_before = self.is_held_at(now);
        self.until_ns.fetch_max(nanoseconds(proof.at + self.bound), Ordering::AcqRel);
        !held_before && self.is_held_at(now)
    }

    /// Whether the cache may answer now.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.is_held_at(self.clock.now())
    }

    /// The time until the lease expires without a further renewal.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        let until = Duration::from_nanos(self.until_ns.load(Ordering::Acquire));
        until.saturating_sub(self.clock.now())
    }

    /// Why the lease is not held, or the reason that would apply if it expired now.
    #[must_use]
    pub fn loss(&self) -> LeaseLoss {
        *self.reason()
    }

    fn is_held_at(&self, now: Duration) -> bool {
        nanoseconds(now) < self.until_ns.load(Ordering::Acquire)
    }

    fn reason(&self) -> MutexGuard<'_, LeaseLoss> {
        self.loss.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Freshness for Lease {
    fn epoch(&self) -> Option<u64> {
        self.is_held().then(|| self.session.load(Ordering::Acquire))
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3_600);

    #[test]
    fn the_first_proof_starts_the_lease() {
        let lease = Lease::new(LONG);
        lease.begin();
        let proof = lease.start_proof();
        assert_eq!(lease.epoch(), None);
        assert!(lease.renew(proof));
        assert!(lease.epoch().is_some());
        assert!(!lease.renew(lease.start_proof()), "the lease is already held");
    }

    #[test]
    fn the_bound_counts_from_the_start_of_the_proof() {
        let lease = Lease::new(Duration::from_millis(50));
        lease.begin();
        let proof = lease.start_proof();
        std::thread::sleep(Duration::from_millis(60));
        assert!(!lease.renew(proof), "the bound has passed");
        assert!(!lease.is_held());
    }

    #[test]
    fn a_lease_expires_without_renewal() {
        let lease = Lease::new(Duration::from_millis(20));
        lease.begin();
        assert!(lease.renew(lease.start_proof()));
        std::thread::sleep(Duration::from_millis(25));
        assert_eq!(lease.epoch(), None);
        assert_eq!(lease.remaining(), Duration::ZERO);
        assert_eq!(lease.loss(), LeaseLoss::NoEcho);
    }

    #[test]
    fn a_late_proof_does_not_shorten_the_lease() {
        let lease = Lease::new(Duration::from_millis(50));
        lease.begin();
        let (early, late) = (lease.start_proof(), lease.start_proof());
        lease.renew(late);
        let remaining = lease.remaining();
        std::thread::sleep(Duration::from_millis(5));
        lease.renew(early);
        assert!(lease.remaining() < remaining && lease.is_held());
    }

    #[test]
    fn a_proof_that_began_before_the_lease_ended_does_not_renew_it() {
        let lease = Lease::new(LONG);
        lease.begin();
        let proof = lease.start_proof();
        lease.end(LeaseLoss::NoTriggers);
        assert!(!lease.renew(proof) && !lease.is_held());
        assert_eq!(lease.loss(), LeaseLoss::NoTriggers);
    }

    #[test]
    fn a_new_session_starts_another_epoch_without_a_lease() {
        let lease = Lease::new(LONG);
        lease.begin();
        lease.renew(lease.start_proof());
        let before = lease.epoch();
        lease.end(LeaseLoss::NotListening);
        assert_eq!(lease.epoch(), None);
        assert_eq!(lease.loss(), LeaseLoss::NotListening);
        lease.begin();
        lease.renew(lease.start_proof());
        assert_ne!(lease.epoch(), before);
    }
}
