//! From signals to a stance: which side to be on, and how what is held is guarded.

use std::cmp::Ordering;

use sdk::stance::{Heard, Leg, Stance};
use sdk::{
    Bar, BuildError, Event, Intents, Market, OrderReport, Rate, RestoreError, Setup, Side, Size, Strategy,
    View, WarmUp, moved, percent, state,
};
use serde::{Deserialize, Serialize};

use crate::average::Averages;
use crate::params::{Direction, Params, Signal, SizeAt};

/// The strategy. See the crate's page.
#[derive(Debug, Clone)]
pub struct TrendFollowing {
    params: Params,
    size: Size,
    stop: Option<Rate>,
    take_profit: Option<Rate>,
    memory: Memory,
}

/// What a restart needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Memory {
    averages: Averages,
    /// How the fast average stood to the slow one at the last bar: −1 below, 0 equal, 1 above.
    was: Option<i8>,
    /// A side that was stopped out or took its profit; not entered again before the averages turn.
    #[serde(with = "sdk::state::exact")]
    spent: Option<Side>,
    stance: Stance,
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
            memory: Memory { averages: Averages::new(&params), was: None, spent: None, stance },
            params,
        })
    }

    /// Takes in a closed bar; the stance may want something else then.
    #[inline]
    fn decide(&mut self, bar: &Bar) {
        let memory = &mut self.memory;
        let Some(now) = memory.averages.update(bar.close) else { return };
        let was = memory.was.replace(now as i8);
        let side = match (self.params.signal, was, now) {
            (Signal::Cross, Some(-1), Ordering::Greater) | (Signal::Level, _, Ordering::Greater) => Side::Buy,
            (Signal::Cross, Some(1), Ordering::Less) | (Signal::Level, _, Ordering::Less) => Side::Sell,
            _ => return,
        };
        if memory.spent == Some(side) {
            return;
        }
        memory.spent = None;
        memory.stance.want(match (self.params.direction, side) {
            (Direction::Both, side) => Some(side),
            (Direction::Long, Side::Buy) => Some(Side::Buy),
            (Direction::Short, Side::Sell) => Some(Side::Sell),
            _ => None,
        });
    }

    fn hear(&mut self, view: &View<'_>, report: &OrderReport, intents: &mut Intents) {
        let wanted = self.memory.stance.target();
        match self.memory.stance.hear(view, report, self.size, intents) {
            Heard::Nothing => {}
            Heard::Unguarded => self.guard(view, intents),
            Heard::Flat(Leg::Stop | Leg::Profit) => self.memory.spent = wanted,
            Heard::Flat(_) => {}
        }
    }

    /// Places the stop and the take-profit around the average entry price.
    fn guard(&mut self, view: &View<'_>, intents: &mut Intents) {
        let Some(market) = view.market(self.memory.stance.instrument()) else { return };
        let (stop, profit) = (self.at(market, self.stop, -1), self.at(market, self.take_profit, 1));
        self.memory.stance.guard(market, stop, profit, intents);
    }

    /// The price at which what is held has gained (for a sign of 1) or lost (−1) a share of its entry price.
    fn at(&self, market: &Market, share: Option<Rate>, sign: i64) -> Option<sdk::Price> {
        let side = market.position.qty.lots().signum();
        moved(market.entry_price()?, Rate::from_nanos(share?.nanos() * sign * side))
    }
}

impl Strategy for TrendFollowing {
    #[inline]
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        match event {
            Event::Bar { bar, .. } => {
                self.decide(bar);
                if self.memory.stance.is_due() {
                    if self.params.size_at == SizeAt::Close {
                        self.memory.stance.act(view, self.size, intents);
                    }
                } else if self.stop.or(self.take_profit).is_some() && self.memory.stance.is_bare(view) {
                    self.guard(view, intents);
                }
            }
            Event::Trade { .. } | Event::Quote { .. } if self.memory.stance.is_due() => {
                self.memory.stance.act(view, self.size, intents);
            }
            Event::Order(report) => self.hear(view, report, intents),
            _ => {}
        }
    }

    fn warm_up(&self) -> WarmUp {
        WarmUp { bars: self.params.long_period, ticks: 0 }
    }

    fn save(&self) -> Vec<u8> {
        state::save(ID, LAYOUT, &self.params, &self.memory)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        self.memory = state::restore(ID, LAYOUT, &self.params, bytes)?;
        Ok(())
    }
}
