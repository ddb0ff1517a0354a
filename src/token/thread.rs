//! Low-priority threads, so that the event loop and the database driver come first.

use std::io;
use std::thread::Builder;

/// Whether the operating system supports a priority per thread.
pub(super) const LOWERS_PRIORITY: bool = cfg!(target_os = "linux");

/// Runs work on a new low-priority thread. Starting it takes about a thousandth of a derivation's time.
pub(super) fn spawn(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let thread = Builder::new().name("api-key-hash".to_owned());
    thread
        .spawn(move || {
            lower_priority();
            work();
        })
        .map(drop)
}

#[cfg(target_os = "linux")]
fn lower_priority() {
    /// A thread of this niceness gets a third of the CPU time of a normal thread that competes for the core.
    const NICENESS: i32 = 5;
    // On Linux, nice() affects only this thread. Where it is forbidden, the thread keeps its normal priority.
    let _ = rustix::process::nice(NICENESS);
}

#[cfg(not(target_os = "linux"))]
fn lower_priority() {}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    fn niceness() -> i32 {
        rustix::process::nice(0).expect("a niceness")
    }

    #[test]
    fn only_the_new_thread_has_a_lower_priority() {
        let before = niceness();
        let (sender, receiver) = channel();
        spawn(move || sender.send(niceness()).expect("a receiver")).expect("a thread");
        assert!(receiver.recv().expect("a niceness") > before);
        assert_eq!(niceness(), before);
    }
}
