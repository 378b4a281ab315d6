//! The way a position goes, so that long and short are written once: what is better, what is worse, and by how much.

use sdk::{
    Event, Instrument, InstrumentId, Money, Position, Price, Qty, Rate, Rounding, Side, div_round, moved,
};

/// The side that opens: buy for long, sell for short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Way(pub(crate) Side);

/// The prices at which one could trade at this moment: a quote's two, or one price twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    bid: Price,
    ask: Price,
}

impl Seen {
    /// The prices that an event shows; `None` where it shows none, or none above zero.
    pub(crate) fn new(event: &Event, instrument: InstrumentId) -> Option<Self> {
        let (bid, ask) = match event {
            Event::Bar { instrument: of, bar } if *of == instrument => (bar.close, bar.close),
            Event::Trade { instrument: of, trade } if *of == instrument => (trade.price, trade.price),
            Event::Quote { instrument: of, quote } if *of == instrument => (quote.bid, quote.ask),
            _ => return None,
        };
        (bid.ticks() > 0 && ask.ticks() > 0).then_some(Self { bid, ask })
    }

    /// What an order of this side would meet.
    pub(crate) const fn price(self, side: Side) -> Price {
        match side {
            Side::Buy => self.ask,
            Side::Sell => self.bid,
        }
    }
}

impl Way {
    /// The way of a position; `None` while flat.
    pub(crate) fn of(position: Position) -> Option<Self> {
        Side::closing(position.qty).map(|closing| Self(closing.opposite()))
    }

    /// The better of two prices for one who holds.
    pub(crate) fn better(self, one: Price, other: Price) -> Price {
        if self.is_at_or_past(one, other) { other } else { one }
    }

    /// Whether `price` is at `level`, or on the losing side of it.
    pub(crate) fn is_at_or_past(self, price: Price, level: Price) -> bool {
        if self.0 == Side::Buy { price <= level } else { price >= level }
    }

    /// `price` moved against the position by a share of itself; `None` where nothing above zero is left.
    pub(crate) fn against(self, price: Price, share: Rate) -> Option<Price> {
        moved(price, Rate::from_nanos(share.nanos().saturating_mul(-self.0.sign())))
    }

    /// Whether a position has gained at least a share of what it cost, at `price`.
    pub(crate) fn has_gained(
        self,
        share: Rate,
        instrument: &Instrument,
        price: Price,
        held: Position,
    ) -> bool {
        let gained = || {
            let (qty, cost) = (held.qty.abs(), Money::from_units(held.cost.units().saturating_abs()));
            let worth = instrument.notional(price, qty)?;
            let gain = if self.0 == Side::Buy { worth.minus(cost)? } else { cost.minus(worth)? };
            Ok::<_, sdk::Overflow>(gain >= cost.at_rate(share, Rounding::Up)?)
        };
        !held.is_flat() && gained().unwrap_or(false)
    }
}

/// The average price of `qty` lots that cost `cost`, half-even to a tick; `None` for nothing.
pub(crate) fn average(instrument: &Instrument, qty: Qty, cost: Money) -> Option<Price> {
    let per_tick = instrument.notional(Price::from_ticks(1), qty).ok()?.units();
    let ticks = (per_tick > 0).then(|| div_round(cost.units(), per_tick, Rounding::HalfEven))?;
    i64::try_from(ticks).ok().filter(|ticks| *ticks > 0).map(Price::from_ticks)
}
