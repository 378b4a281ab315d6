//! The hedge ratio: by rolling least squares, or by a Kalman filter.

use serde::{Deserialize, Serialize};

use crate::params::{Method, Params};
use crate::window::{Point, Window};

/// An estimate of the ratio in y = intercept + ratio · x.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Ratio {
    Ols(Window),
    Kalman(Kalman),
}

/// Ratio and intercept as a state that wanders at random, seen through y with noise.
///
/// State θ = (ratio, intercept), observation h = (x, 1), y = h · θ + noise of variance R. In one bar the ratio
/// wanders by the variance δ and the intercept by δ · R. It starts at a ratio of 1 and an intercept of 0, each with
/// a variance of 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Kalman {
    delta: f64,
    noise: f64,
    ratio: f64,
    intercept: f64,
    /// Variances of ratio and intercept, and their covariance.
    rr: f64,
    ii: f64,
    ri: f64,
    /// Points that are still to come before the ratio counts.
    wanted: u32,
}

impl Ratio {
    pub(crate) fn new(params: &Params) -> Self {
        match params.method {
            Method::Ols => Self::Ols(Window::new(params.lookback)),
            Method::Kalman => Self::Kalman(Kalman::new(
                params.kalman_delta.to_f64(),
                params.kalman_noise.to_f64(),
                params.lookback,
            )),
        }
    }

    /// Takes in a matched bar; gives the ratio once there is one.
    pub(crate) fn update(&mut self, point: Point) -> Option<f64> {
        match self {
            Self::Ols(window) => {
                window.push(point);
                window.moments()?.slope()
            }
            Self::Kalman(filter) => filter.update(point),
        }
    }
}

impl Kalman {
    const fn new(delta: f64, noise: f64, wanted: u32) -> Self {
        Self { delta, noise, ratio: 1.0, intercept: 0.0, rr: 1.0, ii: 1.0, ri: 0.0, wanted }
    }

    fn update(&mut self, Point { y, x }: Point) -> Option<f64> {
        let (rr, ii) = (self.rr + self.delta, self.ii + self.delta * self.noise);
        // P · h, and the variance of what y is expected to be.
        let (pr, pi) = (x * rr + self.ri, x * self.ri + ii);
        let expected = x * pr + pi + self.noise;
        let error = y - (self.ratio * x + self.intercept);
        let after = Self {
            ratio: self.ratio + pr / expected * error,
            intercept: self.intercept + pi / expected * error,
            rr: rr - pr * pr / expected,
            ii: ii - pi * pi / expected,
            ri: self.ri - pr * pi / expected,
            wanted: self.wanted.saturating_sub(1),
            ..*self
        };
        let sound = [after.ratio, after.intercept, after.ri].iter().all(|value| value.is_finite());
        // Rounding may leave a variance under zero, which none can be.
        if sound {
            *self = Self { rr: after.rr.max(0.0), ii: after.ii.max(0.0), ..after };
        }
        (self.wanted == 0).then_some(self.ratio)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With δ = 0 and R = 1 and from the start: h = (1, 1), P = 1, so y is expected to be 1 with variance 3, and
    /// the gain is a third for both. For y = 4 the error is 3: ratio 2, intercept 1, P = 1 − ⅓ on the diagonal and
    /// −⅓ beside it.
    #[test]
    fn the_first_step_of_the_filter_is_the_one_worked_out_by_hand() {
        let mut filter = Kalman::new(0.0, 1.0, 1);
        let ratio = filter.update(Point { y: 4.0, x: 1.0 }).unwrap();
        let third = 1.0 / 3.0;
        for (is, should) in [
            (ratio, 2.0),
            (filter.intercept, 1.0),
            (filter.rr, 2.0 * third),
            (filter.ii, 2.0 * third),
            (filter.ri, -third),
        ] {
            assert!((is - should).abs() < 1e-12, "{filter:?}");
        }
    }

    #[test]
    fn both_find_the_ratio_that_two_markets_have() {
        let points = || (0..300).map(|at| f64::from(at) / 50.0).map(|at| at.sin() / 5.0 + at / 50.0);
        for (method, tolerance) in [(Method::Ols, 1e-9), (Method::Kalman, 1e-2)] {
            let params = Params { method, lookback: 50, ..Params::default() };
            let mut ratio = Ratio::new(&params);
            let found: Vec<_> = points().map(|x| ratio.update(Point { y: 0.03 + 1.7 * x, x })).collect();
            assert_eq!(found.iter().filter(|ratio| ratio.is_none()).count(), 49);
            let last = found.last().copied().flatten().unwrap();
            assert!((last - 1.7).abs() < tolerance, "{method:?}: {last}");
        }
    }

    #[test]
    fn the_filter_follows_a_ratio_that_changes_as_fast_as_delta_lets_it() {
        let mut errors = [0.0001, 0.01].map(|delta| {
            let mut filter = Kalman::new(delta, 1e-4, 1);
            let last = (0..400).map(|at| {
                let x = (f64::from(at) / 7.0).sin() / 5.0;
                filter.update(Point { y: if at < 350 { x } else { 2.0 * x }, x })
            });
            (2.0 - last.last().flatten().unwrap()).abs()
        });
        assert!(errors[1] < 0.01, "{errors:?}");
        errors.reverse();
        assert!(errors[0] < errors[1], "{errors:?}");
    }

    #[test]
    fn no_price_breaks_the_filter() {
        let mut filter = Kalman::new(1e-5, 1e-4, 1);
        for x in [0.0, 1e6, -0.999, 1e150, 1e200, -1e300, 0.1] {
            let ratio = filter.update(Point { y: x / 3.0, x });
            assert!(ratio.is_some_and(f64::is_finite) && filter.rr >= 0.0 && filter.ii >= 0.0, "{filter:?}");
        }
    }
}
