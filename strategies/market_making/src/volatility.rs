//! The price's variance per second, from prices at irregular times or from bars.

use sdk::{Bar, Price, Time};
use serde::{Deserialize, Serialize};

/// How the variance is estimated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sampling {
    /// After so many seconds a sample weighs half.
    pub(crate) half_life: f64,
    /// Two prices make a sample only when at least so many nanoseconds lie between them.
    pub(crate) apart: i64,
    /// So many samples make an estimate.
    pub(crate) least: u32,
}

/// An exponentially weighted estimate for irregular times, in basis points squared per second:
/// Σw·x² / Σw·Δt over samples of a log return x and the time Δt it took, w halving with every half-life of age.
///
/// The weights are those of RiskMetrics (1996) in continuous time; dividing by the weighted time makes it unbiased
/// for a Brownian price whatever the times are. Prices nearer in time than `apart` are passed over, so that the
/// bounce of single trades counts less (Aït-Sahalia, Mykland and Zhang 2005 on sparse sampling). A bar counts with
/// its range, ln(high/low)²/(4·ln 2) after Parkinson (1980), and with the jump from the close before it to its open.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Volatility {
    squares: f64,
    seconds: f64,
    samples: u32,
    /// The price, in ticks, and the time at the end of the newest sample.
    price: f64,
    #[serde(with = "sdk::state::exact")]
    at: Option<Time>,
}

/// Basis points in a whole.
pub(crate) const BPS: f64 = 10_000.0;

/// The seconds from one time to another.
pub(crate) fn seconds(from: Time, to: Time) -> f64 {
    to.nanos().saturating_sub(from.nanos()) as f64 / 1e9
}

/// What is left of a weight after `seconds`.
pub(crate) fn decay(seconds: f64, half_life: f64) -> f64 {
    (-seconds / half_life).exp2()
}

impl Volatility {
    /// The variance in basis points squared per second, once there are enough samples.
    pub(crate) fn variance(&self, sampling: &Sampling) -> Option<f64> {
        (self.samples >= sampling.least && self.seconds > 0.0).then(|| self.squares / self.seconds)
    }

    /// Forgets where the price was, but not how it moved: prices of another kind come in from now on.
    pub(crate) const fn begin_anew(&mut self) {
        self.at = None;
    }

    /// Takes in a price, in ticks.
    pub(crate) fn price(&mut self, price: f64, time: Time, sampling: &Sampling) {
        if price <= 0.0 {
            return;
        }
        let Some(from) = self.at else {
            (self.price, self.at) = (price, Some(time));
            return;
        };
        if time.nanos().saturating_sub(from.nanos()) < sampling.apart {
            return;
        }
        let change = BPS * (price / self.price).ln();
        self.add(change * change, seconds(from, time), sampling);
        (self.price, self.at) = (price, Some(time));
    }

    /// Takes in a bar.
    pub(crate) fn bar(&mut self, bar: &Bar, sampling: &Sampling) {
        if bar.low.ticks() <= 0 || bar.high < bar.low {
            return;
        }
        let [open, high, low, close] = [bar.open, bar.high, bar.low, bar.close].map(ticks);
        let range = BPS * (high / low).ln();
        let (mut square, mut time) =
            (range * range / (4.0 * std::f64::consts::LN_2), seconds(bar.open_time, bar.close_time));
        if let Some(from) = self.at {
            let jump = BPS * (open / self.price).ln();
            square += jump * jump;
            time = time.max(seconds(from, bar.close_time));
        }
        if time > 0.0 {
            self.add(square, time, sampling);
        }
        (self.price, self.at) = (close, Some(bar.close_time));
    }

    fn add(&mut self, square: f64, time: f64, sampling: &Sampling) {
        let left = decay(time, sampling.half_life);
        let (squares, seconds) = (self.squares * left + square, self.seconds * left + time);
        if squares.is_finite() && seconds.is_finite() {
            (self.squares, self.seconds) = (squares, seconds);
            self.samples = self.samples.saturating_add(1);
        }
    }
}

