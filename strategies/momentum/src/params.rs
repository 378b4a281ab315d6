//! The parameters, and which of them don't go together.

use schemars::JsonSchema;
use sdk::{BuildError, Direction, Number, Sizing};
use serde::{Deserialize, Serialize};

/// How the index is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// With the move: enter while it is strong and not yet overdone, leave when it fades.
    #[default]
    Momentum,
    /// Against the move: buy what is oversold, sell what is overbought.
    Contrarian,
}

/// Parameters of `momentum`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// How the index is read: with the move, or against it.
    pub style: Style,
    /// Period of the relative strength index.
    #[schemars(range(min = 1, max = 1000), extend("x-unit" = "bars"))]
    pub rsi_period: u32,
    /// RSI from which on a rise is overdone.
    #[schemars(extend("minimum" = 0, "maximum" = 100))]
    pub overbought: Number,
    /// RSI down to which a fall is overdone.
    #[schemars(extend("minimum" = 0, "maximum" = 100))]
    pub oversold: Number,
    /// Period of the rate of change; only for the style `momentum`.
    #[schemars(range(min = 1, max = 10_000), extend("x-unit" = "bars"))]
    pub roc_period: u32,
    /// Rate of change above which there is a move to go with; only for the style `momentum`.
    #[schemars(extend("minimum" = 0, "maximum" = 1000, "x-unit" = "%"))]
    pub momentum_threshold: Number,
    /// Which way positions may go.
    pub direction: Direction,
    /// What `size` counts.
    pub sizing: Sizing,
    /// How much: base units, quote amount, or share of equity.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub size: Number,
    /// Distance of the protective stop from the entry; 0 for none.
    #[schemars(extend("minimum" = 0, "maximum" = 99, "x-unit" = "%"))]
    pub stop_loss_pct: Number,
    /// Distance of the take-profit from the entry; 0 for none.
    #[schemars(extend("minimum" = 0, "maximum" = 1000, "x-unit" = "%"))]
    pub take_profit_pct: Number,
    /// After how many closed bars a position is closed whatever the readings say; 0 for never.
    #[schemars(range(min = 0, max = 100_000), extend("x-unit" = "bars"))]
    pub max_bars_held: u32,
    /// For how many closed bars nothing is entered after a stop, counting the bar in which it was hit; 0 for none.
    #[schemars(range(min = 0, max = 100_000), extend("x-unit" = "bars"))]
    pub cooldown_bars: u32,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            style: Style::default(),
            rsi_period: 14,
            overbought: Number::whole(70),
            oversold: Number::whole(30),
            roc_period: 10,
            momentum_threshold: Number::scaled(5, 1),
            direction: Direction::default(),
            sizing: Sizing::default(),
            size: Number::scaled(3, 1),
            stop_loss_pct: Number::ZERO,
            take_profit_pct: Number::ZERO,
            max_bars_held: 0,
            cooldown_bars: 0,
        }
    }
}

impl Params {
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        let (low, high) = (self.oversold, self.overbought);
        if low.to_f64() >= high.to_f64() {
            let message = format!("{low} must be below overbought, which is {high}");
            return Err(BuildError::new("oversold", message));
        }
        if self.style == Style::Momentum && high.to_f64() <= 50.0 {
            let message = format!(
                "{high} leaves no room above the midline of 50, where rises are entered; set it above 50, such as 70"
            );
            return Err(BuildError::new("overbought", message));
        }
        if self.style == Style::Momentum && low.to_f64() >= 50.0 {
            let message = format!(
                "{low} leaves no room below the midline of 50, where falls are entered; set it below 50, such as 30"
            );
            return Err(BuildError::new("oversold", message));
        }
        if self.cooldown_bars > 0 && self.stop_loss_pct.is_zero() {
            let message =
                format!("{} bars after a stop, but there is none; set stop_loss_pct", self.cooldown_bars);
            return Err(BuildError::new("cooldown_bars", message));
        }
        Ok(())
    }
}
