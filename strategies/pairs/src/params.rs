//! The parameters, and how they have to fit together.

use schemars::JsonSchema;
use sdk::{BuildError, Number};
use serde::{Deserialize, Serialize};

/// Which prices the two markets are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Prices {
    /// Logarithms: the ratio says how many per cent the first market moves with one per cent of the second.
    #[default]
    Log,
    /// Prices as they are: the ratio says how many units of the second market offset one unit of the first.
    Plain,
}

/// How the hedge ratio is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Ordinary least squares over the last `lookback` bars.
    #[default]
    Ols,
    /// A Kalman filter whose ratio and intercept wander slowly.
    Kalman,
}

/// How much of the second market stands against the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Neutral {
    /// As much as the hedge ratio says.
    #[default]
    Beta,
    /// The same worth on both sides.
    Dollar,
}

/// What stays as it was at the entry while a pair is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Freeze {
    /// The hedge ratio; the mean and the deviation of the spread go on with the market.
    #[default]
    Ratio,
    /// The mean and the deviation as well.
    All,
}

/// Parameters of `pairs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Which prices the two markets are compared by.
    pub prices: Prices,
    /// How the hedge ratio is estimated.
    pub method: Method,
    /// Matched bars that the hedge ratio is estimated over; with `kalman`, matched bars before the first decision.
    #[schemars(range(min = 3, max = 10_000), extend("x-unit" = "bars"))]
    pub lookback: u32,
    /// Matched bars that the mean and the deviation of the spread are taken over.
    #[schemars(range(min = 3, max = 10_000), extend("x-unit" = "bars"))]
    pub z_period: u32,
    /// With `kalman`: the variance by which the ratio may wander in one bar; 0 for a ratio that stands still.
    #[schemars(extend("minimum" = 0, "maximum" = 1))]
    pub kalman_delta: Number,
    /// With `kalman`: the variance of the first market around its fair value, both in shares of its price.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 1))]
    pub kalman_noise: Number,
    /// Distance from the mean at which a pair is entered, in deviations.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 20, "x-unit" = "σ"))]
    pub entry_z: Number,
    /// Distance from the mean at which it is closed; 0 for the mean itself. Below `entry_z`.
    #[schemars(extend("minimum" = 0, "maximum" = 20, "x-unit" = "σ"))]
    pub exit_z: Number,
    /// Distance from the mean at which it is given up; above `entry_z`; 0 for never.
    #[schemars(extend("minimum" = 0, "maximum" = 50, "x-unit" = "σ"))]
    pub stop_z: Number,
    /// Longest time a pair is held; 0 for no end.
    #[schemars(range(min = 0, max = 1_000_000), extend("x-unit" = "bars"))]
    pub max_bars: u32,
    /// What stays as it was at the entry while a pair is held.
    pub freeze: Freeze,
    /// How much of the second market stands against the first.
    pub neutral: Neutral,
    /// Worth of the first leg, in the quote asset; 0 to go by `leg_equity`.
    #[schemars(extend("minimum" = 0, "x-unit" = "quote"))]
    pub leg_quote: Number,
    /// Worth of the first leg as a share of equity, where `leg_quote` is 0.
    #[schemars(extend("minimum" = 0, "maximum" = 100))]
    pub leg_equity: Number,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            prices: Prices::default(),
            method: Method::default(),
            lookback: 100,
            z_period: 30,
            kalman_delta: Number::scaled(1, 5),
            kalman_noise: Number::scaled(1, 4),
            entry_z: Number::whole(2),
            exit_z: Number::scaled(5, 1),
            stop_z: Number::whole(4),
            max_bars: 60,
            freeze: Freeze::default(),
            neutral: Neutral::default(),
            leg_quote: Number::ZERO,
            leg_equity: Number::scaled(4, 1),
        }
    }
}

impl Params {
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        let refuse = |key: &str, message: String| Err(BuildError::new(key, message));
        let (entry, exit, stop) = (self.entry_z, self.exit_z, self.stop_z);
        if exit.to_f64() >= entry.to_f64() {
            return refuse("exit_z", format!("{exit} must be below entry_z, which is {entry}"));
        }
        if !stop.is_zero() && stop.to_f64() <= entry.to_f64() {
            return refuse(
                "stop_z",
                format!("{stop} must be above entry_z, which is {entry}; 0 is for none"),
            );
        }
        // No value lies further than √(n − 1) deviations from the mean of the n values it belongs to (Samuelson 1968).
        let reach = f64::from(self.z_period.saturating_sub(1)).sqrt();
        let bounds = [("entry_z", entry, true), ("stop_z", stop, self.freeze == Freeze::Ratio)];
        for (key, bound, applies) in bounds {
            if applies && bound.to_f64() >= reach {
                let period = self.z_period;
                let message = format!(
                    "{bound} must be below {reach:.2}: over z_period = {period} bars no z-score is larger than the \
                     square root of z_period - 1; take more bars or a smaller bound"
                );
                return refuse(key, message);
            }
        }
        if self.leg_quote.is_zero() && self.leg_equity.is_zero() {
            return refuse(
                "leg_quote",
                "leg_quote and leg_equity are both 0; one of them must be above".to_owned(),
            );
        }
        Ok(())
    }
}
