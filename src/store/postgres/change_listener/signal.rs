//! Signals, which show that notifications arrive.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::Instant;

use crate::cache::ProofStart;
use crate::store::postgres::read_batcher::ReadBatcher;

/// Sends a signal `$2` on the channel `$1`.
const SIGNAL: &str = "SELECT 'sent', pg_catalog.pg_notify($1, $2)";

const PREFIX: char = '#';

/// A signal that is being sent. Resolves to whether it was.
pub(super) type Sending<'a> = Pin<Box<dyn Future<Output = bool> + Send + 'a>>;

/// When to send a signal, and the last one that was sent.
#[derive(Default)]
pub(super) struct Signals {
    last: Option<(String, ProofStart)>,
    pub(super) due: Option<Instant>,
}

impl Signals {
    /// Plans a signal at a random time within a period, unless one is planned: another service may send one earlier.
    pub(super) fn plan(&mut self, period: Duration) {
        if self.due.is_none() {
            let mut random = [0_u8; 2];
            // Without randomness, services may send at the same time, which costs more but harms nothing.
            let _ = getrandom::fill(&mut random);
            let share = f64::from(u16::from_ne_bytes(random)) / f64::from(u16::MAX);
            self.due = Some(Instant::now() + period.mul_f64(0.5 + 0.5 * share));
        }
    }

    /// Plans a signal for now.
    pub(super) fn plan_now(&mut self) {
        self.due = Some(Instant::now());
    }

    /// Sends a signal of 128 random bits, which cannot be known before it is sent. It belongs to a proof whose statement
    /// has ended.
    pub(super) fn send<'a>(
        &mut self,
        read_batcher: &'a ReadBatcher,
        channel: String,
        proof: ProofStart,
    ) -> Option<Sending<'a>> {
        self.due = None;
        let mut random = [0_u8; 16];
        getrandom::fill(&mut random).ok()?;
        let signal = format!("{PREFIX}{}", hex::encode(random));
        self.last = Some((signal.clone(), proof));
        // Over another connection: a pooler in transaction mode delivers the notifications that a connection itself
        // caused, and drops the others.
        let sending = read_batcher.probe(SIGNAL, vec![channel, signal]);
        Some(Box::pin(async move { sending.await.is_some() }))
    }

    /// Forgets the last signal: its return proves nothing from now on.
    pub(super) fn forget(&mut self) {
        self.last = None;
    }

    /// Returns the proof of the last signal if a notification is that signal. A signal counts once.
    pub(super) fn returned(&mut self, payload: &str) -> Option<ProofStart> {
        self.last.take_if(|(last, _)| last == payload).map(|(_, proof)| proof)
    }
}

/// Waits until the signal is sent. Returns `None` if there is none.
pub(super) async fn sent(sending: &mut Option<Sending<'_>>) -> Option<bool> {
    Some(sending.as_mut()?.await)
}

/// Returns whether a notification is a signal of any service.
pub(super) fn is_signal(payload: &str) -> bool {
    payload.starts_with(PREFIX)
}
