//! How much prices move: true range, standard deviation, and the bands and channels drawn from them.

use serde::{Deserialize, Serialize};

use super::sums::Moments;
use super::window::{are_numbers, is_number};
use super::{RollingMax, RollingMin, WilderSmoothing};

/// True range: the largest of high − low, |high − last close| and |low − last close|. First value after 2 updates; a
/// first bar has no last close.
///
/// Source: J. W. Wilder, "New Concepts in Technical Trading Systems", 1978.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TrueRange {
    close: Option<f64>,
    range: Option<f64>,
}

impl TrueRange {
    /// One that has seen nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { close: None, range: None }
    }

    /// Takes in a bar; gives its true range if there was one before it. What is not a number is passed over.
    #[inline]
    pub fn update_bar(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        if are_numbers([high, low, close])
            && let Some(last) = self.close.replace(close)
        {
            self.range = Some((high - low).max((high - last).abs()).max((low - last).abs()));
        }
        self.range
    }

    /// The last bar's true range.
    #[must_use]
    #[inline]
    pub const fn value(&self) -> Option<f64> {
        self.range
    }

    /// Updates until the first value: 2.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        2
    }

    /// Forgets all bars.
    pub fn reset(&mut self) {
        *self = Self::new();
    }
}

/// Average true range: [`TrueRange`] under [`WilderSmoothing`]. First value after `period + 1` updates.
///
/// Three conventions are about. This is TA-Lib's: Wilder's smoothing, seeded with the mean true range of bars 1 to
/// `period`, since bar 0 has none. Others give bar 0 the true range high − low and seed with bars 0 to `period` − 1, or
/// take a simple mean throughout; early values differ, later ones (but for the simple mean's) come together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Atr {
    range: TrueRange,
    average: WilderSmoothing,
}

impl Atr {
    /// Over `period` bars, usually 14; 0 counts as 1.
    #[must_use]
    pub fn new(period: usize) -> Self {
        Self { range: TrueRange::new(), average: WilderSmoothing::new(period) }
    }

    /// Takes in a bar; gives the average once there is one. What is not a number is passed over.
    #[inline]
    pub fn update_bar(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        if are_numbers([high, low, close])
            && let Some(range) = self.range.update_bar(high, low, close)
        {
            self.average.update(range);
        }
        self.value()
    }

    /// The average, once there is one.
    #[must_use]
    #[inline]
    pub const fn value(&self) -> Option<f64> {
        self.average.value()
    }

    /// Updates until the first value: `period + 1`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.average.warm_up() + 1
    }

    /// Forgets all bars.
    pub fn reset(&mut self) {
        self.range.reset();
        self.average.reset();
    }
}

/// Normalised average true range: [`Atr`] in percent of the close; 0 at a close that isn't positive. First value after
/// `period + 1` updates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Natr {
    atr: Atr,
    close: f64,
}

impl Natr {
    /// Over `period` bars, usually 14; 0 counts as 1.
    #[must_use]
    pub fn new(period: usize) -> Self {
        Self { atr: Atr::new(period), close: 0.0 }
    }

    /// Takes in a bar; gives the percentage once there is one. What is not a number is passed over.
    #[inline]
    pub fn update_bar(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        if are_numbers([high, low, close]) {
            self.atr.update_bar(high, low, close);
            self.close = close;
        }
        self.value()
    }

    /// The percentage, once there is one.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<f64> {
        let atr = self.atr.value()?;
        Some(if self.close > 0.0 { 100.0 * (atr / self.close) } else { 0.0 })
    }

    /// Updates until the first value: `period + 1`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.atr.warm_up()
    }

    /// Forgets all bars.
    pub fn reset(&mut self) {
        self.atr.reset();
        self.close = 0.0;
    }
}

/// Standard deviation of the last `period` values, of the population (divided by n, not n − 1). First value after
/// `period` updates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StdDev(Moments);

impl StdDev {
    /// Over `period` values; 0 counts as 1.
    #[must_use]
    pub fn new(period: usize) -> Self {
        Self(Moments::new(period))
    }

    /// Takes in a value; gives the deviation once there is one. What is not a number is passed over.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if is_number(value) {
            self.0.push(value);
        }
        self.value()
    }

    /// The deviation, once there is one.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<f64> {
        self.0.variance().map(f64::sqrt)
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

/// Bollinger bands: the simple mean of the last `period` values, and lines `deviations` population standard deviations
/// over and under it. First value after `period` updates.
///
/// Source: J. Bollinger, "Bollinger on Bollinger Bands", 2001.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bollinger {
    moments: Moments,
    deviations: f64,
}

/// What [`Bollinger`] gives, in the unit of its input.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bands {
    /// The line over the mean.
    pub upper: f64,
    /// The mean.
    pub middle: f64,
    /// The line under the mean.
    pub lower: f64,
}

impl Bollinger {
    /// With a period, usually 20, of which 0 counts as 1, and a width in standard deviations, usually 2, which counts as
    /// 0 where it is not a number.
    #[must_use]
    pub fn new(period: usize, deviations: f64) -> Self {
        let deviations = if is_number(deviations) { deviations } else { 0.0 };
        Self { moments: Moments::new(period), deviations }
    }

    /// Takes in a value; gives the bands once there are some. What is not a number is passed over.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<Bands> {
        if is_number(value) {
            self.moments.push(value);
        }
        self.value()
    }

    /// The bands, once there are some.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<Bands> {
        let middle = self.moments.mean()?;
        let distance = self.deviations * self.moments.variance()?.sqrt();
        Some(Bands { upper: middle + distance, middle, lower: middle - distance })
    }

    /// Updates until the first value: `period`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.moments.period()
    }

    /// Forgets all values.
    pub fn reset(&mut self) {
        self.moments.reset();
    }
}

/// Donchian channel: the highest high and the lowest low of the last `period` bars, the newest included. First value
/// after `period` updates.
///
/// To trade a break-out, hold a bar against the channel as it was before that bar: ask [`Self::value`] first, then
/// update. Source: R. Donchian's four-week rule, 1960.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Donchian {
    high: RollingMax,
    low: RollingMin,
}

/// What [`Donchian`] gives, in the unit of its input.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    /// The highest high.
    pub upper: f64,
    /// Half-way between the two.
    pub middle: f64,
    /// The lowest low.
    pub lower: f64,
}

impl Donchian {
    /// Over `period` bars, usually 20; 0 counts as 1.
    #[must_use]
    pub fn new(period: usize) -> Self {
        Self { high: RollingMax::new(period), low: RollingMin::new(period) }
    }

    /// Takes in a bar; gives the channel once there is one. What is not a number is passed over.
    #[inline]
    pub fn update_bar(&mut self, high: f64, low: f64) -> Option<Channel> {
        if are_numbers([high, low]) {
            self.high.update(high);
            self.low.update(low);
        }
        self.value()
    }

    /// The channel, once there is one.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<Channel> {
        let (upper, lower) = (self.high.value()?, self.low.value()?);
        Some(Channel { upper, middle: (upper + lower) / 2.0, lower })
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
    }
}
