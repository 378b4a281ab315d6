//! From breaks to a position: when it is entered and left, how large it is, and how its stop follows.

use sdk::hold::{Hold, Standing};
use sdk::stance::{Heard, Leg};
use sdk::{
    Bar, BuildError, Event, Intents, Market, Mode, Number, OrderReport, Price, Qty, Rate, ReportKind,
    RestoreError, Setup, Side, Size, Strategy, View, WarmUp, behind, percent, state,
};
use serde::{Deserialize, Serialize};

use crate::channel::Channels;
use crate::params::Params;
use crate::risk::{Risk, better};

/// The strategy. See the crate's page.
#[derive(Debug, Clone)]
pub struct Breakout {
    params: Params,
    size: Size,
    risk: Option<Risk>,
    /// Distance of the stop from the entry in ATRs.
    atrs: Option<f64>,
    /// Distance of the stop from the best price in ATRs.
    trail: Option<f64>,
    take_profit: Option<Rate>,
    memory: Memory,
}

/// What a restart needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Memory {
    channels: Channels,
    hold: Hold,
    /// Distance of the stop from the entry in ticks, as it was at the bar of the signal.
    distance: Option<i64>,
    /// The best price of the bars since the entry.
    #[serde(with = "sdk::state::exact")]
    best: Option<Price>,
    /// The best price at which the stop has been.
    #[serde(with = "sdk::state::exact")]
    stop: Option<Price>,
    /// A side that took its profit; not entered again before its move is over.
    #[serde(with = "sdk::state::exact")]
    spent: Option<Side>,
}

const ID: &str = "breakout";
const LAYOUT: u32 = 1;

impl Breakout {
    /// Builds the strategy for the first instrument of the run.
    ///
    /// # Errors
    /// [`BuildError`] for an exit channel wider than that for entries, a risk or a trail without a stop, or a size that
    /// the instrument can't hold.
    pub fn build(params: Params, setup: &Setup) -> Result<Self, BuildError> {
        params.check()?;
        let instrument = setup.instrument()?;
        let leverage = Rate::from_decimal(params.max_leverage.decimal()).map_err(|_| {
            BuildError::new("max_leverage", format!("{} has more than nine decimals", params.max_leverage))
        })?;
        let atrs = |multiplier: Number| (!multiplier.is_zero()).then(|| multiplier.to_f64());
        Ok(Self {
            size: params.sizing.size("size", params.size, instrument)?,
            risk: percent("risk_pct", params.risk_pct)?.map(|share| Risk { share, leverage }),
            atrs: atrs(params.atr_multiplier),
            trail: atrs(params.trailing_atr_multiplier),
            take_profit: percent("take_profit_pct", params.take_profit_pct)?,
            memory: Memory {
                channels: Channels::new(&params),
                hold: Hold::new(instrument.id()),
                distance: None,
                best: None,
                stop: None,
                spent: None,
            },
            params,
        })
    }

    /// Takes in a closed bar; another side may be wanted then.
    fn decide(&mut self, view: &View<'_>, market: &Market, bar: &Bar) {
        let memory = &mut self.memory;
        let breaks = memory.channels.update(bar);
        memory.spent = memory.spent.filter(|side| breaks.exit != Some(side.opposite()));
        match memory.hold.bar(market) {
            Standing::Leaving => return,
            Standing::Flat => {}
            Standing::On(side) => {
                if memory.hold.bars() > 0 {
                    let price = if side == Side::Buy { bar.high } else { bar.low };
                    memory.best = Some(memory.best.map_or(price, |best| better(side, best, price)));
                }
                if breaks.exit != Some(side.opposite()) {
                    return;
                }
                memory.hold.want(None);
            }
        }
        let admitted = |side: &Side| self.params.direction.admits(*side) && memory.spent != Some(*side);
        let Some(side) = breaks.entry.filter(admitted) else { return };
        let distance = self.atrs.map(|atrs| memory.channels.distance(atrs));
        // Without the distance of its stop nothing is entered.
        if view.mode == Mode::Running && distance != Some(None) {
            (memory.distance, memory.best, memory.stop) = (distance.flatten(), None, None);
            memory.hold.want(Some(side));
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
            let size = self.size(market, view);
            self.memory.hold.act(view, size, intents);
        }
    }

