//! The right to answer from memory, for a bounded time.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Freshness;
use super::clock::Clock;
use crate::event::LeaseLoss;

/// How many echoes may be outstanding; older ones renew nothing any more.
const MOST_OUTSTANDING: usize = 16;

/// A lease on what was heard of the database.
///
/// Whoever keeps it sends random signals through the database and hears them come back, in the order of commits, on a
/// connection that also hears of every change. When the signal that was sent at a moment `t` comes back, and it is confirmed
/// that changes were being told when it was sent, everything that was committed before `t` has been heard, and answers from
/// memory are at most `bound` old until `t + bound`. If nothing comes back, the lease runs out by itself.
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
    came_back: bool,
}

impl Lease {
    /// A lease that nobody holds yet.
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

    /// How old an answer from memory may be.
    #[must_use]
    pub fn bound(&self) -> Duration {
        self.bound
    }

    /// Begins to listen anew: what was remembered before is worth nothing, and the lease is held from the first echo on.
    pub fn begin(&self) {
        let mut signals = self.signals();
        signals.sent.clear();
        self.until_ns.store(0, Ordering::Release);
        self.session.fetch_add(1, Ordering::AcqRel);
    }

    /// Ends the lease at once. Signals that are under way prolong nothing any more.
    pub fn end(&self, loss: LeaseLoss) {
        let mut signals = self.signals();
        signals.sent.clear();
        signals.loss = loss;
        self.until_ns.store(0, Ordering::Release);
    }

    /// Says why the lease is not held, or will not be renewed.
    pub fn explain(&self, loss: LeaseLoss) {
        self.signals().loss = loss;
    }

    /// A signal is about to be sent.
    pub fn signal(&self, number: u128) {
        let sent = self.clock.now();
        let mut signals = self.signals();
        if signals.sent.len() == MOST_OUTSTANDING {
            signals.sent.pop_front();
        }
        signals.sent.push_back(Signal { number, sent, confirmed: false, came_back: false });
    }

    /// Changes were being told when a signal was sent. Returns whether that begins the lease.
    pub fn confirm(&self, number: u128) -> bool {
        self.note(number, |signal| signal.confirmed = true)
    }

    /// A signal came back. Returns whether that begins the lease.
    pub fn echo(&self, number: u128) -> bool {
        self.note(number, |signal| signal.came_back = true)
    }

    /// Prolongs the lease once both are known of a signal.
    fn note(&self, number: u128, what: impl FnOnce(&mut Signal)) -> bool {
        // The lease is prolonged under the lock: what ends it comes before or after.
        let mut signals = self.signals();
        let Some(place) = signals.sent.iter().position(|signal| signal.number == number) else {
            return false;
        };
        what(&mut signals.sent[place]);
        let Signal { sent, confirmed: true, came_back: true, .. } = signals.sent[place] else {
            return false;
        };
        signals.sent.drain(..=place);
        // From here on only silence could end it.
        signals.loss = LeaseLoss::NoEcho;
        let now = self.clock.now();
        let held_before = self.is_held_at(now);
        self.until_ns.fetch_max(nanoseconds(sent + self.bound), Ordering::AcqRel);
        !held_before && self.is_held_at(now)
    }

    /// Whether answers may come from memory now.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.is_held_at(self.clock.now())
    }

    /// For how long the lease is held if nothing more is heard.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        let until = Duration::from_nanos(self.until_ns.load(Ordering::Acquire));
        until.saturating_sub(self.clock.now())
    }

    /// Why it is not held, or what would be the reason if it ran out now.
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

    /// Sends a signal that comes back and is confirmed.
    fn renew(lease: &Lease, number: u128) -> bool {
        lease.signal(number);
        lease.confirm(number) | lease.echo(number)
    }

    #[test]
    fn it_is_held_from_the_first_confirmed_echo_on() {
        let lease = Lease::new(LONG);
        assert_eq!(lease.epoch(), None);
        lease.begin();
        lease.signal(7);
        assert!(!lease.echo(7), "nothing says yet that changes were told");
        assert_eq!(lease.epoch(), None);
        assert!(lease.confirm(7));
        assert!(lease.epoch().is_some());
        assert!(!renew(&lease, 8), "it was held already");
    }

    #[test]
    fn a_confirmation_without_an_echo_renews_nothing() {
        let lease = Lease::new(LONG);
        lease.begin();
        lease.signal(7);
        assert!(!lease.confirm(7) && !lease.is_held());
        assert!(lease.echo(7));
    }

    #[test]
    fn an_echo_renews_from_the_moment_when_its_signal_was_sent() {
        let lease = Lease::new(Duration::from_millis(50));
        lease.begin();
        lease.signal(7);
        std::thread::sleep(Duration::from_millis(60));
        assert!(!lease.confirm(7) && !lease.echo(7), "the bound counts from the sending");
        assert!(!lease.is_held());
    }

    #[test]
    fn it_runs_out_by_itself() {
        let lease = Lease::new(Duration::from_millis(20));
        lease.begin();
        assert!(renew(&lease, 7));
        std::thread::sleep(Duration::from_millis(25));
        assert_eq!(lease.epoch(), None);
        assert_eq!(lease.remaining(), Duration::ZERO);
    }

    #[test]
    fn numbers_that_were_never_sent_or_came_back_already_renew_nothing() {
        let lease = Lease::new(LONG);
        lease.begin();
        assert!(!lease.echo(7) && !lease.confirm(7));
        lease.signal(1);
        assert!(renew(&lease, 2));
        lease.end(LeaseLoss::NotListening);
        assert!(!lease.echo(1) && !lease.confirm(1), "an older signal is overtaken");
        assert!(!lease.echo(2) && !lease.confirm(2), "a signal counts once");
        assert!(!lease.is_held());
    }

    #[test]
    fn a_signal_that_was_under_way_when_the_lease_ended_renews_nothing() {
        let lease = Lease::new(LONG);
        lease.begin();
        lease.signal(7);
        lease.end(LeaseLoss::NoTriggers);
        assert!(!lease.echo(7) && !lease.confirm(7) && !lease.is_held());
        assert_eq!(lease.loss(), LeaseLoss::NoTriggers);
    }

    #[test]
    fn listening_anew_begins_another_epoch_without_a_lease() {
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
