//! The parameters, and which of them don't go together.

use schemars::JsonSchema;
use sdk::{BuildError, Direction, Number, Sizing};
use serde::{Deserialize, Serialize};

/// Parameters of `breakout`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// How many bars before the last one make the channel whose break is entered.
    #[schemars(range(min = 1, max = 10_000), extend("x-unit" = "bars"))]
    pub entry_period: u32,
    /// How many bars before the last one make the channel whose break the other way is an exit.
    #[schemars(range(min = 1, max = 10_000), extend("x-unit" = "bars"))]
    pub exit_period: u32,
    /// Period of the average true range.
    #[schemars(range(min = 1, max = 1000), extend("x-unit" = "bars"))]
    pub atr_period: u32,
    /// Distance of the protective stop from the entry in ATRs at the bar of the signal; 0 for none.
    #[schemars(extend("minimum" = 0, "maximum" = 100, "x-unit" = "ATR"))]
    pub atr_multiplier: Number,
    /// Distance at which the stop follows the best price since the entry, in its favour only; 0 for a stop that stays.
    #[schemars(extend("minimum" = 0, "maximum" = 100, "x-unit" = "ATR"))]
    pub trailing_atr_multiplier: Number,
    /// Distance of the take-profit from the entry; 0 for none.
    #[schemars(extend("minimum" = 0, "maximum" = 1000, "x-unit" = "%"))]
    pub take_profit_pct: Number,
    /// Share of equity that is lost where the stop is hit, instead of `sizing` and `size`; 0 for those.
    #[schemars(extend("minimum" = 0, "maximum" = 100, "x-unit" = "%"))]
    pub risk_pct: Number,
    /// With `risk_pct`: the most notional, in multiples of equity.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 125))]
    pub max_leverage: Number,
    /// Which way positions may go.
    pub direction: Direction,
    /// What `size` counts.
    pub sizing: Sizing,
    /// How much: base units, quote amount, or share of equity.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub size: Number,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            entry_period: 20,
            exit_period: 10,
            atr_period: 20,
            atr_multiplier: Number::whole(2),
            trailing_atr_multiplier: Number::ZERO,
            take_profit_pct: Number::ZERO,
            risk_pct: Number::ZERO,
            max_leverage: Number::whole(1),
            direction: Direction::default(),
            sizing: Sizing::default(),
            size: Number::scaled(3, 1),
        }
    }
}

impl Params {
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        if self.exit_period > self.entry_period {
            let (exit, entry) = (self.exit_period, self.entry_period);
            let message = format!(
                "{exit} must be at most entry_period, which is {entry}; else the other side could break out while this \
                 one is held"
            );
            return Err(BuildError::new("exit_period", message));
        }
        if self.atr_multiplier.is_zero() && !self.trailing_atr_multiplier.is_zero() {
            let message = "there is no stop to trail; set atr_multiplier, such as 2";
            return Err(BuildError::new("trailing_atr_multiplier", message));
        }
        if self.atr_multiplier.is_zero() && !self.risk_pct.is_zero() {
            let message = format!(
                "{} % of equity would be lost at a stop, but there is none; set atr_multiplier, such as 2, or use size",
                self.risk_pct
            );
            return Err(BuildError::new("risk_pct", message));
        }
        Ok(())
    }
}
