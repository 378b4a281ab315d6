//! Oscillators: where a value stands within its recent range or moves, on a bounded scale (CCI: an open one).

use serde::{Deserialize, Serialize};

use super::sums::RollingSum;
use super::window::{are_numbers, is_number};
use super::{RollingMax, RollingMin, Sma, WilderSmoothing};

/// Relative strength index, 0 to 100: 100·gain/(gain + loss), where gain and loss are the rises and falls from value to
/// value, each under [`WilderSmoothing`]. First value after `period + 1` updates.
///
/// While nothing has moved at all it is 0, as in TA-Lib: a strategy that buys low readings should look twice at 0.
/// Source: J. W. Wilder, "New Concepts in Technical Trading Systems", 1978.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rsi {
    gain: WilderSmoothing,
    loss: WilderSmoothing,
    last: Option<f64>,
}

impl Rsi {
    /// Over `period` changes, usually 14; 0 counts as 1.
    #[must_use]
    pub fn new(period: usize) -> Self {
        Self { gain: WilderSmoothing::new(period), loss: WilderSmoothing::new(period), last: None }
    }

    /// Takes in a value; gives the index once there is one. What is not a number is passed over.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if is_number(value)
            && let Some(last) = self.last.replace(value)
        {
            let change = value - last;
            self.gain.update(change.max(0.0));
            self.loss.update((-change).max(0.0));
        }
        self.value()
    }

    /// The index, once there is one.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<f64> {
        let (gain, loss) = (self.gain.value()?, self.loss.value()?);
        Some(percent(gain, gain + loss))
    }

    /// Updates until the first value: `period + 1`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.gain.warm_up() + 1
    }

    /// Forgets all values.
    pub fn reset(&mut self) {
        self.gain.reset();
        self.loss.reset();
        self.last = None;
    }
}

/// Stochastic oscillator, 0 to 100: where the close stands between the lowest low and the highest high of the last
/// `period` bars, averaged over `smooth` bars (%K), and averaged again over `signal` bars (%D). Both averages are
/// simple. First value, of both at once, after `period + smooth + signal − 2` updates.
///
/// A window without any range counts as 0, as in TA-Lib. Source: G. C. Lane, "Lane's Stochastics", 1984.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stochastic {
    high: RollingMax,
    low: RollingMin,
    k: Sma,
    d: Sma,
}

/// What [`Stochastic`] and [`StochRsi`] give.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StochasticValue {
    /// %K, 0 to 100.
    pub k: f64,
    /// %D, the average of %K, 0 to 100.
    pub d: f64,
}

impl Stochastic {
    /// The slow stochastic, usually 14, 3, 3; a period of 0 counts as 1.
    #[must_use]
    pub fn new(period: usize, smooth: usize, signal: usize) -> Self {
        Self {
            high: RollingMax::new(period),
            low: RollingMin::new(period),
            k: Sma::new(smooth),
            d: Sma::new(signal),
        }
    }

    /// The fast stochastic, whose %K is not averaged; usually 14, 3.
    #[must_use]
    pub fn fast(period: usize, signal: usize) -> Self {
        Self::new(period, 1, signal)
    }

    /// Takes in a bar; gives the result once there is one. What is not a number is passed over.
    #[inline]
    pub fn update_bar(&mut self, high: f64, low: f64, close: f64) -> Option<StochasticValue> {
        if are_numbers([high, low, close])
            && let (Some(high), Some(low)) = (self.high.update(high), self.low.update(low))
            && let Some(k) = self.k.update(percent(close - low, high - low))
        {
            self.d.update(in_scale(k));
        }
        self.value()
    }

    /// The result, once there is one.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<StochasticValue> {
        let (k, d) = (self.k.value()?, self.d.value()?);
        Some(StochasticValue { k: in_scale(k), d: in_scale(d) })
    }

    /// Updates until the first value: `period + smooth + signal − 2`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.high.warm_up() + self.k.warm_up() + self.d.warm_up() - 2
    }

    /// Forgets all bars.
    pub fn reset(&mut self) {
        self.high.reset();
        self.low.reset();
        self.k.reset();
        self.d.reset();
    }
}

/// Stochastic of the [`Rsi`]: where the index stands between its own lowest and highest value of the last `period`
/// updates (%K, not averaged), and its simple average over `signal` updates (%D). First value, of both at once, after
/// `rsi + period + signal − 1` updates.
///
/// Source: T. Chande and S. Kroll, "The New Technical Trader", 1994; TA-Lib's scale of 0 to 100.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StochRsi {
    rsi: Rsi,
    stochastic: Stochastic,
}

