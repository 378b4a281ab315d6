//! Several strategies side by side on one account: netted at the venue, each with exact books, a share of equity and regimes
//! of its own.
//!
//! # Idea
//! Each child is a strategy of this binary that the run may use: a free one, or a paid one that a licence names. A child
//! trades as if it were alone on an account with its share of equity: it sees its own position, orders and equity, and
//! hears of its own fills only. To the venue all of them together are one position.
//!
//! # Parameters
//! ```toml
//! allocation = "fixed"           # fixed, equal, inverse_volatility, risk_parity or performance
//! rebalance_interval = 0         # how often shares are set anew; 0: never
//! rebalance_unit = "bars"        # or minutes, hours, days
//! lookback = 60                  # returns that volatility, covariance and performance are taken over
//! min_weight = 0.1               # smallest part of what is divided ...
//! max_weight = 0.7               # ... largest part ...
//! max_weight_change = 0.05       # ... and the most it changes at one rebalance; not for fixed and equal
//! full_mark_return_pct = 10      # performance: the return over lookback with the full mark
//! full_mark_sharpe = 3           # performance: the yearly Sharpe ratio with the full mark
//! adx_period = 14                # the regime of the main instrument, where a child names regimes
//! adx_enter = 25
//! adx_exit = 20
//! regime_ema_period = 50
//! regime_slope_bars = 5
//! regime_min_slope = 0.05        # in ATR
//! regime_dwell = 3
//! regime_stale_bars = 2          # bar lengths without a bar after which the regime is unknown; 0: never
//!
//! [[child]]
//! id = "grid"
//! weight = 0.5                   # share of equity at the start; together at most 1
//! instruments = []               # symbols of the run, its main one first; none: all
//! regimes = ["range"]            # where it may open: range, trend_up, trend_down, unknown; none: everywhere
//! max_loss_pct = 0               # shut off at this loss; 0: never
//! max_leverage = 1               # most that is held and out, in multiples of its equity; 0: no bound
//! params = { spacing_pct = 1 }   # its own
//! ```
//! [`Params`] and [`ChildParams`] say each of them in full.
//!
//! # Orders
//! A child's wish is first judged in the child's own books, as the run's gate would judge it if the child were alone: its
//! mode, the venue's filters, and the capital that is free. A refusal comes back to the child as one of the gate's. Then the
//! orders of all children meet, in the order in which they were wished for:
//!
//! - **Netting.** Two orders of different children that both take (market orders, and limits at or beyond the market) are
//!   crossed inside at the last price, before the rest goes out.
//! - **No child trades with another at the venue.** A limit order that would meet one of a sibling is crossed with it inside:
//!   at the price of the one that rests, or, where both lie inside the spread, of the one that came first. One that
//!   rests at the venue is called back first, and the new order waits for the answer, so that nothing fills twice; what is
//!   left goes out again. An exit or a market order waits until the next price and no longer. An order that would only meet
//!   a sibling's after better prices of others is not crossed. A fill-or-kill order that meets too little of a sibling
//!   expires. Stops lie outside the book until they trigger, and are let out as they are.
//! - **An internal cross** is to both children a fill without a fee, with a trade number from 2⁶³ on. The account does not
//!   change, so the run's record does not show it.
//! - **Reduce-only.** An exit goes out reduce-only if, with all other reduce-only orders that are out, it can only shrink the
//!   whole position, and so does a market order that opens for its child. Otherwise an exit goes out as an ordinary order,
//!   which the gate treats as an opening. When the whole position changes so that reduce-only orders could no longer fill, they
//!   are called back, the latest first, and sent as ordinary ones; likewise what the venue ends for want of a
//!   position while its child still holds one. An exit that can go out in neither way (too small for the venue, or the run is
//!   paused and it would make the whole larger) is held back and tried again at every event; meanwhile it can be crossed.
//! - **Within a child** reduce-only is kept exactly: what a target and a stop fill together beyond the child's position is
//!   booked to the child's account but hidden from its view, and closed again at the market. So is what fills after
//!   its order was crossed inside.
//! - What has no room in the list of wishes of one event goes out with the next.
//!
//! # Books
//! Every order at the venue belongs to one child, and so do its fill and fee. Funding of the whole position is divided so
//! that the parts come to it exactly, in the order of the children. Positions, fees and funding of the children sum to
//! those of the account, and so does profit: for each child realised profit less cost is what it paid, and the
//! sums of that are equal to the last unit of money. Cost and realised profit for themselves differ from the account's while
//! children hold against each other, as the account closes one child's position with the other's. When the engine itself
//! closes the whole position (a stop of the run), its fills go to the children that hold what they close, in their order,
//! and what children hold against each other is crossed at the last price once the whole is flat.
//! [`MultiStrategy::standings`] gives every child's account, and the run's report shows a table of them: profit, fees,
//! funding and fills of each, over their sum, which is the account's. Fills alone don't sum to it: a cross inside is one for
//! each of the two, and none at the venue.
//!
//! **Capital.** What a child's live opening orders could cost (at their own price, a market order at the last one) is
//! reserved. It is worked out from the orders that are out, so what ended can't stay reserved. An opening order is refused
//! where what is held and reserved would come to more than `max_leverage` times the child's equity; exits need no capital.
//!
//! # Shares
//! A child's equity is its share of equity at the last rebalance and its own profit since. At a rebalance every child's
//! equity is set to its new share of the whole, by a transfer that is no profit and no loss. What the weights leave over is
//! nobody's. Children that measure their profit by equity (as the grid's `stop_loss_pct` does) take a transfer for
//! one; `max_loss_pct` does not.
//!
//! - `fixed`: the weights. `equal`: their sum in equal parts, from the start.
//! - `inverse_volatility`: in proportion to 1/σ, the deviation of the returns of the child's own equity; what risk parity
//!   comes to where all correlations are the same (Maillard, Roncalli and Teïletche 2010).
//! - `risk_parity`: so that every child contributes equally to the variance of the whole (Maillard, Roncalli and Teïletche
//!   2010), from the covariance of those returns; by volatility while that can't be measured.
//! - `performance`: in proportion to 0.4 × profit + 0.3 × Sharpe ratio + 0.2 × win rate + 0.1 × (1 − drawdown) over the
//!   look-back, each from 0 to 1. The four weights are those of the earlier system's allocator: a rule of thumb, without a
//!   paper behind it.
//!
//! The last three keep `min_weight` and `max_weight`, as parts of what is divided, and no weight moves by more than
//! `max_weight_change`: all move by the same part of their way. A child whose numbers can't be measured yet keeps its
//! weight. Returns are taken at closed bars of the main instrument; on a tape without bars at rebalances by time.
//!
//! A child that is shut off keeps what it has until it is flat, and the others divide what that leaves of the whole: together
//! they never have more than the account, and where nothing is left no equity moves. From the next rebalance on what it had goes to the others: at once for `equal`,
//! by steps of `max_weight_change` for the last three (until then it is nobody's), and never for `fixed`. Only where a
//! child that is being closed holds so much that the others' shares don't fit beside it, these fall by more than a step.
//!
//! # Regimes
//! Closed bars of the main instrument say whether it ranges or trends: ADX (Wilder 1978) from `adx_enter` on, down to
//! `adx_exit`, the slope of an exponential average in ATRs for the direction, and `regime_dwell` bars that must agree.
//! Outside of its regimes a child is told that it is paused: it may close and not open, and sees every price and report.
//! Until there are enough bars, and when bars stay away, the regime is `unknown`.
//!
//! # What goes wrong
//! A child that asks for its end, wishes for more than the bound of an event, loses its `max_loss_pct`, or whose
//! books can't hold a number, is shut off: its orders are cancelled, and what it holds is closed by market orders, tried again
//! at each price until it is flat. The others go on. A remark says so, with the child's place and id.
//!
//! A rejected, refused, expired or partly filled order is told to its child as it is; one that comes back for reasons of
//! ours is not. On a pause of the run children are paused with it. After a restart with the saved state everything goes
//! on where it stopped, each child's own state included.
//!
//! # When it makes and when it loses money
//! It is as good as its children. Netting saves the fees and the spread of what they would trade against each other, and
//! children that earn at different times make a calmer whole. Shares that follow volatility or performance lag behind:
//! they take from a child after its bad time and give to another after its good one, which costs where the two
//! alternate. A child that is shut off at its worst does not come back.
//!
//! # Vendor key
//! Licences are held against `vendor.pub`, which is compiled in. In this tree that is the demonstration key of RFC 8032,
//! whose secret half everybody can read: builds with debug assertions take licences signed with it, all others refuse
//! them (exit code 24) unless asked by name (`--allow-demo-key`). Who sells this crate runs `quantmesh-licence keygen`, puts the
//! `.pub` file in the place of `vendor.pub`, and releases. `quantmesh doctor` names every crate that still has the
//! demonstration key.

mod allocation;
mod child;
mod close;
mod cross;
mod curve;
mod desk;
mod floor;
mod hear;
mod ledger;
mod memory;
mod notes;
mod order;
mod params;
mod rebalance;
mod regime;
mod scene;
mod send;
mod trader;

#[cfg(test)]
mod tests;

pub use params::{Allocation, Child as ChildParams, Params, RebalanceUnit, Regime};
pub use trader::{MultiStrategy, Standing};

sdk::register_strategy! {
    id: "multi_strategy",
    summary: "several strategies side by side: netted at the venue, each with exact books, a share of equity and its regimes",
    tier: sdk::Tier::Paid { vendor_key: include_str!("../vendor.pub") },
    stability: sdk::Stability::Beta,
    released: "2026-11-24",
    params: Params,
    build: MultiStrategy::build,
}
