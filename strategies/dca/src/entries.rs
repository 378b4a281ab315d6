//! What may be opened: the base order and the safety orders, one at a time.

use sdk::layers::{Leg, Seen};
use sdk::{Intents, Market, Mode, Money, Price, Qty, Rounding, View, Wish, orderable};

use crate::trader::{Dca, RETRY};

impl Dca {
    /// Takes back a limit entry that has worked long enough, and any entry while nothing may be opened.
    pub(crate) fn withdraw(&mut self, view: &View<'_>, intents: &mut Intents) {
        let Some(since) = self.memory.orders.entered() else { return };
        let age = view.now.nanos().saturating_sub(since.nanos());
        let late = self.plan.limit.is_some_and(|most| most > 0 && age >= most);
        if late || view.mode != Mode::Running {
            self.memory.orders.cancel_entry(intents);
        }
    }

    /// Opens the next layer where everything allows it.
    pub(crate) fn open(&mut self, view: &View<'_>, market: &Market, seen: Seen, intents: &mut Intents) {
        let memory = &self.memory;
        let resting = memory.rest_until.is_some_and(|until| view.now < until);
        let busy = memory.closing || memory.orders.is_moving() || resting;
        if busy || view.mode != Mode::Running || memory.watch.is_suspended(view.now) {
            return;
        }
        let level = memory.layers.next_level();
        let amount = usize::try_from(level).ok().and_then(|level| self.plan.amounts.get(level)).copied();
        let price = seen.price(self.plan.way.0);
        let Some(amount) = amount.filter(|_| self.is_due(level, price)) else { return };
        match self.lots(market, price, amount) {
            Ok(qty) => {
                let (id, side) = (self.plan.instrument, self.plan.way.0);
                let wish = match self.plan.limit {
                    Some(_) => Wish::limit(id, side, qty, price),
                    None => Wish::market(id, side, qty),
                };
                self.memory.orders.send(Leg::Entry(level), wish, view.now, intents);
            }
            Err(note) => {
                intents.note(note);
                self.rest(view.now, RETRY);
            }
        }
    }

    /// Whether the price asks for the layer of this level.
    fn is_due(&self, level: u32, price: Price) -> bool {
        if self.memory.layers.is_empty() {
            return self.memory.trend.as_ref().is_none_or(|trend| trend.allows(self.plan.way.0));
        }
        let step = self.plan.steps.to(level, self.memory.atr.value(), price);
        let from = self.memory.reference.zip(step);
        let level = from.and_then(|(reference, step)| self.plan.way.against(reference, step));
        level.is_some_and(|level| self.plan.way.is_at_or_past(price, level))
    }

    /// How many lots an amount buys, within what all layers may cost.
    fn lots(&self, market: &Market, price: Price, amount: Money) -> Result<Qty, &'static str> {
        let too_much = "one layer more would cost more than all may cost together; it is left out";
        let sum = self.memory.layers.cost().plus(amount).map_err(|_| too_much)?;
        if sum > self.plan.cap {
            return Err(too_much);
        }
        let too_small = "the layer's amount buys less than the venue's smallest order; it is left out";
        let lots = market.instrument.lots_for(amount, price, Rounding::Down).map_err(|_| too_small)?;
        // The venue values a market order at the last price.
        let valued = if self.plan.limit.is_some() { price } else { market.last.unwrap_or(price).min(price) };
        orderable(&market.instrument, valued, lots).ok_or(too_small)
    }
}
