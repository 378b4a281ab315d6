//! Mean reversion: a close far from its own mean is taken to come back to it.
//!
//! # Idea
//! The mean of the last `period` closes is the middle, their standard deviation σ (of the population, divided by n)
//! the measure. The z-score of a close is (close − mean)/σ. With the default of 2, the bands are Bollinger's.
//!
//! - **Entry.** A close below the lower band, z < −`std_multiplier`, is bought; one above the upper band is sold
//!   short, as `direction` says. With `confirmation` the entry waits for the first close back inside the band, and is
//!   left out where that close is so near to the mean that a position would be left again.
//! - **Exit.** A long position is left when z ≥ −`reversion_threshold`, a short one when z ≤ `reversion_threshold`. A
//!   price that jumps over the mean counts as having come back. Where all closes are equal, the price is at its mean.
//! - **Once.** After an entry, whatever became of it, that side is not entered again before a close inside its band;
//!   and after a stop, or after `max_bars_held`, not before another one. What was stopped out is not bought again at
//!   once.
//!
//! Decisions are made on closed bars only, and carried out by market orders at the close of the bar that gave the
//! signal. With `direction = "both"` a jump from beyond one band to beyond the other turns the position by two orders
//! at one close.
//!
//! # Parameters
//! ```toml
//! period = 20
//! std_multiplier = 2.0         # σ
//! reversion_threshold = 0.5    # σ
//! confirmation = false         # enter at the first close back inside the band
//! max_adx = 0                  # no entries while ADX is at this or above it; 0: off
//! adx_period = 14
//! direction = "long"           # long, short or both
//! sizing = "equity_fraction"   # or fixed_quantity, fixed_quote
//! size = 0.3
//! stop_loss_pct = 0            # 0: none
//! stop_loss_sigma = 0          # the stop in σ instead
//! take_profit_pct = 0
//! max_bars_held = 0            # 0: until the price comes back
//! ```
//! [`Params`] says each of them in full. Sizes are rounded down to whole lots.
//!
//! None of n values lies more than √(n − 1) standard deviations from their mean. Bands at or beyond that are refused,
//! since they would never give a signal.
//!
//! # Guards and limits
//! The protective stop (a stop-market order) and the take-profit (a limit order) are reduce-only and placed around
//! the average entry price once the entry has ended. `stop_loss_pct` is half-even to a tick; `stop_loss_sigma` uses σ
//! as it was at the bar of the signal, rounded up to a tick, and stays there. Where the market has already passed a
//! stop that could not be placed in time, the position is closed at once by a market order.
//!
//! `max_bars_held` closes a position at the close of that many bars after its entry. Wait much longer than `period`,
//! and the mean has come to the price rather than the price to the mean.
//!
//! With `max_adx`, entries wait while the average directional index says that there is a trend, whichever way; as
//! long as it has no value yet, they wait too. It never holds back an exit.
//!
//! # When it makes and when it loses money
//! It earns small amounts often in markets that swing around a level. It loses in trends: a price that leaves its
//! mean for good is bought all the way from the band, and the bands widen with it. Without a stop and without
//! `max_bars_held` the loss of one such trade has no bound, and usually costs what many good ones brought.
//!
//! # When something goes wrong
//! While paused nothing is entered and exits go on. An entry that is refused, rejected or expires is left; what was
//! filled of it is kept, guarded and left like any position. An exit that does not go through is sent again at the
//! next price, a guard likewise. Bands, position, guards and counters survive a restart.
//!
//! # Sources
//! Bands: J. Bollinger, "Bollinger on Bollinger Bands", 2001. ADX: J. W. Wilder, "New Concepts in Technical Trading
//! Systems", 1978; that it tells when not to trade against a move is his use of it. The bound of √(n − 1): P. A.
//! Samuelson, "How Deviant Can You Be?", Journal of the American Statistical Association 63, 1968. That a side is
//! entered once is a convention of this strategy.

mod bands;
mod params;
mod trader;

#[cfg(test)]
mod tests;

pub use params::Params;
pub use trader::MeanReversion;

sdk::register_strategy! {
    id: "mean_reversion",
    summary: "buys closes below the lower Bollinger band and sells those above the upper one, back to the mean",
    tier: sdk::Tier::Free,
    stability: sdk::Stability::Beta,
    params: Params,
    build: MeanReversion::build,
}
