//! How far and how fast values moved: MACD, momentum, rate of change, slope of the regression line.

use serde::{Deserialize, Serialize};

use super::Ema;
use super::sums::WeightedSum;
use super::window::{Ring, is_number};

/// Moving average convergence/divergence: the fast [`Ema`] minus the slow one, its own [`Ema`] as signal, and the
/// difference of the two as histogram. First value after `slow + signal − 1` updates.
///
/// The fast average starts `slow − fast` values late, so that both give their first value at the same update; this is
/// TA-Lib's convention. Source: G. Appel, "The Moving Average Convergence-Divergence Trading Method", 1979; the
/// histogram is T. Aspray's, 1986.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Macd {
    fast: Ema,
    slow: Ema,
    signal: Ema,
    late: usize,
    skipped: usize,
}

/// What [`Macd`] gives, in the unit of its input.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MacdValue {
    /// Fast average minus slow average.
    pub macd: f64,
    /// The average of `macd`.
    pub signal: f64,
    /// `macd − signal`.
    pub histogram: f64,
}

impl Macd {
    /// With the periods of the fast average, the slow one and the signal, usually 12, 26 and 9. A period of 0 counts
    /// as 1; if `fast` is over `slow`, they change places.
    #[must_use]
    pub fn new(fast: usize, slow: usize, signal: usize) -> Self {
        let [fast, slow, signal] = [fast.min(slow), fast.max(slow), signal].map(Ema::new);
        let late = slow.warm_up() - fast.warm_up();
        Self { fast, slow, signal, late, skipped: 0 }
    }

    /// Takes in a value; gives the result once there is one. What is not a number is passed over.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<MacdValue> {
        if is_number(value) {
            if self.skipped < self.late {
                self.skipped += 1;
            } else {
                self.fast.update(value);
            }
            self.slow.update(value);
            if let Some(macd) = self.macd() {
                self.signal.update(macd);
            }
        }
        self.value()
    }

    /// The result, once there is one.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<MacdValue> {
        let (macd, signal) = (self.macd()?, self.signal.value()?);
        Some(MacdValue { macd, signal, histogram: macd - signal })
    }

    /// Updates until the first value: `slow + signal − 1`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.slow.warm_up() + self.signal.warm_up() - 1
    }

    /// Forgets all values.
    pub fn reset(&mut self) {
        self.fast.reset();
        self.slow.reset();
        self.signal.reset();
        self.skipped = 0;
    }

    #[inline]
    fn macd(&self) -> Option<f64> {
        Some(self.fast.value()? - self.slow.value()?)
    }
}

/// Momentum: the value minus the one `period` updates before. First value after `period + 1` updates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Momentum(Lagged);

/// Rate of change in percent: 100·(value/before − 1), where `before` is the value `period` updates before; 0 where
/// that is zero. First value after `period + 1` updates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Roc(Lagged);

/// The newest value beside the one `period` updates before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Lagged {
    ring: Ring,
    pair: Option<(f64, f64)>,
}

impl Lagged {
    fn new(period: usize) -> Self {
        Self { ring: Ring::new(period), pair: None }
    }

    #[inline]
    fn update(&mut self, value: f64) {
        if is_number(value) {
            let was_full = self.ring.is_full();
            let before = self.ring.push(value).oldest;
            self.pair = was_full.then_some((before, value));
        }
    }

    fn reset(&mut self) {
        self.ring.reset();
        self.pair = None;
    }
}

impl Momentum {
    /// Against the value `period` updates before; 0 counts as 1.
    #[must_use]
    pub fn new(period: usize) -> Self {
        Self(Lagged::new(period))
    }

    /// Takes in a value; gives the result once there is one. What is not a number is passed over.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        self.0.update(value);
        self.value()
    }

    /// The result, once there is one.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<f64> {
        self.0.pair.map(|(before, now)| now - before)
    }

    /// Updates until the first value: `period + 1`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.0.ring.period() + 1
    }

    /// Forgets all values.
    pub fn reset(&mut self) {
        self.0.reset();
    }
}

impl Roc {
    /// Against the value `period` updates before; 0 counts as 1.
    #[must_use]
    pub fn new(period: usize) -> Self {
        Self(Lagged::new(period))
    }

    /// Takes in a value; gives the result once there is one. What is not a number is passed over.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        self.0.update(value);
        self.value()
    }

    /// The result, once there is one.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<f64> {
        let (before, now) = self.0.pair?;
        let ratio = now / before;
        // Against zero, or next to it, there is no rate.
        Some(if is_number(ratio) { 100.0 * (ratio - 1.0) } else { 0.0 })
    }

    /// Updates until the first value: `period + 1`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.0.ring.period() + 1
    }

    /// Forgets all values.
    pub fn reset(&mut self) {
        self.0.reset();
    }
}

/// Slope of the least-squares line through the last `period` values, in units per update:
/// (n·Σxy − Σx·Σy)/(n·Σx² − (Σx)²) with x = 0, 1, …, n−1 from the oldest. First value after `period` updates; a period
/// of 1 has slope 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinearSlope(WeightedSum);

impl LinearSlope {
    /// Over `period` values; 0 counts as 1.
    #[must_use]
    pub fn new(period: usize) -> Self {
        Self(WeightedSum::new(period))
    }

    /// Takes in a value; gives the slope once there is one. What is not a number is passed over.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if is_number(value) {
            self.0.push(value);
        }
        self.value()
    }

    /// The slope, once there is one.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<f64> {
        let (plain, weighted) = self.0.totals()?;
        let count = self.0.count();
        // The denominator above, and both sums, divided by n: what is left is (n−1)/2 and n·(n²−1)/12.
        let spread = count * (count * count - 1.0) / 12.0;
        let tilt = weighted - plain * ((count - 1.0) / 2.0);
        Some(if spread > 0.0 { tilt / spread } else { 0.0 })
    }

    /// Updates until the first value: `period`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.0.period()
    }

    /// Forgets all values.
    pub fn reset(&mut self) {
        self.0.reset();
    }
}
