//! The parameters, and what they come to on one instrument.

use schemars::JsonSchema;
use sdk::{BuildError, Number, Sizing};
use serde::{Deserialize, Serialize};

/// Which average.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Simple: the mean of the last closes.
    Sma,
    /// Exponential, α = 2/(n+1).
    #[default]
    Ema,
}

/// Which way positions may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Long or flat.
    #[default]
    Long,
    /// Short or flat.
    Short,
    /// Long or short.
    Both,
}

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
        Ok(())
    }
}
