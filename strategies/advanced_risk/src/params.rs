//! The parameters.

use schemars::JsonSchema;
use sdk::Number;
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

/// Parameters of `advanced_risk`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Largest value at risk over one bar, as a share of equity.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 100, "x-unit" = "%"))]
    pub max_var_pct: Number,
    /// Share of bars in which the loss is to stay below value at risk.
    #[schemars(extend("minimum" = 0.5, "maximum" = 0.999))]
    pub confidence: Number,
    /// How many bars back it looks.
    #[schemars(range(min = 20, max = 10_000), extend("x-unit" = "bars"))]
    pub window: u32,
    /// How many bars it needs to judge at all.
    #[schemars(range(min = 20, max = 10_000), extend("x-unit" = "bars"))]
    pub min_history: u32,
    /// What becomes of opening orders before there is enough history.
    pub before_ready: BeforeReady,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            max_var_pct: Number::whole(5),
            confidence: Number::scaled(95, 2),
            window: 250,
            min_history: 60,
            before_ready: BeforeReady::Refuse,
        }
    }
}
