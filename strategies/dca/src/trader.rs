//! The strategy: events in, wishes out. What to close is in `exits`, what to open in `entries`.

use sdk::indicators::Atr;
use sdk::layers::{Leg, Orders, Seen};
use sdk::{
    AveragePair, Bar, BuildError, Event, Fill, Instrument, Intents, Market, Mode, OrderReport, Price, Qty,
    ReportKind, RestoreError, Setup, Strategy, Time, View, WarmUp, state,
};
use serde::{Deserialize, Serialize};

use crate::cascade::Watch;
use crate::layers::Layers;
use crate::params::Params;
use crate::plan::Plan;

/// The strategy. See the crate's page.
#[derive(Debug, Clone)]
pub struct Dca {
    params: Params,
    pub(crate) plan: Plan,
    pub(crate) memory: Memory,
}

/// What a restart needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Memory {
    pub(crate) atr: Atr,
    /// `None` where the filter is off.
    pub(crate) trend: Option<AveragePair>,
    pub(crate) watch: Watch,
    pub(crate) layers: Layers,
    pub(crate) orders: Orders,
    /// Everything is to be closed, until nothing is held.
    pub(crate) closing: bool,
    /// Where the step to the next layer is measured from; there is one while a position is held.
    #[serde(with = "sdk::state::exact")]
    pub(crate) reference: Option<Price>,
    /// The best price since the newest layer was filled.
    #[serde(with = "sdk::state::exact")]
    pub(crate) peak: Option<Price>,
    /// Whether the trailing take-profit follows the price.
    pub(crate) following: bool,
    /// Where the trailing stops stood at the last closed bar: what the resting stop goes by.
    #[serde(with = "sdk::state::exact")]
    pub(crate) trail: Option<Price>,
    /// No layer is opened before this time.
    #[serde(with = "sdk::state::exact")]
    pub(crate) rest_until: Option<Time>,
}

const ID: &str = "dca";
const LAYOUT: u32 = 1;

/// How long an entry that was not taken is not tried again, and how long an exit may go without an answer, in
/// nanoseconds.
pub(crate) const RETRY: i64 = 60_000_000_000;

impl Dca {
    /// Builds the strategy for the first instrument of the run.
    ///
    /// # Errors
    /// [`BuildError`] for layers that the account can't carry or the venue does not take, and for parameters that
    /// contradict one another.
    pub fn build(params: Params, setup: &Setup) -> Result<Self, BuildError> {
        let plan = Plan::new(&params, setup)?;
        let memory = Memory {
            atr: Atr::new(params.atr_period as usize),
            trend: params.averages(),
            watch: Watch::default(),
            layers: Layers::default(),
            orders: Orders::default(),
            closing: false,
            reference: None,
            peak: None,
            following: false,
            trail: None,
            rest_until: None,
        };
        Ok(Self { params, plan, memory })
    }

    /// Takes in a closed bar: the average true range, the trend, and the bar's best price for the cascade guard.
    fn measure(&mut self, now: Time, bar: &Bar) {
        #[expect(clippy::cast_precision_loss, reason = "prices stay below 2⁵³ ticks, where f64 is exact")]
        let [high, low, close] = [bar.high, bar.low, bar.close].map(|price| price.ticks() as f64);
        self.memory.atr.update_bar(high, low, close);
        if let Some(trend) = &mut self.memory.trend {
            trend.update(bar.close);
        }
        if let Some(cascade) = &self.plan.cascade {
            let best = self.plan.way.better(bar.high, bar.low);
            cascade.observe(&mut self.memory.watch, self.plan.way, now, best);
        }
    }

    /// A price: exits first, then what guards them, then what may be opened.
    fn on_price(&mut self, view: &View<'_>, market: &Market, event: &Event, intents: &mut Intents) {
        let Some(seen) = Seen::new(event, self.plan.instrument) else { return };
        let way = self.plan.way.0;
        let (enter, exit) = (seen.price(way), seen.price(way.opposite()));
        let closed_bar = matches!(event, Event::Bar { .. });
        if let Event::Bar { bar, .. } = event {
            self.measure(view.now, bar);
        }
        if let Some(cascade) = &self.plan.cascade {
            cascade.observe(&mut self.memory.watch, self.plan.way, view.now, enter);
        }
        self.reconcile(view.now, market, intents);
        if is_over(view.mode) {
            return;
        }
        self.close(view.now, market, exit, intents);
        self.guard(view.now, market, exit, closed_bar, intents);
        self.withdraw(view, intents);
        self.open(view, market, seen, intents);
    }