impl StochRsi {
    /// With the periods of the index, of its range and of %D, usually 14, 14 and 3; 0 counts as 1.
    #[must_use]
    pub fn new(rsi: usize, period: usize, signal: usize) -> Self {
        Self { rsi: Rsi::new(rsi), stochastic: Stochastic::fast(period, signal) }
    }

    /// Takes in a value; gives the result once there is one. What is not a number is passed over.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<StochasticValue> {
        if is_number(value)
            && let Some(rsi) = self.rsi.update(value)
        {
            self.stochastic.update_bar(rsi, rsi, rsi);
        }
        self.value()
    }

    /// The result, once there is one.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<StochasticValue> {
        self.stochastic.value()
    }

    /// Updates until the first value: `rsi + period + signal − 1`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.rsi.warm_up() + self.stochastic.warm_up() - 1
    }

    /// Forgets all values.
    pub fn reset(&mut self) {
        self.rsi.reset();
        self.stochastic.reset();
    }
}

/// Williams %R, −100 to 0: −100·(highest high − close)/(highest high − lowest low) over the last `period` bars; 0 for a
/// window without any range. First value after `period` updates.
///
/// Source: L. Williams, "How I Made One Million Dollars Last Year Trading Commodities", 1973.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WilliamsR {
    high: RollingMax,
    low: RollingMin,
    close: f64,
}

impl WilliamsR {
    /// Over `period` bars, usually 14; 0 counts as 1.
    #[must_use]
    pub fn new(period: usize) -> Self {
        Self { high: RollingMax::new(period), low: RollingMin::new(period), close: 0.0 }
    }

    /// Takes in a bar; gives the result once there is one. What is not a number is passed over.
    #[inline]
    pub fn update_bar(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        if are_numbers([high, low, close]) {
            self.high.update(high);
            self.low.update(low);
            self.close = close;
        }
        self.value()
    }

    /// The result, once there is one.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<f64> {
        let (high, low) = (self.high.value()?, self.low.value()?);
        Some(-percent(high - self.close, high - low))
    }

    /// Updates until the first value: `period`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.high.warm_up()
    }

    /// Forgets all bars.
    pub fn reset(&mut self) {
        self.high.reset();
        self.low.reset();
        self.close = 0.0;
    }
}

/// Commodity channel index: (price − mean)/(0.015·mean deviation) over the last `period` typical prices
/// (high + low + close)/3; 0 where all are equal. First value after `period` updates.
///
/// The deviations are from the mean of the moment, so each update looks at the whole window: this one indicator takes
/// time in proportion to its period. Source: D. Lambert, "Commodity Channel Index", 1980.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cci {
    typical: RollingSum,
    value: Option<f64>,
}

impl Cci {
    /// Over `period` bars, usually 20 or 14; 0 counts as 1.
    #[must_use]
    pub fn new(period: usize) -> Self {
        Self { typical: RollingSum::new(period), value: None }
    }

    /// Takes in a bar; gives the index once there is one. What is not a number is passed over.
    #[inline]
    pub fn update_bar(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        if are_numbers([high, low, close]) {
            let typical = (high + low + close) / 3.0;
            self.typical.push(typical);
            self.value = self.typical.mean().map(|mean| {
                let ring = self.typical.ring();
                let deviations: f64 = ring.slots().iter().map(|value| (value - mean).abs()).sum();
                let scale = 0.015 * (deviations / ring.count());
                if scale > 0.0 { (typical - mean) / scale } else { 0.0 }
            });
        }
        self.value
    }

    /// The index, once there is one.
    #[must_use]
    #[inline]
    pub const fn value(&self) -> Option<f64> {
        self.value
    }

    /// Updates until the first value: `period`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.typical.ring().period()
    }

    /// Forgets all bars.
    pub fn reset(&mut self) {
        self.typical.reset();
        self.value = None;
    }
}

/// `part` of `whole` in percent; 0 of nothing.
#[inline]
fn percent(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { 100.0 * (part / whole) } else { 0.0 }
}

/// A mean of values from 0 to 100 with the last digit of its rounding cut off.
#[inline]
const fn in_scale(mean: f64) -> f64 {
    mean.clamp(0.0, 100.0)
}
