//! Pairs trading: two markets that move together; when they part, sell the dear one and buy the cheap one.
//!
//! # Idea
//! Over the last bars the first market (y) is explained by the second one (x): y = intercept + ratio · x. What is
//! left, the *spread* y − ratio · x, is compared with its own mean and deviation; their distance in deviations is
//! the *z-score*. A spread far over its mean is sold (sell the first market, buy the second), one far under it is
//! bought, in the expectation that it comes back. When it has, both legs are closed.
//!
//! # Configuration
//! A pair takes two `[[instrument]]` that are quoted in the same asset. The first is the one that the spread is
//! long in; the order is that of the strategy's `instruments`, or of the file where it names none.
//! ```toml
//! [[instrument]]
//! symbol = "BTCUSDT"
//! [instrument.data]
//! path = "btcusdt-1h.csv"
//!
//! [[instrument]]
//! symbol = "ETHUSDT"
//! [instrument.data]
//! path = "ethusdt-1h.csv"
//!
//! [[strategy]]
//! id = "pairs"
//! instruments = ["ETHUSDT", "BTCUSDT"]   # first leg, second leg
//!
//! [strategy.params]
//! entry_z = 2.5
//! ```
//! Where the run has more than two instruments and `instruments` names more than two, the first two are traded.
//!
//! # Parameters
//! ```toml
//! prices = "log"          # log, or plain
//! method = "ols"          # ols, or kalman
//! lookback = 100          # matched bars for the ratio
//! z_period = 30           # matched bars for mean and deviation of the spread
//! kalman_delta = 0.00001  # variance by which the ratio may wander in one bar
//! kalman_noise = 0.0001   # variance of the first market around its fair value
//! entry_z = 2
//! exit_z = 0.5
//! stop_z = 4              # 0: none
//! max_bars = 60           # 0: no end
//! freeze = "ratio"        # what stays as it was at the entry: ratio, or all (mean and deviation too)
//! neutral = "beta"        # beta, or dollar
//! leg_quote = 0           # worth of the first leg; 0: go by leg_equity
//! leg_equity = 0.4        # share of equity
//! ```
//! [`Params`] says each of them in full. The run's `risk.max_leverage` counts both legs: with the default of 1, a
//! first leg of 0.4 leaves room for a second one of 0.6, that is for a ratio of up to 1.5.
//!
//! **Ratio.** `prices = "log"` compares logarithms, and the ratio says how many per cent the first market moves
//! with one per cent of the second; `"plain"` compares prices, and it says how many units of the second offset one
//! unit of the first. Both count from the first matched closes, which changes no ratio and no z-score. `method =
//! "ols"` is the slope of the least-squares line over `lookback` bars, Σ(x − x̄)(y − ȳ) / Σ(x − x̄)². `"kalman"` is
//! the first component of a state (ratio, intercept) that wanders at random by the variances δ and δ · R in each
//! bar and is seen through y with the noise R (`kalman_delta`, `kalman_noise`); a larger δ follows faster.
//! `lookback` is then how many bars it learns before it decides. While a pair is held, its ratio stays that of its
//! entry, or the spread would be another one than the one that was traded.
//!
//! **Distance.** Mean and population deviation of the spread over the last `z_period` bars, this bar included, all
//! with the same ratio. No value lies further than √(n − 1) deviations from the mean of the n values it belongs to,
//! so bounds over that are refused. With `freeze = "all"` a pair that is held is measured by the mean and the
//! deviation of its entry, and a stop means what it says; with `"ratio"` both go on with the market: the distance
//! shrinks with time although the spread stays, and a spread that runs away drags its deviation along, so that
//! `stop_z` is met late or never. `max_bars` is the backstop for both.
//!
//! **Entries and exits.** A pair is entered at |z| ≥ `entry_z`, short of `stop_z`. It is closed once the spread is
//! within `exit_z` of its mean or beyond it on the other side, at `stop_z` on the side it was entered on, and after
//! `max_bars`. A pair that was given up (by the stop, by its age, or because a leg failed) is not entered again on
//! that side before the spread has come back to `exit_z`.
//!
//! **Bars.** Decisions are made where both markets have a bar of the same close time, and at no other moment: there
//! is always a fresh price on either side. A bar without counterpart is dropped, and the first of a run of them is
//! noted in the record. The one thing that dropped bars do is to count towards `max_bars`, so that a market that
//! falls silent can't keep the pair for ever.
//!
//! **Sizes.** The first leg is worth `leg_quote`, or `leg_equity` of equity, in whole lots, rounded down. The
//! second one is worth what the first then really is, times the ratio (`neutral = "beta"`; for plain prices, the
//! ratio of units at the current prices) or times one (`"dollar"`), in whole lots, rounded down. A leg over its
//! venue's largest order makes both smaller. Where either leg is under its venue's smallest order, or the ratio is
//! not above zero, neither is sent and a note says so.
//!
//! # What happens when …
//! - *an entry is rejected, refused, cancelled, made smaller by a risk rule, or ends half filled:* the other leg's
//!   entry is cancelled, and whatever of the pair is held is closed at the next price. Legs are sent together, and
//!   one alone is a bet on a direction that nobody made.
//! - *an exit is rejected or ends half filled:* the rest is sent again at the next price of either market, until
//!   nothing is held.
//! - *a fill comes after its order has ended:* it is closed at the next price, and a pair that it unbalances with it.
//! - *the run is paused:* nothing is entered; exits, stops and retries go on. All exits are reduce-only market orders.
//! - *the program restarts:* windows, filter, waiting bars, the frozen ratio and the orders that are out are all in
//!   the saved state.
//!
//! # When it makes and when it loses money
//! It earns while two markets keep returning to each other, whichever way both go. It loses when they part for
//! good: a merger, an unlock, a listing, a change of what one of them is. Such losses are large against the usual
//! gain, and a z-score can't tell them from the next opportunity. Each pair pays four taker fees and four half
//! spreads, so a spread whose deviation is not several times that can't pay. Perpetual contracts add funding on
//! both legs. A ratio that is estimated over few bars fits noise; two markets that just happen to trend together
//! have a steady ratio too, until they have not.
//!
//! # Sources
//! - E. Gatev, W. Goetzmann, G. Rouwenhorst, "Pairs Trading: Performance of a Relative-Value Arbitrage Rule", Review of
//!   Financial Studies 19(3), 2006: entry at two deviations, exit at convergence, same worth on both sides, with the
//!   deviation of a formation period before (`freeze = "all"`, `neutral = "dollar"`, `exit_z = 0` come nearest to it).
//! - G. Vidyamurthy, "Pairs Trading: Quantitative Methods and Analysis", Wiley 2004: the spread of logarithms and
//!   its ratio.
//! - E. P. Chan, "Algorithmic Trading: Winning Strategies and Their Rationale", Wiley 2013, chapters 2 and 3: the
//!   z-score over a rolling window, and the Kalman filter with the state (ratio, intercept). The filter itself: R.
//!   E. Kalman, "A New Approach to Linear Filtering and Prediction Problems", Journal of Basic Engineering 82,
//!   1960. That the intercept wanders by δ · R instead of δ is a convention of this strategy: it keeps its meaning
//!   when prices have another scale.
//! - P. A. Samuelson, "How Deviant Can You Be?", Journal of the American Statistical Association 63, 1968: the
//!   bound √(n − 1).

mod legs;
mod matching;
mod params;
mod ratio;
mod spread;
mod trader;
mod window;

pub use params::{Freeze, Method, Neutral, Params, Prices};
pub use trader::Pairs;

sdk::register_strategy! {
    id: "pairs",
    summary: "two instruments, a rolling hedge ratio, entries and exits by the z-score of their spread",
    tier: sdk::Tier::Free,
    stability: sdk::Stability::Beta,
    instruments: 2,
    params: Params,
    build: Pairs::build,
}
