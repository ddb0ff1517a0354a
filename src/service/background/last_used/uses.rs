//! Which keys were used when, and which of that is to be written.

use std::collections::HashMap;

use chrono::TimeDelta;

use crate::call_context::Timestamp;

/// More keys than this are not remembered.
pub(super) const MOST_KEYS: usize = 100_000;

/// The uses of keys since the service began, as far as they are remembered.
#[derive(Default)]
pub(super) struct Uses {
    keys: HashMap<String, Use>,
    /// The ids of those that are due and not in a write under way.
    waiting: Vec<String>,
    /// How many are due, those in a write under way too.
    due: usize,
}

struct Use {
    latest: Timestamp,
    /// What the row holds, as far as it was heard of.
    written: Option<Timestamp>,
    due: bool,
}

impl Use {
    fn is_older_than(&self, interval: TimeDelta) -> bool {
        self.written.is_none_or(|written| self.latest - written >= interval)
    }
}

impl Uses {
    /// Notes a use: the first of a key is due at once, each other one an interval after the last that was written.
    pub(super) fn note(
        &mut self,
        id: &str,
        last_used_at: Option<Timestamp>,
        now: Timestamp,
        interval: TimeDelta,
    ) {
        if let Some(seen) = self.keys.get_mut(id) {
            seen.latest = seen.latest.max(now);
            seen.written = seen.written.max(last_used_at);
            if !seen.due && seen.is_older_than(interval) {
                seen.due = true;
                self.due += 1;
                self.waiting.push(id.to_owned());
            }
            return;
        }
        if self.keys.len() >= MOST_KEYS && !self.make_room() {
            return;
        }
        let mut seen = Use { latest: now, written: last_used_at, due: false };
        if seen.is_older_than(interval) {
            seen.due = true;
            self.due += 1;
            self.waiting.push(id.to_owned());
        }
        self.keys.insert(id.to_owned(), seen);
    }

    /// Forgets the keys of which nothing is due, at most once for as many new ones; whether that helped.
    fn make_room(&mut self) -> bool {
        if self.due > MOST_KEYS / 2 {
            return false;
        }
        self.keys.retain(|_, seen| seen.due);
        true
    }

    /// Whether anything waits to be written.
    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// How many keys were used and have it not written though it is due.
    pub(super) fn due(&self) -> usize {
        self.due
    }

    /// Makes every use due that is later than what was written, however little.
    pub(super) fn make_all_due(&mut self) {
        for (id, seen) in &mut self.keys {
            if !seen.due && seen.written.is_none_or(|written| written < seen.latest) {
                seen.due = true;
                self.due += 1;
                self.waiting.push(id.clone());
            }
        }
    }

    /// Hands out all that waits, to be written. It comes back through `settle` or `postpone`.
    pub(super) fn take(&mut self) -> Vec<(String, Timestamp)> {
        let waiting = std::mem::take(&mut self.waiting);
        waiting
            .into_iter()
            .filter_map(|id| self.keys.get(&id).map(|seen| seen.latest).map(|at| (id, at)))
            .collect()
    }

    /// Takes back what was written, or need not be any more.
    pub(super) fn settle(&mut self, uses: Vec<(String, Timestamp)>, interval: TimeDelta) {
        for (id, at) in uses {
            let Some(seen) = self.keys.get_mut(&id) else { continue };
            seen.written = seen.written.max(Some(at));
            if seen.is_older_than(interval) {
                self.waiting.push(id);
            } else {
                seen.due = false;
                self.due -= 1;
            }
        }
    }

    /// Takes back what could not be written, for the next time.
    pub(super) fn postpone(&mut self, uses: Vec<(String, Timestamp)>) {
        self.waiting.extend(uses.into_iter().map(|(id, _)| id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call_context::from_epoch_ms;

    const INTERVAL: TimeDelta = TimeDelta::seconds(60);

    fn at(seconds: u32) -> Timestamp {
        from_epoch_ms(f64::from(seconds) * 1_000.0).expect("in range")
    }

    fn note(uses: &mut Uses, id: &str, last_used_at: Option<Timestamp>, now: Timestamp) {
        uses.note(id, last_used_at, now, INTERVAL);
    }

    #[test]
    fn a_first_use_is_due_at_once_and_the_next_after_an_interval() {
        let mut uses = Uses::default();
        note(&mut uses, "a", None, at(100));
        let taken = uses.take();
        assert_eq!(taken, [("a".to_owned(), at(100))]);
        uses.settle(taken, INTERVAL);
        note(&mut uses, "a", None, at(159));
        assert_eq!((uses.is_waiting(), uses.due()), (false, 0));
        note(&mut uses, "a", None, at(160));
        assert_eq!(uses.take(), [("a".to_owned(), at(160))]);
    }

    #[test]
    fn a_key_that_the_row_says_was_used_within_the_interval_is_not_due() {
        let mut uses = Uses::default();
        note(&mut uses, "a", Some(at(50)), at(100));
        note(&mut uses, "b", Some(at(200)), at(100));
        assert_eq!(uses.due(), 0);
        note(&mut uses, "a", Some(at(50)), at(110));
        assert_eq!(uses.due(), 1);
    }

    #[test]
    fn many_uses_are_one_write_of_the_latest_whatever_their_order() {
        let mut uses = Uses::default();
        for seconds in [100, 300, 200] {
            note(&mut uses, "a", None, at(seconds));
        }
        assert_eq!(uses.take(), [("a".to_owned(), at(300))]);
    }

    #[test]
    fn a_use_during_a_write_is_neither_lost_nor_written_twice() {
        let mut uses = Uses::default();
        note(&mut uses, "a", None, at(100));
        let taken = uses.take();
        note(&mut uses, "a", None, at(170));
        assert!(!uses.is_waiting());
        assert_eq!(uses.due(), 1);
        uses.settle(taken, INTERVAL);
        assert_eq!(uses.take(), [("a".to_owned(), at(170))]);
    }

    #[test]
    fn what_could_not_be_written_waits_with_its_latest_time() {
        let mut uses = Uses::default();
        note(&mut uses, "a", None, at(100));
        let taken = uses.take();
        note(&mut uses, "a", None, at(101));
        uses.postpone(taken);
        assert_eq!(uses.take(), [("a".to_owned(), at(101))]);
    }

    #[test]
    fn at_the_end_everything_later_than_what_was_written_is_due_once() {
        let mut uses = Uses::default();
        note(&mut uses, "a", Some(at(90)), at(100));
        note(&mut uses, "b", Some(at(100)), at(100));
        note(&mut uses, "c", None, at(100));
        uses.make_all_due();
        let mut taken = uses.take();
        taken.sort();
        assert_eq!(taken, [("a".to_owned(), at(100)), ("c".to_owned(), at(100))]);
    }

    #[test]
    fn no_more_keys_are_remembered_than_the_bound_says() {
        let mut uses = Uses::default();
        for number in 0..2 * MOST_KEYS {
            note(&mut uses, &number.to_string(), Some(at(100)), at(100));
            assert!(uses.keys.len() <= MOST_KEYS);
        }
        let mut uses = Uses::default();
        for number in 0..2 * MOST_KEYS {
            note(&mut uses, &number.to_string(), None, at(100));
        }
        assert_eq!(
            (uses.keys.len(), uses.due(), uses.take().len()),
            (MOST_KEYS, MOST_KEYS, MOST_KEYS)
        );
    }
}
