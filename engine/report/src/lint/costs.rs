//! Trades: too few, one that carries all, fees that eat the edge, profit that is not in hand.

use types::Money;

use super::Severity::{Caution, Note, Serious};
use super::evidence::{Evidence, part, percent, small};
use super::{Finding, finding};
use crate::curve::float;

/// Round trips below which a mean says little: the usual rule of thumb for a sample.
const FEW: usize = 30;

pub(super) fn no_trades(evidence: &Evidence<'_>) -> Option<Finding> {
    let totals = evidence.record.totals;
    (totals.fills == 0).then(|| {
        finding(
            "no_trades",
            Serious,
            format!(
                "Not one order was filled: {} were sent, the venue rejected {}, and the risk gate refused {} wishes.",
                totals.orders, totals.rejected, totals.refused
            ),
            "Read the notes and refusals, and check size, limits and warm-up against the length of the data.",
        )
    })
}

pub(super) fn few_trades(evidence: &Evidence<'_>) -> Option<Finding> {
    let trips = evidence.trips.len();
    let few = evidence.record.totals.fills > 0 && trips < FEW;
    few.then(|| {
        finding(
            "few_trades",
            if trips < FEW / 3 { Serious } else { Caution },
            format!(
                "There are {trips} closed round trips; fewer than {FEW} hardly tell an edge from chance."
            ),
            "Run over more data or more instruments before judging win rate, profit factor or Kelly.",
        )
    })
}

pub(super) fn one_trade(evidence: &Evidence<'_>) -> Option<Finding> {
    let sum: f64 = evidence.trips.iter().sum();
    let best = evidence.trips.iter().copied().reduce(f64::max)?;
    let share = best / sum;
    (evidence.trips.len() > 1 && sum > 0.0 && share >= 0.5).then(|| {
        finding(
            "one_trade",
            if share >= 1.0 { Serious } else { Caution },
            format!(
                "One round trip of {} earned {}, which is {} of the {} that all of them earned.",
                evidence.trips.len(),
                evidence.amount(best),
                percent(share),
                evidence.amount(sum)
            ),
            "Look at that trade in trades.csv, and judge the run without it.",
        )
    })
}

pub(super) fn fees(evidence: &Evidence<'_>) -> Option<Finding> {
    let totals = evidence.record.totals;
    let parts = [totals.realised, totals.unrealised, totals.funding];
    let gross: f64 = parts.into_iter().map(float).sum();
    let fees = float(totals.fees);
    let share = fees / gross;
    (gross > 0.0 && share >= 0.5).then(|| {
        finding(
            "fees_eat_edge",
            if share >= 1.0 { Serious } else { Caution },
            format!(
                "Fees of {} took {} of the {} earned before fees.",
                evidence.amount(fees),
                percent(share),
                evidence.amount(gross)
            ),
            "Trade less often, rest orders instead of crossing the spread, or ask more profit of each trade.",
        )
    })
}

pub(super) fn open_profit(evidence: &Evidence<'_>) -> Option<Finding> {
    let open = float(evidence.record.totals.unrealised);
    let share = open / evidence.profit;
    (evidence.profit > 0.0 && share >= 0.5).then(|| {
        finding(
            "open_profit",
            Caution,
            format!(
                "{} of the net profit of {} is in positions that are still open at the end.",
                percent(share),
                evidence.amount(evidence.profit)
            ),
            "Set the end of the run to close positions, and see whether the profit is still there.",
        )
    })
}

pub(super) fn turned_away(evidence: &Evidence<'_>) -> Option<Finding> {
    let totals = evidence.record.totals;
    let away = small(totals.refused.saturating_add(totals.rejected));
    let asked = small(totals.orders.saturating_add(totals.refused));
    let share = part(away, asked).filter(|share| *share >= 0.1 && totals.fills > 0)?;
    Some(finding(
        "turned_away",
        if share >= 0.5 { Caution } else { Note },
        format!(
            "{} of {asked} wishes did not become working orders: the risk gate refused {}, the venue rejected {}.",
            percent(share),
            totals.refused,
            totals.rejected
        ),
        "Compare limits, order sizes and post-only prices with what the strategy wishes for; it may be another strategy with all of them.",
    ))
}

pub(super) fn never_loses(evidence: &Evidence<'_>) -> Option<Finding> {
    let trips = &evidence.record.round_trips;
    let sure = trips.len() >= 20 && trips.iter().all(|trip| trip.net() >= Money::ZERO);
    sure.then(|| {
        let open = float(evidence.record.totals.unrealised);
        finding(
            "never_loses",
            Caution,
            format!(
                "Not one of {} round trips lost; what is still open stands at {}.",
                trips.len(),
                evidence.amount(open)
            ),
            "Either losses are never taken, so look at the open positions and the deepest drawdown; or the strategy sees the future.",
        )
    })
}
