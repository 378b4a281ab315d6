//! From signals to a position: when it is entered and left, and how it is guarded.

use sdk::hold::{Hold, Standing};
use sdk::stance::{Heard, Leg};
use sdk::{
    Bar, BuildError, Event, Intents, Market, Mode, OrderReport, Rate, RestoreError, Setup, Side, Size,
    Strategy, View, WarmUp, percent, state,
};
use serde::{Deserialize, Serialize};

use crate::params::{Params, Style};
use crate::signals::{Bounds, Signals};

/// The strategy. See the crate's page.
#[derive(Debug, Clone)]
pub struct Momentum {
    params: Params,
    size: Size,
    stop: Option<Rate>,
    take_profit: Option<Rate>,
    bounds: Bounds,
    memory: Memory,
}

/// What a restart needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Memory {
    signals: Signals,
    hold: Hold,
    /// Closed bars for which nothing is entered.
    cooldown: u32,
}

const ID: &str = "momentum";
const LAYOUT: u32 = 1;

impl Momentum {
    /// Builds the strategy for the first instrument of the run.
    ///
    /// # Errors
    /// [`BuildError`] for bounds that leave no room for a signal, or a size that the instrument can't hold.
    pub fn build(params: Params, setup: &Setup) -> Result<Self, BuildError> {
        params.check()?;
        let instrument = setup.instrument()?;
        Ok(Self {
            size: params.sizing.size("size", params.size, instrument)?,
            stop: percent("stop_loss_pct", params.stop_loss_pct)?,
            take_profit: percent("take_profit_pct", params.take_profit_pct)?,
            bounds: Bounds::new(&params),
            memory: Memory { signals: Signals::new(&params), hold: Hold::new(instrument.id()), cooldown: 0 },
            params,
        })
    }

    /// Takes in a closed bar; another side may be wanted then.
    fn decide(&mut self, view: &View<'_>, market: &Market, bar: &Bar) {
        let Memory { signals, hold, cooldown } = &mut self.memory;
        signals.update(bar.close, &self.bounds);
        let cooling = *cooldown > 0;
        *cooldown = cooldown.saturating_sub(1);
        match hold.bar(market) {
            Standing::Leaving => return,
            Standing::Flat => {}
            Standing::On(side) => {
                let most = self.params.max_bars_held;
                if !signals.leaves(side, &self.bounds) {
                    if most == 0 || hold.bars() < most {
                        return;
                    }
                    signals.used(side);
                }
                hold.want(None);
            }
        }
        if view.mode != Mode::Running || cooling {
            return;
        }
        let enters = |side: &Side| self.params.direction.admits(*side) && signals.enters(*side, &self.bounds);
        if let Some(side) = [Side::Buy, Side::Sell].into_iter().find(enters) {
            signals.used(side);
            hold.want(Some(side));
        }
    }

    /// Does what is still to be done: at every price, not only at the close of a bar.
    fn carry_out(&mut self, view: &View<'_>, intents: &mut Intents) {
        let hold = &mut self.memory.hold;
        let Some(market) = view.market(hold.instrument()) else { return };
        if !hold.is_due()
            && hold.is_bare(view)
            && !hold.is_passed(market, self.stop.and_then(|share| market.lost_at(share)))
        {
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
                self.memory.cooldown = self.params.cooldown_bars;
                self.memory.signals.used(Side::Buy);
                self.memory.signals.used(Side::Sell);
            }
            _ => {}
        }
    }

    /// Places the stop and the take-profit around the average entry price.
    fn guard(&mut self, market: &Market, intents: &mut Intents) {
        let (stop, profit) = (
            self.stop.and_then(|share| market.lost_at(share)),
            self.take_profit.and_then(|share| market.gained_at(share)),
        );
        if stop.is_some() || profit.is_some() {
            self.memory.hold.guard(market, stop, profit, intents);
        }
    }
}

impl Strategy for Momentum {
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
        let Params { style, rsi_period, roc_period, .. } = self.params;
        let longest = if style == Style::Momentum { rsi_period.max(roc_period) } else { rsi_period };
        WarmUp { bars: longest.saturating_add(1), ticks: 0 }
    }

    fn save(&self) -> Vec<u8> {
        state::save(ID, LAYOUT, &self.params, &self.memory)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        self.memory = state::restore(ID, LAYOUT, &self.params, bytes)?;
        Ok(())
    }
}
