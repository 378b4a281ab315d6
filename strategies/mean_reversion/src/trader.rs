//! From bands to a position: when it is entered and left, and how it is guarded.

use sdk::hold::{Hold, Standing};
use sdk::stance::{Heard, Leg};
use sdk::{
    Bar, BuildError, Event, Intents, Market, Mode, OrderReport, Price, Rate, RestoreError, Setup, Side, Size,
    Strategy, View, WarmUp, behind, percent, state,
};
use serde::{Deserialize, Serialize};

use crate::bands::{Bands, Bounds};
use crate::params::Params;

/// The strategy. See the crate's page.
#[derive(Debug, Clone)]
pub struct MeanReversion {
    params: Params,
    size: Size,
    stop: Option<Rate>,
    /// Distance of the stop in standard deviations.
    sigmas: Option<f64>,
    take_profit: Option<Rate>,
    bounds: Bounds,
    memory: Memory,
}

/// What a restart needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Memory {
    bands: Bands,
    hold: Hold,
    /// Distance of the stop in ticks, as it was at the bar of the signal.
    distance: Option<i64>,
}

const ID: &str = "mean_reversion";
const LAYOUT: u32 = 1;

impl MeanReversion {
    /// Builds the strategy for the first instrument of the run.
    ///
    /// # Errors
    /// [`BuildError`] for bands that no close can pass, two stops, or a size that the instrument can't hold.
    pub fn build(params: Params, setup: &Setup) -> Result<Self, BuildError> {
        params.check()?;
        let instrument = setup.instrument()?;
        Ok(Self {
            size: params.sizing.size("size", params.size, instrument)?,
            stop: percent("stop_loss_pct", params.stop_loss_pct)?,
            sigmas: (!params.stop_loss_sigma.is_zero()).then(|| params.stop_loss_sigma.to_f64()),
            take_profit: percent("take_profit_pct", params.take_profit_pct)?,
            bounds: Bounds::new(&params),
            memory: Memory { bands: Bands::new(&params), hold: Hold::new(instrument.id()), distance: None },
            params,
        })
    }

    /// Takes in a closed bar; another side may be wanted then.
    fn decide(&mut self, view: &View<'_>, market: &Market, bar: &Bar) {
        let Memory { bands, hold, distance } = &mut self.memory;
        bands.update(bar, &self.bounds);
        let left = match hold.bar(market) {
            Standing::Leaving => return,
            Standing::Flat => None,
            Standing::On(side) => {
                let most = self.params.max_bars_held;
                if !bands.leaves(side, &self.bounds) {
                    if most == 0 || hold.bars() < most {
                        return;
                    }
                    bands.used(side);
                }
                hold.want(None);
                Some(side)
            }
        };
        if view.mode != Mode::Running {
            return;
        }
        let enters = |side: &Side| {
            left != Some(*side) && self.params.direction.admits(*side) && bands.enters(*side, &self.bounds)
        };
        if let Some(side) = [Side::Buy, Side::Sell].into_iter().find(enters) {
            bands.used(side);
            *distance = self.sigmas.and_then(|sigmas| bands.distance(sigmas));
            hold.want(Some(side));
        }
    }

    /// Does what is still to be done: at every price, not only at the close of a bar.
    fn carry_out(&mut self, view: &View<'_>, intents: &mut Intents) {
        let Some(market) = view.market(self.memory.hold.instrument()) else { return };
        let bare = !self.memory.hold.is_due() && self.memory.hold.is_bare(view);
        if bare && !self.memory.hold.is_passed(market, self.stop(market)) {
            self.guard(market, intents);
        }
        if self.memory.hold.is_due() {
            self.memory.hold.act(view, self.size, intents);
        }
    }

    fn hear(&mut self, view: &View<'_>, report: &OrderReport, intents: &mut Intents) {
        let heard = self.memory.hold.hear(view, report, self.size, intents);
        match (heard, view.market(report.instrument)) {
            (Heard::Unguarded, Some(market)) => self.guard(market, intents),
            (Heard::Flat(Leg::Stop), _) => {
                self.memory.bands.used(Side::Buy);
                self.memory.bands.used(Side::Sell);
            }
            _ => {}
        }
    }

    /// Places the stop and the take-profit around the average entry price.
    fn guard(&mut self, market: &Market, intents: &mut Intents) {
        let (stop, profit) = (self.stop(market), self.take_profit.and_then(|share| market.gained_at(share)));
        if stop.is_some() || profit.is_some() {
            self.memory.hold.guard(market, stop, profit, intents);
        }
    }

    /// Where the stop of what is held belongs.
    fn stop(&self, market: &Market) -> Option<Price> {
        let in_sigmas = || {
            let side = Side::closing(market.position.qty)?.opposite();
            behind(market.entry_price()?, side, self.memory.distance?)
        };
        self.stop.and_then(|share| market.lost_at(share)).or_else(in_sigmas)
    }
}

impl Strategy for MeanReversion {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        match event {
            Event::Bar { instrument, bar } if *instrument == self.memory.hold.instrument() => {
                if let Some(market) = view.market(*instrument) {
                    self.decide(view, market, bar);
                }
                self.carry_out(view, intents);
            }
            Event::Trade { .. } | Event::Quote { .. } => self.carry_out(view, intents),
            Event::Order(report) => self.hear(view, report, intents),
            _ => {}
        }
    }

    fn warm_up(&self) -> WarmUp {
        WarmUp { bars: self.memory.bands.warm_up(), ticks: 0 }
    }

    fn save(&self) -> Vec<u8> {
        state::save(ID, LAYOUT, &self.params, &self.memory)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        self.memory = state::restore(ID, LAYOUT, &self.params, bytes)?;
        Ok(())
    }
}
