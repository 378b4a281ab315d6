//! The last values of two markets side by side: their means, variances and covariance, kept running.

use serde::{Deserialize, Serialize};

/// One matched bar: how far each market is from its first matched close, as the parameter `prices` counts it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Point {
    /// Of the first market, which the spread is long in.
    pub(crate) y: f64,
    /// Of the second market, which hedges it.
    pub(crate) x: f64,
}

/// The last points, the oldest overwritten first. Sums are of distances from an anchor, the first point of a turn
/// of the window, and start anew with every turn, so that rounding does not pile up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Window {
    points: Vec<Point>,
    at: usize,
    full: bool,
    whole: Sums,
    turn: Sums,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Sums {
    anchor: Point,
    y: f64,
    x: f64,
    yy: f64,
    xx: f64,
    xy: f64,
}

/// What a full window comes to. Variances are the population's, divided by n.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moments {
    mean: Point,
    yy: f64,
    xx: f64,
    xy: f64,
}

/// Where a spread usually lies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Scale {
    mean: f64,
    deviation: f64,
}

/// Below this variance, a deviation of a billionth of the price, a market counts as standing still.
const STILL: f64 = 1e-18;
/// Below this share of the variances that it is the difference of, a spread's variance is rounding and not market.
const ROUNDING: f64 = 1e-11;

impl Point {
    /// y − ratio · x.
    pub(crate) const fn spread(self, ratio: f64) -> f64 {
        self.y - ratio * self.x
    }
}

impl Sums {
    const fn add(&mut self, point: Point, sign: f64) {
        let (y, x) = (point.y - self.anchor.y, point.x - self.anchor.x);
        self.y += sign * y;
        self.x += sign * x;
        self.yy += sign * y * y;
        self.xx += sign * x * x;
        self.xy += sign * x * y;
    }
}

impl Window {
    pub(crate) fn new(period: u32) -> Self {
        let points = vec![Point::default(); period.max(1) as usize];
        Self { points, at: 0, full: false, whole: Sums::default(), turn: Sums::default() }
    }

    pub(crate) fn push(&mut self, point: Point) {
        if self.at == 0 {
            self.turn = Sums { anchor: point, ..Sums::default() };
        }
        self.turn.add(point, 1.0);
        let Some(place) = self.points.get_mut(self.at) else { return };
        let oldest = std::mem::replace(place, point);
        self.at += 1;
        if self.at == self.points.len() {
            (self.at, self.full, self.whole) = (0, true, self.turn);
        } else {
            self.whole.add(point, 1.0);
            self.whole.add(oldest, -1.0);
        }
    }

    /// Once the window is full.
    pub(crate) fn moments(&self) -> Option<Moments> {
        if !self.full {
            return None;
        }
        let (n, sums) = (self.points.len() as f64, &self.whole);
        let (y, x) = (sums.y / n, sums.x / n);
        Some(Moments {
            mean: Point { y: sums.anchor.y + y, x: sums.anchor.x + x },
            yy: (sums.yy / n - y * y).max(0.0),
            xx: (sums.xx / n - x * x).max(0.0),
            xy: sums.xy / n - x * y,
        })
    }
}

impl Moments {
    /// The slope of the least-squares line of y over x; `None` where x stands still.
    pub(crate) fn slope(&self) -> Option<f64> {
        (self.xx > STILL).then_some(self.xy / self.xx)
    }

    /// Mean and deviation of y − ratio · x; `None` where it stands still.
    pub(crate) fn scale(&self, ratio: f64) -> Option<Scale> {
        let parts = self.yy + ratio * ratio * self.xx;
        let variance = parts - 2.0 * ratio * self.xy;
        let moves = variance > STILL && variance > ROUNDING * parts && variance.is_finite();
        moves.then(|| Scale { mean: self.mean.spread(ratio), deviation: variance.sqrt() })
    }
}

impl Scale {
    /// How many deviations a spread is above its mean.
    pub(crate) const fn z(&self, spread: f64) -> f64 {
        (spread - self.mean) / self.deviation
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fed(period: u32, points: &[(f64, f64)]) -> Window {
        let mut window = Window::new(period);
        for (y, x) in points {
            window.push(Point { y: *y, x: *x });
        }
        window
    }

    /// x = 1, 2, 3, 4 and y = 2, 3, 5, 6: Sxy = 7, Sxx = 5, Syy = 10, so the slope is 1.4, the squares of what is
    /// left add up to 10 − 1.4 · 7 = 0.2, their variance is 0.05, and the last point lies 2 − 1.4 · 1.5 = −0.1 off
    /// the line.
    #[test]
    fn slope_and_deviation_are_those_of_a_line_fitted_by_hand() {
        let window = fed(4, &[(2.0, 1.0), (3.0, 2.0), (5.0, 3.0), (6.0, 4.0)]);
        let moments = window.moments().unwrap();
        let slope = moments.slope().unwrap();
        assert!((slope - 1.4).abs() < 1e-12, "{slope}");
        let z = moments.scale(slope).unwrap().z(Point { y: 6.0, x: 4.0 }.spread(slope));
        assert!((z + 0.1 / 0.05_f64.sqrt()).abs() < 1e-9, "{z}");
    }

    #[test]
    fn a_window_that_is_not_full_and_a_market_that_stands_still_give_nothing() {
        assert_eq!(fed(3, &[(1.0, 1.0), (2.0, 3.0)]).moments(), None);
        let still = fed(3, &[(1.0, 7.0), (2.0, 7.0), (3.0, 7.0)]).moments().unwrap();
        assert_eq!(still.slope(), None);
        // A perfect line leaves no spread to trade.
        let line = fed(3, &[(0.1, 0.3), (0.2, 0.6), (0.7, 2.1)]).moments().unwrap();
        assert_eq!(line.scale(1.0 / 3.0), None);
    }

    proptest! {
        #[test]
        fn what_is_kept_running_is_what_two_passes_give(
            points in prop::collection::vec((-5.0_f64..5.0, -5.0_f64..5.0), 3..80),
            period in 1_u32..20,
            ratio in -3.0_f64..3.0,
        ) {
            let window = fed(period, &points);
            let last = points.len().checked_sub(period as usize).and_then(|from| points.get(from..));
            prop_assert_eq!(window.moments().is_some(), last.is_some());
            if let (Some(moments), Some(last)) = (window.moments(), last) {
                let n = last.len() as f64;
                let spreads: Vec<f64> = last.iter().map(|(y, x)| y - ratio * x).collect();
                let mean = spreads.iter().sum::<f64>() / n;
                let variance = spreads.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / n;
                if let Some(scale) = moments.scale(ratio) {
                    prop_assert!((scale.mean - mean).abs() < 1e-9);
                    prop_assert!((scale.deviation.powi(2) - variance).abs() < 1e-9);
                } else {
                    prop_assert!(variance < 1e-9);
                }
            }
        }
    }
}
