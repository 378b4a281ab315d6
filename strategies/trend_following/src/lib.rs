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
//! # When it makes and when it loses money
//! It earns in long moves and pays for them in sideways markets, where each cross is a small loss plus two taker fees.
//!
//! # Sizes
//! `fixed_quantity` is base units, `fixed_quote` an amount of the quote asset, `equity_fraction` a share of equity at
//! the moment of the order; all are rounded down to whole lots.

mod average;
mod params;
mod trader;

pub use params::{Direction, Method, Params, Signal, SizeAt};
pub use trader::TrendFollowing;

sdk::register_strategy! {
    id: "trend_following",
    summary: "moving-average cross on closed bars: long, short or both, with optional stop and take-profit",
    tier: sdk::Tier::Free,
    stability: sdk::Stability::Beta,
    params: Params,
    build: TrendFollowing::build,
}
