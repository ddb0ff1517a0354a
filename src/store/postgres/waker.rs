//! A waker for two futures of one task that wake each other.
//!
//! A request and its connection communicate through channels. Each message would wake the task that already polls both,
//! and with it another thread of the runtime: twice per statement, which takes longer than the statement. Invariant: a
//! wake from outside is never lost.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// The maximum number of polls of both futures before the task yields.
const MAX_ROUNDS: usize = 64;

#[derive(Default)]
pub(super) struct SharedWaker {
    task: Mutex<Option<Waker>>,
    polling: AtomicBool,
    woken: AtomicBool,
}

impl SharedWaker {
    /// Polls both futures until neither wakes the other.
    ///
    /// `poll` receives `self` so that it can clear earlier wakes right before it polls a future.
    pub(super) fn poll<T>(
        self: &Arc<Self>,
        context: &Context<'_>,
        mut poll: impl FnMut(&mut Context<'_>, &Self) -> Poll<T>,
    ) -> Poll<T> {
        {
            let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
            if !task.as_ref().is_some_and(|task| task.will_wake(context.waker())) {
                *task = Some(context.waker().clone());
            }
        }
        let waker = Waker::from(Arc::clone(self));
        for _ in 0..MAX_ROUNDS {
            self.polling.store(true, Ordering::SeqCst);
            let outcome = poll(&mut Context::from_waker(&waker), self);
            self.polling.store(false, Ordering::SeqCst);
            // An earlier wake has set this flag; a later wake wakes the task.
            if outcome.is_ready() || !self.woken.swap(false, Ordering::SeqCst) {
                return outcome;
            }
        }
        // Yields to other tasks of the runtime.
        context.waker().wake_by_ref();
        Poll::Pending
    }

    /// Clears the wakes so far, right before a future is polled.
    pub(super) fn clear_woken(&self) {
        self.woken.store(false, Ordering::SeqCst);
    }
}

impl Wake for SharedWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        if self.polling.load(Ordering::SeqCst) {
            return;
        }
        if let Some(task) = &*self.task.lock().unwrap_or_else(PoisonError::into_inner) {
            task.wake_by_ref();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[derive(Default)]
    struct Counter(AtomicUsize);

    impl Wake for Counter {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn a_wake_from_inside_polls_again_and_wakes_no_task() {
        let (shared, counter) = (Arc::<SharedWaker>::default(), Arc::<Counter>::default());
        let task = Waker::from(Arc::clone(&counter));
        let mut polls = 0;
        let outcome = shared.poll(&Context::from_waker(&task), |context, _| {
            polls += 1;
            if polls == 1 {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(())
        });
        assert_eq!((outcome, polls, counter.0.load(Ordering::SeqCst)), (Poll::Ready(()), 2, 0));
    }

    #[test]
    fn a_wake_from_outside_wakes_the_task() {
        let (shared, counter) = (Arc::<SharedWaker>::default(), Arc::<Counter>::default());
        let task = Waker::from(Arc::clone(&counter));
        let mut inner = None;
        let outcome: Poll<()> = shared.poll(&Context::from_waker(&task), |context, _| {
            inner = Some(context.waker().clone());
            Poll::Pending
        });
        assert_eq!(outcome, Poll::Pending);
        inner.expect("polled").wake();
        assert_eq!(counter.0.load(Ordering::SeqCst), 1);
    }
}