    fn hear(&mut self, view: &View<'_>, report: &OrderReport, intents: &mut Intents) {
        let heard = self.memory.hold.hear(view, report, self.size, intents);
        match (heard, &report.kind, view.market(report.instrument)) {
            (Heard::Unguarded, _, Some(market)) => self.guard(market, intents),
            (Heard::Flat(Leg::Profit), ReportKind::Filled(fill), _) => {
                self.memory.spent = Some(fill.side.opposite());
            }
            _ => {}
        }
    }

    /// Places the stop and the take-profit.
    fn guard(&mut self, market: &Market, intents: &mut Intents) {
        let (stop, profit) = (self.stop(market), self.profit(market));
        if stop.is_some() || profit.is_some() {
            self.memory.stop = stop;
            self.memory.hold.guard(market, stop, profit, intents);
        }
    }

    /// Moves the stop after the close of a bar, where that is in favour of what is held. Where the close has already
    /// passed it, the position is closed.
    fn follow(&mut self, view: &View<'_>, intents: &mut Intents) {
        let Some(market) = view.market(self.memory.hold.instrument()) else { return };
        let (Some(before), Some(stop)) = (self.memory.stop, self.stop(market)) else { return };
        if stop == before || !self.memory.hold.has_stop() {
            return;
        }
        self.memory.stop = Some(stop);
        if self.memory.hold.is_passed(market, Some(stop)) {
            self.memory.hold.act(view, self.size, intents);
        } else {
            self.memory.hold.move_stop(market, stop, intents);
        }
    }

    /// Where the stop of what is held belongs: behind the entry, behind the best price, or where it has been, whichever
    /// is best.
    fn stop(&self, market: &Market) -> Option<Price> {
        let memory = &self.memory;
        let side = Side::closing(market.position.qty)?.opposite();
        let initial = behind(market.entry_price()?, side, memory.distance?);
        let trailed = || behind(memory.best?, side, memory.channels.distance(self.trail?)?);
        let stops = [initial, trailed(), memory.stop];
        stops.into_iter().flatten().reduce(|one, other| better(side, one, other))
    }

    fn profit(&self, market: &Market) -> Option<Price> {
        market.gained_at(self.take_profit?)
    }

    /// How much is entered at the last price.
    fn size(&self, market: &Market, view: &View<'_>) -> Size {
        let Some(risk) = self.risk else { return self.size };
        let lots = market
            .last
            .zip(self.memory.distance)
            .and_then(|(price, distance)| risk.lots(&market.instrument, price, view.equity, distance).ok());
        Size::Lots(lots.unwrap_or(Qty::ZERO))
    }
}

impl Strategy for Breakout {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        match event {
            Event::Bar { instrument, bar } if *instrument == self.memory.hold.instrument() => {
                if let Some(market) = view.market(*instrument) {
                    self.decide(view, market, bar);
                }
                self.carry_out(view, intents);
                if self.trail.is_some() {
                    self.follow(view, intents);
                }
            }
            Event::Trade { .. } | Event::Quote { .. } => self.carry_out(view, intents),
            Event::Order(report) => self.hear(view, report, intents),
            _ => {}
        }
    }

    fn warm_up(&self) -> WarmUp {
        let atr = if self.atrs.is_some() { self.params.atr_period } else { 0 };
        WarmUp { bars: self.params.entry_period.max(atr).saturating_add(1), ticks: 0 }
    }

    fn save(&self) -> Vec<u8> {
        state::save(ID, LAYOUT, &self.params, &self.memory)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        self.memory = state::restore(ID, LAYOUT, &self.params, bytes)?;
        Ok(())
    }
}
