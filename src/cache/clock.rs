//! The clock of leases.

use std::time::Duration;

/// A monotonic clock, measured from a fixed point in time.
///
/// On Linux it also advances during system suspend, so that a lease does not outlive a suspension. Elsewhere it is
/// [`std::time::Instant`], which advances during suspend on Windows but not on macOS.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    #[cfg(not(target_os = "linux"))]
    start: std::time::Instant,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self {
            #[cfg(not(target_os = "linux"))]
            start: std::time::Instant::now(),
        }
    }

    #[cfg(target_os = "linux")]
    pub(super) fn now(&self) -> Duration {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or_default())
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn now(&self) -> Duration {
        self.start.elapsed()
    }
}
