//! The strategy that is called by every way: two exponential averages, RSI and a standard deviation make a score, and a
//! score that changes its sign makes an order. It is here to be measured, not to be traded.

use sdk::indicators::{Ema, Rsi, StdDev};
use sdk::{BuildError, Event, InstrumentId, Intents, Qty, Setup, Side, Strategy, View, Wish};

/// Its parameters.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Lots per order.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub lots: i64,
}

impl Default for Params {
    fn default() -> Self {
        Self { lots: 1_000 }
    }
}

/// The strategy.
#[derive(Debug, Clone)]
pub struct Yardstick {
    instrument: InstrumentId,
    lots: Qty,
    fast: Ema,
    slow: Ema,
    strength: Rsi,
    spread: StdDev,
    side: Option<Side>,
}

impl Yardstick {
    /// Builds it for the first instrument.
    ///
    /// # Errors
    /// [`BuildError`] when there is none.
    pub fn build(params: Params, setup: &Setup) -> Result<Self, BuildError> {
        Ok(Self {
            instrument: setup.instrument()?.id(),
            lots: Qty::from_lots(params.lots),
            fast: Ema::new(12),
            slow: Ema::new(26),
            strength: Rsi::new(14),
            spread: StdDev::new(20),
            side: None,
        })
    }

    /// How much there is to buy (above zero) or to sell.
    #[inline]
    fn score(&mut self, close: f64) -> Option<f64> {
        let (fast, slow) = (self.fast.update(close), self.slow.update(close));
        let (strength, spread) = (self.strength.update(close), self.spread.update(close));
        Some((fast? - slow?) / spread?.max(1.0) + (strength? - 50.0) / 50.0)
    }
}

impl Strategy for Yardstick {
    #[inline]
    fn on_event(&mut self, _: &View<'_>, event: &Event, intents: &mut Intents) {
        let Event::Bar { bar, .. } = event else { return };
        #[expect(clippy::cast_precision_loss, reason = "prices stay far below 2⁵³ ticks")]
        let Some(score) = self.score(bar.close.ticks() as f64) else { return };
        let side = if score > 0.0 { Side::Buy } else { Side::Sell };
        if self.side.replace(side) != Some(side) {
            intents.place(0, Wish::market(self.instrument, side, self.lots));
        }
    }
}

sdk::register_strategy! {
    id: "yardstick",
    summary: "two averages, RSI and a deviation; to be measured, not traded",
    tier: sdk::Tier::Free,
    params: Params,
    build: Yardstick::build,
}
