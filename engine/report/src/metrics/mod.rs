//! The one table of metrics: from it come text, JSON, web page and documentation.

mod days;
mod luck;
mod returns;
mod trading;

use ledger::RunRecord;
pub(crate) use returns::buy_and_hold;
use types::Money;

use crate::curve::{self, Drawdown, float};
use crate::robustness::Robustness;
use crate::trips::Trips;
use crate::{Context, Search};

/// What a metric speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// What was earned.
    Result,
    /// What it took in risk.
    Risk,
    /// Return against risk.
    Ratios,
    /// How sure the Sharpe ratio is.
    Luck,
    /// Days, taken one by one.
    Days,
    /// Round trips.
    Trades,
    /// Orders, fills and costs.
    Activity,
}

impl Group {
    /// Every group, in the order they are shown.
    pub const ALL: [Self; 7] =
        [Self::Result, Self::Risk, Self::Ratios, Self::Luck, Self::Days, Self::Trades, Self::Activity];

    /// Its name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Result => "Result",
            Self::Risk => "Risk",
            Self::Ratios => "Ratios",
            Self::Luck => "Skill or luck",
            Self::Days => "Days",
            Self::Trades => "Round trips",
            Self::Activity => "Orders and costs",
        }
    }
}

/// A metric's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// An exact amount, in the settlement asset.
    Amount(Money),
    /// A ratio; `None` where it is not defined.
    Ratio(Option<f64>),
    /// A share, shown in percent; `None` where it is not defined.
    Share(Option<f64>),
    /// A count.
    Count(u64),
    /// A length of time in days.
    Days(Option<f64>),
}

impl Value {
    /// The value as a float, for comparisons; `None` where it is not defined.
    #[must_use]
    pub fn float(&self) -> Option<f64> {
        match self {
            Self::Amount(amount) => Some(float(*amount)),
            Self::Ratio(value) | Self::Share(value) | Self::Days(value) => *value,
            #[expect(clippy::cast_precision_loss, reason = "counts are below 2⁵³")]
            Self::Count(count) => Some(*count as f64),
        }
    }
}

/// One figure with its name and the convention it was worked out by.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// Its name in JSON.
    pub key: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// What it speaks of.
    pub group: Group,
    /// The figure.
    pub value: Value,
    /// How it was worked out.
    pub convention: String,
}

/// Everything that several metrics need, worked out once.
struct Facts<'r> {
    record: &'r RunRecord,
    returns: Vec<f64>,
    /// The same, lowest first.
    sorted: Vec<f64>,
    periods: f64,
    calendar: &'static str,
    drawdowns: Vec<Drawdown>,
    trips: Trips,
    capital: f64,
    last: f64,
    years: f64,
    warm_up: usize,
    search: Search,
}

/// All metrics of a run, in the order they are shown.
#[must_use]
pub fn metrics(record: &RunRecord, context: &Context) -> Vec<Metric> {
    with(record, context, &Robustness::of(record, context))
}

/// The same, with what chance could have made of the run already worked out.
pub(crate) fn with(record: &RunRecord, context: &Context, robustness: &Robustness) -> Vec<Metric> {
    let days = curve::daily(&record.equity);
    let (periods, calendar) = curve::periods(context.calendar, &days);
    let returns = curve::returns(&days);
    let mut sorted = returns.clone();
    sorted.sort_by(f64::total_cmp);
    let facts = Facts {
        returns,
        sorted,
        periods,
        calendar,
        drawdowns: curve::drawdowns(record),
        trips: Trips::of(record),
        capital: float(record.capital),
        last: float(record.final_equity()),
        years: years(record),
        warm_up: context.warm_up_bars,
        search: context.search,
        record,
    };
    let mut list = facts.result();
    list.extend(facts.risk());
    list.extend(facts.ratios());
    list.extend(facts.luck(robustness));
    list.extend(facts.days());
    list.extend(facts.trades());
    list.extend(facts.activity());
    list
}

#[expect(clippy::cast_precision_loss, reason = "a length of time needs no more than 53 bits")]
fn years(record: &RunRecord) -> f64 {
    let span = record.equity.first().zip(record.equity.last());
    span.map_or(0.0, |(first, last)| {
        (last.time.nanos() - first.time.nanos()) as f64 / curve::DAY as f64 / 365.25
    })
}

fn metric(
    key: &'static str,
    label: &'static str,
    group: Group,
    value: Value,
    convention: impl Into<String>,
) -> Metric {
    Metric { key, label, group, value, convention: convention.into() }
}

impl Facts<'_> {
    fn max_drawdown(&self) -> f64 {
        self.drawdowns.first().map_or(0.0, |fall| fall.depth)
    }
}
