//! What may be opened: the first order and those that follow it, one at a time, within both caps.

use sdk::layers::{Leg, Seen, Way};
use sdk::{Intents, Market, Mode, Money, Price, Qty, Rounding, Side, View, Wish, orderable};

use crate::trader::{Martingale, RETRY};

impl Martingale {
    /// Opens the next level where everything allows it.
    pub(crate) fn open(&mut self, view: &View<'_>, market: &Market, seen: Seen, intents: &mut Intents) {
        let memory = &self.memory;
        let resting = memory.rest_until.is_some_and(|until| view.now < until);
        if memory.closing || memory.orders.is_moving() || resting || view.mode != Mode::Running {
            return;
        }
        let level = memory.levels;
        let amount = usize::try_from(level).ok().and_then(|level| self.plan.amounts.get(level)).copied();
        let side = match Way::of(market.position) {
            Some(way) => Some(way.0).filter(|side| self.is_due(market, Way(*side), seen.price(*side))),
            None => self.next_side(),
        };
        let (Some(amount), Some(side)) = (amount, side) else { return };
        match self.lots(view, market, side, seen.price(side), amount) {
            Ok(qty) => {
                let wish = Wish::market(self.plan.instrument, side, qty);
                self.memory.orders.send(Leg::Entry(level), wish, view.now, intents);
            }
            Err(note) => {
                intents.note(note);
                self.rest(view.now, RETRY);
            }
        }
    }

    /// Whether the price has moved far enough from the last order.
    fn is_due(&self, market: &Market, way: Way, price: Price) -> bool {
        let Some(reference) = self.reference(&market.instrument) else { return false };
        // In favour is against the other side.
        let towards = if self.plan.reverse { Way(way.0.opposite()) } else { way };
        towards.against(reference, self.plan.step).is_some_and(|level| towards.is_at_or_past(price, level))
    }

    /// How many lots an amount buys, as long as the position with them is worth no more than it may be.
    fn lots(
        &self,
        view: &View<'_>,
        market: &Market,
        side: Side,
        price: Price,
        amount: Money,
    ) -> Result<Qty, &'static str> {
        let too_much = "one order more would take the position over its bound; it is left out";
        let too_small = "the level's amount buys less than the venue's smallest order; it is left out";
        let instrument = &market.instrument;
        let worth = instrument.notional(price, market.position.qty.abs()).map_err(|_| too_much)?;
        if worth.plus(amount).map_err(|_| too_much)? > self.plan.room(view.equity) {
            return Err(too_much);
        }
        let lots = instrument.lots_for(amount, price, Rounding::Down).map_err(|_| too_small)?;
        // The venue values a market order at the last price.
        let last = market.last.unwrap_or(price);
        let valued = if side == Side::Buy { last.min(price) } else { last };
        orderable(instrument, valued, lots).ok_or(too_small)
    }
}
