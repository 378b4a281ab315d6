//! The strategy: takes in the tape and its own reports, and keeps one quote a side where it should be.

use sdk::{
    BuildError, Event, Intents, Market, Mode, Money, Qty, RestoreError, Rounding, Setup, Side, Strategy,
    Time, View, WarmUp, Wish, state,
};
use serde::{Deserialize, Serialize};

use crate::params::Params;
use crate::plan::Plan;
use crate::slot::Slot;
use crate::tape::{Reference, Tape};
use crate::want::{Book, prices, want};

/// The strategy. See the crate's page.
#[derive(Debug, Clone)]
pub struct MarketMaking {
    params: Params,
    plan: Plan,
    memory: Memory,
}

/// What a restart needs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Memory {
    tape: Tape,
    bid: Slot,
    ask: Slot,
    /// Equity at or below which it ends; known from the first event on.
    #[serde(with = "sdk::state::exact")]
    floor: Option<Money>,
    stopped: bool,
}

const ID: &str = "market_making";
const LAYOUT: u32 = 1;
const STOP_LOSS: &str = "stop-loss: the loss since the start reached stop_loss_pct";

/// What the two sides have in common while they are settled.
struct Round<'a> {
    market: &'a Market,
    now: Time,
    book: Book,
    reference: Reference,
    /// Whether anything may be opened at all.
    opens: bool,
    /// Whether a price came. At other events quotes are only taken back, and what was taken back at a price is
    /// replaced.
    priced: bool,
}

impl MarketMaking {
    /// Builds the strategy for the first instrument of the run.
    ///
    /// # Errors
    /// [`BuildError`] for parameters that do not fit together or do not fit the instrument.
    pub fn build(params: Params, setup: &Setup) -> Result<Self, BuildError> {
        Ok(Self { plan: Plan::new(&params, setup)?, params, memory: Memory::default() })
    }

    /// Whether the loss since the start is as large as it may get.
    fn is_lost(&mut self, equity: Money) -> bool {
        let Some(share) = self.plan.stop else { return false };
        let lost = |start: Money| start.minus(start.at_rate(share, Rounding::HalfEven)?);
        // A floor that does not fit into money can't be reached either.
        let floor =
            self.memory.floor.get_or_insert_with(|| lost(equity).unwrap_or(Money::from_units(i128::MIN)));
        equity <= *floor
    }

    fn settle(&mut self, view: &View<'_>, market: &Market, priced: bool, intents: &mut Intents) {
        let Some(reference) = self.memory.tape.reference(view.now, market, &self.plan.reading) else {
            return;
        };
        let shape = self.plan.shape(&self.memory.tape, view.now);
        let book = Book::new(&self.plan, market, view, reference.mid);
        let running = view.mode == Mode::Running && self.plan.in_session(view.now);
        let opens = running && reference.fresh && shape.is_some();
        let [bid, ask] = shape.map_or([None; 2], |shape| prices(&self.plan, shape, &reference, &book));
        let round = Round { market, now: view.now, book, reference, opens, priced };
        self.side(&round, Side::Buy, bid, intents);
        self.side(&round, Side::Sell, ask, intents);
    }

    /// Brings one side to where it should be.
    fn side(&mut self, round: &Round<'_>, side: Side, price: Option<sdk::Price>, intents: &mut Intents) {
        let Round { market, now, ref book, ref reference, .. } = *round;
        let (slot, nearest, counted) = match side {
            Side::Buy => (&mut self.memory.bid, reference.highest_bid, market.open_buy),
            Side::Sell => (&mut self.memory.ask, reference.lowest_ask, market.open_sell),
        };
        let opens = round.opens && slot.may_open(now);
        let own = slot.live.filter(|live| !live.reduce_only).map_or(Qty::ZERO, |live| live.open);
        let others = counted.lots().saturating_sub(own.lots()).max(0);
        let wanted = want(&self.plan, market, book, side, (price, nearest), (opens, others));
        let Some(live) = slot.live else {
            if (slot.replaces() || round.priced)
                && let Some(want) = wanted
            {
                let wish = Wish::post_only(market.instrument.id(), side, want.qty, want.price);
                let id =
                    intents.place(side_number(side), if want.reduce_only { wish.reducing() } else { wish });
                slot.placed(id, &want, now);
            }
            return;
        };
        let over = !live.reduce_only && (!opens || counted.lots() > book.room(side));
        let off = match wanted {
            None => true,
            Some(want) => {
                let tolerance = self.plan.tolerance(reference.mid);
                round.priced && live.is_off(&want, tolerance, self.plan.resize, self.plan.life, now)
            }
        };
        if (over || off)
            && let Some(id) = slot.end(round.priced)
        {
            intents.cancel(id);
        }
    }
}

/// The slot that a side's orders carry in their ids.
const fn side_number(side: Side) -> u32 {
    match side {
        Side::Buy => 0,
        Side::Sell => 1,
    }
}

impl Strategy for MarketMaking {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        let Some(market) = view.market(self.plan.instrument) else { return };
        let memory = &mut self.memory;
        let priced = memory.tape.take_in(event, self.plan.instrument, &self.plan.reading);
        if let Event::Order(report) = event {
            memory.bid.hear(report);
            memory.ask.hear(report);
        }
        if memory.stopped || matches!(view.mode, Mode::Stopping | Mode::Stopped) {
            return;
        }
        if self.is_lost(view.equity) {
            self.memory.stopped = true;
            return intents.stop(STOP_LOSS);
        }
        self.settle(view, market, priced, intents);
    }

    fn warm_up(&self) -> WarmUp {
        let known = !self.params.volatility.is_zero();
        let least = if known { 0 } else { self.params.min_samples };
        WarmUp { bars: least, ticks: least }
    }

    fn save(&self) -> Vec<u8> {
        state::save(ID, LAYOUT, &self.params, &self.memory)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        self.memory = state::restore(ID, LAYOUT, &self.params, bytes)?;
        Ok(())
    }
}
