//! Indicators that weigh prices by what was traded: OBV, VWAP, money flow.

use serde::{Deserialize, Serialize};

use super::sums::RollingSum;
use super::window::{are_numbers, is_number};

/// On-balance volume: adds the volume of a bar that closed higher than the one before, takes off that of one that closed
/// lower. It starts with the first bar's own volume, as in TA-Lib; first value after 1 update.
///
/// Source: J. Granville, "New Key to Stock Market Profits", 1963.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Obv {
    close: f64,
    balance: Option<f64>,
}

impl Obv {
    /// One that has seen nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { close: 0.0, balance: None }
    }

    /// Takes in a bar's close and volume; gives the balance. What is not a number is passed over.
    #[inline]
    pub fn update(&mut self, close: f64, volume: f64) -> Option<f64> {
        if are_numbers([close, volume]) {
            self.balance = Some(match self.balance {
                None => volume,
                Some(balance) if close > self.close => balance + volume,
                Some(balance) if close < self.close => balance - volume,
                Some(balance) => balance,
            });
            self.close = close;
        }
        self.balance
    }

    /// The balance, once there is one.
    #[must_use]
    #[inline]
    pub const fn value(&self) -> Option<f64> {
        self.balance
    }

    /// Updates until the first value: 1.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        1
    }

    /// Forgets all bars.
    pub fn reset(&mut self) {
        *self = Self::new();
    }
}

/// Volume-weighted average price since the start or the last [`reset`](Self::reset), say at the start of a session:
/// Σ(price·volume)/Σvolume. First value at the first update with a volume above zero.
///
/// Source: S. Berkowitz, D. Logue and E. Noser, "The Total Cost of Transactions on the NYSE", 1988.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Vwap {
    paid: f64,
    volume: f64,
}

impl Vwap {
    /// One that has seen nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { paid: 0.0, volume: 0.0 }
    }

    /// Takes in a trade; gives the average once there is one. What is not a number is passed over.
    #[inline]
    pub fn update(&mut self, price: f64, volume: f64) -> Option<f64> {
        if are_numbers([price, volume]) {
            self.paid += price * volume;
            self.volume += volume;
        }
        self.value()
    }

    /// Takes in a bar at its typical price, (high + low + close)/3.
    #[inline]
    pub fn update_bar(&mut self, high: f64, low: f64, close: f64, volume: f64) -> Option<f64> {
        self.update(typical(high, low, close), volume)
    }

    /// The average, once there is one.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<f64> {
        if self.volume > 0.0 { Some(self.paid / self.volume) } else { None }
    }

    /// Updates until the first value: 1, if something was traded.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        1
    }

    /// Forgets what was traded.
    pub fn reset(&mut self) {
        *self = Self::new();
    }
}

/// Volume-weighted average price of the last `period` updates. First value after `period` updates; none while nothing
/// was traded in the whole window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RollingVwap {
    paid: RollingSum,
    volume: RollingSum,
    /// Updates of the window that had volume: a sum of fractions need not come back to exactly zero.
    traded: usize,
}

impl RollingVwap {
    /// Over `period` updates; 0 counts as 1.
    #[must_use]
    pub fn new(period: usize) -> Self {
        Self { paid: RollingSum::new(period), volume: RollingSum::new(period), traded: 0 }
    }

    /// Takes in a trade; gives the average once there is one. What is not a number is passed over.
    #[inline]
    pub fn update(&mut self, price: f64, volume: f64) -> Option<f64> {
        if are_numbers([price, volume]) {
            self.paid.push(price * volume);
            let oldest = self.volume.push(volume).oldest;
            self.traded = self
                .traded
                .saturating_add(usize::from(volume > 0.0))
                .saturating_sub(usize::from(oldest > 0.0));
        }
        self.value()
    }

    /// Takes in a bar at its typical price, (high + low + close)/3.
    #[inline]
    pub fn update_bar(&mut self, high: f64, low: f64, close: f64, volume: f64) -> Option<f64> {
        self.update(typical(high, low, close), volume)
    }

    /// The average, once there is one.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<f64> {
        let (paid, volume) = (self.paid.total()?, self.volume.total()?);
        if self.traded > 0 && volume > 0.0 { Some(paid / volume) } else { None }
    }

    /// Updates until the first value: `period`, if something was traded.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.paid.ring().period()
    }

    /// Forgets what was traded.
    pub fn reset(&mut self) {
        self.paid.reset();
        self.volume.reset();
        self.traded = 0;
    }
}

/// Money flow index, 0 to 100: the share of the last `period` bars' money (typical price times volume) that flowed while
/// the typical price rose, among that which flowed while it moved; 0 where it didn't move. First value after
/// `period + 1` updates.
///
/// TA-Lib also gives 0 where less than one unit of money flowed; here the unit doesn't matter. Source: G. Quong and
/// A. Soudack, "Volume-weighted RSI: Money Flow", 1989.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mfi {
    up: RollingSum,
    down: RollingSum,
    last: Option<f64>,
}

impl Mfi {
    /// Over `period` bars, usually 14; 0 counts as 1.
    #[must_use]
    pub fn new(period: usize) -> Self {
        Self { up: RollingSum::new(period), down: RollingSum::new(period), last: None }
    }

    /// Takes in a bar; gives the index once there is one. What is not a number is passed over.
    #[inline]
    pub fn update_bar(&mut self, high: f64, low: f64, close: f64, volume: f64) -> Option<f64> {
        let typical = typical(high, low, close);
        if are_numbers([typical, volume])
            && let Some(last) = self.last.replace(typical)
        {
            let money = typical * volume;
            self.up.push(if typical > last { money } else { 0.0 });
            self.down.push(if typical < last { money } else { 0.0 });
        }
        self.value()
    }

    /// The index, once there is one.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<f64> {
        // Running sums of fractions may end a rounding below zero.
        let (up, down) = (self.up.total()?.max(0.0), self.down.total()?.max(0.0));
        Some(if up > 0.0 { 100.0 * (up / (up + down)) } else { 0.0 })
    }

    /// Updates until the first value: `period + 1`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.up.ring().period() + 1
    }

    /// Forgets all bars.
    pub fn reset(&mut self) {
        self.up.reset();
        self.down.reset();
        self.last = None;
    }
}

/// The typical price of a bar; not a number where one of the three isn't.
#[inline]
fn typical(high: f64, low: f64, close: f64) -> f64 {
    if is_number(high) && is_number(low) && is_number(close) { (high + low + close) / 3.0 } else { f64::NAN }
}
