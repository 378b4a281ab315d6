//! What a report tells beside the record: names, conventions, the configuration, the build and the search it came from.

use crate::Bound;

/// Days in a year of returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Calendar {
    /// 365 where the curve has weekends, 252 where it has none.
    #[default]
    FromData,
    /// 365.
    Daily365,
    /// 252.
    Daily252,
}

/// The search that a run was picked from; by default there was none.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Search {
    /// How many independent trials the run is the best of; 0 and 1 both mean that it is the only one.
    pub trials: f64,
    /// Variance of the trials' daily Sharpe ratios; `None` takes what trials without skill would have, 1 ⁄ (days − 1).
    pub sharpe_variance: Option<f64>,
    /// Probability of backtest overfitting by CSCV, where it was worked out.
    pub overfitting: Option<f64>,
}

/// What the record itself does not say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Context {
    /// What the run is called.
    pub title: String,
    /// Strategies with their versions, such as `grid 0.1.0`, by their place in the run.
    pub strategies: Vec<String>,
    /// What data it ran over.
    pub data: String,
    /// The exact configuration.
    pub config: String,
    /// Conventions of the simulated fills: name and value.
    pub execution: Vec<(String, String)>,
    /// What the program was built from: name and value.
    pub build: Vec<(String, String)>,
    /// Days in a year of returns.
    pub calendar: Calendar,
    /// Bars the strategy needs before it decides; buy and hold is measured from the last of them.
    pub warm_up_bars: usize,
    /// Parameters that were free to be chosen; 0 where nobody counted.
    pub parameters: usize,
    /// The search that the run was picked from.
    pub search: Search,
    /// The same run under other conventions of fills, the cautious one first; empty where none were made.
    pub bounds: Vec<Bound>,
}
