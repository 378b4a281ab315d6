//! From signals to a stance: which side to be on, and how what is held is guarded.

use std::cmp::Ordering;

use sdk::indicators::Atr;
use sdk::stance::{Heard, Leg, Stance};
use sdk::{
    AveragePair, Bar, BuildError, Event, Intents, Market, OrderReport, Price, Rate, RestoreError, Rounding,
    Setup, Side, Size, Strategy, View, WarmUp, behind, percent, state, whole,
};
use serde::{Deserialize, Serialize};

use crate::filter::Filter;
use crate::params::{Params, Signal, SizeAt};

/// The strategy. See the crate's page.
#[derive(Debug, Clone)]
pub struct TrendFollowing {
    params: Params,
    size: Size,
    stop: Option<Rate>,
    take_profit: Option<Rate>,
    /// Distance of the stop in ATRs.
    atrs: Option<f64>,
    memory: Memory,
}

/// What a restart needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Memory {
    averages: AveragePair,
    /// How the fast average stood to the slow one at the last bar: −1 below, 0 equal, 1 above.
    was: Option<i8>,
    /// Where the averages last said to be.
    #[serde(with = "sdk::state::exact")]
    side: Option<Side>,
    /// A side that was stopped out or took its profit; not entered again before the averages turn.
    #[serde(with = "sdk::state::exact")]
    spent: Option<Side>,
    stance: Stance,
    filter: Filter,
    atr: Atr,
    /// Where the stop in ATRs was put last.
    #[serde(with = "sdk::state::exact")]
    stopped_at: Option<Price>,
}

const ID: &str = "trend_following";
const LAYOUT: u32 = 1;

impl TrendFollowing {
    /// Builds the strategy for the first instrument of the run.
    ///
    /// # Errors
    /// [`BuildError`] for periods in the wrong order, or a size that the instrument can't hold.
    pub fn build(params: Params, setup: &Setup) -> Result<Self, BuildError> {
        params.check()?;
        let instrument = setup.instrument()?;
        let stance = Stance::new(instrument.id());
        let stance = if params.size_at == SizeAt::NextPrice { stance.one_by_one() } else { stance };
        Ok(Self {
            size: params.sizing.size("size", params.size, instrument)?,
            stop: percent("stop_loss_pct", params.stop_loss_pct)?,
            take_profit: percent("take_profit_pct", params.take_profit_pct)?,
            atrs: (!params.atr_stop_multiplier.is_zero()).then(|| params.atr_stop_multiplier.to_f64()),
            memory: Memory {
                averages: AveragePair::new(params.method, params.short_period, params.long_period),
                was: None,
                side: None,
                spent: None,
                stance,
                filter: Filter::new(&params)?,
                atr: Atr::new(params.atr_period as usize),
                stopped_at: None,
            },
            params,
        })
    }

    /// Takes in a closed bar; the stance may want something else then.
    #[inline]
    fn decide(&mut self, bar: &Bar) {
        let memory = &mut self.memory;
        if self.atrs.is_some() {
            #[expect(clippy::cast_precision_loss, reason = "prices stay below 2⁵³ ticks, where f64 is exact")]
            let [high, low, close] = [bar.high, bar.low, bar.close].map(|price| price.ticks() as f64);
            memory.atr.update_bar(high, low, close);
        }
        memory.filter.bar(bar);
        let Some(now) = memory.averages.update(bar.close) else { return };
        let was = memory.was.replace(now as i8);
        match (self.params.signal, was, now) {
            (Signal::Cross, Some(-1), Ordering::Greater) | (Signal::Level, _, Ordering::Greater) => {
                memory.side = Some(Side::Buy);
            }
            (Signal::Cross, Some(1), Ordering::Less) | (Signal::Level, _, Ordering::Less) => {
                memory.side = Some(Side::Sell);
            }
            _ => {}
        }
        let Some(side) = memory.side.filter(|side| memory.spent != Some(*side)) else { return };
        memory.spent = None;
        let wanted = self.params.direction.admits(side).then_some(side);
        // What is held back is an entry: a stance that is already taken is not given up for the filter.
        let admitted = |side: &Side| {
            memory.stance.target() == Some(*side) || memory.filter.admits(*side, bar.close_time)
        };
        let wanted = wanted.filter(admitted);
        memory.stance.want(wanted);
    }

