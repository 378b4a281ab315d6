//! How often orders arrive that reach a given distance from the mid: λ(δ) = A·e^(−κδ), measured on the tape.

use sdk::{Side, Time};
use serde::{Deserialize, Serialize};

use crate::volatility::{decay, seconds};

/// At how many distances arrivals are counted.
pub(crate) const DEPTHS: usize = 8;

/// A distance counts for the fit once so many arrivals, aged ones in part, went beyond it.
const LEAST_HITS: f64 = 5.0;

/// How the intensity is measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Counting {
    /// Basis points from one counted distance to the next; the first is this far from the mid.
    pub(crate) step: f64,
    /// After so many seconds an arrival weighs half.
    pub(crate) half_life: f64,
    /// So many arrivals, aged ones in part, make an estimate.
    pub(crate) least: f64,
    /// What is used until then: κ per basis point, and A per second and side.
    pub(crate) fallback: (f64, f64),
    /// The estimates are held between the fallback divided by this and times this.
    pub(crate) bound: f64,
}

/// Arrivals of market orders, and how far beyond the mid each reached.
///
/// For each of [`DEPTHS`] distances d it counts the arrivals that went beyond d; over the time watched, and halved
/// for the two sides, that is the rate at which a quote there would have been hit. A straight line through ln λ(d),
/// each distance weighed by its count (the variance of the logarithm of a count is about one over it), has the slope
/// −κ and the intercept ln A. That hits are counted at several distances and fitted follows S. Laruelle, "Faisabilité
/// de l'apprentissage des paramètres d'un algorithme de trading sur des données réelles", the calibration that the
/// authors of the 2013 paper point to. Prints of one time and side are one arrival, as far as its furthest print.
/// Counts and time age alike, so their ratio is a rate of the recent past.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Intensity {
    hits: [f64; DEPTHS],
    arrivals: f64,
    seconds: f64,
    #[serde(with = "sdk::state::exact")]
    last: Option<Time>,
    /// The arrival that further prints may still belong to.
    #[serde(with = "sdk::state::exact")]
    open: Option<(Time, Side)>,
    /// The mid before it, in ticks, and how far it has reached.
    mid: f64,
    reach: f64,
    line: Option<Line>,
}

/// A fitted line through its centre.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Line {
    slope: f64,
    depth: f64,
    log: f64,
}

impl Intensity {
    /// κ and A, estimated or, before there is enough to go by, as the parameters have them.
    pub(crate) fn estimate(&self, counting: &Counting) -> (f64, f64) {
        let (kappa, level) = counting.fallback;
        let Some(line) = self.line.filter(|_| self.arrivals >= counting.least) else {
            return counting.fallback;
        };
        let within = |value: f64, middle: f64| value.clamp(middle / counting.bound, middle * counting.bound);
        // The line turns about its centre where the slope is held, so that the rate there stays what was measured.
        let kappa = within(-line.slope, kappa);
        (kappa, within((line.log + kappa * line.depth).exp(), level))
    }

    /// Takes in a print, in ticks, with the mid before it.
    pub(crate) fn print(
        &mut self,
        price: f64,
        mid: f64,
        taker: Option<Side>,
        time: Time,
        counting: &Counting,
    ) {
        if let Some((at, side)) = self.open
            && at == time
            && taker.is_none_or(|taker| taker == side)
        {
            self.reach = self.reach.max(beyond(price, self.mid, side));
            return;
        }
        self.close(counting);
        let side = taker.unwrap_or(if price < mid { Side::Sell } else { Side::Buy });
        (self.open, self.mid, self.reach) = (Some((time, side)), mid, beyond(price, mid, side));
    }

    /// Arrivals counted at the distance of this number, from 0.
    #[cfg(test)]
    pub(crate) fn hits_beyond(&self, place: usize) -> f64 {
        self.hits[place]
    }

    /// Counts the open arrival.
    fn close(&mut self, counting: &Counting) {
        let Some((time, _)) = self.open.take() else { return };
        let Some(last) = self.last.replace(time) else { return };
        let waited = seconds(last, time);
        let left = decay(waited, counting.half_life);
        self.seconds = self.seconds * left + waited;
        self.arrivals = self.arrivals * left + 1.0;
        for (hits, depth) in self.hits.iter_mut().zip(depths(counting.step)) {
            *hits = *hits * left + if self.reach > depth { 1.0 } else { 0.0 };
        }
        self.line = fit(&self.hits, self.seconds, counting.step);
    }
}

/// Basis points that a price lies beyond the mid, on the side that its taker pays.
fn beyond(price: f64, mid: f64, side: Side) -> f64 {
    let away = crate::volatility::BPS * (price - mid) / mid;
    let reach = if side == Side::Buy { away } else { -away };
    if reach.is_finite() { reach.max(0.0) } else { 0.0 }
}

fn depths(step: f64) -> impl Iterator<Item = f64> {
    (1..=DEPTHS).map(move |count| step * count as f64)
}

