//! Statistics of round trips.

use ledger::{RoundTrip, RunRecord};
use types::Side;

use crate::curve::{DAY, float};

/// Round trips in numbers: profit in money and as a share of the entry, both net of nothing but what they say.
pub(crate) struct Trips {
    /// Net profit of each, in money.
    pub(crate) net: Vec<f64>,
    /// Price return of each, before fees, signed by its side.
    pub(crate) returns: Vec<f64>,
    /// How long each lasted, in days.
    pub(crate) days: Vec<f64>,
}

impl Trips {
    pub(crate) fn of(record: &RunRecord) -> Self {
        let list = &record.round_trips;
        Self {
            net: list.iter().map(|trip| float(trip.net())).collect(),
            returns: list.iter().map(price_return).collect(),
            days: list.iter().map(lasted).collect(),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "prices in ticks and times in nanoseconds stay near 2⁵³ and below"
)]
pub(crate) fn price_return(trip: &RoundTrip) -> f64 {
    let change = trip.exit_price.ticks() as f64 / trip.entry_price.ticks() as f64 - 1.0;
    if trip.entry_side == Side::Buy { change } else { -change }
}

#[expect(clippy::cast_precision_loss, reason = "a length of time needs no more than 53 bits")]
fn lasted(trip: &RoundTrip) -> f64 {
    (trip.exit_time.nanos() - trip.entry_time.nanos()) as f64 / DAY as f64
}

/// The mean; `None` of nothing.
pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() { None } else { finite(values.iter().sum::<f64>() / count(values.len())) }
}

/// Sample standard deviation (n − 1); `None` of fewer than two.
pub(crate) fn deviation(values: &[f64]) -> Option<f64> {
    let mean = mean(values).filter(|_| values.len() > 1)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    finite((squares / count(values.len() - 1)).sqrt())
}

/// `exp(mean(ln(1 + r))) − 1`; 0 where a period lost everything.
pub(crate) fn geometric(returns: &[f64]) -> Option<f64> {
    if returns.is_empty() {
        return None;
    }
    if returns.iter().any(|r| *r <= -1.0) {
        return Some(0.0);
    }
    let logs: f64 = returns.iter().map(|r| r.ln_1p()).sum();
    finite((logs / count(returns.len())).exp_m1())
}

/// Sum of gains over sum of losses; `None` without a loss.
pub(crate) fn profit_factor(values: &[f64]) -> Option<f64> {
    let gains: f64 = values.iter().filter(|value| **value > 0.0).sum();
    let losses: f64 = values.iter().filter(|value| **value < 0.0).sum();
    ratio(gains, -losses)
}

/// A quotient that is a number.
pub(crate) fn ratio(one: f64, two: f64) -> Option<f64> {
    finite(one / two)
}

pub(crate) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2⁵³")]
pub(crate) const fn count(of: usize) -> f64 {
    of as f64
}

/// Longest run of gains and of losses.
pub(crate) fn streaks(values: &[f64]) -> (u64, u64) {
    let (mut gains, mut losses, mut best) = (0, 0, (0, 0));
    for value in values {
        (gains, losses) = if *value > 0.0 { (gains + 1, 0) } else { (0, losses + 1) };
        best = (gains.max(best.0), losses.max(best.1));
    }
    best
}
