//! What tells skill from luck: pure functions over returns, profits and trials; no file, no clock, no thread.
//!
//! Returns are shares per period (0.01 is one percent), a trial is one column of them, and whatever draws at random does so by a seed.
//! A figure that is not defined (a mean of nothing, a ratio without spread) is `None`; input of the wrong shape is a [`Fault`].

mod block_length;
mod bootstrap;
mod correlation;
mod drawdown;
mod error;
mod moments;
mod normal;
mod overfitting;
mod performance;
mod random;
mod sharpe;
mod splits;
mod trade_order;
mod trials;

pub use block_length::block_length;
pub use bootstrap::{Band, Block, Bootstrap, Estimator};
pub use correlation::{correlation, mean_correlation};
pub use drawdown::{max_drawdown, ulcer_index};
pub use error::Fault;
pub use moments::{
    count, deviation, finite, kurtosis, mean, quantile, ratio, sample_kurtosis, sample_skewness, skewness,
    slope,
};
pub use normal::{normal_cdf, normal_quantile};
pub use overfitting::{Dominance, Measure, Overfitting, Split as BlockSplit, overfitting};
pub use performance::{
    annual_return, cagr, compounded_volatility, downside_deviation, expected_shortfall, geometric_mean,
    kelly, payoff, profit_factor, r_squared, sharpe, sortino, streaks, tail_ratio, volatility,
};
pub use random::{ALGORITHM, Random};
pub use sharpe::{
    Deflated, Shape, deflated_sharpe, effective_trials, expected_max_sharpe, min_track_record,
    probabilistic_sharpe,
};
pub use splits::{Combinatorial, KFold, Sample, Split, WalkForward};
pub use trade_order::{Percentiles, Profits, TradeOrder, reordered};
pub use trials::Trials;
