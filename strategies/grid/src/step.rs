//! The grid as a strategy: it hears events, keeps its slots, and says when to settle. What to wish for is in `settle`.

use sdk::{
    Bar, BuildError, CancelReason, Event, Fill, Instrument, Intents, Mode, OrderReport, Price, Qty,
    RejectReason, ReportKind, RestoreError, Setup, Side, Strategy, View, WarmUp,
};

use crate::climate::Climate;
use crate::exit::Guard;
use crate::ladder::{Ladder, LadderError};
use crate::params::Params;
use crate::place::{Place, around};
use crate::plan::Plan;
use crate::settle::Cause;
use crate::slot::{Slot, Step, Wait};

/// The strategy. See the crate's page.
#[derive(Debug, Clone)]
pub struct Grid {
    pub(crate) params: Params,
    pub(crate) plan: Plan,
    pub(crate) instrument: Instrument,
    pub(crate) phase: Phase,
    pub(crate) ladder: Ladder,
    pub(crate) place: Place,
    /// Slots that are not blank, by their place in the ladder.
    pub(crate) slots: Vec<Slot>,
    pub(crate) guard: Guard,
    pub(crate) climate: Climate,
    pub(crate) mode: Mode,
    /// Something could not be wished for at the last event and is to be tried at the next price.
    pub(crate) due: bool,
    /// Whether the market was past the ladder's ends at the last look.
    pub(crate) outside: bool,
}

/// How far the grid is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It waits for its trigger; the price it saw last, if any.
    Waiting(Option<Price>),
    /// It trades.
    Working,
    /// It ended, and wishes for nothing again.
    Stopped,
}

impl Grid {
    /// Builds the grid for the first instrument of the run.
    ///
    /// # Errors
    /// [`BuildError`] for values that contradict each other or the instrument's steps, for a spacing that does not pay
    /// its fees and for an amount that the venue does not take. The last two are judged around the trigger price, or
    /// the first known price; where neither is known, at the moment the grid starts, which it then refuses by a stop.
    pub fn build(params: Params, setup: &Setup) -> Result<Self, BuildError> {
        let instrument = setup.instrument()?;
        let plan = Plan::new(&params, instrument)?;
        if let Some(anchor) = plan.trigger.or(setup.price()) {
            let refused = |error: LadderError| BuildError::new(error.key, error.message);
            Ladder::new(&plan, instrument, anchor).map_err(refused)?;
        }
        let room = [Side::Buy, Side::Sell].map(|side| plan.cap(side) + 2 * plan.window(side));
        let room = usize::try_from(room.iter().sum::<i64>()).unwrap_or(0);
        Ok(Self {
            guard: Guard::new(plan.limits),
            climate: Climate::new(&params),
            params,
            plan,
            instrument: instrument.clone(),
            phase: Phase::Waiting(None),
            ladder: Ladder::default(),
            place: Place::default(),
            slots: Vec::with_capacity(room),
            mode: Mode::Running,
            due: false,
            outside: false,
        })
    }

    /// A price was seen; a bar has visited its low and its high on the way.
    #[inline]
    fn price(&mut self, view: &View<'_>, bar: Option<&Bar>, intents: &mut Intents) {
        let Some(market) = view.market(self.plan.instrument) else { return };
        let Some(last) = market.last else { return };
        let (low, high) = bar.map_or((last, last), |bar| (bar.low, bar.high));
        if self.phase != Phase::Working {
            self.feel(bar);
            self.wait(view, last, low, high, intents);
            return;
        }
        if let Some(reason) = self.guard.check(view.equity, low, high) {
            self.stop(reason, intents);
            return;
        }
        let (bid, ask) = around(last, market);
        let mut moved = self.place.set(&self.ladder, bid, ask) || self.mode != view.mode;
        moved |= self.feel(bar);
        if self.climate.is_turn(view.now) {
            moved |= self.climate.turn(&self.plan.settings, view.now);
        }
        if moved {
            if self.plan.settings.up || self.plan.settings.down {
                self.climate.follow(&self.plan.settings, &self.ladder, &self.place);
            }
            self.settle(view, Cause::Move, intents);
        } else if self.due {
            self.settle(view, Cause::Price, intents);
        }
    }

    /// Lets the climate take in a closed bar; says whether that changes anything.
    fn feel(&mut self, bar: Option<&Bar>) -> bool {
        bar.is_some_and(|bar| self.climate.bar(&self.plan.settings, &self.ladder, &self.place, bar))
    }

    /// Waits for the trigger, and starts once it is reached.
    #[cold]
    fn wait(&mut self, view: &View<'_>, last: Price, low: Price, high: Price, intents: &mut Intents) {
        let Phase::Waiting(before) = self.phase else { return };
        if matches!(view.mode, Mode::Stopping | Mode::Stopped) {
            self.phase = Phase::Stopped;
            return;
        }
        let before = before.unwrap_or(last);
        let visited = low.min(before)..=high.max(before);
        if self.plan.trigger.is_none_or(|trigger| visited.contains(&trigger)) {
            self.start(view, last, intents);
        } else {
            self.phase = Phase::Waiting(Some(last));
        }
    }

