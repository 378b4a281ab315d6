//! From distances to two stances: entering both legs or neither, leaving both, and never keeping one alone.

use sdk::stance::{Leg, Stance};
use sdk::{
    BuildError, ClientOrderId, Event, Instrument, InstrumentId, Intent, Intents, Mode, OrderReport, Price,
    Qty, ReportKind, RestoreError, Setup, Side, Size, Sizing, Strategy, View, WarmUp, state,
};
use serde::{Deserialize, Serialize};

use crate::legs;
use crate::matching::Matching;
use crate::params::{Freeze, Params};
use crate::spread::{Bounds, Reading, Spread, Verdict};
use crate::window::Scale;

/// The strategy. See the crate's page.
#[derive(Debug, Clone)]
pub struct Pairs {
    params: Params,
    bounds: Bounds,
    size: Size,
    memory: Memory,
}

/// What a restart needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Memory {
    matching: Matching,
    /// Whether the current run of dropped bars was told of.
    told: bool,
    spread: Spread,
    legs: [Stance; 2],
    /// The entry order of each leg.
    #[serde(with = "sdk::state::exact")]
    entries: [Option<ClientOrderId>; 2],
    held: Option<Held>,
    /// A side of the spread that was given up; not taken again before the spread has come back.
    #[serde(with = "sdk::state::exact")]
    spent: Option<Side>,
}

/// The pair that is held, or on its way to be.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Held {
    /// Of the spread: to buy it is to buy the first market and to sell the second.
    #[serde(with = "sdk::state::exact")]
    side: Side,
    ratio: f64,
    /// Mean and deviation at the entry, where those are frozen.
    scale: Option<Scale>,
    bars: u32,
}

const ID: &str = "pairs";
const LAYOUT: u32 = 1;
/// Exits close what is held, so their stance needs no size.
const NO_SIZE: Size = Size::Lots(Qty::ZERO);

impl Pairs {
    /// Builds the strategy for the first two instruments of the run.
    ///
    /// # Errors
    /// [`BuildError`] for bounds that do not fit together, fewer than two instruments, or two that are quoted in
    /// different assets.
    pub fn build(params: Params, setup: &Setup) -> Result<Self, BuildError> {
        params.check()?;
        let [first, second] = pair(setup)?;
        let (sizing, key, value) = if params.leg_quote.is_zero() {
            (Sizing::EquityFraction, "leg_equity", params.leg_equity)
        } else {
            (Sizing::FixedQuote, "leg_quote", params.leg_quote)
        };
        let memory = Memory {
            matching: Matching::default(),
            told: false,
            spread: Spread::new(&params),
            legs: [first, second].map(|instrument| Stance::new(instrument.id())),
            entries: [None; 2],
            held: None,
            spent: None,
        };
        Ok(Self { bounds: Bounds::new(&params), size: sizing.size(key, value, first)?, memory, params })
    }

    /// Which leg trades an instrument.
    fn leg(&self, instrument: InstrumentId) -> Option<usize> {
        self.memory.legs.iter().position(|stance| stance.instrument() == instrument)
    }

    /// Takes in a matched bar; decides.
    fn decide(&mut self, view: &View<'_>, closes: [Price; 2], intents: &mut Intents) {
        let reading = self.memory.spread.update(self.params.prices, closes);
        let Some(held) = &self.memory.held else {
            return self.look_for_entry(view, &reading, intents);
        };
        let scale = held.scale.or_else(|| reading.scale(held.ratio));
        let z = scale.map(|scale| scale.z(reading.point.spread(held.ratio)));
        match z.map_or(Verdict::Hold, |z| self.bounds.held(held.side, z)) {
            Verdict::Hold => {}
            Verdict::Converged => self.leave(false, intents),
            Verdict::TooFar => {
                intents.note("the spread went beyond stop_z; the pair is closed");
                self.leave(true, intents);
            }
        }
    }

    fn look_for_entry(&mut self, view: &View<'_>, reading: &Reading, intents: &mut Intents) {
        let Some(ratio) = reading.ratio else { return };
        let Some(scale) = reading.scale(ratio) else { return };
        let z = scale.z(reading.point.spread(ratio));
        if self.memory.spent.is_some_and(|side| self.bounds.held(side, z) == Verdict::Converged) {
            self.memory.spent = None;
        }
        let Some(side) = self.bounds.entry(z).filter(|_| self.memory.spent.is_none()) else { return };
        if view.mode != Mode::Running || !self.is_flat(view) {
            return;
        }
        let frozen = (self.params.freeze == Freeze::All).then_some(scale);
        self.enter(view, Held { side, ratio, scale: frozen, bars: 0 }, reading, intents);
    }

    /// Whether nothing is held, and nothing out that could change that.
    fn is_flat(&self, view: &View<'_>) -> bool {
        self.memory.legs.iter().all(|stance| {
            let market = view.market(stance.instrument());
            !stance.is_moving() && !stance.is_due() && market.is_some_and(|market| market.position.is_flat())
        })
    }

