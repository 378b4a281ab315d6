//! A child for tests that does anything at any time, by its seed and what it sees.

use sdk::{
    BuildError, ClientOrderId, Event, Intents, Market, OrderKind, Price, Qty, RestoreError, Setup, Side,
    Strategy, TimeInForce, View, Wish, state,
};
use serde::{Deserialize, Serialize};

#[derive(Default, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Params {
    /// Where its numbers begin.
    pub(crate) seed: u64,
    /// It never asks for its end.
    pub(crate) tame: bool,
}

pub(crate) struct Chaos {
    params: Params,
    memory: Memory,
}

#[derive(Serialize, Deserialize)]
struct Memory {
    random: u64,
    #[serde(with = "sdk::state::exact")]
    out: Vec<ClientOrderId>,
}

pub(crate) fn build(params: Params, _: &Setup) -> Result<Chaos, BuildError> {
    let random = params.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    Ok(Chaos { memory: Memory { random, out: Vec::new() }, params })
}

impl Chaos {
    fn below(&mut self, bound: u64) -> u64 {
        let random = &mut self.memory.random;
        *random ^= *random << 13;
        *random ^= *random >> 7;
        *random ^= *random << 17;
        (*random >> 16) % bound.max(1)
    }

    fn side(&mut self) -> Side {
        if self.below(2) == 0 { Side::Buy } else { Side::Sell }
    }

    fn wish(&mut self, market: &Market) -> Option<Wish> {
        let (last, id) = (market.last?.ticks(), market.instrument.id());
        let held = market.position.qty;
        let qty = i64::try_from(self.below(100)).ok()? - 1;
        let near = last - 8 + i64::try_from(self.below(17)).ok()?;
        let price = Price::from_ticks(near);
        let side = match Side::closing(held) {
            Some(side) if self.below(2) == 0 => side,
            _ => self.side(),
        };
        let tif = match self.below(8) {
            0 => TimeInForce::ImmediateOrCancel,
            1 => TimeInForce::FillOrKill,
            2..=4 => TimeInForce::GoodTillCancel,
            _ => TimeInForce::PostOnly,
        };
        let kind = match self.below(7) {
            0..=1 => OrderKind::Market,
            2 => OrderKind::StopMarket { trigger: price },
            _ => OrderKind::Limit { price, tif },
        };
        let whole = Side::closing(held) == Some(side) && self.below(2) == 0;
        let qty = if whole { held.abs() } else { Qty::from_lots(qty) };
        let reduce_only = Side::closing(held) == Some(side) && self.below(3) > 0 || self.below(30) == 0;
        Some(Wish { instrument: id, side, qty, kind, reduce_only })
    }
}

impl Strategy for Chaos {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        let often = if matches!(event, Event::Order(_)) { 8 } else { 2 };
        if self.below(often) > 0 {
            return;
        }
        let rare = self.below(if self.params.tame { u64::MAX } else { 3_000 });
        match rare {
            0 => intents.stop("chaos has had enough"),
            1 => (0..=Intents::BOUND).for_each(|_| intents.note("a flood")),
            _ => {}
        }
        for _ in 0..=self.below(3) {
            let at = usize::try_from(self.below(view.markets.len() as u64)).unwrap();
            if self.below(4) == 0 && !self.memory.out.is_empty() {
                let at = usize::try_from(self.below(self.memory.out.len() as u64)).unwrap();
                intents.cancel(self.memory.out.swap_remove(at));
            } else if let Some(wish) = self.wish(&view.markets[at]) {
                let slot = u32::try_from(self.below(5)).unwrap();
                self.memory.out.push(intents.place(slot, wish));
                if self.memory.out.len() > 12 {
                    intents.cancel(self.memory.out.remove(0));
                }
            }
        }
    }

    fn save(&self) -> Vec<u8> {
        state::save("chaos", 1, &self.params, &self.memory)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        self.memory = state::restore("chaos", 1, &self.params, bytes)?;
        Ok(())
    }
}
