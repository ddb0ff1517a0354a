//! The right to answer from memory, for a bounded time.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Freshness;
use super::clock::Clock;
use crate::notice::LeaseLoss;

/// How many echoes may be outstanding; older ones renew nothing any more.
const MOST_OUTSTANDING: usize = 16;

/// A lease on what was heard of the database.
///
/// Whoever keeps it sends numbered signals through the database and hears them come back, in the order of commits, on a
/// connection that also hears of every change. When the signal that was sent at a moment `t` comes back, everything that
/// was committed before `t` has been heard, and answers from memory are at most `bound` old until `t + bound`. If
/// nothing comes back, the lease runs out by itself.
pub struct Lease {
    bound: Duration,
    clock: Clock,
    until_ns: AtomicU64,
    session: AtomicU64,
    signals: Mutex<Signals>,
}

struct Signals {
    sent: VecDeque<(u64, Duration)>,
    next: u64,
    loss: LeaseLoss,
}

impl Lease {
    /// A lease that nobody holds yet.
    #[must_use]
    pub fn new(bound: Duration) -> Self {
        let signals = Signals { sent: VecDeque::new(), next: 0, loss: LeaseLoss::Starting };
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
        self.until_ns.store(0, Ordering::Release);
        self.session.fetch_add(1, Ordering::AcqRel);
        self.signals().sent.clear();
    }

    /// Ends the lease at once.
    pub fn end(&self, loss: LeaseLoss) {
        self.until_ns.store(0, Ordering::Release);
        self.explain(loss);
    }

    /// Says why the lease is not held, or will not be renewed.
    pub fn explain(&self, loss: LeaseLoss) {
        self.signals().loss = loss;
    }

    /// The number of a signal that is about to be sent.
    pub fn signal(&self) -> u64 {
        let now = self.clock.now();
        let mut signals = self.signals();
        let number = signals.next;
        signals.next += 1;
        if signals.sent.len() == MOST_OUTSTANDING {
            signals.sent.pop_front();
        }
        signals.sent.push_back((number, now));
        number
    }

    /// A signal came back: prolongs the lease. Answers whether it was not held before.
    pub fn echo(&self, number: u64) -> bool {
        let sent = {
            let mut signals = self.signals();
            let Some(place) = signals.sent.iter().position(|(sent, _)| *sent == number) else {
                return false;
            };
            let sent = signals.sent[place].1;
            signals.sent.drain(..=place);
            // From here on only silence could end it.
            signals.loss = LeaseLoss::NoEcho;
            sent
        };
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

    #[test]
    fn it_is_held_from_the_first_echo_on() {
        let lease = Lease::new(LONG);
        assert_eq!(lease.epoch(), None);
        lease.begin();
        let signal = lease.signal();
        assert_eq!(lease.epoch(), None);
        assert!(lease.echo(signal));
        assert!(lease.epoch().is_some());
        let next = lease.signal();
        assert!(!lease.echo(next), "it was held already");
    }

    #[test]
    fn an_echo_renews_from_the_moment_when_its_signal_was_sent() {
        let lease = Lease::new(Duration::from_millis(50));
        lease.begin();
        let signal = lease.signal();
        std::thread::sleep(Duration::from_millis(60));
        assert!(!lease.echo(signal), "the bound counts from the sending");
        assert!(!lease.is_held());
    }

    #[test]
    fn it_runs_out_by_itself() {
        let lease = Lease::new(Duration::from_millis(20));
        lease.begin();
        assert!(lease.echo(lease.signal()));
        std::thread::sleep(Duration::from_millis(25));
        assert_eq!(lease.epoch(), None);
        assert_eq!(lease.remaining(), Duration::ZERO);
    }

    #[test]
    fn numbers_that_were_never_sent_or_came_back_already_renew_nothing() {
        let lease = Lease::new(LONG);
        lease.begin();
        assert!(!lease.echo(7));
        let (first, second) = (lease.signal(), lease.signal());
        assert!(lease.echo(second));
        lease.end(LeaseLoss::NotListening);
        assert!(!lease.echo(second) && !lease.echo(first), "an older signal is overtaken");
        assert!(!lease.is_held());
    }

    #[test]
    fn listening_anew_begins_another_epoch_without_a_lease() {
        let lease = Lease::new(LONG);
        lease.begin();
        lease.echo(lease.signal());
        let before = lease.epoch();
        lease.end(LeaseLoss::NotListening);
        assert_eq!(lease.epoch(), None);
        assert_eq!(lease.loss(), LeaseLoss::NotListening);
        lease.begin();
        lease.echo(lease.signal());
        assert_ne!(lease.epoch(), before);
    }
}
