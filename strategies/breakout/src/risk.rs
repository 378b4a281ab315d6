//! How much is entered for what may be lost, and where a stop belongs.

use sdk::{Instrument, Money, Overflow, Price, Qty, Rate, Rounding, Side};

/// What a position may lose, and how large it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Risk {
    /// Share of equity lost at the stop.
    pub(crate) share: Rate,
    /// Notional in multiples of equity.
    pub(crate) leverage: Rate,
}

impl Risk {
    /// The most whole lots that lose no more than the share of equity over a distance in ticks, and are worth no more
    /// at `price` than the leverage allows: equity × share/(distance × worth of a tick).
    ///
    /// # Errors
    /// [`Overflow`] when a product leaves the range of its type.
    pub(crate) fn lots(
        self,
        instrument: &Instrument,
        price: Price,
        equity: Money,
        distance: i64,
    ) -> Result<Qty, Overflow> {
        let most =
            instrument.lots_for(equity.at_rate(self.leverage, Rounding::Down)?, price, Rounding::Down)?;
        let at_risk = equity.at_rate(self.share, Rounding::Down)?;
        // What is linear in the price is so in a difference of prices. More lots than there are numbers: no bound.
        let by_risk = instrument.lots_for(at_risk, Price::from_ticks(distance), Rounding::Down);
        Ok(by_risk.map_or(most, |lots| lots.min(most)))
    }
}

/// The one of two prices that is better for who holds this side: higher for a buyer.
pub(crate) fn better(side: Side, one: Price, other: Price) -> Price {
    if side == Side::Buy { one.max(other) } else { one.min(other) }
}
