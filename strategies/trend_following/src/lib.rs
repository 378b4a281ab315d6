//! Trend following: a fast and a slow moving average of closed bars; where the fast one goes, we go.
//!
//! # Idea
//! With `method = "sma"` the averages are simple means of the last closes, with `"ema"` exponential ones with
//! α = 2/(n+1), seeded with the simple mean. When the fast average rises over the slow one we go long, when it falls
//! under it we go short or flat, as `direction` says. While they are equal we keep what we have.
//!
//! Decisions are made on closed bars only, and carried out by market orders. A position can carry a protective stop
//! (a stop-market order) and a take-profit (a limit order), both reduce-only and placed once the entry is filled.
//!
//! # Parameters
//! ```toml
//! method = "ema"               # or "sma"
//! short_period = 10
//! long_period = 30
//! direction = "long"           # long, short or both
//! signal = "cross"             # or "level": whichever average is on top
//! sizing = "equity_fraction"   # or fixed_quantity, fixed_quote
//! size = 0.3
//! size_at = "close"            # or "next_price"
//! stop_loss_pct = 0            # 0: none
//! take_profit_pct = 0
//! atr_stop_multiplier = 0      # the stop in ATRs instead
//! atr_period = 14
//! trailing_stop = false        # the stop in ATRs follows the closes
//! regime_filter = false        # entries wait for a trend in their direction
//! adx_period = 14
//! adx_enter = 25
//! adx_exit = 20
//! regime_ema_period = 50
//! regime_dwell = 3
//! funding_pause_minutes = 0    # before a settlement, the side that paid at the last one is not entered
//! funding_min_bps = 0
//! ```
//! [`Params`] says each of them in full.
//!
//! **Stop in ATRs.** It lies `atr_stop_multiplier` average true ranges (Wilder 1978) from the average entry price, rounded away
//! from it to a tick. With `trailing_stop` it lies so far from the last close once that is better, and never moves back.
//! A position that was stopped out, or took its profit, is not entered again before the averages turn.
//!
//! **Filters.** With `regime_filter` an entry waits until [`sdk::indicators::Regime`] sees a trend in its direction, for as
//! long as the averages stand that way. Neither filter ever holds back an exit, nor gives up a position that is held.
//!
//! # When it makes and when it loses money
//! It earns in long moves and pays for them in sideways markets, where each cross is a small loss plus two taker fees.
//!
//! # Sizes
//! `fixed_quantity` is base units, `fixed_quote` an amount of the quote asset, `equity_fraction` a share of equity at
//! the moment of the order; all are rounded down to whole lots.
//!
//! # Sources
//! - W. Brock, J. Lakonishok, B. LeBaron, "Simple Technical Trading Rules and the Stochastic Properties of Stock Returns",
//!   Journal of Finance 47(5), 1992: the rule of a fast and a slow average. The exponential one with α = 2/(n+1) is that of
//!   P. N. Haurlan, "Measuring Trend Values", 1968.
//! - J. W. Wilder, "New Concepts in Technical Trading Systems", Trend Research 1978: the average true range of the stop, and the ADX
//!   of the regime filter. That a stop lies multiples of it away and only moves in favour is his volatility system.
//! - That ADX needs a higher value to begin a trend than to go on with one, that its side is the slope of an average in ATRs, and
//!   that it has to last, are conventions of [`sdk::indicators::Regime`].

mod filter;
mod params;
mod trader;

pub use params::{Params, Signal, SizeAt};
pub use trader::TrendFollowing;

sdk::register_strategy! {
    id: "trend_following",
    summary: "moving-average cross on closed bars: long, short or both, with optional stop and take-profit",
    tier: sdk::Tier::Free,
    stability: sdk::Stability::Beta,
    params: Params,
    build: TrendFollowing::build,
}
