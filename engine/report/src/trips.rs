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
    /// Net profit of each as a share of equity at its entry; those that entered without equity are left out.
    pub(crate) shares: Vec<f64>,
    /// Of the same: size in money and equity, at the entry.
    sizes: (Vec<f64>, Vec<f64>),
}

impl Trips {
    pub(crate) fn of(record: &RunRecord) -> Self {
        let list = &record.round_trips;
        let (mut shares, mut sizes) = (Vec::with_capacity(list.len()), (Vec::new(), Vec::new()));
        for trip in list {
            let Some((size, equity)) = size(record, trip).filter(|(_, equity)| *equity > 0.0) else {
                continue;
            };
            shares.push(float(trip.net()) / equity);
            sizes.0.push(size);
            sizes.1.push(equity);
        }
        Self {
            shares,
            sizes,
            net: list.iter().map(|trip| float(trip.net())).collect(),
            returns: list.iter().map(price_return).collect(),
            days: list.iter().map(lasted).collect(),
        }
    }
}

impl Trips {
    /// Whether sizes grew and shrank with equity: their correlation is strong, where equity moved enough to tell.
    pub(crate) fn follow_equity(&self) -> bool {
        let (size, equity) = &self.sizes;
        let high = equity.iter().copied().reduce(f64::max).unwrap_or_default();
        let low = equity.iter().copied().reduce(f64::min).unwrap_or_default();
        high > low * 1.2 && statistics::correlation(size, equity).is_some_and(|together| together > 0.7)
    }
}

/// Size of a round trip in money, and the account's equity, at its entry.
fn size(record: &RunRecord, trip: &RoundTrip) -> Option<(f64, f64)> {
    let instrument = record.instruments.get(trip.instrument.index())?;
    let before = record.equity.partition_point(|point| point.time < trip.entry_time);
    let equity = before.checked_sub(1).and_then(|at| record.equity.get(at));
    let equity = equity.map_or(record.capital, |point| point.equity);
    Some((float(instrument.notional(trip.entry_price, trip.qty).ok()?).abs(), float(equity)))
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
