//! Limits on risk, as one rule in the gate: an order that would open more than they allow is made smaller or refused.
//!
//! # Idea
//! Behind the engine's own bounds stands this set of limits. Each is a question to what an opening order would lead to,
//! and each can be off. The order goes out with the smallest quantity that any of them allows; where that is none, it
//! is refused, and the refusal names the parameter, its limit and what the whole order would have come to, in money.
//! Nothing here opens, closes or rebalances anything: an allocator by veto.
//!
//! # Parameters
//! ```toml
//! max_var_pct = 5                # largest loss in the tail, % of equity; 0: off
//! measure = "var"                # or "es", expected shortfall
//! method = "historical"          # or "parametric" or "cornish_fisher"
//! confidence = 0.95              # share of bars in which the loss stays below value at risk
//! horizon_bars = 1               # bars ahead: the figure of one bar times the root of this
//! window = 250                   # bars back that everything but the volatility forecast looks
//! min_history = 60               # bars that are needed to judge at all
//! before_ready = "refuse"        # or "pass": opening orders before there are as many
//! target_vol_pct = 0             # largest forecast volatility of a position, % of equity; 0: off
//! bars_per_year = 365            # of so many bars; 0: of one bar
//! ewma_lambda = 0.94             # weight of the past in that forecast
//! kelly_fraction = 0             # largest exposure as a part of the Kelly leverage; 0: off
//! kelly_floor = 0                # exposure that is allowed in any case, × equity; 0: no edge, no opening
//! max_correlated = 0             # largest exposure of what moves together, × equity; 0: off
//! correlation_above = 0.7        # correlation from which it does
//! weights = "none"               # or "min_variance" or "hrp": each instrument's share of max_gross
//! shrinkage = "none"             # or "ledoit_wolf": of the covariance for the weights
//! rebalance_bars = 20            # bars that weights stay as they are
//! max_gross = 1                  # exposure that the weights divide and the ladder starts from, × equity
//! drawdown_reduce_pct = 0        # fall from the peak of equity from which exposure is limited; 0: never
//! drawdown_factor = 0.5          # what is left of max_gross then
//! drawdown_hysteresis_pct = 1    # how much less the fall has to be until all of it counts again
//! drawdown_stop_pct = 0          # fall from the peak from which nothing is opened; 0: never
//! cooldown_bars = 0              # for so many bars
//! cooldown_minutes = 0           # and for so long; both 0: for the rest of the run
//! max_stress_pct = 0             # largest loss in any scenario, % of equity; 0: off
//! scenario = []                  # such as [{ all_pct = -30 }, { all_pct = -10, pct = { BTCUSDT = -40 } }]
//! ```
//! [`Params`] says each of them in full.
//!
//! # What counts as held
//! Exposure is quantity times the last price, and counts like this:
//! - Of the order's instrument: the position with all open orders on the order's side, as if they had filled. An order
//!   against the position counts from what live reduce-only orders leave of it, as everywhere in the gate.
//! - Of every other instrument: the position with the open orders of the side that makes it larger, as if they had
//!   filled. So of two orders wished for at once, the second is judged with the first.
//! - The part of an order that only closes what is held goes out whatever the limits say, and an order that does no
//!   more is never stopped. Reduce-only orders do not come here at all.
//!
//! An order that does not raise what a limit measures is not stopped by it either, even where the measure is over the
//! limit already: a hedge may be opened after a loss.
//!
//! # The limits, in their order
//! Where several allow the same quantity, the first of this list is the one that is named.
//!
//! 1. **Drawdown ladder** (`drawdown_…`). Equity at each price of the market is held against its peak, which starts at
//!    the capital. From `drawdown_reduce_pct` below it, the exposure of all instruments together, long and short alike,
//!    may come to `drawdown_factor` × `max_gross` × equity, and with `weights` each one's share is of that, until the
//!    fall is more than `drawdown_hysteresis_pct` smaller. From `drawdown_stop_pct` nothing is opened; after the pause
//!    the ladder begins anew, with the equity of that moment as the peak. Bars of several instruments that close
//!    together are one bar. Off the first rung `max_gross` binds through `weights` alone: the bound for calm times is
//!    the engine's `max_leverage`, and `max_gross` should not be above it.
//! 2. **Value at risk or expected shortfall** (`max_var_pct`). The results that the positions would have had in each of
//!    the last `window` bars are put in a row, and `method` makes one loss of them.
//!    `historical`: value at risk is the quantile at 1 − `confidence`, with linear interpolation between the two
//!    nearest (Hyndman and Fan 1996, type 7), and expected shortfall the mean of the results up to it (Acerbi and
//!    Tasche 2002).
//!    `parametric`: both from mean and standard deviation (n − 1), as if results were normal.
//!    `cornish_fisher`: the normal quantile is bent by the skewness and excess kurtosis of the results (Zangari 1996;
//!    for the shortfall Maillard 2012). The expansion is only of use where the bent quantile never falls as the normal
//!    one rises: with no skewness, for an excess kurtosis from 0 to 8. Outside of that domain, the larger of the other
//!    two methods counts. A horizon of n bars multiplies the loss by √n.
//! 3. **Volatility target** (`target_vol_pct`). The volatility of each instrument's next bar is forecast by the
//!    exponentially weighted mean of squared returns (RiskMetrics 1996); times the exposure and √`bars_per_year`, it
//!    may come to a share of equity.
//! 4. **Kelly cap** (`kelly_fraction`). Over the window, a leverage of μ/σ² would have made capital grow fastest (Thorp
//!    2006); `kelly_fraction` of it is allowed, of −μ/σ² for short positions, and never less than `kelly_floor`.
//! 5. **Correlation cap** (`max_correlated`). Two positions move together when the correlation of their returns over
//!    the window (turned around where one is short) is above `correlation_above`. A position and all that moves with it
//!    may come to `max_correlated` × equity; the order has to keep to that for its own instrument and for each that it
//!    moves with. A position that nothing moves with is a group of one.
//! 6. **Weights** (`weights`). Every `rebalance_bars`, the covariance of all instruments' returns over the window is
//!    turned into long-only weights that sum to 1: those of least variance (Markowitz 1952), or hierarchical risk
//!    parity (López de Prado 2016, with the distances of that paper). An instrument's exposure, long or short, may come
//!    to its weight × `max_gross` × equity, whichever of the run's strategies trades it: that is its share of the
//!    capital. A strategy that wants all of the equity gets its share, and what one of them does not use is not lent to
//!    the others. A market whose bars begin later than the others' keeps all of them waiting for `min_history` bars that
//!    they have in common. `ledoit_wolf` draws the covariance towards a multiple of the identity first
//!    (Ledoit and Wolf 2004).
//! 7. **Stress scenarios** (`max_stress_pct`). In each scenario every price jumps by its percentage at once; in the
//!    worst one the positions may lose a share of equity.
//!
//! Quantities are found by doubling and halving over whole lots, so the order that goes out is within each limit, and
//! the next larger lot would not have been. What is tried does not depend on the quantity wished for: a larger wish
//! never gets less.
//!
//! # History
//! Returns are simple ones from close to close, of bars: on trades or quotes alone this rule stays without history.
//! Several instruments are compared over the same stretches of time only, so a bar that one of them lacks is left out,
//! and instruments with bars of different lengths have no history in common. What has fewer than `min_history` returns
//! refuses opening orders, or is passed over with `before_ready = "pass"`; the ladder and the scenarios need none.
//!
//! # What each measure does not see
//! It only knows the past of the window, or the scenarios it was given. A loss that never happened is in none of them.
//! - Value at risk says nothing of how bad the bars beyond it are, and that of two positions together can be more than
//!   the sum of both. Expected shortfall does say it, from as few bars as are in the tail: thirteen of 250 at 95 %.
//! - The historical figure ignores that calm and wild times come in runs: it rises only after the losses are in the
//!   window, and falls when they leave it. The normal one understates the tails that markets have. Skewness and
//!   kurtosis of a few hundred bars are mostly noise, one bar can make both, and they are not exactly those of the
//!   distribution that the expansion makes.
//! - √n holds for bars that don't depend on each other and have no drift; in a trend or a cascade the loss grows
//!   faster.
//! - The volatility forecast follows the last weeks: after a calm it allows the largest positions just before it ends.
//!   It is of each position alone; correlation is not in it.
//! - μ is known far worse than σ: over 250 bars its error is mostly larger than itself, and leverage from it is too.
//!   That is what fractions below 1 are for. An edge in the window is no edge in the next bar.
//! - Correlations rise when it matters. Weights of least variance lean on the smallest numbers of an estimated matrix,
//!   and may give an instrument nothing; risk parity is steadier, but looks at no returns either.
//! - The ladder sees equity at market prices, not what a close would bring. It closes nothing: what was held above the
//!   limit of the first rung stays until its strategy closes it. For a stop that does close, see the engine's
//!   `max_drawdown_pct`.
//! - Scenarios have no probability, no spread and no missing buyers. Exposure is at the last price: a resting order
//!   that fills somewhere else is worth more or less than it was judged at.
//!
//! Limits on what is opened do not bring anything down that is open: a position over a limit stays until its strategy
//! closes it.
//!
//! # Pause, reject, partial fill, restart
//! A pause changes nothing here; history goes on. What was rejected or cancelled no longer waits, and what is filled in
//! part counts as held and waiting: all of it is read off the engine's own books at each order. The whole state
//! (returns, forecasts, weights, peak, rung and pause) is saved, and a restored rule judges the same. It takes up a
//! state of the same parameters and instruments only.
//!
//! # Vendor key
//! Licences are held against `vendor.pub`, which is compiled in. In this tree that is the demonstration key of RFC 8032,
//! whose secret half everybody can read: builds with debug assertions take licences signed with it, all others refuse
//! them (exit code 24) unless asked by name (`--allow-demo-key`). Who sells this crate runs `quantmesh-licence keygen`, puts the
//! `.pub` file in the place of `vendor.pub`, and releases. `quantmesh doctor` names every crate that still has the
//! demonstration key.

mod allocation;
mod case;
mod correlation;
mod covariance;
mod exposure;
mod history;
mod hrp;
mod ladder;
mod loss;
mod matrix;
mod min_variance;
mod normal;
mod params;
mod quantile;
mod rule;
mod stress;
mod tail;

#[cfg(test)]
mod tests;

pub use params::{BeforeReady, Measure, Method, Params, Scenario, Shrinkage, Weights};
pub use quantile::{expected_shortfall, value_at_risk};
pub use rule::AdvancedRisk;

sdk::register_rule! {
    id: "advanced_risk",
    summary: "limits on value at risk, volatility, Kelly leverage, correlation, weights, drawdown and stress losses",
    tier: sdk::Tier::Paid { vendor_key: include_str!("../vendor.pub") },
    stability: sdk::Stability::Beta,
    released: "2026-11-24",
    params: Params,
    build: AdvancedRisk::build,
}
