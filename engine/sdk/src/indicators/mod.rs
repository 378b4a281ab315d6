//! Streaming indicators: one value in, one value out, in constant time and without allocation. What to do about a
//! value is the strategy's business.
//!
//! # Conventions
//! Each indicator is made with `new`, fed with `update` (a value) or `update_bar` (a bar's prices), and gives `None`
//! until it has seen as much as [`warm_up`](Sma::warm_up) says; `value` gives the latest result again, `is_ready`
//! says whether there is one, and `reset` forgets everything but the settings, without allocating. Values and first
//! values are those of TA-Lib 0.8 where TA-Lib has the indicator. A period of 0 counts as 1, and one over
//! [`MAX_PERIOD`] as that many. Inputs are in any unit: ticks, lots, dollars. An update with something in it that is
//! not a number (NaN, infinity, or a magnitude over 10¹⁰⁰) is passed over whole: it changes nothing, and the previous
//! result is given again. [`Cci`] alone takes time in proportion to its period.
//!
//! # Rounding
//! Sums over a window are kept running: the newest value comes in, the oldest goes. While values are whole numbers and
//! their sums stay below 2⁵³ (sums of squares, for deviations), as with prices in ticks, such sums are exact, so equal
//! averages compare equal. For other values a second sum starts anew with every turn of the window and takes over at
//! its end, so rounding never piles up for longer than one turn.
//!
//! # State
//! Every indicator can be cloned, and saved and restored with serde; what was saved goes on exactly where it stopped,
//! given a format that keeps floats exactly (for `serde_json`, its feature `float_roundtrip`).
//!
//! ```
//! use quantmesh_sdk::indicators::{Atr, Sma};
//!
//! let mut average = Sma::new(3);
//! assert_eq!(average.update(1.0), None);
//! assert_eq!(average.update(2.0), None);
//! assert_eq!(average.update(6.0), Some(3.0));
//!
//! let mut range = Atr::new(1);
//! assert_eq!(range.update_bar(11.0, 9.0, 10.0), None);
//! assert_eq!(range.update_bar(14.0, 12.0, 13.0), Some(4.0));
//! ```

mod momentum;
mod moving_average;
mod oscillator;
mod regime;
mod sums;
mod trend;
mod volatility;
mod volume;
mod window;

pub use momentum::{LinearSlope, Macd, MacdValue, Momentum, Roc};
pub use moving_average::{Ema, Sma, WilderSmoothing, Wma};
pub use oscillator::{Cci, Rsi, StochRsi, Stochastic, StochasticValue, WilliamsR};
pub use regime::{Regime, RegimeSettings, RegimeState};
pub use trend::{Adx, AdxValue, ParabolicSar, ParabolicSarValue};
pub use volatility::{Atr, Bands, Bollinger, Channel, Donchian, Natr, StdDev, TrueRange};
pub use volume::{Mfi, Obv, RollingVwap, Vwap};
pub use window::{MAX_PERIOD, RollingMax, RollingMin};

/// Gives indicators the method that all of them have in the same words.
macro_rules! is_ready {
    ($($indicator:ty),* $(,)?) => { $(
        impl $indicator {
            /// Whether there is a value.
            #[must_use]
            #[inline]
            pub fn is_ready(&self) -> bool {
                self.value().is_some()
            }
        }
    )* };
}

is_ready![Sma, Ema, Wma, WilderSmoothing, RollingMax, RollingMin];
is_ready![Rsi, Stochastic, StochRsi, WilliamsR, Cci];
is_ready![Macd, Momentum, Roc, LinearSlope];
is_ready![TrueRange, Atr, Natr, StdDev, Bollinger, Donchian];
is_ready![Adx, ParabolicSar];
is_ready![Obv, Vwap, RollingVwap, Mfi];