    fn hear(&mut self, view: &View<'_>, report: &OrderReport, intents: &mut Intents) {
        let wanted = self.memory.stance.target();
        match self.memory.stance.hear(view, report, self.size, intents) {
            Heard::Unguarded if self.guards() => self.guard(view, intents),
            Heard::Flat(Leg::Stop | Leg::Profit) => self.memory.spent = wanted,
            Heard::Nothing | Heard::Unguarded | Heard::Flat(_) => {}
        }
    }

    /// Whether a position is to have a guard.
    const fn guards(&self) -> bool {
        self.stop.is_some() || self.take_profit.is_some() || self.atrs.is_some()
    }

    /// Places the stop and the take-profit around the average entry price.
    fn guard(&mut self, view: &View<'_>, intents: &mut Intents) {
        let Some(market) = view.market(self.memory.stance.instrument()) else { return };
        let stop = self.stop.and_then(|share| market.lost_at(share));
        let profit = self.take_profit.and_then(|share| market.gained_at(share));
        let in_atrs = market.entry_price().and_then(|entry| self.from(entry, market));
        self.memory.stopped_at = in_atrs;
        self.memory.stance.guard(market, in_atrs.or(stop), profit, intents);
    }

    /// The stop so many ATRs away from a price, on the losing side of what is held.
    fn from(&self, price: Price, market: &Market) -> Option<Price> {
        let distance = self.atrs? * self.memory.atr.value()?;
        let ticks = whole(distance, Rounding::Up)?.max(1);
        behind(price, Side::closing(market.position.qty)?.opposite(), ticks)
    }

    /// Moves the stop after the close of a bar, where that is in favour of what is held.
    fn trail(&mut self, view: &View<'_>, close: Price, intents: &mut Intents) {
        let Some(market) = view.market(self.memory.stance.instrument()) else { return };
        let (Some(before), Some(stop)) = (self.memory.stopped_at, self.from(close, market)) else { return };
        let better = if market.position.qty.lots() > 0 { stop > before } else { stop < before };
        if better && self.memory.stance.is_out(Leg::Stop) {
            self.memory.stopped_at = Some(stop);
            self.memory.stance.move_stop(market, stop, intents);
        }
    }
}

impl Strategy for TrendFollowing {
    #[inline]
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        if event.instrument() != Some(self.memory.stance.instrument()) {
            return;
        }
        match event {
            Event::Bar { bar, .. } => {
                self.decide(bar);
                if self.memory.stance.is_due() {
                    if self.params.size_at == SizeAt::Close {
                        self.memory.stance.act(view, self.size, intents);
                    }
                } else if self.guards() && self.memory.stance.is_bare(view) {
                    self.guard(view, intents);
                } else if self.params.trailing_stop {
                    self.trail(view, bar.close, intents);
                }
            }
            Event::Trade { .. } | Event::Quote { .. } if self.memory.stance.is_due() => {
                self.memory.stance.act(view, self.size, intents);
            }
            Event::Order(report) => self.hear(view, report, intents),
            Event::Funding { funding, .. } => self.memory.filter.settled(funding),
            _ => {}
        }
    }

    fn warm_up(&self) -> WarmUp {
        let atr = if self.atrs.is_some() { self.params.atr_period + 1 } else { 0 };
        WarmUp { bars: self.params.long_period.max(self.memory.filter.warm_up()).max(atr), ticks: 0 }
    }

    fn save(&self) -> Vec<u8> {
        state::save(ID, LAYOUT, &self.params, &self.memory)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        self.memory = state::restore(ID, LAYOUT, &self.params, bytes)?;
        Ok(())
    }
}