    /// Sends both legs, or says why there is none.
    fn enter(&mut self, view: &View<'_>, held: Held, reading: &Reading, intents: &mut Intents) {
        let [first, second] = &self.memory.legs;
        let markets = [first, second].map(|stance| view.market(stance.instrument()));
        let [Some(first), Some(second)] = markets else { return };
        let Some(worth) = legs::worth(self.params.neutral, self.params.prices, held.ratio, reading.point)
            .filter(|_| held.ratio > 0.0)
        else {
            self.memory.spent = Some(held.side);
            return intents
                .note("the hedge ratio is not above zero: nothing offsets the first leg; no entry");
        };
        let lots = match legs::lots([first, second], self.size, worth, view.equity) {
            Ok(lots) => lots,
            Err(why) => {
                self.memory.spent = Some(held.side);
                return intents.note(why);
            }
        };
        self.memory.held = Some(held);
        let sides = [held.side, held.side.opposite()];
        let Memory { legs, entries, .. } = &mut self.memory;
        for (((stance, entry), side), lots) in legs.iter_mut().zip(entries).zip(sides).zip(lots) {
            stance.want(Some(side));
            stance.act(view, Size::Lots(lots), intents);
            *entry = intents.as_slice().last().and_then(|intent| match intent {
                Intent::Place(id, _) if stance.leg(*id) == Some(Leg::Entry) => Some(*id),
                _ => None,
            });
        }
        if self.memory.entries.contains(&None) {
            self.leave(true, intents); // Neither was to be sent without the other.
        }
    }

    /// Wants both legs closed, and takes back entries that are still out. A pair that was given up for another
    /// reason than convergence is not entered again on that side before the spread has come back.
    fn leave(&mut self, given_up: bool, intents: &mut Intents) {
        let Memory { legs, entries, held, spent, .. } = &mut self.memory;
        let side = held.take().map(|held| held.side);
        if given_up {
            *spent = side;
        }
        for (stance, entry) in legs.iter_mut().zip(entries) {
            stance.want(None);
            if let Some(id) = entry.take().filter(|_| stance.is_out(Leg::Entry)) {
                intents.cancel(id);
            }
        }
    }

    /// A bar that counts towards the age of what is held.
    fn grow_older(&mut self, intents: &mut Intents) {
        let Some(held) = &mut self.memory.held else { return };
        held.bars = held.bars.saturating_add(1);
        if self.params.max_bars > 0 && held.bars >= self.params.max_bars {
            intents.note("the pair was held for max_bars; it is closed");
            self.leave(true, intents);
        }
    }

    fn hear(&mut self, view: &View<'_>, report: &OrderReport, intents: &mut Intents) {
        let at = self.leg(report.instrument);
        let Some(stance) = at.and_then(|at| self.memory.legs.get_mut(at)) else { return };
        let leg = stance.leg(report.id);
        stance.hear(view, report, NO_SIZE, intents);
        let incomplete = leg == Some(Leg::Entry) && report.kind.ends_order();
        let stray = leg.is_none() && matches!(report.kind, ReportKind::Filled(_));
        if self.memory.held.is_some() && (incomplete || stray || stance.is_due()) {
            intents.note(if incomplete {
                "a leg was not filled whole; the other one is not kept alone"
            } else {
                "a late fill put the legs out of balance; the pair is closed"
            });
            self.leave(true, intents);
        }
    }

    /// Carries out what is due: exits only, since an entry is sent where it is decided.
    fn close(&mut self, view: &View<'_>, intents: &mut Intents) {
        if matches!(view.mode, Mode::Stopping | Mode::Stopped) {
            return; // The engine closes, and hears no wishes.
        }
        for stance in self.memory.legs.iter_mut().filter(|stance| stance.is_due()) {
            stance.act(view, NO_SIZE, intents);
        }
    }
}

/// The two instruments of the pair.
fn pair(setup: &Setup) -> Result<[&Instrument; 2], BuildError> {
    let refuse = |message: String| Err(BuildError::new("instrument", message));
    match setup.instruments.as_slice() {
        [] => {
            refuse("a pair takes two instruments, and the run names none; add two [[instrument]]".to_owned())
        }
        [only] => refuse(format!(
            "a pair takes two instruments, and there is only {}; add another [[instrument]], or another symbol to \
             strategy.instruments",
            only.symbol()
        )),
        [first, second, ..] if first.quote() != second.quote() => refuse(format!(
            "{} is quoted in {} and {} in {}, so their worth can't be set against each other; name two [[instrument]] \
             with the same quote",
            first.symbol(),
            first.quote(),
            second.symbol(),
            second.quote()
        )),
        [first, second, ..] => Ok([first, second]),
    }
}

impl Strategy for Pairs {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        match event {
            Event::Bar { instrument, bar } => {
                let Some(leg) = self.leg(*instrument) else { return };
                let taken = self.memory.matching.take(leg, bar.close_time, bar.close);
                let was_held = self.memory.held.is_some();
                if taken.dropped > 0 && !std::mem::replace(&mut self.memory.told, true) {
                    intents.note("a bar has no counterpart of the same close time; it is dropped");
                }
                if let Some(closes) = taken.closes {
                    self.memory.told = false;
                    self.decide(view, closes, intents);
                }
                if was_held && (taken.dropped > 0 || taken.closes.is_some()) {
                    self.grow_older(intents);
                }
                self.close(view, intents);
            }
            Event::Trade { .. } | Event::Quote { .. } => self.close(view, intents),
            Event::Order(report) => self.hear(view, report, intents),
            _ => {}
        }
    }

    fn warm_up(&self) -> WarmUp {
        WarmUp { bars: self.params.lookback.max(self.params.z_period), ticks: 0 }
    }

    fn save(&self) -> Vec<u8> {
        state::save(ID, LAYOUT, &self.params, &self.memory)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        self.memory = state::restore(ID, LAYOUT, &self.params, bytes)?;
        Ok(())
    }
}
