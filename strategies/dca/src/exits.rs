//! What is to be closed, and the stop that rests at the venue. No filter, pause, suspension or cooldown reaches this
//! file.

use sdk::layers::{Leg, most};
use sdk::{Instrument, Intents, Market, Price, Side, Time, Wish};

use crate::layers::Layer;
use crate::trader::{Dca, RETRY};

impl Dca {
    /// Holds what is held against the price at which it could be closed now.
    pub(crate) fn close(&mut self, now: Time, market: &Market, price: Price, intents: &mut Intents) {
        let Some(side) = Side::closing(market.position.qty) else { return };
        self.memory.orders.drop_stale(now, RETRY, intents);
        self.follow(&market.instrument, price);
        let memory = &mut self.memory;
        let held = (memory.layers.held(), memory.layers.cost());
        let gained = |share| self.plan.way.has_gained(share, &market.instrument, price, held);
        memory.closing |= self.plan.total.is_some_and(gained);
        let level = self.stop_level(&market.instrument, self.trailing_level());
        self.memory.closing |= level.is_some_and(|level| self.plan.way.is_at_or_past(price, level));
        if self.memory.closing {
            let held = market.position.qty.abs();
            return self.memory.orders.close_all(side, &market.instrument, held, now, intents);
        }
        let due = |layer: &Layer| {
            let share = if layer.level == 0 { self.plan.first } else { self.plan.last };
            let gain = (layer.qty, layer.cost);
            share.is_some_and(|share| self.plan.way.has_gained(share, &market.instrument, price, gain))
        };
        let memory = &mut self.memory;
        for layer in memory.layers.iter().filter(|layer| due(layer)) {
            let leg = Leg::Layer(layer.level);
            if !memory.orders.is_out(leg) {
                let wish = Wish::market(self.plan.instrument, side, most(&market.instrument, layer.qty));
                memory.orders.send(leg, wish.reducing(), now, intents);
            }
        }
    }

    /// The best price so far, and whether the trailing take-profit begins to follow it.
    fn follow(&mut self, instrument: &Instrument, price: Price) {
        let (memory, way) = (&mut self.memory, self.plan.way);
        memory.peak = Some(memory.peak.map_or(price, |peak| way.better(peak, price)));
        let held = (memory.layers.held(), memory.layers.cost());
        memory.following |= self
            .plan
            .trailing
            .is_some_and(|(activation, _)| way.has_gained(activation, instrument, price, held));
    }

    /// The nearer of the trailing stop and the trailing take-profit, at the best price so far.
    fn trailing_level(&self) -> Option<Price> {
        let (peak, way) = (self.memory.peak?, self.plan.way);
        let fall_back = self.plan.trailing.filter(|_| self.memory.following).map(|(_, fall_back)| fall_back);
        let levels = [self.plan.trailing_stop, fall_back].map(|share| way.against(peak, share?));
        levels.into_iter().flatten().reduce(|one, other| way.better(one, other))
    }

    /// The nearer of the stop under the average price and a trailing level.
    fn stop_level(&self, instrument: &Instrument, trailing: Option<Price>) -> Option<Price> {
        let way = self.plan.way;
        let fixed =
            self.plan.stop.and_then(|share| way.against(self.memory.layers.average(instrument)?, share));
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
        if closed_bar {
            self.memory.trail = self.trailing_level();
        }
        let held = self.memory.layers.held();
        if held.is_zero() || self.memory.closing {
            return;
        }
        let Some(level) = self.stop_level(&market.instrument, self.memory.trail) else { return };
        let (way, orders) = (self.plan.way, &mut self.memory.orders);
        orders.keep_stop(way, &market.instrument, (held, level), price, now, intents);
    }
}
