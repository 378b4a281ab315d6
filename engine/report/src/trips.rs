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
