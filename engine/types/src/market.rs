//! What a market and its venue tell: bars, trades, best quotes, funding and liquidations, each without its instrument.

use crate::{Fill, Money, Price, Qty, Rate, Side, Time};

/// An open-high-low-close bar. It is known, and becomes an event, at `close_time`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bar {
    /// First moment the bar covers.
    pub open_time: Time,
    /// First moment it no longer covers: when it can be known.
    pub close_time: Time,
    /// First price.
    pub open: Price,
    /// Highest price.
    pub high: Price,
    /// Lowest price.
    pub low: Price,
    /// Last price.
    pub close: Price,
    /// Base volume, rounded half-even to the lot; zero where the source has none.
    pub volume: Qty,
}

/// One public trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trade {
    /// When it happened at the venue.
    pub time: Time,
    /// At what price.
    pub price: Price,
    /// How much.
    pub qty: Qty,
    /// Who crossed the spread, where the source says so.
    pub taker: Option<Side>,
}

/// The best bid and ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// When the venue published it.
    pub time: Time,
    /// Highest price somebody buys at.
    pub bid: Price,
    /// Quantity at the bid.
    pub bid_qty: Qty,
    /// Lowest price somebody sells at.
    pub ask: Price,
    /// Quantity at the ask.
    pub ask_qty: Qty,
}

/// A funding settlement of a perpetual contract: longs pay `rate` of their notional to shorts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Funding {
    /// The settlement boundary.
    pub time: Time,
    /// Share of the notional; negative when shorts pay.
    pub rate: Rate,
    /// Mark price of the settlement where the source has it; the last known price otherwise.
    pub mark: Option<Price>,
}

/// A venue's taking of our position for want of margin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Liquidation {
    /// When.
    pub time: Time,
    /// How it closed the position; the fee is the liquidation fee.
    pub fill: Fill,
    /// Paid to the venue's insurance fund beside the fee, in the instrument's settlement asset; negative where the fund paid what was
    /// missing.
    pub insurance: Money,
}

impl Bar {
    /// Whether low ≤ open, close ≤ high, prices are positive, volume is not negative and time runs forward.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let inside = |price: Price| self.low <= price && price <= self.high;
        self.low.ticks() > 0
            && inside(self.open)
            && inside(self.close)
            && self.volume.lots() >= 0
            && self.open_time < self.close_time
    }
}
