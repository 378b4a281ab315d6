//! Market making: a bid and an ask around the mid, both post-only, that lean against what is held.
//!
//! # Idea
//! A market maker earns the spread between its bid and its ask, and bears the risk of what it holds in between. Both
//! models here weigh the two against each other under the same assumptions: the mid s moves as a Brownian motion with
//! variance σ² a second, a quote at a distance δ from it is hit λ(δ) = A·e^(−κδ) times a second, and γ says how much
//! risk is disliked. Both give a *reservation price*, the mid shifted against the inventory q, and a spread around it.
//!
//! | `model` | reservation price | spread |
//! | --- | --- | --- |
//! | `avellaneda_stoikov` | s − q·γ·σ²·(T − t) | γ·σ²·(T − t) + (2/γ)·ln(1 + γ/κ) |
//! | `glft` | s − q·C | C + (2/γ)·ln(1 + γ/κ), C = √(σ²·γ/(2·κ·A)·(1 + γ/κ)^(1 + κ/γ)) |
//!
//! The first looks ahead to an end T, the second is the limit of the same problem far from any end, for trading that
//! never stops; there the arrivals A take the place of the horizon, because they say how soon inventory can be worked
//! off.
//!
//! # Units
//! Prices are counted in basis points of the mid of the moment, inventory in multiples of `size`, time in seconds. So
//! σ is in basis points per √second (a daily volatility of 3.5 % is 350/√86 400 = 1.19), κ per basis point, A per
//! second and side, γ per basis point and size; the same numbers mean the same thing on any instrument. `size` is q's
//! unit: doubling it doubles the position at which quotes lean as much.
//!
//! # Parameters
//! ```toml
//! model = "avellaneda_stoikov"  # or "glft"
//! gamma = 0.01                  # risk aversion, per basis point and size
//! kappa = 1                     # decay of the arrivals per basis point, until it is estimated
//! intensity = 0.5               # arrivals per second and side at the mid, until they are estimated; for glft
//! estimate_bound = 10           # estimates stay within a tenth and ten times those two; 1: nothing is estimated
//! depth_step_bps = 0.5          # arrivals are counted at 1 to 8 times this distance
//! min_arrivals = 100
//! intensity_half_life = 1800    # seconds
//! volatility = 0                # basis points per √second until it is estimated; 0: nothing is opened until then
//! volatility_half_life = 300    # seconds
//! min_samples = 30
//! sample_ms = 1000              # shortest time between two prices of a sample
//! horizon = 60                  # seconds; for avellaneda_stoikov
//! session_length = 0            # seconds; 0: no sessions
//! wind_down = 0                 # last seconds of a session, in which nothing is opened
//! sizing = "fixed_quote"        # what size, max_long and max_short count
//! size = 100
//! size_skew = 0                 # a plain number: how fast the side that adds shrinks
//! max_long = 500                # hard caps, live orders included
//! max_short = 500
//! min_edge_bps = 0.5            # least profit of buying at our bid and selling at our ask
//! max_spread_bps = 100
//! requote_ticks = 1             # a quote is replaced once it is off by more than both of these
//! requote_bps = 0.5
//! requote_size_pct = 20         # or its size is off by more than this
//! min_quote_life_ms = 500       # but not before it is this old
//! stale_seconds = 10            # nothing is opened on prices older than this; 0: off
//! stop_loss_pct = 10            # % of the equity at the start; 0: off
//! ```
//! [`Params`] says each of them in full.
//!
//! **Mid.** The middle of the best bid and ask. Where no quotes come in it is the last trade, and where no trades
//! come in either, the close of the last bar. Trades count only until the first quote, bars until the first trade or
//! quote. Crossed and locked quotes are passed over.
//!
//! **Volatility.** Σw·x²/Σw·Δt over the log returns x of the mid and the times Δt between them, at least `sample_ms`
//! apart, where w halves every `volatility_half_life`: an exponentially weighted average for irregular times. A bar
//! counts with its range (Parkinson) and the jump before it. There is no floor: a market that stands still leaves the
//! arrivals' part of the spread, and never less than what fees and edge demand.
//!
//! **Arrivals.** For eight distances d the trades that went beyond d from the mid before them are counted; prints of
//! one time and side are one arrival. A straight line through ln λ(d), each point weighed by its count, has the slope
//! −κ and the intercept ln A. Counts and the time they took age with `intensity_half_life`. Until `min_arrivals` are
//! counted and three distances have five each, and always on bars alone, `kappa` and `intensity` hold as they are
//! written. Without quotes, the price before an arrival stands in for the mid. Real arrivals thin out slower than any
//! one exponential far from the mid, so the estimate depends on where it is taken: `depth_step_bps` should put the
//! middle of its eight distances where the quotes are.
//!
//! **Horizon.** T − t is `horizon`, always: the end rolls on ahead, as it must where trading never stops. With
//! `session_length`, sessions of that length are laid end to end from midnight UTC of 1970-01-01 (86 400 is the UTC
//! day), and T − t is what is left of the session where that is less; the skew then fades towards the end, as in the
//! paper, where what is left over is worth the mid. It is not here, so `wind_down` opens nothing in the last part of
//! a session and only works off what is held. `glft` knows sessions only by that.
//!
//! **Prices.** The bid is rounded down and the ask up to a tick, and neither crosses: a bid lies at least a tick
//! under the best ask, an ask a tick over the best bid (the last price where there are no quotes). Half the spread is
//! never below fee × reservation price + half of `min_edge_bps` + the requote tolerance, so that a bid and an ask
//! which stand at the same time earn the edge after both maker fees even if one of them is a kept one (but for the
//! moments in which it is kept only because it is younger than `min_quote_life_ms`); a rebate counts as no fee. Nor is
//! it over half of `max_spread_bps`, unless those demand it.
//!
//! **Sizes and caps.** Each side offers `size`. The side that adds to the inventory offers size × e^(−size_skew·|q|),
//! and no more than fits under `max_long` or `max_short` with what is held and live; at the cap it is not quoted. A
//! cap in quote amount is worked out at the mid of the moment, so a price that rises can put a position over it; then
//! that side is not quoted either. A side that only reduces is reduce-only. Where less than a size is held, the quote
//! closes it and opens the rest on the other side, as long as that may be opened; the gate's refusal of such an order
//! leaves a reduce-only one for what is held.
//!
//! **Requoting.** A side has one order at most. It is replaced at a price event once its price is off by more than
//! max(`requote_ticks`, `requote_bps`), its size by more than `requote_size_pct`, or its kind; the new order goes out
//! when the end of the old one is known, so that never two of them can fill. What may not stand any longer (paused,
//! over the cap, old prices, end of session) is taken back at once, whatever its age.
//!
//! **Old prices.** Once the best bid and ask are older than `stale_seconds`, or the last trade where there are no
//! quotes, the opening side is taken back at the next event of any kind, and exits go on around the last price, clear
//! of the old bid and ask. The strategy has no clock: while nothing at all comes in, nothing can be taken back. Bars
//! are never old.
//!
//! **Stop.** A loss of `stop_loss_pct` of the equity at the first event ends it: all orders are cancelled and the
//! position is closed by the engine, and nothing is wished for again, not even after a restart with the saved state.
//!
//! # When it makes and when it loses money
//! It earns where prices go back and forth within its quotes, and it loses where they go one way: whoever trades
//! against a resting order may know more, and the price that fills the bid goes on falling more often than the models
//! believe. Neither model knows of such adverse selection, of the queue in front of an order, or of the delay of a
//! cancel. With maker fees of some basis points the narrowest spread that pays is far outside the best bid and ask of
//! a liquid market, so fills come mostly when the price moves through, which is the wrong moment; without a rebate or
//! a low fee tier it is hard to earn anything there. On bars a quote stands for the whole bar: that shows how quotes
//! and inventory behave, and not what a market maker earns.
//!
//! More γ always shifts quotes more for the same inventory. It does not always widen them: (2/γ)·ln(1 + γ/κ) shrinks
//! as γ grows, and the spread of `avellaneda_stoikov` widens with every γ only where σ²·(T − t) ≥ 1/κ².
//!
//! # What happens when
//! - **Pause** (and the end of a licence): opening quotes are taken back, and what is held is offered reduce-only.
//! - **A reject or an expiry**: an exit is tried again at the next price. So is an opening quote that was rejected
//!   because it would have taken; after any other reject or refusal that side opens nothing for a second.
//! - **A partial fill**: the rest stays until its size is off by more than `requote_size_pct`, and counts against the
//!   cap.
//! - **No answer**: the order counts as live until its end is known.
//! - **A late fill** after a cancel: the position counts as the engine has it; what exceeds the cap then is taken back.
//! - **A restart**: estimates, live orders and the stop's floor are in the saved state.
//!
//! # Sources
//! - M. Avellaneda and S. Stoikov, "High-frequency trading in a limit order book", Quantitative Finance 8(3), 2008,
//!   equations (29) and (30).
//! - O. Guéant, C.-A. Lehalle and J. Fernandez-Tapia, "Dealing with the inventory risk: a solution to the market
//!   making problem", Mathematics and Financial Economics 7(4), 2013, arXiv:1105.3115, the approximation at the end
//!   of section 4.
//! - S. Laruelle, "Faisabilité de l'apprentissage des paramètres d'un algorithme de trading sur des données réelles",
//!   for the estimate of A and κ from hits at several distances.
//! - RiskMetrics Technical Document, 1996, for the weights of the volatility; M. Parkinson, "The extreme value method
//!   for estimating the variance of the rate of return", Journal of Business 53(1), 1980, for that of bars; Y.
//!   Aït-Sahalia, P. Mykland and L. Zhang, Review of Financial Studies 18(2), 2005, on sampling sparsely.
//! - T. Fushimi, C. González Rojas and M. Herman, "Optimal High-Frequency Market Making", Stanford, 2018, for
//!   `size_skew`.

mod intensity;
mod maker;
mod model;
mod params;
mod plan;
mod slot;
mod tape;
mod volatility;
mod want;

#[cfg(test)]
mod tests;

pub use maker::MarketMaking;
pub use model::Model;
pub use params::Params;

sdk::register_strategy! {
    id: "market_making",
    summary: "post-only bid and ask after Avellaneda-Stoikov or GLFT, with a fee-aware spread and hard inventory caps",
    tier: sdk::Tier::Free,
    stability: sdk::Stability::Beta,
    params: Params,
    build: MarketMaking::build,
}
