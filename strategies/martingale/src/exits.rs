//! What is to be closed, and the stop that rests at the venue. No filter, pause or cooldown reaches this file.

use sdk::layers::{Way, average};
use sdk::{Instrument, Intents, Market, Money, Position, Price, Qty, Time};

use crate::trader::{Martingale, RETRY};

impl Martingale {
    /// Holds the position against the price at which it could be closed now.
    pub(crate) fn close(
        &mut self,
        now: Time,
        market: &Market,
        way: Way,
        price: Price,
        intents: &mut Intents,
    ) {
        self.memory.orders.drop_stale(now, RETRY, intents);
        let (instrument, held) = (&market.instrument, market.position);
        self.memory.peak = Some(self.memory.peak.map_or(price, |peak| way.better(peak, price)));
        let gained = |share| way.has_gained(share, instrument, price, size(held));
        let level =
            self.stop_level(way, average_of(instrument, held), self.trailing_level(way, instrument, held));
        self.memory.closing |= self.plan.take_profit.is_some_and(gained)
            || level.is_some_and(|level| way.is_at_or_past(price, level));
        if !self.memory.closing {
            return;
        }
        self.memory.orders.close_all(way.0.opposite(), instrument, held.qty.abs(), now, intents);
    }

    /// Where the trailing stop is at the best price so far; `None` as long as that would be a loss.
    fn trailing_level(&self, way: Way, instrument: &Instrument, held: Position) -> Option<Price> {
        let level = way.against(self.memory.peak?, self.plan.trailing?)?;
        let average = average_of(instrument, held)?;
        way.is_at_or_past(average, level).then_some(level)
    }

    /// The nearer of the stop from the average price and the trailing one.
    fn stop_level(&self, way: Way, average: Option<Price>, trailing: Option<Price>) -> Option<Price> {
        let fixed = self.plan.stop.and_then(|share| way.against(average?, share));
        [fixed, trailing].into_iter().flatten().reduce(|one, other| way.better(one, other))
    }

    /// Keeps a stop at the venue for exactly what is held. Its trailing part moves on closed bars only, so that a fast
    /// feed does not replace it all the time.
    pub(crate) fn guard(
        &mut self,
        now: Time,
        market: &Market,
        price: Price,
        closed_bar: bool,
        intents: &mut Intents,
    ) {
        let (instrument, held) = (&market.instrument, market.position);
        let Some(way) = Way::of(held).filter(|_| !self.memory.closing) else { return };
        if closed_bar {
            self.memory.trail = self.trailing_level(way, instrument, held);
        }
        let Some(level) = self.stop_level(way, average_of(instrument, held), self.memory.trail) else {
            return;
        };
        let orders = &mut self.memory.orders;
        orders.keep_stop(way, instrument, (held.qty.abs(), level), price, now, intents);
    }
}

/// The average price of a position.
fn average_of(instrument: &Instrument, held: Position) -> Option<Price> {
    let (qty, cost) = size(held);
    average(instrument, qty, cost)
}

/// A position without its direction: how many lots, and what they cost.
const fn size(held: Position) -> (Qty, Money) {
    (held.qty.abs(), Money::from_units(held.cost.units().saturating_abs()))
}
