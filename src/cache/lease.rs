//! The lease: permission to answer from the cache for a bounded time.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Freshness;
use super::clock::Clock;
use crate::event::LeaseLoss;

/// The maximum number of signals without an echo; echoes of older signals no longer renew the lease.
const MAX_OUTSTANDING: usize = 16;

/// A lease under which the cache may answer for the database.
///
/// The change listener sends random signals through the database and receives them back, in commit order, on the
/// connection that also receives every change. When the signal sent at time `t` returns, and it is confirmed that the
/// triggers announced changes when it was sent, every change committed before `t` has been received, and answers from
/// the cache are at most `bound` old until `t + bound`. If no signal returns, the lease expires without further action.
pub struct Lease {
    bound: Duration,
    clock: Clock,
    until_ns: AtomicU64,
    session: AtomicU64,
    signals: Mutex<Signals>,
}

struct Signals {
    sent: VecDeque<Signal>,
    loss: LeaseLoss,
}

struct Signal {
    number: u128,
    sent: Duration,
    confirmed: bool,
    returned: bool,
}

impl Lease {
    /// Creates a lease that is not held yet.
    #[must_use]
    pub fn new(bound: Duration) -> Self {
        let signals = Signals { sent: VecDeque::new(), loss: LeaseLoss::Starting };
        Self {
            bound,
            clock: Clock::start(),
            until_ns: AtomicU64::new(0),
            session: AtomicU64::new(0),
            signals: Mutex::new(signals),
        }
    }

    /// The maximum age of an answer from the cache.
    #[must_use]
    pub fn bound(&self) -> Duration {
        self.bound
    }

    /// Begins a new session of listening: earlier cache entries become invalid, and the first confirmed echo starts the
    /// lease.
    pub fn begin(&self) {
        let mut signals = self.signals();
        signals.sent.clear();
        self.until_ns.store(0, Ordering::Release);
        self.session.fetch_add(1, Ordering::AcqRel);
    }

    /// Ends the lease immediately. Outstanding signals no longer renew it.
    pub fn end(&self, loss: LeaseLoss) {
        let mut signals = self.signals();
        signals.sent.clear();
        signals.loss = loss;
        self.until_ns.store(0, Ordering::Release);
    }

    /// Records why the lease is not held, or will not be renewed.
    pub fn explain(&self, loss: LeaseLoss) {
        self.signals().loss = loss;
    }

    /// Registers a signal that is about to be sent.
    pub fn signal(&self, number: u128) {
        let sent = self.clock.now();
        let mut signals = self.signals();
        if signals.sent.len() == MAX_OUTSTANDING {
            signals.sent.pop_front();
        }
        signals.sent.push_back(Signal { number, sent, confirmed: false, returned: false });
    }

    /// Confirms that changes were announced when a signal was sent. Returns whether that starts the lease.
    pub fn confirm(&self, number: u128) -> bool {
        self.update_signal(number, |signal| signal.confirmed = true)
    }

    /// Registers the return of a signal. Returns whether that starts the lease.
    pub fn echo(&self, number: u128) -> bool {
        self.update_signal(number, |signal| signal.returned = true)
    }

    /// Updates a signal, and renews the lease once the signal is both confirmed and returned.
    fn update_signal(&self, number: u128, update: impl FnOnce(&mut Signal)) -> bool {
        // The lock serializes renewal with `begin` and `end`.
        let mut signals = self.signals();
        let Some(index) = signals.sent.iter().position(|signal| signal.number == number) else {
            return false;
        };
        update(&mut signals.sent[index]);
        let Signal { sent, confirmed: true, returned: true, .. } = signals.sent[index] else {
            return false;
        };
        signals.sent.drain(..=index);
        // From now on the lease expires only if no further signal returns.
        signals.loss = LeaseLoss::NoEcho;
        let now = self.clock.now();
        let held_before = self.is_held_at(now);
        self.until_ns.fetch_max(nanoseconds(sent + self.bound), Ordering::AcqRel);
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
        self.signals().loss
    }

    fn is_held_at(&self, now: Duration) -> bool {
        nanoseconds(now) < self.until_ns.load(Ordering::Acquire)
    }

    fn signals(&self) -> MutexGuard<'_, Signals> {
        self.signals.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Sends a signal that is confirmed and returns.
    fn renew(lease: &Lease, number: u128) -> bool {
        lease.signal(number);
        lease.confirm(number) | lease.echo(number)
    }

    #[test]
    fn the_first_confirmed_echo_starts_the_lease() {
        let lease = Lease::new(LONG);
        assert_eq!(lease.epoch(), None);
        lease.begin();
        lease.signal(7);
        assert!(!lease.echo(7), "the signal is not confirmed");
        assert_eq!(lease.epoch(), None);
        assert!(lease.confirm(7));
        assert!(lease.epoch().is_some());
        assert!(!renew(&lease, 8), "the lease is already held");
    }

    #[test]
    fn a_confirmation_without_an_echo_does_not_renew_the_lease() {
        let lease = Lease::new(LONG);
        lease.begin();
        lease.signal(7);
        assert!(!lease.confirm(7) && !lease.is_held());
        assert!(lease.echo(7));
    }

    #[test]
    fn the_bound_counts_from_the_time_when_the_signal_was_sent() {
        let lease = Lease::new(Duration::from_millis(50));
        lease.begin();
        lease.signal(7);
        std::thread::sleep(Duration::from_millis(60));
        assert!(!lease.confirm(7) && !lease.echo(7), "the bound has passed");
        assert!(!lease.is_held());
    }

    #[test]
    fn a_lease_expires_without_renewal() {
        let lease = Lease::new(Duration::from_millis(20));
        lease.begin();
        assert!(renew(&lease, 7));
        std::thread::sleep(Duration::from_millis(25));
        assert_eq!(lease.epoch(), None);
        assert_eq!(lease.remaining(), Duration::ZERO);
    }

    #[test]
    fn unknown_and_repeated_signals_do_not_renew_the_lease() {
        let lease = Lease::new(LONG);
        lease.begin();
        assert!(!lease.echo(7) && !lease.confirm(7));
        lease.signal(1);
        assert!(renew(&lease, 2));
        lease.end(LeaseLoss::NotListening);
        assert!(!lease.echo(1) && !lease.confirm(1), "an older signal was superseded");
        assert!(!lease.echo(2) && !lease.confirm(2), "a signal counts once");
        assert!(!lease.is_held());
    }

    #[test]
    fn a_signal_that_was_outstanding_when_the_lease_ended_does_not_renew_it() {
        let lease = Lease::new(LONG);
        lease.begin();
        lease.signal(7);
        lease.end(LeaseLoss::NoTriggers);
        assert!(!lease.echo(7) && !lease.confirm(7) && !lease.is_held());
        assert_eq!(lease.loss(), LeaseLoss::NoTriggers);
    }

    #[test]
    fn a_new_session_starts_another_epoch_without_a_lease() {
        let lease = Lease::new(LONG);
        lease.begin();
        renew(&lease, 1);
        let before = lease.epoch();
        lease.end(LeaseLoss::NotListening);
        assert_eq!(lease.epoch(), None);
        assert_eq!(lease.loss(), LeaseLoss::NotListening);
        lease.begin();
        renew(&lease, 2);
        assert_ne!(lease.epoch(), before);
    }
}
