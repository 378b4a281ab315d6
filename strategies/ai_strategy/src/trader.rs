//! From log-odds to orders: a stance on closed bars, sized by volatility, bound by turnover, guarded by a stop.

use sdk::stance::{Heard, Leg, Stance};
use sdk::{
    Answer, Bar, BuildError, Event, InstrumentId, Intents, Mode, OrderReport, Qty, Rate, RestoreError, Setup,
    Side, Size, Strategy, View, WarmUp, percent, state,
};
use serde::{Deserialize, Serialize};

use crate::advisor::{Advice, Advisor, Live};
use crate::judge::Judge;
use crate::origin::Origin;
use crate::params::{Params, stance, threshold};
use crate::size::{Bounds, Resize, Turnover};
use crate::{Features, Vector};

/// The strategy. See the crate's page.
#[derive(Debug, Clone)]
pub struct AiStrategy {
    /// As they are saved: the model by its digest.
    params: Params,
    judge: Judge,
    origin: Origin,
    advisor: Advisor,
    bounds: Bounds,
    stop: Option<Rate>,
    memory: Memory,
}

/// What a restart needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Memory {
    features: Features,
    stance: Stance,
    /// A side that was stopped out; not entered again before the model gives it up.
    #[serde(with = "sdk::state::exact")]
    spent: Option<Side>,
    resize: Resize,
    turnover: Turnover,
    advice: Advice,
    /// Whether the last bar was as long as those of the training; nothing is opened where it was not.
    fits: bool,
    told: Told,
}

/// What the run's record already says of the model.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Told {
    /// That it was trained on another symbol.
    foreign: bool,
    /// That it was trained on bars of another length.
    length: bool,
    /// That it was trained on these bars.
    trained: bool,
}

const ID: &str = "ai_strategy";
const LAYOUT: u32 = 3;

impl AiStrategy {
    /// Builds the strategy for the first instrument of the run.
    ///
    /// # Errors
    /// [`BuildError`] for a model that can't be used, a name that is none, or a number that is too fine.
    pub fn build(params: Params, setup: &Setup) -> Result<Self, BuildError> {
        let (judge, digest) = Judge::read(&params)?;
        let instrument = setup.instrument()?;
        Ok(Self {
            advisor: Advisor::new(&params)?,
            bounds: Bounds::new(&params)?,
            stop: percent("stop_loss_pct", params.stop_loss_pct)?,
            memory: Memory {
                features: Features::default(),
                stance: Stance::new(instrument.id()),
                spent: None,
                resize: Resize::default(),
                turnover: Turnover::default(),
                advice: Advice::default(),
                fits: true,
                told: Told::default(),
            },
            origin: judge.origin(instrument.symbol()),
            judge,
            params: Params { model: digest, ..params },
        })
    }

    const fn instrument(&self) -> InstrumentId {
        self.memory.stance.instrument()
    }

    /// Says once in the run's record what about this market is not as it was in training.
    fn compare(&mut self, bar: &Bar, intents: &mut Intents) {
        let told = &mut self.memory.told;
        if self.origin.foreign && !told.foreign {
            told.foreign = true;
            intents.note(
                "the model was trained on another symbol; its scores say nothing of this one, and only_unseen leaves no bar out here",
            );
        }
        self.memory.fits = self.origin.fits(bar);
        if !self.memory.fits && !told.length {
            told.length = true;
            intents.note(
                "the model was trained on bars of another length, so nothing is opened on these; give it such bars, or train one on these",
            );
        }
    }

    /// Takes in a closed bar: what the model says becomes the stance that is wanted, and that becomes orders.
    fn decide(&mut self, bar: &Bar, view: &View<'_>, intents: &mut Intents) {
        self.compare(bar, intents);
        self.memory.advice.expire(view.now);
        self.memory.turnover.roll(view.now);
        let live = self.memory.advice.live(&self.params);
        if let Some(vector) = self.memory.features.update(bar) {
            self.want(&vector, &live, bar, intents);
        }
        self.act(&live, view, intents);
    }

    /// Works out the stance that is wanted.
    fn want(&mut self, vector: &Vector, live: &Live, bar: &Bar, intents: &mut Intents) {
        let odds = self.judge.log_odds(vector);
        if odds.is_none() {
            intents.note("the model gives no number for this bar; out of the market");
        }
        let shift = live.bias.to_f64() * self.params.advisor_bias.to_f64();
        let odds = odds.map_or(f64::NAN, |odds| odds + shift);
        let held = match self.memory.stance.target() {
            Some(Side::Buy) => 1,
            Some(Side::Sell) => -1,
            None => 0,
        };
        let wanted = stance(held, odds, threshold(live.confidence.to_f64()), self.params.direction);
        let mut wanted = match wanted {
            1 => Some(Side::Buy),
            -1 => Some(Side::Sell),
            _ => None,
        };
        // What was stopped out is not entered again before the model gave it up.
        self.memory.spent = self.memory.spent.filter(|side| wanted == Some(*side));
        if self.memory.spent.is_some() {
            wanted = None;
        }
        if self.origin.saw(bar) && wanted.is_some() && wanted != self.memory.stance.target() {
            if self.params.only_unseen {
                wanted = None;
            } else if !self.memory.told.trained {
                self.memory.told.trained = true;
                intents.note(
                    "the model was trained on these bars, so what it makes on them is no result; only_unseen leaves them out",
                );
            }
        }
        self.memory.stance.want(wanted);
    }

