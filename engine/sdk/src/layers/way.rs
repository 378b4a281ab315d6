//! The way a position goes, so that long and short are written once: what is better, what is worse, and by how much.

use types::{
    Contract, Event, Instrument, InstrumentId, Money, Overflow, Position, Price, Qty, Rate, Rounding, Side,
};

use crate::moved;

/// The side that opens: buy for long, sell for short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way(
    /// That side.
    pub Side,
);

/// The prices at which one could trade at this moment: a quote's two, or one price twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    bid: Price,
    ask: Price,
}

impl Seen {
    /// The prices that an event shows; `None` where it shows none, or none above zero.
    #[must_use]
    pub fn new(event: &Event, instrument: InstrumentId) -> Option<Self> {
        let (bid, ask) = match event {
            Event::Bar { instrument: of, bar } if *of == instrument => (bar.close, bar.close),
            Event::Trade { instrument: of, trade } if *of == instrument => (trade.price, trade.price),
            Event::Quote { instrument: of, quote } if *of == instrument => (quote.bid, quote.ask),
            _ => return None,
        };
        (bid.ticks() > 0 && ask.ticks() > 0).then_some(Self { bid, ask })
    }

    /// What an order of this side would meet.
    #[must_use]
    pub const fn price(self, side: Side) -> Price {
        match side {
            Side::Buy => self.ask,
            Side::Sell => self.bid,
        }
    }
}

impl Way {
    /// The way of a position; `None` while flat.
    #[must_use]
    pub fn of(position: Position) -> Option<Self> {
        Side::closing(position.qty).map(|closing| Self(closing.opposite()))
    }

    /// The better of two prices for one who holds.
    #[must_use]
    pub fn better(self, one: Price, other: Price) -> Price {
        if self.is_at_or_past(one, other) { other } else { one }
    }

    /// Whether `price` is at `level`, or on the losing side of it.
    #[must_use]
    pub fn is_at_or_past(self, price: Price, level: Price) -> bool {
        if self.0 == Side::Buy { price <= level } else { price >= level }
    }

    /// `price` moved against the position by a share of itself; `None` where nothing above zero is left.
    #[must_use]
    pub fn against(self, price: Price, share: Rate) -> Option<Price> {
        moved(price, Rate::from_nanos(share.nanos().saturating_mul(-self.0.sign())))
    }

    /// Whether `qty` lots, which cost `cost`, have gained at least a share of that at `price`. Both are above zero on either
    /// way; nothing has gained nothing.
    #[must_use]
    pub fn has_gained(
        self,
        share: Rate,
        instrument: &Instrument,
        price: Price,
        (qty, cost): (Qty, Money),
    ) -> bool {
        let gained = || {
            let worth = instrument.notional(price, qty)?;
            // A coin-margined contract costs less of the coin as its price rises.
            let rises = (self.0 == Side::Buy) != (instrument.contract() == Contract::Inverse);
            let gain = if rises { worth.minus(cost)? } else { cost.minus(worth)? };
            Ok::<_, Overflow>(gain >= cost.at_rate(share, Rounding::Up)?)
        };
        qty.lots() > 0 && gained().unwrap_or(false)
    }
}

/// The average price of `qty` lots that cost `cost`, half-even to a tick; `None` for nothing.
#[must_use]
pub fn average(instrument: &Instrument, qty: Qty, cost: Money) -> Option<Price> {
    if cost > Money::ZERO { instrument.average_price(qty, cost, Rounding::HalfEven) } else { None }
}
