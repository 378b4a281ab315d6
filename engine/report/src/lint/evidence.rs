//! What the checks look at, worked out once.

use ledger::RunRecord;
use statistics::{count, ratio};

use crate::curve::{self, float};
use crate::robustness::Robustness;
use crate::trips::Trips;
use crate::{Context, show};

/// A run as the checks see it.
pub(crate) struct Evidence<'r> {
    pub(super) record: &'r RunRecord,
    pub(super) context: &'r Context,
    pub(super) robustness: &'r Robustness,
    /// Last equity of each day.
    pub(super) days: Vec<(i64, f64)>,
    pub(super) returns: Vec<f64>,
    /// Days in a year.
    pub(super) periods: f64,
    /// Net profit of each round trip.
    pub(super) trips: Vec<f64>,
    pub(super) capital: f64,
    /// Final equity less capital.
    pub(super) profit: f64,
}

impl<'r> Evidence<'r> {
    pub(crate) fn of(record: &'r RunRecord, context: &'r Context, robustness: &'r Robustness) -> Self {
        let days = curve::daily(&record.equity);
        let (periods, _) = curve::periods(context.calendar, &days);
        let capital = float(record.capital);
        Self {
            returns: curve::returns(&days),
            days,
            periods,
            trips: Trips::of(record).net,
            capital,
            profit: float(record.final_equity()) - capital,
            record,
            context,
            robustness,
        }
    }

    /// An amount in words, with its asset.
    pub(super) fn amount(&self, value: f64) -> String {
        format!("{} {}", show::number(Some(value), 2), self.record.settlement)
    }
}

/// A share in percent, in words.
pub(super) fn percent(share: f64) -> String {
    let decimals = if share.abs() < 0.1 { 1 } else { 0 };
    format!("{} %", show::number(Some(share * 100.0), decimals))
}

/// One count over another.
pub(super) fn part(of: usize, all: usize) -> Option<f64> {
    ratio(count(of), count(all))
}

/// A count from the record.
pub(super) fn small(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
