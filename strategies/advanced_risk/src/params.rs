//! The parameters, their defaults, and which of them don't fit together.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use sdk::{BuildError, Number};
use serde::{Deserialize, Serialize};

/// What becomes of opening orders before there is enough history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BeforeReady {
    /// They are refused.
    #[default]
    Refuse,
    /// They pass.
    Pass,
}

/// Which figure of the losses is held against the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Value at risk: the loss that is exceeded in a share 1 − confidence of bars.
    #[default]
    Var,
    /// Expected shortfall: the mean loss of those bars.
    Es,
}

/// How that figure is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// From the results that today's positions would have had in the bars of the window.
    #[default]
    Historical,
    /// From their mean and standard deviation, as if they were normal.
    Parametric,
    /// The same, bent by their skewness and kurtosis (modified value at risk).
    CornishFisher,
}

/// How the share of each instrument is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weights {
    /// Not at all: instruments have no share of their own.
    #[default]
    None,
    /// The long-only portfolio of least variance.
    MinVariance,
    /// Hierarchical risk parity.
    Hrp,
}

/// What is done to the covariance that weights are made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shrinkage {
    /// Nothing: it is that of the sample.
    #[default]
    None,
    /// It is drawn towards a multiple of the identity.
    LedoitWolf,
}

/// One sudden move of all prices.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Scenario {
    /// How far every price moves that `pct` does not name, in %; −30 is a fall by 30 %.
    pub all_pct: Number,
    /// How far the prices of single instruments move, by symbol, in %.
    pub pct: BTreeMap<String, Number>,
}

