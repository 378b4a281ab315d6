//! Which way a strategy's positions may go.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use types::Side;

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

impl Direction {
    /// Whether positions on this side may be opened.
    ///
    /// ```
    /// use quantmesh_sdk::{Direction, Side};
    /// assert!(Direction::Both.admits(Side::Sell) && !Direction::Long.admits(Side::Sell));
    /// ```
    #[must_use]
    pub const fn admits(self, side: Side) -> bool {
        matches!((self, side), (Self::Both, _) | (Self::Long, Side::Buy) | (Self::Short, Side::Sell))
    }
}
