//! The parameters, and what they come to on one instrument.

use schemars::JsonSchema;
use sdk::{BuildError, Direction, Method, Number, Sizing};
use serde::{Deserialize, Serialize};

/// What counts as a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// The averages cross: strictly under one bar ago and strictly over now, or mirrored.
    #[default]
    Cross,
    /// One average is over the other, whether or not it just got there.
    Level,
}

/// At which price the size is worked out and the order sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SizeAt {
    /// At the close of the bar that gave the signal.
    #[default]
    Close,
    /// At the first price after it: the next trade, quote or opening print.
    NextPrice,
}

/// Parameters of `trend_following`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Which average.
    pub method: Method,
    /// Period of the fast average.
    #[schemars(range(min = 1, max = 10_000), extend("x-unit" = "bars"))]
    pub short_period: u32,
    /// Period of the slow average; above the fast one.
    #[schemars(range(min = 2, max = 10_000), extend("x-unit" = "bars"))]
    pub long_period: u32,
    /// Which way positions may go.
    pub direction: Direction,
    /// What counts as a signal.
    pub signal: Signal,
    /// What `size` counts.
    pub sizing: Sizing,
    /// How much: base units, quote amount, or share of equity.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub size: Number,
    /// At which price the size is worked out and the order sent.
    pub size_at: SizeAt,
    /// Distance of the protective stop from the entry; 0 for none.
    #[schemars(extend("minimum" = 0, "maximum" = 99, "x-unit" = "%"))]
    pub stop_loss_pct: Number,
    /// Distance of the take-profit from the entry; 0 for none.
    #[schemars(extend("minimum" = 0, "maximum" = 1000, "x-unit" = "%"))]
    pub take_profit_pct: Number,
    /// Distance of the protective stop in ATRs, instead of `stop_loss_pct`; 0 for none.
    #[schemars(extend("minimum" = 0, "maximum" = 100))]
    pub atr_stop_multiplier: Number,
    /// Period of that ATR.
    #[schemars(range(min = 1, max = 1000), extend("x-unit" = "bars"))]
    pub atr_period: u32,
    /// Whether the stop in ATRs follows the closes, in the position's favour only.
    pub trailing_stop: bool,
    /// Whether entries wait for a trend of closed bars in their direction.
    pub regime_filter: bool,
    /// Period of the ADX that tells a trend.
    #[schemars(range(min = 2, max = 1000), extend("x-unit" = "bars"))]
    pub adx_period: u32,
    /// ADX from which on it is a trend.
    #[schemars(extend("minimum" = 0, "maximum" = 100))]
    pub adx_enter: Number,
    /// ADX down to which it stays one.
    #[schemars(extend("minimum" = 0, "maximum" = 100))]
    pub adx_exit: Number,
    /// Period of the average whose slope over five bars tells which way, with at least 0.05 ATR.
    #[schemars(range(min = 2, max = 1000), extend("x-unit" = "bars"))]
    pub regime_ema_period: u32,
    /// How many bars in a row must say the same before it counts.
    #[schemars(range(min = 1, max = 100), extend("x-unit" = "bars"))]
    pub regime_dwell: u32,
    /// How long before a funding settlement the side that paid at the last one is not entered; 0 for off.
    #[schemars(range(min = 0, max = 1440), extend("x-unit" = "minutes"))]
    pub funding_pause_minutes: u32,
    /// Smallest rate of the last settlement at which that happens.
    #[schemars(extend("minimum" = 0, "maximum" = 1000, "x-unit" = "bps"))]
    pub funding_min_bps: Number,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            method: Method::default(),
            short_period: 10,
            long_period: 30,
            direction: Direction::default(),
            signal: Signal::default(),
            sizing: Sizing::default(),
            size: Number::scaled(3, 1),
            size_at: SizeAt::default(),
            stop_loss_pct: Number::ZERO,
            take_profit_pct: Number::ZERO,
            atr_stop_multiplier: Number::ZERO,
            atr_period: 14,
            trailing_stop: false,
            regime_filter: false,
            adx_period: 14,
            adx_enter: Number::whole(25),
            adx_exit: Number::whole(20),
            regime_ema_period: 50,
            regime_dwell: 3,
            funding_pause_minutes: 0,
            funding_min_bps: Number::ZERO,
        }
    }
}

impl Params {
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        if self.short_period >= self.long_period {
            let (short, long) = (self.short_period, self.long_period);
            let message = format!("{short} must be below long_period, which is {long}");
            return Err(BuildError::new("short_period", message));
        }
        if !self.stop_loss_pct.is_zero() && !self.atr_stop_multiplier.is_zero() {
            let message = format!(
                "{} and stop_loss_pct = {} are two stops; set one of them to 0",
                self.atr_stop_multiplier, self.stop_loss_pct
            );
            return Err(BuildError::new("atr_stop_multiplier", message));
        }
        if self.trailing_stop && self.atr_stop_multiplier.is_zero() {
            let message = "there is no stop to trail; set atr_stop_multiplier, such as 3";
            return Err(BuildError::new("trailing_stop", message));
        }
        if self.adx_exit.to_f64() > self.adx_enter.to_f64() {
            let message = format!("{} must be at most adx_enter, which is {}", self.adx_exit, self.adx_enter);
            return Err(BuildError::new("adx_exit", message));
        }
        Ok(())
    }
}
