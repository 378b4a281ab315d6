//! The parameters, and which of them don't go together.

use schemars::JsonSchema;
use sdk::{BuildError, Direction, Number, Sizing};
use serde::{Deserialize, Serialize};

/// Parameters of `mean_reversion`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Over how many closes the mean and the standard deviation are taken.
    #[schemars(range(min = 2, max = 10_000), extend("x-unit" = "bars"))]
    pub period: u32,
    /// Distance of the bands from the mean; a close beyond one is a signal.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 100, "x-unit" = "σ"))]
    pub std_multiplier: Number,
    /// Distance from the mean at which a position is left; 0 waits for the mean itself.
    #[schemars(extend("minimum" = 0, "maximum" = 100, "x-unit" = "σ"))]
    pub reversion_threshold: Number,
    /// Whether an entry waits for the first close back inside the band.
    pub confirmation: bool,
    /// Entries wait while ADX is at this or above it, which tells a trend; 0 for no such filter.
    #[schemars(extend("minimum" = 0, "maximum" = 100))]
    pub max_adx: Number,
    /// Period of that ADX.
    #[schemars(range(min = 2, max = 1000), extend("x-unit" = "bars"))]
    pub adx_period: u32,
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
    /// The same in standard deviations at the bar of the signal, instead of `stop_loss_pct`; 0 for none.
    #[schemars(extend("minimum" = 0, "maximum" = 100, "x-unit" = "σ"))]
    pub stop_loss_sigma: Number,
    /// Distance of the take-profit from the entry; 0 for none.
    #[schemars(extend("minimum" = 0, "maximum" = 1000, "x-unit" = "%"))]
    pub take_profit_pct: Number,
    /// After how many closed bars a position is closed whether or not the price came back; 0 for never.
    #[schemars(range(min = 0, max = 100_000), extend("x-unit" = "bars"))]
    pub max_bars_held: u32,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            period: 20,
            std_multiplier: Number::whole(2),
            reversion_threshold: Number::scaled(5, 1),
            confirmation: false,
            max_adx: Number::ZERO,
            adx_period: 14,
            direction: Direction::default(),
            sizing: Sizing::default(),
            size: Number::scaled(3, 1),
            stop_loss_pct: Number::ZERO,
            stop_loss_sigma: Number::ZERO,
            take_profit_pct: Number::ZERO,
            max_bars_held: 0,
        }
    }
}

impl Params {
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        let (back, out) = (self.reversion_threshold, self.std_multiplier);
        if back.to_f64() >= out.to_f64() {
            let message = format!("{back} must be below std_multiplier, which is {out}");
            return Err(BuildError::new("reversion_threshold", message));
        }
        let furthest = f64::from(self.period.saturating_sub(1)).sqrt();
        if out.to_f64() >= furthest {
            let period = self.period;
            let message = format!(
                "{out} is never exceeded: none of {period} closes lies more than √({period} − 1) = {furthest:.3} \
                 standard deviations from their mean; raise period, or lower this"
            );
            return Err(BuildError::new("std_multiplier", message));
        }
        if !self.stop_loss_pct.is_zero() && !self.stop_loss_sigma.is_zero() {
            let message = format!(
                "{} and stop_loss_pct = {} are two stops; set one of them to 0",
                self.stop_loss_sigma, self.stop_loss_pct
            );
            return Err(BuildError::new("stop_loss_sigma", message));
        }
        Ok(())
    }
}
