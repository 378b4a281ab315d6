//! Several runs beside each other: their figures, where each is best, and how much they move together.

mod forms;
mod page;

use std::collections::BTreeSet;

use ledger::RunRecord;
use statistics::{correlation, ratio};

use crate::sheet::Sheet;
use crate::{Context, Finding, Metric, Value, curve};

/// A run to compare.
#[derive(Debug, Clone, Copy)]
pub struct Run<'r> {
    /// What it is called here.
    pub name: &'r str,
    /// What happened.
    pub record: &'r RunRecord,
    /// What is told beside it.
    pub context: &'r Context,
}

/// One figure of every run.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The first run's metric, for name and convention.
    pub metric: Metric,
    /// The values, by run.
    pub values: Vec<Value>,
    /// The run with the best value, where one is better than all others and it can be said which way is better.
    pub best: Option<usize>,
}

/// Several runs beside each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Names of the runs.
    pub runs: Vec<String>,
    /// What the first run's amounts are counted in.
    pub currency: String,
    /// Every metric, in the order of a tear sheet.
    pub rows: Vec<Row>,
    /// Correlation of daily returns, over the days that two runs share; `None` where there are too few.
    pub correlations: Vec<Vec<Option<f64>>>,
    /// Findings, by run.
    pub findings: Vec<Vec<Finding>>,
    /// Days on which any run has equity, counted from 1970.
    days: Vec<i64>,
    /// Equity over capital on those days, by run.
    curves: Vec<Vec<Option<f64>>>,
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Better {
    Higher,
    Lower,
}

/// Figures of which one can say which way is better, in the order of the short table. Falls are below zero, so higher is better.
const DIRECTIONS: [(&str, Better); 18] = [
    ("final_equity", Better::Higher),
    ("total_return", Better::Higher),
    ("cagr", Better::Higher),
    ("sharpe", Better::Higher),
    ("sortino", Better::Higher),
    ("calmar", Better::Higher),
    ("max_drawdown", Better::Higher),
    ("longest_drawdown", Better::Lower),
    ("volatility", Better::Lower),
    ("expected_shortfall", Better::Higher),
    ("probabilistic_sharpe", Better::Higher),
    ("deflated_sharpe", Better::Higher),
    ("win_rate", Better::Higher),
    ("profit_factor", Better::Higher),
    ("sqn", Better::Higher),
    ("stability", Better::Higher),
    ("fees", Better::Lower),
    ("ulcer_index", Better::Lower),
];

/// Puts runs beside each other. None of them gives an empty comparison.
#[must_use]
pub fn compare(runs: &[Run<'_>]) -> Comparison {
    let sheets: Vec<Sheet<'_>> = runs.iter().map(|run| Sheet::of(run.record, run.context)).collect();
    let daily: Vec<Vec<(i64, f64)>> = runs.iter().map(|run| curve::daily(&run.record.equity)).collect();
    let days: BTreeSet<i64> = daily.iter().flatten().map(|(day, _)| *day).collect();
    let capital = |run: &Run<'_>| curve::float(run.record.capital);
    let scaled = runs.iter().zip(&daily).map(|(run, daily)| on_days(daily, &days, capital(run))).collect();
    Comparison {
        runs: runs.iter().map(|run| run.name.to_owned()).collect(),
        currency: runs.first().map(|run| run.record.settlement.to_string()).unwrap_or_default(),
        rows: rows(&sheets),
        correlations: daily.iter().map(|one| daily.iter().map(|two| together(one, two)).collect()).collect(),
        findings: sheets.into_iter().map(|sheet| sheet.findings).collect(),
        days: days.into_iter().collect(),
        curves: scaled,
    }
}

fn rows(sheets: &[Sheet<'_>]) -> Vec<Row> {
    let Some(first) = sheets.first() else { return Vec::new() };
    let row = |metric: &Metric| {
        // A metric is found by its key, so that runs need not have the same list.
        let of = |sheet: &Sheet<'_>| {
            sheet.metrics.iter().find(|other| other.key == metric.key).map(|m| m.value.clone())
        };
        let values: Vec<Value> = sheets.iter().map(|sheet| of(sheet).unwrap_or(Value::Ratio(None))).collect();
        let better = DIRECTIONS.iter().find(|(key, _)| *key == metric.key);
        let best = better.and_then(|(_, better)| best(&values, *better));
        Row { metric: metric.clone(), values, best }
    };
    first.metrics.iter().map(row).collect()
}

/// The place of the one value that is better than all others.
fn best(values: &[Value], better: Better) -> Option<usize> {
    let sign = if better == Better::Higher { 1.0 } else { -1.0 };
    let known = values.iter().enumerate().filter_map(|(at, value)| Some((at, sign * value.float()?)));
    let (at, top) = known.clone().reduce(|one, two| if two.1 > one.1 { two } else { one })?;
    let equals = known.filter(|(_, value)| value.total_cmp(&top).is_eq()).count();
    (equals == 1 && values.len() > 1).then_some(at)
}

/// Correlation of the returns on days that both have.
fn together(one: &[(i64, f64)], two: &[(i64, f64)]) -> Option<f64> {
    let (left, right) = (changes(one), changes(two));
    let mut others = right.iter().peekable();
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for (day, change) in &left {
        while others.next_if(|(other, _)| other < day).is_some() {}
        if let Some((_, other)) = others.next_if(|(other, _)| other == day) {
            first.push(*change);
            second.push(*other);
        }
    }
    if first.len() < 3 { None } else { correlation(&first, &second) }
}

fn changes(days: &[(i64, f64)]) -> Vec<(i64, f64)> {
    let pairs = days.iter().zip(days.iter().skip(1));
    pairs.filter_map(|(one, two)| Some((two.0, ratio(two.1 - one.1, one.1)?))).collect()
}

fn on_days(daily: &[(i64, f64)], days: &BTreeSet<i64>, capital: f64) -> Vec<Option<f64>> {
    let mut own = daily.iter().peekable();
    let at =
        |day: &i64| own.next_if(|(other, _)| other == day).and_then(|(_, equity)| ratio(*equity, capital));
    days.iter().map(at).collect()
}
