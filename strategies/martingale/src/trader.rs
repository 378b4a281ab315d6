//! The strategy: events in, wishes out. What to close is in `exits`, what to open in `entries`.

use sdk::layers::{Leg, Orders, Seen, Way, average};
use sdk::{
    AveragePair, BuildError, Event, Fill, Instrument, Intents, Market, Mode, Money, OrderReport, Price, Qty,
    ReportKind, RestoreError, Setup, Side, Strategy, Time, View, WarmUp, state,
};
use serde::{Deserialize, Serialize};

use crate::params::{Direction, Params};
use crate::plan::Plan;

/// The strategy. See the crate's page.
#[derive(Debug, Clone)]
pub struct Martingale {
    params: Params,
    pub(crate) plan: Plan,
    pub(crate) memory: Memory,
}

/// What a restart needs. What is held is not in it: the position in the view is the only book.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// `None` where the filter is off.
    pub(crate) trend: Option<AveragePair>,
    pub(crate) orders: Orders,
    /// How many orders of the position have filled, whole or in part.
    pub(crate) levels: u32,
    /// What the last of them filled, and what that cost: where the step to the next is measured from.
    #[serde(with = "sdk::state::exact")]
    pub(crate) last: (Qty, Money),
    /// Which side the position is on, or the last one was.
    #[serde(with = "sdk::state::exact")]
    pub(crate) side: Option<Side>,
    /// Everything is to be closed, until nothing is held.
    pub(crate) closing: bool,
    /// The best price since the last order filled.
    #[serde(with = "sdk::state::exact")]
    pub(crate) peak: Option<Price>,
    /// Where the trailing stop stood at the last closed bar: what the resting stop goes by.
    #[serde(with = "sdk::state::exact")]
    pub(crate) trail: Option<Price>,
    /// Nothing is opened before this time.
    #[serde(with = "sdk::state::exact")]
    pub(crate) rest_until: Option<Time>,
}

const ID: &str = "martingale";
const LAYOUT: u32 = 1;

/// How long an entry that was not taken is not tried again, and how long an exit may go without an answer, in
/// nanoseconds.
pub(crate) const RETRY: i64 = 60_000_000_000;

impl Martingale {
    /// Builds the strategy for the first instrument of the run.
    ///
    /// # Errors
    /// [`BuildError`] for a ladder that the account can't carry or the venue does not take, and for parameters that
    /// contradict one another.
    pub fn build(params: Params, setup: &Setup) -> Result<Self, BuildError> {
        let plan = Plan::new(&params, setup)?;
        let memory = Memory {
            trend: params.averages(),
            orders: Orders::default(),
            levels: 0,
            last: (Qty::ZERO, Money::ZERO),
            side: None,
            closing: false,
            peak: None,
            trail: None,
            rest_until: None,
        };
        Ok(Self { params, plan, memory })
    }

    /// A price: exits first, then what guards them, then what may be opened.
    fn on_price(&mut self, view: &View<'_>, market: &Market, event: &Event, intents: &mut Intents) {
        let Some(seen) = Seen::new(event, self.plan.instrument) else { return };
        let closed_bar = matches!(event, Event::Bar { .. });
        if let (Event::Bar { bar, .. }, Some(trend)) = (event, &mut self.memory.trend) {
            trend.update(bar.close);
        }
        self.settle(view.now, market, intents);
        if is_over(view.mode) {
            return;
        }
        if let Some(way) = Way::of(market.position) {
            let price = seen.price(way.0.opposite());
            self.close(view.now, market, way, price, intents);
            self.guard(view.now, market, price, closed_bar, intents);
        }
        if view.mode != Mode::Running {
            self.memory.orders.cancel_entry(intents);
        }
        self.open(view, market, seen, intents);
    }

    /// A report about one of our orders.
    fn hear(&mut self, view: &View<'_>, market: &Market, report: &OrderReport, intents: &mut Intents) {
        let leg = Leg::of(report.id.slot);
        if let ReportKind::Filled(fill) = &report.kind {
            self.memory.orders.filled(report.id, fill.qty);
            match leg {
                Leg::Entry(level) => self.count(level, view.now, &market.instrument, fill),
                Leg::All | Leg::Layer(_) | Leg::Stop => self.memory.closing = true,
            }
        } else if report.kind.ends_order() {
            let was_out = self.memory.orders.ended(report.id);
            let refused = matches!(report.kind, ReportKind::Rejected(_) | ReportKind::Refused(_));
            if was_out && refused && matches!(leg, Leg::Entry(_)) {
                self.rest(view.now, RETRY);
            }
        }
        self.settle(view.now, market, intents);
        if matches!(report.kind, ReportKind::Filled(_)) && !is_over(view.mode) {
            if self.memory.closing {
                self.memory.orders.cancel_entry(intents);
            }
            if let Some(last) = market.last {
                self.guard(view.now, market, last, false, intents);
            }
        }
    }

