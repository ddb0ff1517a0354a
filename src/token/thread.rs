//! Threads that give way to the event loop and the database driver.

use std::io;
use std::thread::Builder;

/// Whether the system knows a thread that gives way.
pub(super) const GIVES_WAY: bool = cfg!(target_os = "linux");

/// Runs work on a thread of its own. Starting one takes a thousandth of a derivation.
pub(super) fn spawn(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let thread = Builder::new().name("api-key-hash".to_owned());
    thread
        .spawn(move || {
            give_way();
            work();
        })
        .map(drop)
}

#[cfg(target_os = "linux")]
fn give_way() {
    /// A third of the time of whoever else wants the core.
    const NICENESS: i32 = 5;
    // Linux: of this thread alone. Where it is forbidden, the thread competes like any other.
    let _ = rustix::process::nice(NICENESS);
}

#[cfg(not(target_os = "linux"))]
fn give_way() {}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    fn niceness() -> i32 {
        rustix::process::nice(0).expect("a niceness")
    }

    #[test]
    fn a_thread_gives_way_and_its_starter_does_not() {
        let before = niceness();
        let (tell, told) = channel();
        spawn(move || tell.send(niceness()).expect("heard")).expect("a thread");
        assert!(told.recv().expect("told") > before);
        assert_eq!(niceness(), before);
    }
}