    fn start(&mut self, view: &View<'_>, anchor: Price, intents: &mut Intents) {
        let Some(market) = view.market(self.plan.instrument) else { return };
        match Ladder::new(&self.plan, &self.instrument, anchor) {
            Ok(ladder) => self.ladder = ladder,
            Err(error) => return self.stop(error.reason, intents),
        }
        if self.guard.begin(view.equity).is_err() {
            return self.stop("the bounds of profit and loss do not fit into money", intents);
        }
        let (bid, ask) = around(anchor, market);
        self.place = Place::new(&self.ladder, bid, ask);
        self.phase = Phase::Working;
        self.settle(view, Cause::Move, intents);
    }

    fn stop(&mut self, reason: &'static str, intents: &mut Intents) {
        self.phase = Phase::Stopped;
        self.slots.clear();
        intents.stop(reason);
    }

    /// A report about an order: to its slot, by the slot's number in the id.
    fn hear(&mut self, view: &View<'_>, report: &OrderReport, intents: &mut Intents) {
        let at = i64::from(report.id.slot);
        let Some(side) = self.ladder.entry_side(at) else { return };
        let found = self.slots.binary_search_by_key(&at, |slot| slot.at);
        let current =
            found.ok().and_then(|index| self.slots.get(index)).is_some_and(|slot| slot.id == report.id);
        let index = match (found, &report.kind) {
            (Ok(index), _) => index,
            // An order of a slot that has long been blank fills after all: what it did to the position is booked.
            (Err(index), ReportKind::Filled(_)) => {
                self.slots.insert(index, Slot::blank(at, side));
                index
            }
            (Err(_), _) => return,
        };
        let Some(slot) = self.slots.get_mut(index) else { return };
        let Some(step) = digest(slot, current, &report.kind) else { return };
        if slot.step(step).is_err() {
            intents.note("an order report contradicts its slot's state and was not followed");
            return;
        }
        self.due |= slot.wait == Wait::Price;
        let moved = match &report.kind {
            // A late fill is old news.
            ReportKind::Filled(fill) if current => self.place.touch(&self.ladder, fill),
            _ => false,
        };
        if report.kind == ReportKind::Cancelled(CancelReason::NothingToReduce) && self.lost_count(view) {
            let reason =
                "the position is not the sum of what the grid's slots hold; something else traded here";
            return self.stop(reason, intents);
        }
        if moved || !matches!(step, Step::Accepted | Step::Unanswered | Step::PartFill) {
            self.settle(view, Cause::Report, intents);
        }
    }

    /// Whether the slots' holdings do not add up to the position.
    fn lost_count(&self, view: &View<'_>) -> bool {
        let sum =
            self.slots.iter().map(|slot| i128::from(slot.held) * i128::from(slot.side.sign())).sum::<i128>();
        view.market(self.plan.instrument).is_some_and(|market| i128::from(market.position.qty.lots()) != sum)
    }
}

/// Books a report into its slot and says what step it is; `None` where an ended order's report changes nothing.
fn digest(slot: &mut Slot, current: bool, kind: &ReportKind) -> Option<Step> {
    if let ReportKind::Filled(fill) = kind {
        return Some(book(slot, current, fill));
    }
    if !current {
        return None;
    }
    let (step, wait) = match kind {
        ReportKind::Accepted => (Step::Accepted, Wait::No),
        ReportKind::Unknown => (Step::Unanswered, Wait::No),
        ReportKind::Cancelled(CancelReason::Requested) => (Step::Cancelled(slot.left()), Wait::No),
        ReportKind::Cancelled(_) => (Step::Cancelled(slot.left()), Wait::Move),
        ReportKind::Rejected(RejectReason::WouldTake) => (Step::Turned(slot.left()), Wait::Price),
        ReportKind::Rejected(_) | ReportKind::Refused(_) => (Step::Turned(slot.left()), Wait::Move),
        ReportKind::Filled(_) => return None,
    };
    slot.wait = wait;
    Some(step)
}

/// Books a fill: every one counts, that of an order which has ended too.
fn book(slot: &mut Slot, current: bool, fill: &Fill) -> Step {
    let direction = if fill.side == slot.side { 1 } else { -1 };
    slot.held = slot.held.saturating_add(fill.qty.lots().saturating_mul(direction));
    if !current {
        return Step::LateFill(slot.left());
    }
    let open = slot.open.lots().saturating_sub(fill.qty.lots());
    slot.open = Qty::from_lots(open);
    if open > 0 { Step::PartFill } else { Step::Fill(slot.left()) }
}

impl Strategy for Grid {
    #[inline]
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        if self.phase == Phase::Stopped || event.instrument() != Some(self.plan.instrument) {
            return;
        }
        if matches!(view.mode, Mode::Stopping | Mode::Stopped) {
            (self.phase, self.mode) = (Phase::Stopped, view.mode);
            self.slots.clear();
            return;
        }
        match event {
            Event::Bar { bar, .. } => self.price(view, Some(bar), intents),
            Event::Trade { .. } | Event::Quote { .. } => self.price(view, None, intents),
            Event::Order(report) if self.phase == Phase::Working => self.hear(view, report, intents),
            Event::Funding { funding, .. } => self.climate.settled(&self.plan.settings, funding),
            _ => {}
        }
    }

    fn warm_up(&self) -> WarmUp {
        let bars = self.climate.warm_up(&self.plan.settings);
        WarmUp { bars: u32::try_from(bars).unwrap_or(u32::MAX), ticks: 0 }
    }

    fn save(&self) -> Vec<u8> {
        crate::save::save(self)
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), RestoreError> {
        crate::save::restore(self, state)
    }
}
