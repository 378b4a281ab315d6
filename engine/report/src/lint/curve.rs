//! The equity curve: ruin, standstill, a handful of days that carry all, too short a history.

use super::Severity::{Caution, Note, Serious};
use super::evidence::{Evidence, part, percent};
use super::{Finding, finding};
use crate::curve::float;
use crate::metrics::buy_and_hold;
use crate::show;

/// Days below which seasons and regimes can't have been seen.
const SHORT: f64 = 180.0;
/// The days whose profit is taken off.
const BEST: usize = 5;

pub(super) fn ruin(evidence: &Evidence<'_>) -> Option<Finding> {
    let lows = evidence.record.falls.iter().flat_map(|falls| &falls.list).map(|fall| &fall.low);
    let gone = evidence.record.equity.iter().chain(lows).filter(|point| float(point.equity) <= 0.0);
    let fell = gone.min_by_key(|point| point.time)?;
    (evidence.capital > 0.0).then(|| {
        finding(
            "ruin",
            Serious,
            format!("Equity was {} on {}: the account was gone.", fell.equity, show::time(fell.time)),
            "Whatever came after could not have happened. Use less leverage, limits in the risk section, or a breaker.",
        )
    })
}

pub(super) fn standstill(evidence: &Evidence<'_>) -> Option<Finding> {
    if evidence.record.totals.fills == 0 || evidence.returns.len() < 20 {
        return None;
    }
    let still = evidence.returns.iter().filter(|change| change.abs() <= 0.0).count();
    let longest = longest(&evidence.returns);
    let (share, stretch) = (part(still, evidence.returns.len())?, part(longest, evidence.returns.len())?);
    (share >= 0.9 || stretch >= 0.5).then(|| {
        finding(
            "flat_equity",
            Caution,
            format!(
                "Equity did not move on {} of {} days; the longest standstill took {longest} days in a row.",
                still,
                evidence.returns.len()
            ),
            "Ratios over all days speak of waiting, not of trading: check whether the strategy stopped, and compare its time in the market.",
        )
    })
}

/// The longest run of days without a change.
fn longest(returns: &[f64]) -> usize {
    let (mut run, mut best) = (0, 0);
    for change in returns {
        run = if change.abs() <= 0.0 { run + 1 } else { 0 };
        best = best.max(run);
    }
    best
}

pub(super) fn few_days(evidence: &Evidence<'_>) -> Option<Finding> {
    let mut changes: Vec<f64> =
        evidence.days.iter().zip(evidence.days.iter().skip(1)).map(|(one, two)| two.1 - one.1).collect();
    changes.sort_by(|one, two| two.total_cmp(one));
    let best: f64 = changes.iter().take(BEST).sum();
    (changes.len() >= 60 && evidence.profit > 0.0 && best >= evidence.profit).then(|| {
        finding(
            "few_days",
            Caution,
            format!(
                "The best {BEST} of {} days earned {}, more than the whole profit of {}.",
                changes.len(),
                evidence.amount(best),
                evidence.amount(evidence.profit)
            ),
            "See what happened on those days; without them the run loses.",
        )
    })
}

pub(super) fn short_history(evidence: &Evidence<'_>) -> Option<Finding> {
    let (first, last) = evidence.record.equity.first().zip(evidence.record.equity.last())?;
    let days = show::days(first.time, last.time);
    (days < SHORT).then(|| {
        finding(
            "short_history",
            if days < SHORT / 6.0 { Caution } else { Note },
            format!(
                "The run covers {} days; figures over a year are extrapolated {} times.",
                show::number(Some(days), 1),
                show::number(statistics::ratio(365.25, days), 0)
            ),
            "Run over at least a year that has rising, falling and quiet markets in it.",
        )
    })
}

pub(super) fn behind_hold(evidence: &Evidence<'_>) -> Option<Finding> {
    let hold = buy_and_hold(evidence.record, evidence.context.warm_up_bars)?;
    let own = statistics::ratio(evidence.profit, evidence.capital)?;
    (evidence.record.totals.fills > 0 && hold > own && hold > 0.0).then(
        || {
            finding(
                "behind_buy_and_hold",
                Note,
                format!("The run returned {}, buying and holding {}.", percent(own), percent(hold)),
                "Compare drawdown and time in the market as well: less risk may be worth it, the same risk is not.",
            )
        },
    )
}