    /// An entry has filled, whole or in part. A late fill of an order that others have followed, or of another
    /// position, changes what is held and nothing else.
    fn count(&mut self, level: u32, now: Time, instrument: &Instrument, fill: &Fill) {
        let memory = &mut self.memory;
        if memory.levels == 0 && level == 0 {
            memory.side = Some(fill.side);
        }
        let ours = memory.side == Some(fill.side);
        if ours && level == memory.levels {
            (memory.levels, memory.last) = (level.saturating_add(1), (Qty::ZERO, Money::ZERO));
        }
        if ours
            && level.saturating_add(1) == memory.levels
            && let Ok(cost) = instrument.notional(fill.price, fill.qty)
        {
            let (qty, before) = memory.last;
            let qty = Qty::from_lots(qty.lots().saturating_add(fill.qty.lots()));
            memory.last = (qty, Money::from_units(before.units().saturating_add(cost.units())));
        }
        (memory.peak, memory.trail) = (None, None);
        self.rest(now, self.plan.cooldown);
    }

    /// Holds what is remembered against the position: flat is the end of one, and a position without an order of ours
    /// is taken over at the level that comes nearest to it.
    fn settle(&mut self, now: Time, market: &Market, intents: &mut Intents) {
        let memory = &mut self.memory;
        let position = market.position;
        let Some(way) = Way::of(position) else {
            if memory.levels > 0 || memory.closing {
                self.finish(now, intents);
            }
            return;
        };
        if memory.levels == 0 || memory.side != Some(way.0) {
            let (qty, cost) = (position.qty.abs(), Money::from_units(position.cost.units().saturating_abs()));
            memory.levels = memory.levels.max(self.plan.nearest(cost));
            memory.last = (qty, cost);
            (memory.peak, memory.trail) = (None, None);
            memory.side = Some(way.0);
            if !self.plan.wants(way.0) && !memory.closing {
                intents.note("a position against the direction is held, which is not ours: it is closed");
                memory.closing = true;
            }
        }
    }

    /// Nothing is held any more.
    fn finish(&mut self, now: Time, intents: &mut Intents) {
        let memory = &mut self.memory;
        memory.orders.drop_exits(|_| true, intents);
        memory.orders.cancel_entry(intents);
        (memory.levels, memory.last) = (0, (Qty::ZERO, Money::ZERO));
        (memory.closing, memory.peak, memory.trail) = (false, None, None);
        self.rest(now, self.plan.cooldown);
    }

    /// The side that the next position takes, if one may begin now.
    pub(crate) fn next_side(&self) -> Option<Side> {
        let memory = &self.memory;
        let side = match self.plan.direction {
            Direction::Long => Some(Side::Buy),
            Direction::Short => Some(Side::Sell),
            Direction::Both => match &memory.trend {
                None => Some(memory.side.map_or(Side::Buy, Side::opposite)),
                Some(trend) => trend.side(),
            },
        };
        side.filter(|side| memory.trend.as_ref().is_none_or(|trend| trend.allows(*side)))
    }

    /// Where the step to the next order is measured from.
    pub(crate) fn reference(&self, instrument: &Instrument) -> Option<Price> {
        average(instrument, self.memory.last.0, self.memory.last.1)
    }

    /// Opens nothing for so many nanoseconds.
    pub(crate) fn rest(&mut self, now: Time, nanos: i64) {
        let until = Some(Time::from_nanos(now.nanos().saturating_add(nanos)));
        self.memory.rest_until = self.memory.rest_until.max(until);
    }
}

/// Whether wishes are no longer heard.
const fn is_over(mode: Mode) -> bool {
    matches!(mode, Mode::Stopping | Mode::Stopped)
}

impl Strategy for Martingale {
    #[inline]
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        let Some(market) = view.market(self.plan.instrument) else { return };
        match event {
            Event::Bar { .. } | Event::Trade { .. } | Event::Quote { .. } => {
                self.on_price(view, market, event, intents);
            }
            Event::Order(report) if report.instrument == self.plan.instrument => {
                self.hear(view, market, report, intents);
            }
            _ => {}
        }
    }

    fn warm_up(&self) -> WarmUp {
        let bars = if self.params.trend_filter { 2 * self.params.trend_period } else { 0 };
        WarmUp { bars, ticks: 0 }
    }

    fn save(&self) -> Vec<u8> {
        state::save(ID, LAYOUT, &self.params, &self.memory)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        self.memory = state::restore(ID, LAYOUT, &self.params, bytes)?;
        Ok(())
    }
}
