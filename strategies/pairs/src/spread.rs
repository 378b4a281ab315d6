//! The spread: from matched closes to a hedge ratio and to how far the spread is from its mean.

use sdk::{Number, Price, Side};
use serde::{Deserialize, Serialize};

use crate::params::{Params, Prices};
use crate::ratio::Ratio;
use crate::window::{Moments, Point, Scale, Window};

/// What the spread remembers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Spread {
    /// The first matched closes, from which all others are counted.
    #[serde(with = "sdk::state::exact")]
    bases: Option<[Price; 2]>,
    ratio: Ratio,
    window: Window,
}

/// The spread at a matched bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reading {
    pub(crate) point: Point,
    /// The hedge ratio of this bar, once there is one.
    pub(crate) ratio: Option<f64>,
    moments: Option<Moments>,
}

/// The distances at which something is done, in deviations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    entry: f64,
    exit: f64,
    stop: Option<f64>,
}

/// What a distance says about a pair that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Hold it.
    Hold,
    /// The spread has come back.
    Converged,
    /// It has gone too far.
    TooFar,
}

impl Spread {
    pub(crate) fn new(params: &Params) -> Self {
        Self { bases: None, ratio: Ratio::new(params), window: Window::new(params.z_period) }
    }

    /// Takes in the closes of a matched bar.
    pub(crate) fn update(&mut self, prices: Prices, closes: [Price; 2]) -> Reading {
        let bases = *self.bases.get_or_insert(closes);
        let [y, x] = [0, 1].map(|leg| moved(prices, &bases, &closes, leg));
        let point = Point { y, x };
        self.window.push(point);
        Reading { point, ratio: self.ratio.update(point), moments: self.window.moments() }
    }
}

/// How far a close is from its base: the logarithm of their quotient, or the quotient less one.
fn moved(prices: Prices, bases: &[Price; 2], closes: &[Price; 2], leg: usize) -> f64 {
    // Prices are above zero wherever they come from; what is not counts as not moved.
    let ticks = |list: &[Price; 2]| list.get(leg).map_or(1, |price| price.ticks().max(1));
    #[expect(clippy::cast_precision_loss, reason = "prices stay below 2⁵³ ticks, where f64 is exact")]
    let quotient = ticks(closes) as f64 / ticks(bases) as f64;
    match prices {
        Prices::Log => quotient.ln(),
        Prices::Plain => quotient - 1.0,
    }
}

impl Reading {
    /// Mean and deviation of the spread with this ratio, where it moves at all.
    pub(crate) fn scale(&self, ratio: f64) -> Option<Scale> {
        self.moments?.scale(ratio)
    }
}

impl Bounds {
    pub(crate) fn new(params: &Params) -> Self {
        let stop = Some(params.stop_z).filter(|stop| !stop.is_zero()).map(Number::to_f64);
        Self { entry: params.entry_z.to_f64(), exit: params.exit_z.to_f64(), stop }
    }

    /// Which side of the spread to take at this distance; none beyond the stop.
    pub(crate) fn entry(&self, z: f64) -> Option<Side> {
        let within = self.stop.is_none_or(|stop| z.abs() < stop);
        match z {
            z if within && z >= self.entry => Some(Side::Sell),
            z if within && z <= -self.entry => Some(Side::Buy),
            _ => None,
        }
    }

    /// What this distance says of a pair on this side of the spread. A spread that has jumped across its mean has
    /// come back.
    pub(crate) fn held(&self, side: Side, z: f64) -> Verdict {
        let against = if side == Side::Sell { z } else { -z };
        if against <= self.exit {
            Verdict::Converged
        } else if self.stop.is_some_and(|stop| against >= stop) {
            Verdict::TooFar
        } else {
            Verdict::Hold
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_acted_on_from_their_bound_on() {
        let bounds = Bounds::new(&Params::default());
        for (z, side) in [
            (1.999, None),
            (2.0, Some(Side::Sell)),
            (3.999, Some(Side::Sell)),
            (4.0, None),
            (-2.0, Some(Side::Buy)),
            (-4.0, None),
            (f64::NAN, None),
        ] {
            assert_eq!(bounds.entry(z), side, "{z}");
        }
        for (z, verdict) in [
            (3.999, Verdict::Hold),
            (4.0, Verdict::TooFar),
            (0.501, Verdict::Hold),
            (0.5, Verdict::Converged),
            (-7.0, Verdict::Converged),
            (f64::NAN, Verdict::Hold),
        ] {
            assert_eq!(bounds.held(Side::Sell, z), verdict, "{z}");
            assert_eq!(bounds.held(Side::Buy, -z), verdict, "{z}");
        }
    }

    #[test]
    fn closes_count_from_the_first_ones() {
        let closes = |a, b| [a, b].map(Price::from_ticks);
        for (prices, expected) in [(Prices::Log, [2.0_f64.ln(), 0.5_f64.ln()]), (Prices::Plain, [1.0, -0.5])]
        {
            let mut spread = Spread::new(&Params::default());
            assert_eq!(spread.update(prices, closes(100, 40)).point, Point { y: 0.0, x: 0.0 });
            let Point { y, x } = spread.update(prices, closes(200, 20)).point;
            assert!((y - expected[0]).abs() < 1e-12 && (x - expected[1]).abs() < 1e-12, "{y} {x}");
        }
    }
}
