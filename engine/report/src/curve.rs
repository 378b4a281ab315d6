//! The equity curve: daily returns, and drawdowns with their dates.

use ledger::{EquityPoint, RunRecord};
use types::{Money, Time};

use crate::Calendar;

pub(crate) const DAY: i64 = 86_400_000_000_000;

/// A fall of equity from a peak.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Drawdown {
    /// When the peak was reached.
    pub(crate) peak: Time,
    /// When equity was lowest.
    pub(crate) trough: Time,
    /// When the peak was reached again, if it was.
    pub(crate) recovered: Option<Time>,
    /// The fall as a share of the peak, above zero.
    pub(crate) depth: f64,
    /// The fall in money.
    pub(crate) amount: Money,
}

/// Money as a float, for ratios only.
#[expect(clippy::cast_precision_loss, reason = "ratios need no more than the 53 bits that are kept")]
pub(crate) fn float(money: Money) -> f64 {
    money.units() as f64 / 1e18
}

/// Last equity of each day that has one.
pub(crate) fn daily(points: &[EquityPoint]) -> Vec<(i64, f64)> {
    last_of_each(points, DAY).map(|(day, point)| (day, float(point.equity))).collect()
}

/// The last point of each period that has one, with the number of the period since 1970; `period` is in nanoseconds, and the moment
/// between two periods belongs to the one that ends. Points are oldest first.
pub fn last_of_each(points: &[EquityPoint], period: i64) -> impl Iterator<Item = (i64, &EquityPoint)> {
    let period = period.max(1);
    let mut rest = points;
    std::iter::from_fn(move || {
        let number = rest.first()?.time.nanos().saturating_sub(1).div_euclid(period);
        let end = (number + 1).saturating_mul(period);
        // Periods are far fewer than points: their ends are looked for, and nothing is worked out for each point.
        let (inside, later) = rest.split_at(rest.partition_point(|point| point.time.nanos() <= end).max(1));
        rest = later;
        inside.last().map(|point| (number, point))
    })
}

/// Simple returns from one day to the next; a day after zero equity has none.
pub(crate) fn returns(days: &[(i64, f64)]) -> Vec<f64> {
    days.iter()
        .zip(days.iter().skip(1))
        .filter(|(one, _)| one.1 != 0.0)
        .map(|(one, two)| two.1 / one.1 - 1.0)
        .collect()
}

/// Periods in a year, and why.
pub(crate) fn periods(calendar: Calendar, days: &[(i64, f64)]) -> (f64, &'static str) {
    let weekend = days.iter().filter(|(day, _)| matches!((day + 4).rem_euclid(7), 0 | 6)).count();
    // Two days of seven are weekend; markets that rest on it have nearly none, the others nearly all of them.
    let has_weekends = weekend * 35 > days.len() * 6;
    match calendar {
        Calendar::Daily365 => (365.0, "365 days a year"),
        Calendar::Daily252 => (252.0, "252 days a year"),
        Calendar::FromData if has_weekends => (365.0, "365 days a year, as the data has weekends"),
        Calendar::FromData => (252.0, "252 days a year, as the data has no weekends"),
    }
}

/// Every drawdown, deepest first. The last may not have recovered.
pub(crate) fn drawdowns(record: &RunRecord) -> Vec<Drawdown> {
    let mut list = Vec::new();
    let Some(first) = record.equity.first() else { return list };
    if let Some(falls) = &record.falls {
        // Of a long run only some points are there; these come from all of them.
        list.extend(falls.list.iter().filter_map(|one| fall(one.peak, one.low, one.recovered)));
        list.sort_by(|one, two| two.depth.total_cmp(&one.depth));
        return list;
    }
    let (mut peak, mut low) = (*first, *first);
    for point in &record.equity {
        if point.equity >= peak.equity {
            list.extend(fall(peak, low, Some(point.time)));
            (peak, low) = (*point, *point);
        } else if point.equity < low.equity {
            low = *point;
        }
    }
    list.extend(fall(peak, low, None));
    list.sort_by(|one, two| two.depth.total_cmp(&one.depth));
    list
}

fn fall(peak: EquityPoint, low: EquityPoint, recovered: Option<Time>) -> Option<Drawdown> {
    let amount = peak.equity.minus(low.equity).ok()?;
    let depth = float(amount) / float(peak.equity);
    let real = amount > Money::ZERO && depth.is_finite();
    real.then_some(Drawdown { peak: peak.time, trough: low.time, recovered, depth, amount })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_moment_between_two_periods_belongs_to_the_one_that_ends() {
        let point = |nanos: i64| EquityPoint {
            time: Time::from_nanos(nanos),
            equity: Money::from_units(nanos.into()),
        };
        let points: Vec<EquityPoint> = [-10, -9, 0, 1, 1, 10, 11, 35, 40, i64::MAX].map(point).to_vec();
        let ends: Vec<(i64, i64)> =
            last_of_each(&points, 10).map(|(number, point)| (number, point.time.nanos())).collect();
        let far = (i64::MAX - 1) / 10;
        assert_eq!(ends, [(-2, -10), (-1, 0), (0, 10), (1, 11), (3, 40), (far, i64::MAX)]);
        assert_eq!(last_of_each(&[], 10).count(), 0);
    }
}
