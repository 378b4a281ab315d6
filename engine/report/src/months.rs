//! Returns by month and year.

use jiff::{Timestamp, tz::TimeZone};
use statistics::ratio;

/// A calendar year.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Year {
    pub(crate) year: i16,
    /// Returns of its months as shares; `None` where the curve has none.
    pub(crate) months: [Option<f64>; 12],
    /// Return of the year, as far as the curve goes.
    pub(crate) whole: Option<f64>,
}

/// Returns from the last equity of each month to that of the next; the first month counts from the first day.
pub(crate) fn years(days: &[(i64, f64)]) -> Vec<Year> {
    let mut ends: Vec<((i16, i8), f64)> = Vec::new();
    let Some(first) = days.first() else { return Vec::new() };
    for (day, equity) in days {
        let Ok(moment) = Timestamp::from_second(day.saturating_mul(86_400)) else { continue };
        let date = TimeZone::UTC.to_datetime(moment);
        let month = (date.year(), date.month());
        match ends.last_mut() {
            Some(last) if last.0 == month => last.1 = *equity,
            _ => ends.push((month, *equity)),
        }
    }
    let (mut before, mut start) = (first.1, first.1);
    let mut years: Vec<Year> = Vec::new();
    for ((year, month), equity) in ends {
        if years.last().is_none_or(|last| last.year != year) {
            start = before;
            years.push(Year { year, months: [None; 12], whole: None });
        }
        let Some(last) = years.last_mut() else { continue };
        let place = usize::try_from(month).unwrap_or(1).saturating_sub(1);
        if let Some(cell) = last.months.get_mut(place) {
            *cell = ratio(equity - before, before);
        }
        last.whole = ratio(equity - start, start);
        before = equity;
    }
    years
}
