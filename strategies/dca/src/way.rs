//! The way a position goes, so that long and short are written once: what is better, what is worse, and by how much.

use sdk::{Event, Instrument, InstrumentId, Money, Price, Qty, Rate, Rounding, Side, div_round, moved};

/// The side that opens: buy for long, sell for short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Way(pub(crate) Side);

/// The prices at which one could trade at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    /// To open: the ask for a long, the bid for a short, where there are quotes.
    pub(crate) enter: Price,
    /// To close.
    pub(crate) exit: Price,
}

impl Way {
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

    /// Whether `qty`, which cost `cost`, has gained at least a share of its cost at `price`.
    pub(crate) fn has_gained(
        self,
        share: Rate,
        instrument: &Instrument,
        price: Price,
        (qty, cost): (Qty, Money),
    ) -> bool {
        let gained = || {
            let worth = instrument.notional(price, qty)?;
            let gain = if self.0 == Side::Buy { worth.minus(cost)? } else { cost.minus(worth)? };
            Ok::<_, sdk::Overflow>(gain >= cost.at_rate(share, Rounding::Up)?)
        };
        qty.lots() > 0 && gained().unwrap_or(false)
    }

    /// The prices that an event shows; `None` where it shows none, or none above zero.
    pub(crate) fn seen(self, event: &Event, instrument: InstrumentId) -> Option<Seen> {
        let (bid, ask) = match event {
            Event::Bar { instrument: of, bar } if *of == instrument => (bar.close, bar.close),
            Event::Trade { instrument: of, trade } if *of == instrument => (trade.price, trade.price),
            Event::Quote { instrument: of, quote } if *of == instrument => (quote.bid, quote.ask),
            _ => return None,
        };
        let (enter, exit) = if self.0 == Side::Buy { (ask, bid) } else { (bid, ask) };
        (bid.ticks() > 0 && ask.ticks() > 0).then_some(Seen { enter, exit })
    }
}

/// The average price of `qty` lots that cost `cost`, half-even to a tick; `None` for nothing.
pub(crate) fn average(instrument: &Instrument, qty: Qty, cost: Money) -> Option<Price> {
    let per_tick = instrument.notional(Price::from_ticks(1), qty).ok()?.units();
    let ticks = (per_tick > 0).then(|| div_round(cost.units(), per_tick, Rounding::HalfEven))?;
    i64::try_from(ticks).ok().filter(|ticks| *ticks > 0).map(Price::from_ticks)
}