    /// A report about one of our orders.
    fn hear(&mut self, view: &View<'_>, market: &Market, report: &OrderReport, intents: &mut Intents) {
        let leg = Leg::of(report.id.slot);
        if let ReportKind::Filled(fill) = &report.kind {
            self.memory.orders.filled(report.id, fill.qty);
            self.book(leg, &market.instrument, fill);
        } else if report.kind.ends_order() {
            let was_out = self.memory.orders.ended(report.id);
            let refused = matches!(report.kind, ReportKind::Rejected(_) | ReportKind::Refused(_));
            if was_out && refused && matches!(leg, Leg::Entry(_)) {
                self.rest(view.now, RETRY);
            }
        }
        self.reconcile(view.now, market, intents);
        if matches!(report.kind, ReportKind::Filled(_)) && !is_over(view.mode) {
            if self.memory.closing {
                self.memory.orders.cancel_entry(intents);
            }
            if let Some(last) = market.last {
                self.guard(view.now, market, last, false, intents);
            }
        }
    }

    /// Counts a fill into the layer it belongs to.
    fn book(&mut self, leg: Leg, instrument: &Instrument, fill: &Fill) {
        let (memory, way) = (&mut self.memory, self.plan.way);
        match leg {
            Leg::Entry(level) => {
                let Ok(cost) = instrument.notional(fill.price, fill.qty) else { return };
                memory.layers.add(level, fill.qty, cost);
                let newest = memory.layers.newest();
                let price = newest.and_then(|layer| sdk::layers::average(instrument, layer.qty, layer.cost));
                memory.reference = price.or(Some(fill.price));
                (memory.peak, memory.trail, memory.following) = (None, None, false);
            }
            Leg::Layer(level) => {
                memory.layers.take(Some(level), fill.qty);
                // The next step begins where the layer was sold, or at the newest layer that is left: whichever is
                // further.
                let newest = memory.layers.newest();
                let left = newest.and_then(|layer| sdk::layers::average(instrument, layer.qty, layer.cost));
                let worse = left.filter(|left| way.is_at_or_past(*left, fill.price));
                memory.reference = worse.or(Some(fill.price));
            }
            Leg::All | Leg::Stop => {
                memory.layers.take(None, fill.qty);
                memory.closing = true;
            }
        }
    }

    /// Holds the layers against the position: exits must cover exactly what is held. Every fill of ours is booked by
    /// its slot, so a difference comes from outside.
    fn reconcile(&mut self, now: Time, market: &Market, intents: &mut Intents) {
        let (memory, way) = (&mut self.memory, self.plan.way);
        let lots = market.position.qty.lots().saturating_mul(way.0.sign());
        let known = memory.layers.held().lots();
        if lots < 0 && !memory.closing {
            intents.note("a position against the direction is held, which is not ours: it is closed");
            memory.closing = true;
        }
        if lots.max(0) < known {
            intents.note("less is held than the layers know of: the newest ones give way");
            memory.layers.take(None, Qty::from_lots(known - lots.max(0)));
        } else if lots > known {
            intents.note("more is held than the layers know of: it counts to the newest one");
            let surplus = Qty::from_lots(lots - known);
            let price = market.entry_price().or(market.last).unwrap_or_default();
            let cost = market.instrument.notional(price, surplus).unwrap_or_default();
            let level = memory.layers.newest().map_or(0, |layer| layer.level);
            memory.layers.add(level, surplus, cost);
            memory.reference = memory.reference.or(Some(price));
        }
        if lots == 0 && (memory.closing || memory.reference.is_some()) {
            self.finish(now, intents);
        }
    }

    /// Nothing is held any more.
    fn finish(&mut self, now: Time, intents: &mut Intents) {
        let memory = &mut self.memory;
        memory.orders.drop_exits(|_| true, intents);
        memory.orders.cancel_entry(intents);
        (memory.closing, memory.following) = (false, false);
        (memory.reference, memory.peak, memory.trail) = (None, None, None);
        self.rest(now, self.plan.cooldown);
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

impl Strategy for Dca {
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
        let trend = if self.params.trend_filter { 2 * self.params.trend_period } else { 0 };
        let range = if self.params.atr_multiplier.is_zero() { 0 } else { self.params.atr_period + 1 };
        WarmUp { bars: trend.max(range), ticks: 0 }
    }

    fn save(&self) -> Vec<u8> {
        state::save(ID, LAYOUT, &self.params, &self.memory)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        self.memory = state::restore(ID, LAYOUT, &self.params, bytes)?;
        Ok(())
    }
}
