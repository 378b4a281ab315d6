//! Martingale: an order, then larger ones as the price goes against it, all closed together; or reversed, as it goes in
//! favour.
//!
//! # Idea
//! Each time the price has moved by a step against the position, an order is added that is a multiple of the one
//! before. The average price comes so near to the market that a small way back closes everything at a profit. That is a
//! bet with a high chance of a small gain and a small chance of a large loss. Here the ladder of orders is therefore
//! finite, known before the first one, and held against the account; and a decaying multiplier makes it grow less
//! steeply.
//!
//! Reversed (*anti-martingale*), orders are added as the price goes in favour of the position: small losses, and now
//! and then a large gain.
//!
//! # When it acts
//! The trend is taken from closed bars. The price that is held against steps, stops and the take-profit is the newest
//! one there is: a bar's close, a trade, or a quote (the ask for what would be bought, the bid for what would be sold).
//! Exits come first, openings last. Entries and exits are market orders. All times are times of events, never of a
//! clock.
//!
//! # Parameters
//! ```toml
//! direction = "long"           # long, short or both
//! initial_amount = 100         # quote amount of the first order
//! multiplier = 2               # each order is so many times the one before
//! max_levels = 6               # most orders of one position, the first included; at most 20
//! price_step_pct = 2           # % from the last order's fill to the next one
//! risk_decay = true            # whether the multiplier shrinks
//! decay_factor = 0.9           # by this factor at each further order
//! min_multiplier = 1.2         # but not below this
//! reverse_martingale = false   # add in favour of the position
//! reverse_multiplier = 1.5     # the multiplier that counts then
//! take_profit = 3              # % on what the position cost; 0: off
//! stop_loss = 15               # % from the average price; 0: off
//! trailing_stop = 1            # % from the best price since the last order, once that is no loss; 0: off
//! cooldown = 60                # seconds without a new order after one that filled, or after a close
//! trend_filter = true          # the first order waits for the trend
//! trend_method = "ema"         # or "sma"
//! trend_period = 20            # bars of the fast average; the slow one has twice as many
//! leverage = 1                 # a position is worth at most equity × leverage
//! max_exposure = 0             # and at most this amount; 0: no other bound
//! ```
//! [`Params`] says each of them in full.
//!
//! **Ladder.** The first order is `initial_amount`, and each one after it the one before times max(`multiplier` ×
//! `decay_factor`ⁿ⁻¹, `min_multiplier`) for the n-th that follows; without `risk_decay`, times `multiplier`. The
//! defaults make 100, 200, 360, 583.20, 850.31 and 1115.77. Reversed, `reverse_multiplier` stands in the place of
//! `multiplier`. Amounts are rounded down to whole lots. An order that filled in part has taken its level.
//!
//! **Caps.** There are never more than `max_levels` orders to a position. The sum of the ladder must fit into capital ×
//! `leverage` and `max_exposure`, or the strategy refuses to start and shows it. Before each order, what the position
//! would be worth with it at the market is held against equity × `leverage` and `max_exposure` again; since a loss
//! makes equity smaller, the last levels may be left out.
//!
//! **Steps.** The step is measured from the average price at which the last order filled.
//!
//! **Exits.** All of the position, always. The take-profit and the stop go by its average price. The trailing stop
//! follows the best price since the last order; it counts once it lies at the average price or better, so that it never
//! closes at a loss (before fees) and never stands in the way of averaging. The stop rests at the venue as a
//! stop-market order for exactly what is held, and is replaced when that changes; its trailing part moves on closed
//! bars, and between bars the trailing level is watched and closed at the market. Where the venue did not take the
//! stop, or it sleeps although the price is there, the market order takes over.
//!
//! **Both.** One market holds one net position: a long and a short ladder at once would close each other, pay twice,
//! and leave exits that open. So `both` has one position at a time, and chooses a side for each: the one that the
//! averages point to, or, without the trend filter, the other one than the last time, beginning with long.
//!
//! **Cooldown and filter.** The cooldown spaces orders that open: none follows an entry's fill or a close within it.
//! The trend filter lets the first order wait until the average over `trend_period` closes is not below (short: above)
//! the one over twice as many; later orders don't ask. Neither holds back an exit.
//!
//! # What happens when something goes wrong
//! | | |
//! | --- | --- |
//! | pause, or the licence's end | a waiting entry is taken back, nothing is opened; exits and stops go on |
//! | entry rejected or refused | tried again after a minute at the earliest, if the price still asks for it |
//! | exit rejected, expired or filled in part | tried again for the rest at the next price |
//! | exit without an answer | after a minute cancelled and sent anew; both are reduce-only |
//! | fill after a cancel | counted; exits go by the position itself, and so cover it |
//! | restart | goes on from the saved state; a position without one is taken over at the level nearest to its cost |
//! | position against `direction` | closed first, with a remark |
//!
//! # When it makes and when it loses money
//! It earns as long as moves turn before the ladder ends: most positions close at a small profit. It loses when one
//! does not: then the position is at its largest, and the stop takes more than many profits have brought. The
//! multiplier changes how often that happens and how much it costs, and not its expectation, which before fees is that
//! of the market and after fees below it. Never run it without a stop. Reversed, it is the other way round: it loses a
//! little in most positions, and earns in long moves.
//!
//! # Source
//! The doubling of stakes after a loss is as old as the casino; that no such system changes the expectation of a fair
//! game is the optional stopping theorem (J. L. Doob, "Stochastic Processes", 1953). Decay and reversal are conventions
//! of retail trading bots.

mod entries;
mod exits;
mod params;
mod plan;
mod trader;

#[cfg(test)]
mod tests;

pub use params::{Direction, Params};
pub use trader::Martingale;

sdk::register_strategy! {
    id: "martingale",
    summary: "growing orders against the move or with it, decaying multiplier, hard caps, stops, long, short or both",
    tier: sdk::Tier::Free,
    stability: sdk::Stability::Beta,
    params: Params,
    build: Martingale::build,
}