/// Parameters of `advanced_risk`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Largest value at risk, or expected shortfall, as a share of equity; 0 for no such limit.
    #[schemars(extend("minimum" = 0, "maximum" = 100, "x-unit" = "%"))]
    pub max_var_pct: Number,
    /// Which figure of the losses is held against the limit.
    pub measure: Measure,
    /// How that figure is estimated.
    pub method: Method,
    /// Share of bars in which the loss is to stay below value at risk.
    #[schemars(extend("minimum" = 0.5, "maximum" = 0.999))]
    pub confidence: Number,
    /// How many bars the limit looks ahead: the figure of one bar, times the square root of this.
    #[schemars(range(min = 1, max = 1_000), extend("x-unit" = "bars"))]
    pub horizon_bars: u32,
    /// How many bars back it looks.
    #[schemars(range(min = 20, max = 10_000), extend("x-unit" = "bars"))]
    pub window: u32,
    /// How many bars it needs to judge at all.
    #[schemars(range(min = 20, max = 10_000), extend("x-unit" = "bars"))]
    pub min_history: u32,
    /// What becomes of opening orders before there is enough history.
    pub before_ready: BeforeReady,
    /// Largest forecast volatility of one instrument's position, as a share of equity; 0 for no such limit.
    #[schemars(extend("minimum" = 0, "maximum" = 1000, "x-unit" = "%"))]
    pub target_vol_pct: Number,
    /// Bars in the year that `target_vol_pct` is of (365 for daily bars around the clock); 0: it is of one bar.
    #[schemars(range(min = 0, max = 40_000_000), extend("x-unit" = "bars"))]
    pub bars_per_year: u32,
    /// Weight of the past in the volatility forecast; RiskMetrics has 0.94 for daily bars.
    #[schemars(extend("minimum" = 0.5, "maximum" = 0.999))]
    pub ewma_lambda: Number,
    /// Largest exposure as a part of the Kelly leverage of the window; 0.5 is half Kelly, 0 for no such limit.
    #[schemars(extend("minimum" = 0, "maximum" = 2))]
    pub kelly_fraction: Number,
    /// Exposure that is allowed whatever the Kelly leverage comes to; 0: without an edge nothing is opened.
    #[schemars(extend("minimum" = 0, "maximum" = 100, "x-unit" = "× equity"))]
    pub kelly_floor: Number,
    /// Largest exposure of instruments that move together; 0 for no such limit.
    #[schemars(extend("minimum" = 0, "maximum" = 100, "x-unit" = "× equity"))]
    pub max_correlated: Number,
    /// Positions whose correlation is above this count as moving together.
    #[schemars(extend("minimum" = 0, "maximum" = 1))]
    pub correlation_above: Number,
    /// How the share of each instrument is found.
    pub weights: Weights,
    /// What is done to the covariance that weights are made from.
    pub shrinkage: Shrinkage,
    /// How many bars weights stay as they are.
    #[schemars(range(min = 1, max = 10_000), extend("x-unit" = "bars"))]
    pub rebalance_bars: u32,
    /// Exposure that the weights divide, and of which the first rung of the ladder leaves `drawdown_factor`.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 100, "x-unit" = "× equity"))]
    pub max_gross: Number,
    /// Fall of equity from its peak from which all positions together may come to less; 0 for never.
    #[schemars(extend("minimum" = 0, "maximum" = 99, "x-unit" = "%"))]
    pub drawdown_reduce_pct: Number,
    /// What is left of `max_gross` then: nothing is opened beyond that part of it, times equity.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 1))]
    pub drawdown_factor: Number,
    /// How far the fall has to shrink below `drawdown_reduce_pct` before the whole of `max_gross` counts again.
    #[schemars(extend("minimum" = 0, "maximum" = 99, "x-unit" = "%"))]
    pub drawdown_hysteresis_pct: Number,
    /// Fall of equity from its peak from which nothing is opened; 0 for never.
    #[schemars(extend("minimum" = 0, "maximum" = 99, "x-unit" = "%"))]
    pub drawdown_stop_pct: Number,
    /// How many bars nothing is opened then.
    #[schemars(range(min = 0, max = 1_000_000), extend("x-unit" = "bars"))]
    pub cooldown_bars: u32,
    /// How long nothing is opened then. With both, both must have passed; with neither, it is for the rest of the run.
    #[schemars(range(min = 0, max = 5_256_000), extend("x-unit" = "minutes"))]
    pub cooldown_minutes: u32,
    /// Largest loss in any scenario, as a share of equity; 0 for no such limit.
    #[schemars(extend("minimum" = 0, "maximum" = 100, "x-unit" = "%"))]
    pub max_stress_pct: Number,
    /// Sudden moves of all prices, as tables such as `{ all_pct = -30, pct = { BTCUSDT = -20 } }`.
    pub scenario: Vec<Scenario>,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            max_var_pct: Number::whole(5),
            measure: Measure::default(),
            method: Method::default(),
            confidence: Number::scaled(95, 2),
            horizon_bars: 1,
            window: 250,
            min_history: 60,
            before_ready: BeforeReady::default(),
            target_vol_pct: Number::ZERO,
            bars_per_year: 365,
            ewma_lambda: Number::scaled(94, 2),
            kelly_fraction: Number::ZERO,
            kelly_floor: Number::ZERO,
            max_correlated: Number::ZERO,
            correlation_above: Number::scaled(7, 1),
            weights: Weights::default(),
            shrinkage: Shrinkage::default(),
            rebalance_bars: 20,
            max_gross: Number::whole(1),
            drawdown_reduce_pct: Number::ZERO,
            drawdown_factor: Number::scaled(5, 1),
            drawdown_hysteresis_pct: Number::whole(1),
            drawdown_stop_pct: Number::ZERO,
            cooldown_bars: 0,
            cooldown_minutes: 0,
            max_stress_pct: Number::ZERO,
            scenario: Vec::new(),
        }
    }
}

impl Params {
    /// Refuses values that contradict each other.
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        if self.min_history > self.window {
            let what = format!(
                "{} bars are needed, but only {} are kept; set it to at most window",
                self.min_history, self.window
            );
            return Err(BuildError::new("min_history", what));
        }
        let [reduce, stop, back] =
            [self.drawdown_reduce_pct, self.drawdown_stop_pct, self.drawdown_hysteresis_pct];
        if !reduce.is_zero() && !stop.is_zero() && stop.to_f64() <= reduce.to_f64() {
            let what = format!(
                "{stop} % is reached before drawdown_reduce_pct, which is {reduce} %; set it above that"
            );
            return Err(BuildError::new("drawdown_stop_pct", what));
        }
        if !reduce.is_zero() && back.to_f64() >= reduce.to_f64() {
            let what = format!(
                "a fall that shrinks by {back} % from drawdown_reduce_pct, which is {reduce} %, is none; set it below that"
            );
            return Err(BuildError::new("drawdown_hysteresis_pct", what));
        }
        if !self.max_stress_pct.is_zero() && self.scenario.is_empty() {
            let what = "max_stress_pct is set, but there is no scenario to hold it against; add one, such as \
                        `scenario = [{ all_pct = -30 }]`, or set max_stress_pct = 0";
            return Err(BuildError::new("scenario", what));
        }
        Ok(())
    }
}
