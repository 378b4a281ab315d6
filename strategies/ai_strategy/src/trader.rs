//! From log-odds to orders: market orders on closed bars, exits always reduce-only.

use sdk::{
    BuildError, ClientOrderId, Event, InstrumentId, Intents, Mode, Rate, ReportKind, RestoreError, Rounding,
    Setup, Side, Strategy, View, WarmUp, Wish,
};
use serde::{Deserialize, Serialize};

use crate::{Direction, Features, Model, Params};

/// The model that comes with the crate.
const SHIPPED: &str = include_str!("../model/btcusdt_1d.json");

const ENTRY: u32 = 0;
const EXIT: u32 = 1;

/// The strategy. See the crate's page.
#[derive(Debug, Clone)]
pub struct AiStrategy {
    instrument: InstrumentId,
    direction: Direction,
    /// Log-odds from which on a position is opened.
    threshold: f64,
    size: Rate,
    model: Model,
    features: Features,
    waiting: Option<ClientOrderId>,
}

/// What a restart needs. An order under way is reported again by the run, so it is not kept.
#[derive(Serialize, Deserialize)]
struct Saved {
    features: Features,
}

impl AiStrategy {
    /// Builds the strategy for the first instrument of the run.
    ///
    /// # Errors
    /// [`BuildError`] for a model that can't be used, or a size that is no share.
    pub fn build(params: Params, setup: &Setup) -> Result<Self, BuildError> {
        let model = Model::from_json(SHIPPED).map_err(|error| BuildError::new("model", error.to_string()))?;
        let size = Rate::from_decimal(params.size.decimal())
            .map_err(|_| BuildError::new("size", format!("{} is not a share of equity", params.size)))?;
        let confidence = params.confidence.to_f64();
        Ok(Self {
            instrument: setup.instrument()?.id(),
            direction: params.direction,
            threshold: (confidence / (1.0 - confidence)).ln(),
            size,
            model,
            features: Features::default(),
            waiting: None,
        })
    }

    fn decide(&mut self, log_odds: f64, view: &View<'_>, intents: &mut Intents) {
        let Some(market) = view.market(self.instrument).filter(|_| self.waiting.is_none()) else { return };
        let held = market.position.qty;
        if let Some(closing) = Side::closing(held) {
            let turned = if closing == Side::Sell { log_odds < 0.0 } else { log_odds > 0.0 };
            if turned {
                let wish = Wish::market(self.instrument, closing, held.abs()).reducing();
                self.waiting = Some(intents.place(EXIT, wish));
            }
            return;
        }
        let side = match self.direction {
            Direction::Long | Direction::Both if log_odds >= self.threshold => Side::Buy,
            Direction::Short | Direction::Both if log_odds <= -self.threshold => Side::Sell,
            _ => return,
        };
        let money = view.equity.at_rate(self.size, Rounding::Down);
        let qty = money
            .ok()
            .zip(market.last)
            .and_then(|(money, price)| market.instrument.lots_for(money, price, Rounding::Down).ok());
        match qty {
            Some(qty) if qty.lots() > 0 && view.mode == Mode::Running => {
                self.waiting = Some(intents.place(ENTRY, Wish::market(self.instrument, side, qty)));
            }
            Some(qty) if qty.lots() == 0 => intents.note("the size comes to less than one lot; no entry"),
            _ => {}
        }
    }
}

impl Strategy for AiStrategy {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        match event {
            Event::Bar { bar, .. } => {
                if let Some(vector) = self.features.update(bar) {
                    self.decide(self.model.log_odds(&vector), view, intents);
                }
            }
            Event::Order(report)
                if self.waiting == Some(report.id)
                    && (report.kind.ends_order() || matches!(report.kind, ReportKind::Filled(_))) =>
            {
                self.waiting = None;
            }
            _ => {}
        }
    }

    fn warm_up(&self) -> WarmUp {
        WarmUp { bars: Features::WARM_UP, ticks: 0 }
    }

    fn save(&self) -> Vec<u8> {
        // Numbers and lists only: writing them can't fail.
        serde_json::to_vec(&Saved { features: self.features.clone() }).unwrap_or_default()
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), RestoreError> {
        let saved: Saved = serde_json::from_slice(state).map_err(|error| RestoreError(error.to_string()))?;
        self.features = saved.features;
        Ok(())
    }
}
