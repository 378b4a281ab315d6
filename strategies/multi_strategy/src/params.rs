//! The parameters, and what of them is checked before a child is built.

use schemars::JsonSchema;
use sdk::indicators::{RegimeSettings, RegimeState};
use sdk::{BuildError, Number, Rate};
use serde::{Deserialize, Serialize};

/// How equity is divided at a rebalance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Allocation {
    /// By the weights.
    #[default]
    Fixed,
    /// In equal parts.
    Equal,
    /// The calmer its equity, the larger its share.
    InverseVolatility,
    /// So that each contributes equally to the variance of the whole.
    RiskParity,
    /// By a score of profit, Sharpe ratio, win rate and drawdown.
    Performance,
}

/// What `rebalance_interval` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RebalanceUnit {
    /// Closed bars of the main instrument.
    #[default]
    Bars,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days of 24 hours.
    Days,
}

/// What the main market does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    /// No trend.
    Range,
    /// A trend upwards.
    TrendUp,
    /// A trend downwards.
    TrendDown,
    /// Too few bars to say, or none for too long.
    Unknown,
}

/// One child.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Child {
    /// Which strategy.
    pub id: String,
    /// Its share of equity at the start: 1 is all of it. The shares come to at most 1; their sum is what is divided at rebalances.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 1))]
    pub weight: Number,
    /// Its parameters; `quantmesh strategies show ID` lists them.
    #[schemars(with = "std::collections::BTreeMap<String, String>")]
    #[serde(skip_serializing_if = "toml::Table::is_empty")]
    pub params: toml::Table,
    /// The symbols of the run it trades, its main one first; none for all of them.
    pub instruments: Vec<String>,
    /// The regimes in which it may open; outside of them it may only close. None for all.
    pub regimes: Vec<Regime>,
    /// It is flattened and shut off once its equity has fallen by this much, transfers left out; 0 for never.
    #[schemars(extend("minimum" = 0, "maximum" = 100, "x-unit" = "%"))]
    pub max_loss_pct: Number,
    /// The most that its positions and opening orders together may be worth, as a multiple of its equity; 0 for no bound.
    #[schemars(extend("minimum" = 0, "maximum" = 1000))]
    pub max_leverage: Number,
}

/// Parameters of `multi_strategy`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// The children, each with its id, weight and params.
    pub child: Vec<Child>,
    /// How equity is divided at a rebalance.
    pub allocation: Allocation,
    /// How often shares are set anew, in `rebalance_unit`; 0 for never.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub rebalance_interval: u32,
    /// What `rebalance_interval` counts.
    pub rebalance_unit: RebalanceUnit,
    /// Over how many of the last returns volatility, covariance and performance are taken.
    #[schemars(range(min = 2, max = 10_000), extend("x-unit" = "bars"))]
    pub lookback: u32,
    /// The smallest share of a child, as a part of what is divided; not for `fixed` and `equal`.
    #[schemars(extend("minimum" = 0, "maximum" = 1))]
    pub min_weight: Number,
    /// The largest share of a child, as a part of what is divided; not for `fixed` and `equal`.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 1))]
    pub max_weight: Number,
    /// The most that a share may change at one rebalance; not for `fixed` and `equal`.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 1))]
    pub max_weight_change: Number,
    /// The return over `lookback` that gets the full mark for profit (`performance`).
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 10_000, "x-unit" = "%"))]
    pub full_mark_return_pct: Number,
    /// The yearly Sharpe ratio that gets the full mark (`performance`).
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 100))]
    pub full_mark_sharpe: Number,
    /// Period of ADX and ATR of the regime.
    #[schemars(range(min = 2, max = 1000), extend("x-unit" = "bars"))]
    pub adx_period: u32,
    /// ADX from which on the main market trends.
    #[schemars(extend("minimum" = 0, "maximum" = 100))]
    pub adx_enter: Number,
    /// ADX down to which it goes on trending; at most `adx_enter`.
    #[schemars(extend("minimum" = 0, "maximum" = 100))]
    pub adx_exit: Number,
    /// Period of the exponential average whose slope gives the trend's direction.
    #[schemars(range(min = 2, max = 1000), extend("x-unit" = "bars"))]
    pub regime_ema_period: u32,
    /// Over how many bars the slope is taken.
    #[schemars(range(min = 1, max = 1000), extend("x-unit" = "bars"))]
    pub regime_slope_bars: u32,
    /// Smallest slope that is one: the average's change over `regime_slope_bars`.
    #[schemars(extend("minimum" = 0, "maximum" = 100, "x-unit" = "ATR"))]
    pub regime_min_slope: Number,
    /// How many bars in a row must say the same before it counts.
    #[schemars(range(min = 1, max = 100), extend("x-unit" = "bars"))]
    pub regime_dwell: u32,
    /// After how many bar lengths without a bar the regime is unknown; 0 for never.
    #[schemars(range(min = 0, max = 1000), extend("x-unit" = "bars"))]
    pub regime_stale_bars: u32,
}

impl Default for Child {
    fn default() -> Self {
        Self {
            id: String::new(),
            weight: Number::ZERO,
            params: toml::Table::new(),
            instruments: Vec::new(),
            regimes: Vec::new(),
            max_loss_pct: Number::ZERO,
            max_leverage: Number::whole(1),
        }
    }
}

