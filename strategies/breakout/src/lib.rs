//! Breakout: what rises above everything of late is bought, what falls below it is sold short; Donchian channels,
//! with a stop in average true ranges.
//!
//! # Idea
//! The channel of a period is the highest high and the lowest low of that many bars before the last one; the last one
//! is not in it.
//!
//! | | long | short |
//! | --- | --- | --- |
//! | entered | close above the highest high of `entry_period` | close below the lowest low of `entry_period` |
//! | left | close below the lowest low of `exit_period` | close above the highest high of `exit_period` |
//!
//! Touching a channel is not breaking it, and what happens within a bar counts only for the stop and the take-profit.
//! Decisions are made on closed bars, and carried out by market orders at the close of the bar that gave the signal.
//! With `direction = "both"` a close that breaks both channels turns the position by two orders at once. Nothing is
//! added to a position that is held.
//!
//! # Parameters
//! ```toml
//! entry_period = 20
//! exit_period = 10
//! atr_period = 20
//! atr_multiplier = 2.0         # distance of the stop from the entry; 0: none
//! trailing_atr_multiplier = 0  # distance from the best price at which the stop follows; 0: it stays
//! take_profit_pct = 0          # 0: none
//! risk_pct = 0                 # % of equity lost at the stop, instead of the size; 0: off
//! max_leverage = 1             # with risk_pct: the most notional, in multiples of equity
//! direction = "long"           # long, short or both
//! sizing = "equity_fraction"   # or fixed_quantity, fixed_quote
//! size = 0.3
//! ```
//! [`Params`] says each of them in full. The defaults are the shorter of the two systems of the Turtles, without
//! their rule to pass over the break-out after a winning one and without their adding to winners.
//!
//! # Stop
//! The average true range is Wilder's, the bar of the signal included. The stop lies `atr_multiplier` of them from
//! the average entry price, the distance as it was at the bar of the signal and rounded up to a tick. It rests at the
//! venue as a reduce-only stop-market order from the moment the entry has ended, so it also works between closes, and
//! while this program does not.
//!
//! With `trailing_atr_multiplier` it follows as a chandelier exit: at each close it lies so many average true ranges
//! of that moment from the highest high since the entry (lowest low for a short position), if that is better than
//! where it lies. It never moves back. Where the market has already passed the place it belongs to, the position is
//! closed by a market order at once.
//!
//! The take-profit is a reduce-only limit order. A side that took its profit is not entered again before a close has
//! broken the channel for its exit; one that was stopped out may be entered at the next break.
//!
//! # Size
//! With `risk_pct`, a position is as large as loses that share of equity between the last close and its stop: equity
//! × risk/(distance × worth of a tick), in whole lots rounded down, and at most `max_leverage` × equity in notional.
//! Fees, slippage and an open beyond the stop come on top. Without it, `sizing` and `size` say how much. What comes
//! to less than the venue's smallest order is not entered.
//!
//! # When it makes and when it loses money
//! It earns in the few long moves of a year, and loses in between: most breaks fail, and each failure costs up to the
//! distance of the stop. Losses in a row are usual. A stop gives no guarantee: a market that opens beyond it fills it
//! there.
//!
//! # When something goes wrong
//! While paused nothing is entered, and exits and stops go on. An entry that is refused, rejected or expires is left;
//! what was filled of it is kept, guarded and left like any position. An exit that does not go through is sent again
//! at the next price, a stop likewise. Channels, position, stop and best price survive a restart.
//!
//! # Sources
//! Channel: R. D. Donchian's four-week rule, 1960. Periods, stop and size: C. Faith, "The Original Turtle Trading
//! Rules", 2003, where the average true range is called N, the stop lies 2 N away, and a unit is 1 % of the account
//! per N, which is `risk_pct = 2` with a stop of 2 N. Average true range: J. W. Wilder, "New Concepts in Technical
//! Trading Systems", 1978. Chandelier exit: C. LeBeau, in A. Elder, "Come Into My Trading Room", 2002, usually with
//! 3.

mod channel;
mod params;
mod risk;
mod trader;

#[cfg(test)]
mod tests;

pub use params::Params;
pub use trader::Breakout;

sdk::register_strategy! {
    id: "breakout",
    summary: "Donchian break-outs on closed bars, with a stop in ATRs that may trail, and size by risk",
    tier: sdk::Tier::Free,
    stability: sdk::Stability::Beta,
    params: Params,
    build: Breakout::build,
}
