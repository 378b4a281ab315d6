//! Moving averages: simple and exponential.

use serde::{Deserialize, Serialize};

/// Simple moving average: the mean of the last `period` values. First value after `period` updates.
///
/// A running sum takes in the newest value and lets go of the oldest, and is added up anew once per turn of the window,
/// so rounding can't pile up; sums of whole numbers below 2⁵³ are exact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sma {
    window: Box<[f64]>,
    at: usize,
    full: bool,
    sum: f64,
    period: f64,
}

/// Exponential moving average, α = 2/(n+1), seeded with the simple mean of the first `period` values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ema {
    alpha: f64,
    period: u32,
    seen: u32,
    value: f64,
}

impl Sma {
    /// An average over `period` values; 0 counts as 1.
    #[must_use]
    pub fn new(period: usize) -> Self {
        let period = period.max(1);
        Self { window: vec![0.0; period].into(), at: 0, full: false, sum: 0.0, period: length(period) }
    }

    /// Takes in a value; gives the average once there is one. NaN and infinity are passed over.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if value.is_finite()
            && let Some(oldest) = self.window.get_mut(self.at)
        {
            self.sum += value - std::mem::replace(oldest, value);
            self.at += 1;
            if self.at == self.window.len() {
                self.at = 0;
                self.full = true;
                self.sum = self.window.iter().sum();
            }
        }
        self.value()
    }

    /// The average, once there is one.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<f64> {
        if self.full { Some(self.sum / self.period) } else { None }
    }
}

impl Ema {
    /// An average with α = 2/(`period`+1); 0 counts as 1.
    #[must_use]
    pub fn new(period: usize) -> Self {
        let period = period.max(1);
        Self {
            alpha: 2.0 / (length(period) + 1.0),
            period: u32::try_from(period).unwrap_or(u32::MAX),
            seen: 0,
            value: 0.0,
        }
    }

    /// Takes in a value; gives the average once there is one. NaN and infinity are passed over.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if value.is_finite() {
            if self.seen < self.period {
                self.seen += 1;
                self.value += value;
                if self.seen == self.period {
                    self.value /= f64::from(self.period);
                }
            } else {
                self.value += self.alpha * (value - self.value);
            }
        }
        self.value()
    }

    /// The average, once there is one.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<f64> {
        if self.seen >= self.period { Some(self.value) } else { None }
    }
}

/// A window length as a float, exactly.
fn length(period: usize) -> f64 {
    u32::try_from(period).map_or(f64::INFINITY, f64::from)
}
