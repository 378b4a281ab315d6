//! One trial: a backtest of one point, and what is kept of it.

use ledger::RunRecord;
use report::{Context, Value as Figure};
use search::{Goal, Span, Value};
use serde::{Deserialize, Serialize};

use super::axes::Searched;
use crate::Failure;
use crate::assemble::{Assembled, Variant};
use crate::commands::backtest::{calendar, play};
use crate::config::Source;

/// The most periods that a trial's returns are kept for.
const MAX_PERIODS: i64 = 1_000;

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * SECOND;

/// How a trial ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ending {
    /// It ran to the end of the data.
    Done,
    /// The breaker stopped it; its figures are those of a run that stood still from then on.
    Stopped,
    /// It has no result.
    Failed,
}

/// What is kept of a trial, as text that says it exactly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Row {
    /// Its number in the search.
    pub(crate) trial: usize,
    /// The values of its point, in the order of the axes.
    pub(crate) values: Vec<String>,
    pub(crate) ending: Ending,
    /// Why it failed or stopped.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) reason: String,
    /// Every metric, in the order of the search's list; empty where it is not defined.
    pub(crate) metrics: Vec<String>,
    /// Returns per period, each the bits of a float in hexadecimal, one behind the other.
    pub(crate) returns: String,
}

/// A metric's name, and how its text is to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Column {
    pub(crate) key: String,
    pub(crate) label: String,
    pub(crate) unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    Amount,
    Ratio,
    Share,
    Count,
    Days,
}

/// Everything that all trials share.
pub(crate) struct Bench<'a> {
    pub(crate) source: &'a Source,
    pub(crate) assembled: &'a Assembled,
    pub(crate) searched: &'a Searched,
    pub(crate) window: Option<Span>,
    /// Nanoseconds of a period of returns.
    pub(crate) period: i64,
}

impl Bench<'_> {
    /// Runs one point. What goes wrong is told by the row.
    pub(crate) fn trial(&self, trial: usize, values: &[&Value]) -> Row {
        let texts = values.iter().map(ToString::to_string).collect();
        let row = Row {
            trial,
            values: texts,
            ending: Ending::Done,
            reason: String::new(),
            metrics: Vec::new(),
            returns: String::new(),
        };
        match self.run(values) {
            Err(failure) => Row { ending: Ending::Failed, reason: failure.message, ..row },
            Ok((record, warm_up)) => {
                let context = self.context(warm_up);
                let metrics = report::metrics(&record, &context).iter().map(|one| text(&one.value)).collect();
                let stopped = tripped(&record);
                Row {
                    ending: if stopped.is_some() { Ending::Stopped } else { Ending::Done },
                    reason: stopped.unwrap_or_default(),
                    metrics,
                    returns: returns(&record, self.period)
                        .iter()
                        .map(|r| format!("{:016x}", r.to_bits()))
                        .collect(),
                    ..row
                }
            }
        }
    }

    fn run(&self, values: &[&Value]) -> Result<(RunRecord, usize), Failure> {
        let params = self.searched.params(values);
        let variant = Variant { params: Some(&params), window: self.window };
        let setup = self.assembled.setup_as(self.source, false, variant)?;
        let warm_up = self.assembled.warm_up_bars(&setup);
        let mut record = play(self.assembled, setup, self.window, |_| ())?.record;
        if let Some(window) = self.window {
            // What happened while the strategy warmed up is no part of the stretch.
            record.equity.retain(|point| point.time > window.from);
            let falls = record.falls.iter_mut();
            falls.for_each(|falls| falls.list.retain(|fall| fall.low.time > window.from));
        }
        Ok((record, warm_up))
    }

    fn context(&self, warm_up_bars: usize) -> Context {
        Context { calendar: calendar(self.assembled), warm_up_bars, ..Context::default() }
    }

    /// The metrics there are.
    pub(crate) fn columns(&self) -> Vec<Column> {
        let nothing = ledger::Recorder::new(
            self.assembled.checked.settlement,
            self.assembled.checked.capital,
            self.assembled.instruments.clone(),
            ledger::RecorderOptions::default(),
        );
        let metrics = report::metrics(&nothing.finish(&[]), &self.context(0));
        let column = |metric: &report::Metric| Column {
            key: metric.key.to_owned(),
            label: metric.label.to_owned(),
            unit: match metric.value {
                Figure::Amount(_) => Unit::Amount,
                Figure::Ratio(_) => Unit::Ratio,
                Figure::Share(_) => Unit::Share,
                Figure::Count(_) => Unit::Count,
                Figure::Days(_) => Unit::Days,
            },
        };
        metrics.iter().map(column).collect()
    }
}

