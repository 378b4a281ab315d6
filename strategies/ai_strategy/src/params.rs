//! The parameters.

use schemars::JsonSchema;
use sdk::Number;
use serde::{Deserialize, Serialize};

/// Which way positions may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Long or flat.
    #[default]
    Long,
    /// Short or flat.
    Short,
    /// Long, short or flat.
    Both,
}

/// Parameters of `ai_strategy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Which way positions may go.
    pub direction: Direction,
    /// Probability from which on a position is opened.
    #[schemars(extend("minimum" = 0.5, "maximum" = 0.99))]
    pub confidence: Number,
    /// Share of equity in a position: 1 is all of it.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 1))]
    pub size: Number,
}

impl Default for Params {
    fn default() -> Self {
        Self { direction: Direction::Long, confidence: Number::scaled(52, 2), size: Number::scaled(5, 1) }
    }
}
