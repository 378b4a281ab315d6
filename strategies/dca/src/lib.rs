//! Dollar-cost averaging with safety orders: a base order, further orders as the price goes against it, and exits by
//! layer and in total.
//!
//! # Idea
//! A position begins with a *base order*. Each time the price has gone against it by another *step*, a *safety order*
//! is added, usually a larger one, which brings the average price nearer to the market: a smaller way back is enough to
//! close at a profit. What one order's fills come to is a *layer*; a layer counts what filled, and nothing that was
//! only sent.
//!
//! # When it acts
//! The average true range and the trend are taken from closed bars. The price that is held against steps, stops and
//! take-profits is the newest one there is: a bar's close, a trade, or a quote (the ask for what would be bought, the
//! bid for what would be sold). Exits come first, openings last. All times are times of events, never of a clock.
//!
//! # Parameters
//! ```toml
//! direction = "long"              # or "short", the mirror image
//! entry_order = "market"          # or "limit": at the price of the decision
//! entry_ttl = 300                 # seconds a limit entry may work; 0: as long as it takes
//! base_order_amount = 100         # quote amount of the base order
//! safety_order_amount = 200       # quote amount of the first safety order
//! max_safety_orders = 10          # most safety orders held at once, at most 50
//! safety_order_scale = 1.05       # volume scale: each is so many times the one before
//! safety_order_step = 1.0         # step scale: each step is so many times the one before
//! price_step_pct = 2              # first step in %, where atr_multiplier is 0
//! atr_period = 14
//! atr_multiplier = 1.5            # step in ATRs; 0: price_step_pct
//! min_price_step = 1              # bounds of that step in %
//! max_price_step = 5
//! first_order_take_profit = 1     # % on the base order, which closes its own lots; 0: off
//! last_order_take_profit = 0.5    # % on a safety order, which closes its own lots; 0: off
//! total_take_profit = 2           # % on all layers together, which closes all; 0: off
//! trailing_activation = 1         # % on all layers together; 0: off
//! trailing_take_profit = 0.5      # % the price may fall back from its best since then
//! stop_loss = 10                  # % from the average price of all layers; 0: off
//! trailing_stop_loss = 0          # % from the best price since the newest layer; 0: off
//! cascade_protection = true
//! cascade_drop_pct = 5            # % from the best price of the window
//! cascade_window = 600            # seconds
//! cascade_pause = 300             # seconds without new layers
//! trend_filter = true             # the base order waits for the trend
//! trend_method = "ema"            # or "sma"
//! trend_period = 20               # bars of the fast average; the slow one has twice as many
//! cooldown = 60                   # seconds between a closed position and the next base order
//! leverage = 1                    # all layers cost at most capital × leverage
//! max_exposure = 0                # and at most this amount; 0: no other bound
//! ```
//! [`Params`] says each of them in full.
//!
//! **Amounts.** The n-th safety order is `safety_order_amount` × scaleⁿ⁻¹, in whole lots rounded down. What all orders
//! cost together is worked out at the start, and must fit into capital × `leverage` and `max_exposure`; if not, the
//! refusal shows the sum and how many safety orders would fit. The same bound holds again before each layer.
//!
//! **Steps.** The step to the n-th safety order is s × `safety_order_step`ⁿ⁻¹ percent of the reference price, where s
//! is `price_step_pct`, or ATR / price × 100 × `atr_multiplier` held between `min_price_step` and `max_price_step`;
//! until there is an ATR it is `max_price_step`. The reference is the average price of the newest layer. Once a layer
//! was sold by its own take-profit its place is free again, and the reference is where it was sold, or the newest layer
//! that is left, whichever is further: a layer is never bought back where it was just sold.
//!
//! **Take-profits.** A gain is worth less cost, as a share of cost, before fees; take-profits that don't pay two taker
//! fees are refused. A layer's own take-profit sells its own lots, and the others stay. The total one and the trailing
//! one close everything: once all layers together have gained `trailing_activation`, the best price is followed, and a
//! fall of `trailing_take_profit` from it closes. A new layer begins that anew.
//!
//! **Stops.** A stop-market order for exactly what is held rests at the venue, at the nearest of the stop under the
//! average price and the trailing levels. It is replaced when what is held changes, and its trailing part moves on
//! closed bars; between bars the trailing levels are watched and closed at the market. Where the venue did not take the
//! stop, or it sleeps although the price is there, the market order takes over. Since the average follows the layers
//! down, so does the stop.
//!
//! **Cascade guard.** When the price has fallen by `cascade_drop_pct` from the best price of the last `cascade_window`
//! seconds, no layer is opened for `cascade_pause` seconds. Then it is lifted; only another fall of that depth, counted
//! from where the first one was noticed, prolongs it.
//!
//! **Trend filter.** The base order waits until the average over `trend_period` closes is not below (short: above) the
//! one over twice as many. Safety orders don't ask: they are bought against the trend by design.
//!
//! # What happens when something goes wrong
//! | | |
//! | --- | --- |
//! | pause, or the licence's end | a waiting entry is taken back, nothing is opened; exits and stops go on |
//! | entry rejected or refused | tried again after a minute at the earliest, if the price still asks for it |
//! | exit rejected, expired or filled in part | tried again for the rest at the next price |
//! | exit without an answer | after a minute cancelled and sent anew; both are reduce-only |
//! | entry filled in part | the layer counts what filled |
//! | fill after a cancel | counted: a client order id says which layer it belongs to |
//! | restart | goes on from the saved state; a position without a state is taken over as the base layer |
//! | more or less held than the layers say | the newest layer is set right, with a remark |
//! | position against `direction` | closed first, with a remark |
//!
//! No filter, suspension, cooldown or pause holds back an exit.
//!
//! # When it makes and when it loses money
//! It earns in markets that swing: most positions close at a small profit, many of them within their first layers. It
//! loses in a long move against it: then all layers are held, the position is at its largest, and the stop ends it at a
//! loss that many small profits have to pay for. Without a stop it is a bet that the price comes back before the money
//! is gone. Short of that, it gives up most of a strong move in its favour, since it sells early. Averaging down lowers
//! the average price, not the risk.
//!
//! # Source
//! The ladder of base and safety orders with volume and step scale is the convention of retail trading bots. ATR: J. W.
//! Wilder, "New Concepts in Technical Trading Systems", 1978. The bound of the trailing take-profit follows from (1 +
//! a)(1 − b) > 1 for an activation a and a fall-back b.

mod cascade;
mod entries;
mod exits;
mod layers;
mod params;
mod plan;
mod trader;

#[cfg(test)]
mod tests;

pub use params::{Direction, EntryOrder, Params};
pub use trader::Dca;

sdk::register_strategy! {
    id: "dca",
    summary: "base and safety orders by price or ATR steps, take-profits by layer and in total, stops, cascade guard",
    tier: sdk::Tier::Free,
    stability: sdk::Stability::Beta,
    params: Params,
    build: Dca::build,
}