impl Row {
    /// A metric as a number, where it is defined.
    pub(crate) fn figure(&self, columns: &[Column], key: &str) -> Option<f64> {
        self.text(columns, key).and_then(|text| text.parse().ok())
    }

    /// A metric as text.
    pub(crate) fn text(&self, columns: &[Column], key: &str) -> Option<&str> {
        let at = columns.iter().position(|column| column.key == key)?;
        self.metrics.get(at).map(String::as_str)
    }

    /// What its goals cost: less is better.
    pub(crate) fn costs(&self, columns: &[Column], goals: &[Goal]) -> Vec<f64> {
        goals.iter().map(|goal| goal.cost(self.figure(columns, &goal.metric))).collect()
    }

    /// Its returns per period; the same periods for every trial of a search.
    pub(crate) fn returns(&self) -> Vec<f64> {
        let one = |at: usize| self.returns.get(at * 16..at * 16 + 16);
        let bits = (0..self.returns.len() / 16).filter_map(|at| u64::from_str_radix(one(at)?, 16).ok());
        bits.map(f64::from_bits).collect()
    }
}

/// A figure as text that reads back as the same figure; shares are in percent, as in the report of a backtest.
fn text(value: &Figure) -> String {
    match value {
        Figure::Amount(amount) => amount.to_string(),
        Figure::Share(share) => share.map_or_else(String::new, |share| (share * 100.0).to_string()),
        Figure::Ratio(number) | Figure::Days(number) => {
            number.map_or_else(String::new, |number| number.to_string())
        }
        Figure::Count(count) => count.to_string(),
    }
}

/// Which rule of the breaker ended the run, if one did.
fn tripped(record: &RunRecord) -> Option<String> {
    let rules = [risk::Trip::Drawdown, risk::Trip::DailyLoss].map(risk::Trip::text);
    let note = record.notes.iter().find(|note| note.strategy.is_none() && rules.contains(&&*note.text))?;
    Some(format!("{} UTC: {}", tape::show_time(note.time), note.text))
}

/// Nanoseconds of a period that suits a stretch of time: days where there is a month of them, else hours or minutes, and several of
/// them where there would be more than a thousand.
pub(crate) fn period(span: i64) -> i64 {
    let unit =
        [DAY, 3_600 * SECOND, 60 * SECOND].into_iter().find(|unit| span / unit >= 30).unwrap_or(SECOND);
    unit * (span / unit / MAX_PERIODS + 1)
}

/// Simple returns from the end of one period to that of the next, for each period in which equity was told; the first is
/// against the capital.
fn returns(record: &RunRecord, period: i64) -> Vec<f64> {
    let mut before = super::float(record.capital);
    let ends = report::last_of_each(&record.equity, period);
    ends.map(|(_, point)| {
        let equity = super::float(point.equity);
        let grown = if before > 0.0 { equity / before - 1.0 } else { 0.0 };
        before = equity;
        grown
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_suit_the_length_of_the_data() {
        for (span, expected) in [
            (1_095 * DAY, 2 * DAY),
            (999 * DAY, DAY),
            (30 * DAY, DAY),
            (29 * DAY, 3_600 * SECOND),
            (3_600 * SECOND, 60 * SECOND),
            (300 * SECOND, SECOND),
            (0, SECOND),
        ] {
            assert_eq!(period(span), expected, "{span}");
        }
    }

    #[test]
    fn returns_survive_their_text() {
        let kept: String =
            [0.1, -0.25, f64::MIN_POSITIVE].iter().map(|r: &f64| format!("{:016x}", r.to_bits())).collect();
        let row = Row {
            trial: 0,
            values: Vec::new(),
            ending: Ending::Done,
            reason: String::new(),
            metrics: Vec::new(),
            returns: kept,
        };
        assert_eq!(
            row.returns().iter().map(|r| r.to_bits()).collect::<Vec<_>>(),
            [0.1, -0.25, f64::MIN_POSITIVE].map(f64::to_bits)
        );
    }
}
