//! The local clock of a recording against the venue's: nothing arrives before it happened.

use types::{Tick, Time};

/// How the two clocks of a recording stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clock {
    /// The smallest of local time less venue time as recorded, in nanoseconds; below zero where the local clock is behind.
    pub smallest_latency: i64,
    /// The largest, as recorded.
    pub largest_latency: i64,
    /// Rows that were recorded as arriving before they happened.
    pub early_rows: u64,
    /// What was added to every local time, in nanoseconds.
    pub shift: i64,
    /// Rows whose local time was moved.
    pub shifted_rows: u64,
}

/// Moves local times, all by the same, so that the smallest latency is `base_latency`. Where no row arrives before it happened,
/// nothing is moved. This is what hftbacktest's `correct_local_timestamp` does.
///
/// # Errors
/// A text where a time leaves the range of nanoseconds.
pub(crate) fn correct(ticks: &mut [Tick], base_latency: i64) -> Result<Clock, String> {
    let mut clock = Clock::default();
    let mut seen = None::<(i64, i64)>;
    for tick in ticks.iter() {
        let latency = tick.local_time.nanos().checked_sub(tick.venue_time.nanos()).ok_or_else(far)?;
        clock.early_rows += u64::from(latency < 0);
        seen = Some(seen.map_or((latency, latency), |(low, high)| (low.min(latency), high.max(latency))));
    }
    (clock.smallest_latency, clock.largest_latency) = seen.unwrap_or_default();
    if clock.smallest_latency >= 0 {
        return Ok(clock);
    }
    clock.shift = base_latency.checked_sub(clock.smallest_latency).ok_or_else(far)?;
    for tick in ticks.iter_mut() {
        let moved = tick.local_time.nanos().checked_add(clock.shift).ok_or_else(far)?;
        tick.local_time = Time::from_nanos(moved);
    }
    clock.shifted_rows = ticks.len() as u64;
    Ok(clock)
}

fn far() -> String {
    "a time is too far from the others; look for a wrong unit of time".to_owned()
}
