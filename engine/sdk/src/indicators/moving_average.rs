//! Moving averages: simple, exponential, weighted, and Wilder's.

use serde::{Deserialize, Serialize};

use super::sums::{RollingSum, WeightedSum};
use super::window::{Period, is_number};

/// Simple moving average: the mean of the last `period` values. First value after `period` updates.
///
/// Means of whole numbers are exact but for one rounding, so averages of different periods over the same ticks tie
/// exactly where they tie on paper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sma(RollingSum);

impl Sma {
    /// An average over `period` values; 0 counts as 1.
    #[must_use]
    pub fn new(period: usize) -> Self {
        Self(RollingSum::new(period))
    }

    /// Takes in a value; gives the average once there is one. What is not a number is passed over.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if is_number(value) {
            self.0.push(value);
        }
        self.value()
    }

    /// The average, once there is one.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<f64> {
        self.0.mean()
    }

    /// Updates until the first value: `period`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.0.ring().period()
    }

    /// Forgets all values.
    pub fn reset(&mut self) {
        self.0.reset();
    }
}

/// Exponential moving average: `e += α·(value − e)`, α = 2/(period+1), seeded with the simple mean of the first
/// `period` values. First value after `period` updates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ema(Smoothed);

/// Wilder's smoothing: `w += (value − w)/period`, seeded with the simple mean of the first `period` values. First value
/// after `period` updates.
///
/// Source: J. W. Wilder, "New Concepts in Technical Trading Systems", 1978. It is an [`Ema`] of 2·period − 1 but for
/// the seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WilderSmoothing(Smoothed);

/// A mean that then forgets at the rate α.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Smoothed {
    alpha: f64,
    period: Period,
    seen: usize,
    value: f64,
}

impl Smoothed {
    const fn new(alpha: f64, period: Period) -> Self {
        Self { alpha, period, seen: 0, value: 0.0 }
    }

    #[inline]
    fn update(&mut self, value: f64) -> Option<f64> {
        if is_number(value) {
            if self.seen < self.period.get() {
                self.seen += 1;
                self.value += value;
                if self.seen == self.period.get() {
                    self.value /= self.period.count();
                }
            } else {
                self.value += self.alpha * (value - self.value);
            }
        }
        self.value()
    }

    #[inline]
    const fn value(&self) -> Option<f64> {
        if self.seen >= self.period.get() { Some(self.value) } else { None }
    }

    fn reset(&mut self) {
        (self.seen, self.value) = (0, 0.0);
    }
}

impl Ema {
    /// An average with α = 2/(`period`+1); 0 counts as 1.
    #[must_use]
    pub fn new(period: usize) -> Self {
        let period = Period::new(period);
        Self(Smoothed::new(2.0 / (period.count() + 1.0), period))
    }

    /// Takes in a value; gives the average once there is one. What is not a number is passed over.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        self.0.update(value)
    }

    /// The average, once there is one.
    #[must_use]
    #[inline]
    pub const fn value(&self) -> Option<f64> {
        self.0.value()
    }

    /// Updates until the first value: `period`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.0.period.get()
    }

    /// Forgets all values.
    pub fn reset(&mut self) {
        self.0.reset();
    }
}

impl WilderSmoothing {
    /// Smoothing with α = 1/`period`; 0 counts as 1.
    #[must_use]
    pub fn new(period: usize) -> Self {
        let period = Period::new(period);
        Self(Smoothed::new(1.0 / period.count(), period))
    }

    /// Takes in a value; gives the smoothed value once there is one. What is not a number is passed over.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        self.0.update(value)
    }

    /// The smoothed value, once there is one.
    #[must_use]
    #[inline]
    pub const fn value(&self) -> Option<f64> {
        self.0.value()
    }

    /// Updates until the first value: `period`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.0.period.get()
    }

    /// Forgets all values.
    pub fn reset(&mut self) {
        self.0.reset();
    }
}

/// Weighted moving average: weights 1, 2, …, period from the oldest value to the newest, divided by their sum
/// period·(period+1)/2. First value after `period` updates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wma(WeightedSum);

impl Wma {
    /// An average over `period` values; 0 counts as 1.
    #[must_use]
    pub fn new(period: usize) -> Self {
        Self(WeightedSum::new(period))
    }

    /// Takes in a value; gives the average once there is one. What is not a number is passed over.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if is_number(value) {
            self.0.push(value);
        }
        self.value()
    }

    /// The average, once there is one.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<f64> {
        let (plain, weighted) = self.0.totals()?;
        let count = self.0.count();
        // The sum weighs from 0; one plain sum more makes it weigh from 1.
        Some((weighted + plain) / (count * (count + 1.0) / 2.0))
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