/// The weighted least-squares line of ln λ over the distance; `None` with fewer than three distances to go by.
fn fit(hits: &[f64; DEPTHS], seconds: f64, step: f64) -> Option<Line> {
    let points = || depths(step).zip(hits.iter().copied()).filter(|(_, hits)| *hits >= LEAST_HITS);
    if seconds <= 0.0 || points().count() < 3 {
        return None;
    }
    let log = |hits: f64| (hits / (2.0 * seconds)).ln();
    let weight: f64 = points().map(|(_, hits)| hits).sum();
    let mean = |value: fn(f64, f64) -> f64| {
        points().map(|(depth, hits)| hits * value(depth, log(hits))).sum::<f64>() / weight
    };
    let (depth, centre) = (mean(|depth, _| depth), mean(|_, log| log));
    let (mut over, mut under) = (0.0, 0.0);
    for (at, hits) in points() {
        over += hits * (at - depth) * (log(hits) - centre);
        under += hits * (at - depth) * (at - depth);
    }
    let line = Line { slope: over / under, depth, log: centre };
    (line.slope.is_finite() && line.log.is_finite()).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNTING: Counting =
        Counting { step: 0.5, half_life: 1e9, least: 100.0, fallback: (1.0, 1.0), bound: 10.0 };

    fn at(seconds: f64) -> Time {
        Time::from_nanos((seconds * 1e9) as i64)
    }

    #[test]
    fn counts_that_fall_off_exponentially_give_back_their_kappa_and_level() {
        // λ(δ) = 3·e^(−0.8·δ) a side, watched for a thousand seconds.
        let mut hits = [0.0; DEPTHS];
        for (hits, depth) in hits.iter_mut().zip(depths(0.5)) {
            *hits = 2.0 * 1000.0 * 3.0 * f64::exp(-0.8 * depth);
        }
        let intensity =
            Intensity { hits, arrivals: 6000.0, line: fit(&hits, 1000.0, 0.5), ..Intensity::default() };
        let (kappa, level) = intensity.estimate(&COUNTING);
        assert!((kappa - 0.8).abs() < 1e-12 && (level - 3.0).abs() < 1e-12, "{kappa} {level}");
    }

    #[test]
    fn hits_are_counted_once_for_each_arrival_at_every_distance_it_goes_beyond() {
        let mut intensity = Intensity::default();
        // Mid 100 000: one basis point is ten ticks, so the counted distances are 5, 10, … 40 ticks.
        for (time, price, taker) in [
            (0.0, 100_040.0, Some(Side::Buy)), // the first only starts the clock
            (1.0, 100_004.0, Some(Side::Buy)), // 0.4: beyond none
            (2.0, 99_985.0, Some(Side::Sell)), // 1.5: beyond 0.5 and 1, not beyond 1.5 itself
            (3.0, 100_006.0, None),            // a sweep of three prints: 0.6, 1.2, 2.1
            (3.0, 100_012.0, None),
            (3.0, 100_021.0, None),
            (4.0, 99_990.0, Some(Side::Buy)), // a buyer below the mid: beyond none
            (5.0, 100_000.0, None),           // still open, not counted yet
        ] {
            intensity.print(price, 100_000.0, taker, at(time), &COUNTING);
        }
        let counted: Vec<f64> = intensity.hits.iter().map(|hits| (hits * 1e3).round() / 1e3).collect();
        assert_eq!(counted, [2.0, 2.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        assert!((intensity.arrivals - 4.0).abs() < 1e-6 && (intensity.seconds - 4.0).abs() < 1e-6);
    }

    #[test]
    fn old_arrivals_fade_with_the_time_they_took() {
        let counting = Counting { half_life: 10.0, ..COUNTING };
        let mut intensity = Intensity::default();
        for time in [0.0, 10.0, 20.0, 30.0] {
            intensity.print(100_100.0, 100_000.0, Some(Side::Buy), at(time), &counting);
        }
        // Two counted, ten seconds apart: 1/2 + 1, over 10/2 + 10 seconds.
        assert_eq!((intensity.arrivals, intensity.seconds), (1.5, 15.0));
    }

    #[test]
    fn until_there_is_enough_the_parameters_count_and_after_that_they_bound_the_estimate() {
        let mut hits = [0.0; DEPTHS];
        for (hits, depth) in hits.iter_mut().zip(depths(0.5)) {
            *hits = 50_000.0 * f64::exp(-30.0 * (depth - 0.5)) + 10.0;
        }
        let few = Intensity { hits, arrivals: 99.0, line: fit(&hits, 10.0, 0.5), ..Intensity::default() };
        assert_eq!(few.estimate(&COUNTING), (1.0, 1.0));
        let many = Intensity { arrivals: 100.0, ..few };
        assert_eq!(many.estimate(&Counting { bound: 2.0, ..COUNTING }), (2.0, 2.0));
        assert_eq!(many.estimate(&Counting { bound: 1.0, ..COUNTING }), (1.0, 1.0), "1 switches it off");
        assert_eq!(
            fit(&[9.0, 8.0, 4.0, 4.0, 0.0, 0.0, 0.0, 0.0], 10.0, 0.5),
            None,
            "two distances are no line"
        );
        // Counts that do not fall off: the floor of κ.
        let flat = Intensity {
            hits: [10.0; DEPTHS],
            arrivals: 200.0,
            line: fit(&[10.0; DEPTHS], 100.0, 0.5),
            ..Intensity::default()
        };
        assert!((flat.estimate(&COUNTING).0 - 0.1).abs() < 1e-12);
    }
}
