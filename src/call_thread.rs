//! Threads for the calls that a server makes on every request, and for the connection that they share.
//!
//! In a runtime of several threads, each call would wake a second thread that finds nothing to do, and the call and its
//! connection could run on different ones. See docs/adr/0014. Invariant: no task blocks such a thread.

use std::future::{Future, pending};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, available_parallelism};

use tokio::runtime::{Builder, Handle};
use tokio::task::JoinHandle;

/// The runtimes of the threads, which start on first use.
static THREADS: LazyLock<Vec<LazyLock<Option<Handle>>>> = LazyLock::new(|| {
    let cores = available_parallelism().map_or(1, usize::from);
    (0..cores).map(|_| LazyLock::new(start as fn() -> Option<Handle>)).collect()
});

static SERVICES: AtomicUsize = AtomicUsize::new(0);

/// The thread of a service. There are as many as processors, so many services share them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallThread(usize);

impl CallThread {
    /// Returns the thread for a new service.
    #[must_use]
    pub fn next() -> Self {
        Self(SERVICES.fetch_add(1, Ordering::Relaxed))
    }

    /// Starts a task on the thread. If the system has no thread for it, the task runs in the current runtime.
    ///
    /// # Panics
    /// Outside a runtime.
    pub fn spawn<F>(self, task: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        match THREADS.get(self.0 % THREADS.len()).and_then(|thread| thread.as_ref()) {
            Some(runtime) => runtime.spawn(task),
            None => tokio::spawn(task),
        }
    }
}

fn start() -> Option<Handle> {
    let runtime = Builder::new_current_thread().enable_all().build().ok()?;
    let handle = runtime.handle().clone();
    let run = move || runtime.block_on(pending::<()>());
    thread::Builder::new().name("api-key-calls".to_owned()).spawn(run).ok()?;
    Some(handle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_tasks_of_a_service_share_a_thread() {
        let service = CallThread::next();
        let thread = || async { thread::current().id() };
        let threads = (service.spawn(thread()).await, service.spawn(thread()).await);
        assert_eq!(threads.0.expect("ran"), threads.1.expect("ran"));
    }

    #[tokio::test]
    async fn a_task_that_panics_ends_alone() {
        let service = CallThread::next();
        let panics = async { assert!(thread::current().name().is_none(), "on its own thread") };
        service.spawn(panics).await.expect_err("has a name");
        service.spawn(async {}).await.expect("still runs");
    }
}
