//! Chance: too good, too unsure, picked from too many, and an order of trades that was kind.

use statistics::{count, sharpe};

use super::Severity::{Caution, Serious};
use super::evidence::{Evidence, percent};
use super::{Finding, finding};
use crate::show;

/// Annual Sharpe ratios beyond this are nearly always a mistake, save for market making over short spans.
const TOO_GOOD: f64 = 5.0;
/// What counts as sure.
const SURE: f64 = 0.95;
/// Round trips that each free parameter should stand on.
const TRIPS_A_PARAMETER: usize = 10;

pub(super) fn too_good(evidence: &Evidence<'_>) -> Option<Finding> {
    let ratio = sharpe(&evidence.returns, evidence.periods)?;
    (evidence.returns.len() >= 60 && ratio > TOO_GOOD).then(|| {
        finding(
            "too_good",
            Caution,
            format!(
                "A Sharpe ratio of {} over {} days is rare in practice.",
                show::number(Some(ratio), 1),
                evidence.returns.len()
            ),
            "Look for fills that no queue would give, for costs that are missing, and for a strategy that sees the future.",
        )
    })
}

pub(super) fn unsure(evidence: &Evidence<'_>) -> Option<Finding> {
    let chance = evidence.robustness.probabilistic?;
    (evidence.profit > 0.0 && chance < SURE).then(|| {
        let needed = evidence.robustness.days_needed;
        let wait = needed.map_or_else(
            || "no length of history would do, as the ratio is not above it".to_owned(),
            |days| format!("it would take {} days of the same", show::number(Some(days), 0)),
        );
        finding(
            "may_be_luck",
            Caution,
            format!(
                "The probability that the true Sharpe ratio is above zero is {} after {} days; for {} {wait}.",
                percent(chance),
                evidence.robustness.days,
                percent(SURE)
            ),
            "Take the profit as unproven: more history, or more instruments with the same settings.",
        )
    })
}

pub(super) fn best_of_many(evidence: &Evidence<'_>) -> Option<Finding> {
    let deflated = evidence.robustness.deflated?;
    (deflated.trials > 1.0 && deflated.probability < SURE).then(|| {
        let best = deflated.benchmark * evidence.periods.sqrt();
        finding(
            "best_of_many",
            if deflated.probability < 0.5 { Serious } else { Caution },
            format!(
                "The best of {} trials without skill would reach a Sharpe ratio of {}; the probability that this run is truly above that is {}.",
                show::number(Some(deflated.trials), 0),
                show::number(Some(best), 2),
                percent(deflated.probability)
            ),
            "Search less, or hold the pick against data that the search never saw (quantmesh walk-forward).",
        )
    })
}

pub(super) fn overfitted(evidence: &Evidence<'_>) -> Option<Finding> {
    let chance = evidence.context.search.overfitting.filter(|chance| *chance >= 0.2)?;
    Some(finding(
        "overfitting",
        if chance >= 0.5 { Serious } else { Caution },
        format!(
            "With a probability of {} the best trial of the search is below the median of its trials on data it was not picked by.",
            percent(chance)
        ),
        "The search fits noise: fewer and coarser parameters, more data, or no search.",
    ))
}

pub(super) fn many_parameters(evidence: &Evidence<'_>) -> Option<Finding> {
    let (parameters, trips) = (evidence.context.parameters, evidence.trips.len());
    let wanted = parameters.saturating_mul(TRIPS_A_PARAMETER);
    (parameters > 0 && trips > 0 && trips < wanted).then(|| {
        finding(
            "many_parameters",
            Caution,
            format!(
                "{parameters} parameters stand on {trips} round trips, {} each; {TRIPS_A_PARAMETER} each are the least.",
                show::number(statistics::ratio(count(trips), count(parameters)), 1)
            ),
            "Leave parameters at their defaults, or run over more data: with enough of them any history can be fitted.",
        )
    })
}

pub(super) fn lucky_order(evidence: &Evidence<'_>) -> Option<Finding> {
    let order = evidence.robustness.order.as_ref()?;
    let (median, happened) = (order.shuffled.p50, order.happened);
    let kind = evidence.trips.len() >= 10 && median >= 0.02 && median > happened * 1.5;
    (kind || order.ruin >= 0.01).then(|| {
        finding(
            "lucky_order",
            if order.ruin >= 0.01 { Serious } else { Caution },
            format!(
                "In another order the same round trips fall {} from a peak in the median and {} in one case of twenty, where they fell {}; drawn anew they ruin the account in {} of cases.",
                percent(median),
                percent(order.shuffled.p95),
                percent(happened),
                percent(order.ruin)
            ),
            "Choose the size by the deeper drawdowns, not by the one that happened.",
        )
    })
}
