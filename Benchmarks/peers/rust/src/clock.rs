//! CLOCK_MONOTONIC, which `std::time::Instant` reads but does not show.

use std::time::Duration;

/// Now, in nanoseconds.
pub fn now() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is valid for writes, and the clock exists on every Linux.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// How long it is until `instant`; `None` where it has passed.
pub fn until(instant: u64) -> Option<Duration> {
    instant.checked_sub(now()).filter(|&left| left > 0).map(Duration::from_nanos)
}

/// Blocks the thread until `instant`.
pub fn sleep_until(instant: u64) {
    while let Some(left) = until(instant) {
        std::thread::sleep(left);
    }
}
