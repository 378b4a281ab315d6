//! The parameters, and the rule by which log-odds become a stance.

use schemars::JsonSchema;
use sdk::{Direction, Number, Side};
use serde::{Deserialize, Serialize};

/// What the operator lets an advisor outside do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Its answers are passed over.
    #[default]
    Off,
    /// Its answers are checked and shown in the run's record, and change nothing.
    Propose,
    /// Its answers are checked and taken up.
    Apply,
}

/// Parameters of `ai_strategy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// The model: `shipped`, or a file beside the configuration: JSON from `quantmesh ai train`, or ONNX.
    #[schemars(extend("x-file" = true))]
    pub model: String,
    /// For ONNX: the features that its input takes, in order; none where the file names them under `features`.
    pub features: Vec<String>,
    /// Which way positions may go.
    pub direction: Direction,
    /// Probability from which on a position is opened.
    #[schemars(extend("minimum" = 0.5, "maximum" = 0.99))]
    pub confidence: Number,
    /// Share of equity in a position: 1 is all of it.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 1))]
    pub size: Number,
    /// Volatility that a position is to have: where the market moves more per bar, the position is that much smaller;
    /// 0 for off.
    #[schemars(extend("minimum" = 0, "maximum" = 100, "x-unit" = "% of equity a bar"))]
    pub target_volatility_pct: Number,
    /// The most that one order may open or add; 0 for no bound. Exits are never bound.
    #[schemars(extend("minimum" = 0, "maximum" = 1000, "x-unit" = "% of equity a bar"))]
    pub max_bar_turnover_pct: Number,
    /// The most that may be opened and added in one UTC day; 0 for no bound. Exits are never bound.
    #[schemars(extend("minimum" = 0, "maximum" = 100_000, "x-unit" = "% of equity a day"))]
    pub max_daily_turnover_pct: Number,
    /// From which difference to the wanted size on a held position is resized; 0 to leave it as it was opened.
    #[schemars(extend("minimum" = 0, "maximum" = 100, "x-unit" = "% of the wanted size"))]
    pub rebalance_pct: Number,
    /// Distance of the protective stop from the entry; 0 for none.
    #[schemars(extend("minimum" = 0, "maximum" = 99, "x-unit" = "%"))]
    pub stop_loss_pct: Number,
    /// Open nothing on bars that the model was trained on, so that a backtest shows what is out of sample alone.
    pub only_unseen: bool,
    /// What an advisor outside may do.
    pub advisor: Permission,
    /// The name of the one source that is listened to; empty for any.
    pub advisor_source: String,
    /// What an advisor's bias of 1 adds to the log-odds.
    #[schemars(extend("minimum" = 0, "maximum" = 2))]
    pub advisor_bias: Number,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            model: SHIPPED.to_owned(),
            features: Vec::new(),
            direction: Direction::Long,
            confidence: Number::scaled(52, 2),
            size: Number::scaled(5, 1),
            target_volatility_pct: Number::ZERO,
            max_bar_turnover_pct: Number::ZERO,
            max_daily_turnover_pct: Number::ZERO,
            rebalance_pct: Number::ZERO,
            stop_loss_pct: Number::ZERO,
            only_unseen: false,
            advisor: Permission::Off,
            advisor_source: String::new(),
            advisor_bias: Number::scaled(5, 1),
        }
    }
}

/// The word for the model that comes with the crate.
pub(crate) const SHIPPED: &str = "shipped";

/// The log-odds of a probability below 1.
#[must_use]
pub(crate) fn threshold(confidence: f64) -> f64 {
    (confidence / (1.0 - confidence)).ln()
}

/// Which side to be on, 1 for long and −1 for short, when `held` is the side until now: in from the threshold on, out
/// as soon as the model favours the other side. What is no number means out.
#[must_use]
pub(crate) fn stance(held: i8, log_odds: f64, threshold: f64, direction: Direction) -> i8 {
    let [long, short] = [Side::Buy, Side::Sell].map(|side| direction.admits(side));
    if long && log_odds >= threshold {
        1
    } else if short && log_odds <= -threshold {
        -1
    } else if (held > 0 && log_odds >= 0.0) || (held < 0 && log_odds <= 0.0) {
        held
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_from_the_threshold_on_and_out_when_it_turns() {
        use Direction::{Both, Long, Short};
        for (held, odds, direction, expected) in [
            (0, 1.0, Long, 1),
            (0, 0.9, Long, 0),
            (1, 0.1, Long, 1),
            (1, 0.0, Long, 1),
            (1, -0.1, Both, 0),
            (1, -1.0, Both, -1),
            (1, -1.0, Long, 0),
            (-1, -0.1, Short, -1),
            (-1, 0.1, Both, 0),
            (0, 1.0, Short, 0),
            (1, f64::NAN, Both, 0),
        ] {
            assert_eq!(stance(held, odds, 1.0, direction), expected, "{held} {odds} {direction:?}");
        }
    }

    #[test]
    fn the_log_odds_of_three_in_four_are_ln_3() {
        assert!((threshold(0.75) - 3_f64.ln()).abs() < 1e-15 && threshold(0.5) == 0.0);
    }
}