/// A price as a count of ticks; exact below 2⁵³.
pub(crate) fn ticks(price: Price) -> f64 {
    price.ticks() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLING: Sampling = Sampling { half_life: 10.0, apart: 1_000_000_000, least: 2 };

    fn at(seconds: f64) -> Time {
        Time::from_nanos((seconds * 1e9) as i64)
    }

    fn near(actual: Option<f64>, expected: f64) {
        let actual = actual.expect("an estimate");
        assert!((actual - expected).abs() < 1e-9 * expected.max(1.0), "{actual}, expected {expected}");
    }

    #[test]
    fn irregular_times_are_weighed_by_their_age_and_length() {
        let mut volatility = Volatility::default();
        volatility.price(10_000.0, at(0.0), &SAMPLING);
        // Half a second later: too near, passed over.
        volatility.price(10_500.0, at(0.5), &SAMPLING);
        assert_eq!(volatility.seconds, 0.0);
        // Ten basis points (as a logarithm) in four seconds, then twenty in ten: by then the first weighs a half.
        volatility.price(10_000.0 * 0.001_f64.exp(), at(4.0), &SAMPLING);
        assert_eq!(volatility.variance(&SAMPLING), None, "one sample is not enough");
        volatility.price(10_000.0 * 0.003_f64.exp(), at(14.0), &SAMPLING);
        near(volatility.variance(&SAMPLING), (100.0 / 2.0 + 400.0) / (4.0 / 2.0 + 10.0));
    }

    #[test]
    fn a_bar_counts_with_its_range_and_the_jump_before_it() {
        let bar = |from: f64, open: i64, high: i64, low: i64, close: i64| {
            let [open, high, low, close] = [open, high, low, close].map(Price::from_ticks);
            let (open_time, close_time) = (at(from), at(from + 60.0));
            Bar { open_time, close_time, open, high, low, close, ..Bar::default() }
        };
        let sampling = Sampling { half_life: 60.0, ..SAMPLING };
        let mut volatility = Volatility::default();
        volatility.bar(&bar(0.0, 1000, 1010, 1000, 1010), &sampling);
        volatility.bar(&bar(60.0, 1020, 1020, 1020, 1020), &sampling);
        let [range, jump] = [1010.0_f64 / 1000.0, 1020.0 / 1010.0].map(|ratio| (BPS * ratio.ln()).powi(2));
        let parkinson = range / (4.0 * std::f64::consts::LN_2);
        near(volatility.variance(&sampling), (parkinson / 2.0 + jump) / (60.0 / 2.0 + 60.0));
    }

    #[test]
    fn what_is_no_price_changes_nothing() {
        let mut volatility = Volatility::default();
        volatility.price(10.0, at(0.0), &SAMPLING);
        volatility.price(0.0, at(5.0), &SAMPLING);
        volatility.bar(&Bar::default(), &SAMPLING);
        assert_eq!((volatility.samples, volatility.price), (0, 10.0));
    }

    #[test]
    fn a_walk_with_known_variance_is_measured_at_any_spacing_of_times() {
        // Steps of ±σ√Δt, alternately up and down in a fixed pattern, at spacings of 1, 2 and 5 seconds; σ² = 4.
        let mut volatility = Volatility::default();
        let (mut price, mut time) = (1e6_f64, 0.0);
        volatility.price(price, at(time), &SAMPLING);
        for step in 0..300_u32 {
            let gap = [1.0, 2.0, 5.0][(step % 3) as usize];
            let sign = if step % 7 < 4 { 1.0 } else { -1.0 };
            time += gap;
            price *= (sign * 2.0 * f64::sqrt(gap) / BPS).exp();
            volatility.price(price, at(time), &SAMPLING);
        }
        near(volatility.variance(&SAMPLING).map(|v| (v * 1e6).round() / 1e6), 4.0);
    }
}