impl Default for Params {
    fn default() -> Self {
        let half = |id: &str| Child { id: id.to_owned(), weight: Number::scaled(5, 1), ..Child::default() };
        Self {
            child: vec![half("grid"), half("trend_following")],
            allocation: Allocation::Fixed,
            rebalance_interval: 0,
            rebalance_unit: RebalanceUnit::Bars,
            lookback: 60,
            min_weight: Number::scaled(1, 1),
            max_weight: Number::scaled(7, 1),
            max_weight_change: Number::scaled(5, 2),
            full_mark_return_pct: Number::whole(10),
            full_mark_sharpe: Number::whole(3),
            adx_period: 14,
            adx_enter: Number::whole(25),
            adx_exit: Number::whole(20),
            regime_ema_period: 50,
            regime_slope_bars: 5,
            regime_min_slope: Number::scaled(5, 2),
            regime_dwell: 3,
            regime_stale_bars: 2,
        }
    }
}

impl From<RegimeState> for Regime {
    fn from(state: RegimeState) -> Self {
        match state {
            RegimeState::Unknown => Self::Unknown,
            RegimeState::Range => Self::Range,
            RegimeState::TrendUp => Self::TrendUp,
            RegimeState::TrendDown => Self::TrendDown,
        }
    }
}

impl Params {
    /// Holds the values against each other.
    ///
    /// # Errors
    /// [`BuildError`] names the one to change.
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        if self.child.is_empty() {
            let what = "there is none; add a [[strategy.params.child]] with an id and a weight";
            return Err(BuildError::new("child", what));
        }
        let learns = !matches!(self.allocation, Allocation::Fixed | Allocation::Equal);
        if learns && self.rebalance_interval == 0 {
            let what = "0 is never, and this allocation acts at rebalances alone; set how often";
            return Err(BuildError::new("rebalance_interval", what));
        }
        for (low, low_key, high, high_key) in [
            (self.min_weight, "min_weight", self.max_weight, "max_weight"),
            (self.adx_exit, "adx_exit", self.adx_enter, "adx_enter"),
        ] {
            if low.to_f64() > high.to_f64() {
                let what = format!("{low} must be at most {high_key}, which is {high}");
                return Err(BuildError::new(low_key, what));
            }
        }
        self.child.iter().try_for_each(Child::check)
    }

    /// What the regime is judged by; `None` where no child asks.
    pub(crate) fn regime(&self) -> Option<RegimeSettings> {
        let asked = self.child.iter().any(|child| !child.regimes.is_empty());
        asked.then(|| RegimeSettings {
            adx_period: self.adx_period as usize,
            adx_enter: self.adx_enter.to_f64(),
            adx_exit: self.adx_exit.to_f64(),
            ema_period: self.regime_ema_period as usize,
            slope_bars: self.regime_slope_bars as usize,
            min_slope: self.regime_min_slope.to_f64(),
            dwell: self.regime_dwell,
        })
    }

    /// The interval in nanoseconds; `None` where it counts bars, or is never.
    pub(crate) fn interval_nanos(&self) -> Option<i64> {
        const MINUTE: i64 = 60_000_000_000;
        let unit = match self.rebalance_unit {
            RebalanceUnit::Bars => return None,
            RebalanceUnit::Minutes => MINUTE,
            RebalanceUnit::Hours => 60 * MINUTE,
            RebalanceUnit::Days => 1440 * MINUTE,
        };
        (self.rebalance_interval > 0).then(|| i64::from(self.rebalance_interval).saturating_mul(unit))
    }
}

impl Child {
    /// Entries of a list are not held against the schema's ranges before they get here.
    fn check(&self) -> Result<(), BuildError> {
        let (id, loss, leverage) = (&self.id, self.max_loss_pct, self.max_leverage);
        if !(0.0..=100.0).contains(&loss.to_f64()) {
            let what = format!("{loss} of child {id} must be from 0 to 100, in percent");
            return Err(BuildError::new("max_loss_pct", what));
        }
        if !(0.0..=1000.0).contains(&leverage.to_f64()) {
            let what = format!("{leverage} of child {id} must be from 0 to 1000");
            return Err(BuildError::new("max_leverage", what));
        }
        Ok(())
    }

    /// The weight as a rate.
    pub(crate) fn share(&self) -> Result<Rate, BuildError> {
        let weight = Rate::from_decimal(self.weight.decimal()).ok();
        weight.filter(|weight| *weight > Rate::ZERO && weight.nanos() <= Rate::ONE).ok_or_else(|| {
            let what = format!("{} of child {} must be above 0 and at most 1", self.weight, self.id);
            BuildError::new("weight", what)
        })
    }

    /// The bound on leverage as a rate; `None` for no bound.
    pub(crate) fn leverage(&self) -> Result<Option<Rate>, BuildError> {
        let too_fine = |_| {
            let what = format!("{} of child {} has more than nine decimals", self.max_leverage, self.id);
            BuildError::new("max_leverage", what)
        };
        let leverage = Rate::from_decimal(self.max_leverage.decimal()).map_err(too_fine)?;
        Ok(Some(leverage).filter(|leverage| *leverage > Rate::ZERO))
    }
}
