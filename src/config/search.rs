//! The part of the configuration that says what is searched, as it is written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How points are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MethodConfig {
    /// Every point of the space.
    #[default]
    Grid,
    /// Points drawn evenly, none twice.
    Random,
    /// Points that fill the space more evenly than chance does.
    Sobol,
    /// Points that look like the good ones so far; one goal.
    Tpe,
    /// A population that is bred towards the front of several goals.
    Nsga2,
}

/// What `quantmesh optimize` and `quantmesh walk-forward` search. Each of its values can be given on the command line too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct OptimizeConfig {
    /// How points are chosen.
    pub(crate) method: MethodConfig,
    /// The most trials; without it, every point of a grid, and 200 of any other method.
    #[schemars(range(min = 1, max = 1_000_000))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trials: Option<usize>,
    /// The seed of whatever is drawn.
    pub(crate) seed: u64,
    /// Metrics that should go the better way, or the way that stands behind them, such as `sharpe`, `max_drawdown` or
    /// `round_trips:min`. A drawdown is below zero, so up is better.
    pub(crate) goal: Vec<String>,
    /// Points that a method which learns tries at a time; what it finds depends on it, and never on the count of threads.
    #[schemars(range(min = 1, max = 10_000))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) batch: Option<usize>,
    /// Comparisons that must hold, such as `short_period < long_period`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) constraints: Vec<String>,
    /// By parameter, what to try: a list of values, `{ from, to, step }`, `{ from, to, log = true, points }`, or `{}` for all
    /// that its schema allows. Where several strategies have it, `"1.name"` is that of the second.
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    pub(crate) params: toml::Table,
}

impl Default for OptimizeConfig {
    fn default() -> Self {
        Self {
            method: MethodConfig::default(),
            trials: None,
            seed: 0,
            goal: vec!["sharpe".to_owned()],
            batch: None,
            constraints: Vec::new(),
            params: toml::Table::new(),
        }
    }
}

impl OptimizeConfig {
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl From<MethodConfig> for search::Method {
    fn from(method: MethodConfig) -> Self {
        match method {
            MethodConfig::Grid => Self::Grid,
            MethodConfig::Random => Self::Random,
            MethodConfig::Sobol => Self::Sobol,
            MethodConfig::Tpe => Self::Tpe,
            MethodConfig::Nsga2 => Self::Nsga2,
        }
    }
}
