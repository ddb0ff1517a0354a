//! The latest uses of keys, and which of them are due to be written.

use std::collections::HashMap;

use chrono::TimeDelta;

use crate::api_key::CompactId;
use crate::call_context::Timestamp;

/// The maximum number of tracked keys.
pub(super) const MAX_KEYS: usize = 100_000;

/// The uses of keys since the service started, for the tracked keys.
#[derive(Default)]
pub(super) struct Uses {
    keys: HashMap<CompactId, Use>,
    /// The ids of the due keys that are not in a running write.
    waiting: Vec<CompactId>,
    /// The number of due keys, including those in a running write.
    due: usize,
}

struct Use {
    latest: Timestamp,
    /// The last known value in the row.
    written: Option<Timestamp>,
    due: bool,
}

impl Use {
    fn exceeds(&self, interval: TimeDelta) -> bool {
        self.written.is_none_or(|written| self.latest - written >= interval)
    }
}

impl Uses {
    /// Records a use: due immediately if nothing was written yet, otherwise one interval after the last written use.
    pub(super) fn record(
        &mut self,
        id: CompactId,
        last_used_at: Option<Timestamp>,
        now: Timestamp,
        interval: TimeDelta,
    ) {
        if let Some(tracked) = self.keys.get_mut(&id) {
            tracked.latest = tracked.latest.max(now);
            tracked.written = tracked.written.max(last_used_at);
            if !tracked.due && tracked.exceeds(interval) {
                tracked.due = true;
                self.due += 1;
                self.waiting.push(id);
            }
            return;
        }
        if self.keys.len() >= MAX_KEYS && !self.make_room() {
            return;
        }
        if self.keys.capacity() == 0 {
            // All the space at once, because a growing table leaves its former allocations behind as gaps.
            self.keys.reserve(MAX_KEYS);
        }
        let mut tracked = Use { latest: now, written: last_used_at, due: false };
        if tracked.exceeds(interval) {
            tracked.due = true;
            self.due += 1;
            self.waiting.push(id.clone());
        }
        self.keys.insert(id, tracked);
    }

    /// Drops the keys without a due use. Returns `false`, and drops none, if more than half of the keys are due.
    fn make_room(&mut self) -> bool {
        if self.due > MAX_KEYS / 2 {
            return false;
        }
        self.keys.retain(|_, tracked| tracked.due);
        true
    }

    /// Whether a due use is not in a running write.
    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The number of keys with a due use.
    pub(super) fn due(&self) -> usize {
        self.due
    }

    /// Makes every use due that is later than the last written one, regardless of the interval.
    pub(super) fn make_all_due(&mut self) {
        for (id, tracked) in &mut self.keys {
            if !tracked.due && tracked.written.is_none_or(|written| written < tracked.latest) {
                tracked.due = true;
                self.due += 1;
                self.waiting.push(id.clone());
            }
        }
    }

    /// Takes all waiting uses for a write. The caller returns them through `mark_written` or `requeue`.
    pub(super) fn take(&mut self) -> Vec<(String, Timestamp)> {
        let waiting = std::mem::take(&mut self.waiting);
        waiting
            .into_iter()
            .filter_map(|id| self.keys.get(&id).map(|tracked| (id.to_string(), tracked.latest)))
            .collect()
    }

    /// Returns uses that were written or no longer need to be.
    pub(super) fn mark_written(&mut self, uses: Vec<(String, Timestamp)>, interval: TimeDelta) {
        for (id, at) in uses {
            let id = CompactId::of(&id);
            let Some(tracked) = self.keys.get_mut(&id) else { continue };
            tracked.written = tracked.written.max(Some(at));
            if tracked.exceeds(interval) {
                self.waiting.push(id);
            } else {
                tracked.due = false;
                self.due -= 1;
            }
        }
    }

    /// Returns uses that could not be written, for the next write.
    pub(super) fn requeue(&mut self, uses: Vec<(String, Timestamp)>) {
        self.waiting.extend(uses.iter().map(|(id, _)| CompactId::of(id)));
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

    fn record(uses: &mut Uses, id: &str, last_used_at: Option<Timestamp>, now: Timestamp) {
        uses.record(CompactId::of(id), last_used_at, now, INTERVAL);
    }

    #[test]
    fn the_first_use_is_due_immediately_and_the_next_after_an_interval() {
        let mut uses = Uses::default();
        record(&mut uses, "a", None, at(100));
        let taken = uses.take();
        assert_eq!(taken, [("a".to_owned(), at(100))]);
        uses.mark_written(taken, INTERVAL);
        record(&mut uses, "a", None, at(159));
        assert_eq!((uses.is_waiting(), uses.due()), (false, 0));
        record(&mut uses, "a", None, at(160));
        assert_eq!(uses.take(), [("a".to_owned(), at(160))]);
    }

    #[test]
    fn a_use_within_the_interval_after_the_rows_value_is_not_due() {
        let mut uses = Uses::default();
        record(&mut uses, "a", Some(at(50)), at(100));
        record(&mut uses, "b", Some(at(200)), at(100));
        assert_eq!(uses.due(), 0);
        record(&mut uses, "a", Some(at(50)), at(110));
        assert_eq!(uses.due(), 1);
    }

    #[test]
    fn several_uses_become_one_write_of_the_latest_in_any_order() {
        let mut uses = Uses::default();
        for seconds in [100, 300, 200] {
            record(&mut uses, "a", None, at(seconds));
        }
        assert_eq!(uses.take(), [("a".to_owned(), at(300))]);
    }

    #[test]
    fn a_use_during_a_write_is_neither_lost_nor_written_twice() {
        let mut uses = Uses::default();
        record(&mut uses, "a", None, at(100));
        let taken = uses.take();
        record(&mut uses, "a", None, at(170));
        assert!(!uses.is_waiting());
        assert_eq!(uses.due(), 1);
        uses.mark_written(taken, INTERVAL);
        assert_eq!(uses.take(), [("a".to_owned(), at(170))]);
    }

    #[test]
    fn a_use_that_could_not_be_written_waits_with_its_latest_time() {
        let mut uses = Uses::default();
        record(&mut uses, "a", None, at(100));
        let taken = uses.take();
        record(&mut uses, "a", None, at(101));
        uses.requeue(taken);
        assert_eq!(uses.take(), [("a".to_owned(), at(101))]);
    }

    #[test]
    fn make_all_due_includes_every_use_later_than_the_written_one_once() {
        let mut uses = Uses::default();
        record(&mut uses, "a", Some(at(90)), at(100));
        record(&mut uses, "b", Some(at(100)), at(100));
        record(&mut uses, "c", None, at(100));
        uses.make_all_due();
        let mut taken = uses.take();
        taken.sort();
        assert_eq!(taken, [("a".to_owned(), at(100)), ("c".to_owned(), at(100))]);
    }

    #[test]
    fn the_number_of_tracked_keys_is_bounded() {
        let mut uses = Uses::default();
        for number in 0..2 * MAX_KEYS {
            record(&mut uses, &number.to_string(), Some(at(100)), at(100));
            assert!(uses.keys.len() <= MAX_KEYS);
        }
        let mut uses = Uses::default();
        for number in 0..2 * MAX_KEYS {
            record(&mut uses, &number.to_string(), None, at(100));
        }
        assert_eq!(
            (uses.keys.len(), uses.due(), uses.take().len()),
            (MAX_KEYS, MAX_KEYS, MAX_KEYS)
        );
    }
}
