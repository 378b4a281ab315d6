//! Grid trading: buy a little at each level on the way down, sell each lot one level higher; or mirrored; or both.
//!
//! # Idea
//! When it starts, the grid lays a ladder of price levels around the first price it sees (the *anchor*). Two
//! neighbouring levels make a *slot*. A long slot buys at its lower level and sells at its upper one, a short slot
//! sells at its upper level and buys back at its lower one, and each such round trip earns the distance less two maker
//! fees. A slot has at most one live order and remembers what it holds, so what a fill belongs to is never guessed:
//! the client order id carries the slot's number.
//!
//! | `direction` | slots below the anchor | slots above the anchor |
//! | --- | --- | --- |
//! | `long` | long | long |
//! | `short` | short | short |
//! | `neutral` | long | short |
//!
//! Every order is post-only. Entries lie strictly below the best ask or above the best bid (the last price where there
//! are no quotes). An exit whose level the market has already passed is placed one tick inside the market, which is
//! better for us than its level, and goes back to its level when the market comes back. An order that is rejected
//! because it would have taken is tried again at the next market price. Nothing here ever takes, except the close
//! after a stop, which the engine carries out.
//!
//! # Parameters
//! ```toml
//! direction = "long"            # long, short or neutral
//! spacing = "geometric"         # or "arithmetic", which goes by price_interval
//! spacing_pct = 1.0             # distance of two levels, % of the lower one
//! order_quantity = 100          # quote amount of each level
//! buy_window_size = 10          # levels below the market that carry a buy order
//! sell_window_size = 10         # levels above the market that carry a sell order
//! max_grid_layers = 0           # most layers held or waiting on a side; 0: the window of that side
//! price_lower = 0               # hard range; 0: none
//! price_upper = 0
//! trigger_price = 0             # start when the price gets here; 0: at once
//! stop_loss_pct = 20            # % of the equity at the start; 0: off
//! take_profit_pct = 0
//! trailing_take_profit_pct = 0
//! stop_loss_price = 0
//! take_profit_price = 0
//! trailing_shift = "off"        # off, up, down or both: the range follows the price
//! atr_multiplier = 0            # ATRs between two entries, in whole levels; 0: every level
//! atr_period = 14
//! max_spacing_levels = 8
//! inventory_skew = 0            # levels further apart at a full inventory
//! regime_filter = false         # a trend changes entries; see below
//! adx_period = 14
//! adx_enter = 25
//! adx_exit = 20
//! regime_ema_period = 50
//! regime_dwell = 3
//! funding_pause_minutes = 0     # before a settlement, whoever paid at the last one enters nothing
//! funding_min_bps = 0
//! ```
//! [`Params`] says each of them in full.
//!
//! **Ladder.** Arithmetic levels are the anchor ± k intervals, exactly. Geometric levels are the anchor × (1 + s)^±k,
//! computed once, in whole numbers of 10⁻⁹ tick, each rounded half-even to a tick. Levels outside `price_lower` to
//! `price_upper` do not exist. Where a bound is missing, the ladder goes on to a hundredth or a hundred times the
//! anchor, to [`MAX_LEVELS`] levels, or to where a round trip no longer pays its fees or the amount no longer buys
//! what the venue demands, whichever comes first. Past its last level the grid waits, and leaves a remark.
//!
//! **Windows.** The nearest `buy_window_size` levels below the market carry buys and the nearest `sell_window_size`
//! levels above it carry sells, whether they open or close. An order that drifts more than one level out of its window
//! is cancelled (that one level keeps it from flapping). A slot that holds something keeps it then, and gets its
//! exit back when the market comes near again.
//!
//! **Layers.** A slot counts as a layer from the moment its entry is wished for until it holds nothing and has no
//! order. The layers of one side never exceed `max_grid_layers`, live orders included; when there is room for fewer
//! orders than the window has levels, the nearest levels get it. In a neutral grid the cap holds for each side, since
//! the two offset each other.
//!
//! **Fees.** A slot between prices a and b earns (b − a) − maker × (a + b) per unit. A grid in which that is not above
//! zero for every slot of its range (or of its windows, where it has no range) refuses to start and shows the numbers.
//!
//! **Volatility.** With `atr_multiplier`, entries lie a whole number of levels apart: ATR × multiplier over the distance of two
//! levels at the last close, rounded, from 1 to `max_spacing_levels`, and changed only when it differs by a quarter.
//! They are counted from the anchor, so a ladder keeps its levels, and a slot keeps the exit that it was entered with.
//!
//! **Inventory.** With `inventory_skew` = k, entries keep 1 + k × layers held ÷ cap levels from every layer that is held,
//! rounded down, so a grid that fills up buys further and further down.
//!
//! **Regime.** With `regime_filter`, [`sdk::indicators::Regime`] judges the closed bars. Against the trend (long entries in a
//! downward one) there are half as many entries, twice as far apart. With the trend, nothing is entered beyond the level
//! that was nearest when the trend was noticed: a long grid does not buy new highs. Exits go on as always. Where bars stop and ticks
//! go on, a trend is forgotten two bar lengths after the last bar.
//!
//! **Shift.** With `trailing_shift`, a range whose last level the price has passed moves after it, level by level, as far as the
//! ladder goes. What is held keeps its exit.
//!
//! **Funding.** With `funding_pause_minutes`, the side that paid at the last settlement, at `funding_min_bps` or more, has no
//! entries out from so many minutes before the next one until it has passed ([`sdk::FundingClock`] says when that is).
//!
//! **Stops.** `stop_loss_pct`, `take_profit_pct` and `trailing_take_profit_pct` are percentages of the run's equity at
//! the moment the grid started, and are compared with the change of equity since then, fees, funding and open profit
//! included. With trailing, reaching `take_profit_pct` does not close but begins to follow the peak of the profit, and
//! the grid closes once the profit has fallen from its peak by `trailing_take_profit_pct`. `stop_loss_price` and
//! `take_profit_price` close at a price; a bar counts as having been at its low and its high. Every one of them asks
//! the engine for a stop: all orders cancelled, the position closed reduce-only and verified flat, nothing opened
//! again. The grid itself wishes for nothing more, not even after a restart with its saved state.
//!
//! **Pause.** While the engine is paused, entries are cancelled and exits go on. Exits are reduce-only wherever the
//! other side holds nothing, so no rule blocks them. Where a neutral grid holds both sides at once (a jump across the
//! anchor), the position is their difference, and exits are plain post-only orders then: a reduce-only one would be
//! ended by the venue although its slot still has to be closed. While paused, only the side that holds more sends exits, reduce-only:
//! those of the other side would make the position larger.
//!
//! # When it makes and when it loses money
//! It earns in markets that swing within the ladder: each swing over a level is one small, nearly certain profit. It
//! loses in a trend against it: a long grid has bought every level on the way down and sits on the sum, up to
//! `max_grid_layers` × `order_quantity`. In a trend in its favour it earns little, since it holds nothing. Profits are
//! many and small, losses few and large: a grid without a stop is a bet that the price comes back.
//!
//! # Sources
//! - The profit of a slot and the smallest spacing that pays are worked out above from the definition of a maker fee.
//! - J. W. Wilder, "New Concepts in Technical Trading Systems", Trend Research 1978: the average true range that spaces entries,
//!   and the ADX that tells a trend, with 25 and 20 around the values that he looks for.
//! - T. Ho and H. R. Stoll, "Optimal dealer pricing under transactions and return uncertainty", Journal of Financial Economics 9(1),
//!   1981: that whoever holds more should ask a better price for more. The linear rule of `inventory_skew` is a convention of
//!   this strategy, like the windows, the layers and what a trend does to entries; bounds, slope and dwell of a trend are those of
//!   [`sdk::indicators::Regime`].

mod climate;
mod exit;
mod ladder;
mod params;
mod place;
mod plan;
mod save;
mod settle;
mod slot;
mod step;
mod worth;

#[cfg(test)]
mod tests;

pub use ladder::MAX_LEVELS;
pub use params::{Direction, Params, Spacing, TrailingShift};
pub use step::Grid;

sdk::register_strategy! {
    id: "grid",
    summary: "grid of post-only orders: long, short or neutral, arithmetic or geometric, fee-aware, with hard caps and stops",
    tier: sdk::Tier::Free,
    stability: sdk::Stability::Beta,
    params: Params,
    build: Grid::build,
}
