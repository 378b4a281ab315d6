//! Momentum: relative strength index and rate of change of closed bars, read with the move or against it.
//!
//! # Idea
//! The rate of change says how far the price has come, the relative strength index how one-sided the way was. With
//! `style = "momentum"` we go with a move that is strong and not yet overdone; with `style = "contrarian"` we buy
//! what has fallen too far and sell what has risen too far.
//!
//! | | `momentum` | `contrarian` |
//! | --- | --- | --- |
//! | long is entered | ROC > `momentum_threshold` and 50 < RSI < `overbought` | RSI < `oversold` |
//! | long is left | RSI falls back under `overbought` after it was there, or ROC ≤ 0 | RSI > `overbought` |
//! | short is entered | ROC < −`momentum_threshold` and `oversold` < RSI < 50 | RSI > `overbought` |
//! | short is left | RSI comes back over `oversold` after it was there, or ROC ≥ 0 | RSI < `oversold` |
//!
//! Each move is entered once. In the style `momentum` a rise is over when ROC is back at the threshold or RSI at 50,
//! and one that was overdone before it was entered (`overbought` reached) is left alone to its end. In the style
//! `contrarian` RSI has to come back to `oversold` before the next purchase. A move in which a position was stopped
//! out, or closed because of `max_bars_held`, counts as entered whatever came between. A move that was on before
//! there were readings is not entered.
//!
//! Decisions are made on closed bars only, and carried out by market orders at the close of the bar that gave the
//! signal. With `direction = "both"` a position is turned by two orders at one close where leaving one side and
//! entering the other fall together.
//!
//! # Parameters
//! ```toml
//! style = "momentum"           # or "contrarian"
//! rsi_period = 14
//! overbought = 70
//! oversold = 30
//! roc_period = 10              # only for "momentum"
//! momentum_threshold = 0.5     # %, only for "momentum"
//! direction = "long"           # long, short or both
//! sizing = "equity_fraction"   # or fixed_quantity, fixed_quote
//! size = 0.3
//! stop_loss_pct = 0            # 0: none
//! take_profit_pct = 0
//! max_bars_held = 0            # 0: as long as the readings say
//! cooldown_bars = 0            # bars without entries after a stop
//! ```
//! [`Params`] says each of them in full. Sizes are rounded down to whole lots.
//!
//! # Guards and limits
//! The protective stop (a stop-market order) and the take-profit (a limit order) are reduce-only, lie at a percentage
//! of the average entry price, half-even to a tick, and are placed once the entry has ended. Where the market has
//! already passed the stop by then, the position is closed at once by a market order and counts as stopped.
//!
//! `max_bars_held` closes a position at the close of that many bars after its entry. `cooldown_bars` keeps new
//! entries away after a stop, counting the bar in which it was hit. It never holds back an exit, and what it holds
//! back may still be entered when it is over and the move is still on.
//!
//! # When it makes and when it loses money
//! The style `momentum` earns when moves go on, and loses a little, plus two taker fees, at each one that does not;
//! most moves do not. The style `contrarian` earns small amounts often, and loses a lot where a market goes on
//! falling: there RSI can stay under `oversold` for long, and without a stop the loss has no bound.
//!
//! # When something goes wrong
//! While paused nothing is entered and exits go on. An entry that is refused, rejected or expires is left, and so is
//! its move; what was filled of it is kept, guarded and left like any position. An exit that does not go through is
//! sent again at the next price, a guard likewise. Readings, position, guards and counters survive a restart.
//!
//! # Sources
//! RSI: J. W. Wilder, "New Concepts in Technical Trading Systems", 1978, with his smoothing, 14 bars, and his 70 and
//! 30. ROC, 100·(close/close n bars ago − 1), and the midline of 50: J. J. Murphy, "Technical Analysis of the
//! Financial Markets", 1999. That a move is entered once is a convention of this strategy.

mod params;
mod signals;
mod trader;

#[cfg(test)]
mod tests;

pub use params::{Params, Style};
pub use trader::Momentum;

sdk::register_strategy! {
    id: "momentum",
    summary: "RSI and rate of change on closed bars: with the move or against it; stop, take-profit, time limit",
    tier: sdk::Tier::Free,
    stability: sdk::Stability::Beta,
    params: Params,
    build: Momentum::build,
}