    /// Brings what is held to what is wanted: exits first and always, then entries and resizing within their bounds.
    fn act(&mut self, live: &Live, view: &View<'_>, intents: &mut Intents) {
        let Some(market) = view.market(self.instrument()) else { return };
        let held = market.position.qty;
        let lots = self.wanted_lots(live, view);
        let budget = if self.memory.fits {
            self.bounds.budget(&self.memory.turnover, market, view)
        } else {
            Some(Qty::ZERO)
        };
        if self.is_right(held) {
            if let Some(wanted) = lots.filter(|_| self.bounds.resizes() && !self.memory.stance.is_moving()) {
                self.memory.resize.towards(wanted, budget, &self.bounds, market, view, intents);
            }
            return self.guard_if_bare(view, intents);
        }
        self.memory.resize.withdraw(intents);
        let wanted = lots.unwrap_or(Qty::ZERO);
        let entry = budget.map_or(wanted, |most| most.min(wanted));
        if entry.lots() > 0 {
            self.memory.stance.act(view, Size::Lots(entry), intents);
            return;
        }
        let enters = self.memory.stance.target().is_some() && view.mode == Mode::Running && self.memory.fits;
        if !held.is_zero() {
            // Nothing may be opened now: out, and in again once the model still says so and something may.
            self.memory.stance.want(None);
            self.memory.stance.act(view, Size::Lots(entry), intents);
        }
        if enters {
            intents.note(if wanted.lots() > 0 {
                "what may be opened in a bar or a day is used up; no entry"
            } else {
                "the size comes to less than one lot; no entry"
            });
        }
    }

    /// Whether what is held is on the side that is wanted.
    fn is_right(&self, held: Qty) -> bool {
        let side = Side::closing(held).map(Side::opposite);
        side.is_some() && side == self.memory.stance.target()
    }

    /// The lots that are wanted at the last price, rounded down.
    fn wanted_lots(&self, live: &Live, view: &View<'_>) -> Option<Qty> {
        let market = view.market(self.instrument())?;
        let share = crate::size::share(live, self.memory.features.volatility())?;
        Size::Equity(share).lots(&market.instrument, market.last?, view.equity).ok()
    }

    fn hear(&mut self, report: &OrderReport, view: &View<'_>, intents: &mut Intents) {
        if report.instrument != self.instrument() {
            return;
        }
        self.memory.turnover.hear(report, view);
        self.memory.resize.hear(report);
        let wanted = self.memory.stance.target();
        match self.memory.stance.hear(view, report, Size::Lots(Qty::ZERO), intents) {
            Heard::Unguarded => self.guard_if_bare(view, intents),
            Heard::Flat(Leg::Stop) => self.memory.spent = wanted,
            Heard::Nothing | Heard::Flat(_) => {}
        }
    }

    fn guard_if_bare(&mut self, view: &View<'_>, intents: &mut Intents) {
        let (Some(share), true) = (self.stop, self.memory.stance.is_bare(view)) else { return };
        let Some(market) = view.market(self.instrument()) else { return };
        self.memory.stance.guard(market, market.lost_at(share), None, intents);
    }
}

impl Strategy for AiStrategy {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        let main = self.instrument();
        match event {
            Event::Bar { instrument, bar } if *instrument == main => self.decide(bar, view, intents),
            // An exit that did not go through is tried again at the next price.
            Event::Trade { instrument, .. } | Event::Quote { instrument, .. }
                if *instrument == main && self.memory.stance.is_due() =>
            {
                let held = view.market(self.instrument()).map_or(Qty::ZERO, |market| market.position.qty);
                if !held.is_zero() && !self.is_right(held) {
                    let live = self.memory.advice.live(&self.params);
                    self.act(&live, view, intents);
                }
            }
            Event::Order(report) => self.hear(report, view, intents),
            Event::Signal { instrument, signal } if *instrument == main => {
                if let Some(answer) = self.advisor.hear(&mut self.memory.advice, signal, view.now) {
                    intents.answer(answer);
                }
            }
            Event::Signal { .. } if self.advisor.listens() => {
                intents.answer(Answer::Refused("it is about another instrument than the strategy's first"));
            }
            _ => {}
        }
    }

    fn warm_up(&self) -> WarmUp {
        WarmUp { bars: Features::WARM_UP, ticks: 0 }
    }

    fn save(&self) -> Vec<u8> {
        state::save(ID, LAYOUT, &self.params, &self.memory)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        self.memory = state::restore(ID, LAYOUT, &self.params, bytes)?;
        Ok(())
    }
}
