//! Times of a licence: days and timestamps in UTC, and the clock.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

use crate::Fault;

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// The longest span in days that can be asked for: a hundred years. Who wants more wants `never`.
const DAYS_MAX: i64 = 36_525;

/// Seconds since 1970 by this machine's clock.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// A day such as `2027-11-24` (its first second, UTC) or a time such as `2027-11-24T12:00:00Z`.
pub(crate) fn read(text: &str) -> Result<i64, String> {
    let time = licence::day(text).or_else(|| text.parse::<Timestamp>().ok().map(Timestamp::as_second));
    time.filter(|time| (0..=253_402_300_799).contains(time)).ok_or_else(|| {
        format!("`{text}` is no day such as 2027-11-24 and no time such as 2027-11-24T12:00:00Z")
    })
}

/// That many days after a time.
pub(crate) fn after(time: i64, days: i64) -> Result<i64, Fault> {
    if (1..=DAYS_MAX).contains(&days) {
        Ok(time.saturating_add(days * DAY))
    } else {
        Err(Fault::order(format!("{days} days: it must be from 1 to {DAYS_MAX}; or ask for `never`")))
    }
}

/// The first second of the day of a time, UTC.
pub(crate) const fn midnight(time: i64) -> i64 {
    time - time.rem_euclid(DAY)
}

/// The year of a time, UTC.
pub(crate) fn year(time: i64) -> String {
    licence::show_time(time).chars().take_while(|c| *c != '-').collect()
}

/// The day of a time, UTC.
pub(crate) fn day(time: i64) -> String {
    licence::show_time(time).chars().take_while(|c| *c != 'T').collect()
}
