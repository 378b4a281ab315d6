//! TPE: points that look like the good ones and unlike the others.
//!
//! Bergstra, Bardenet, Bengio, Kégl, "Algorithms for Hyper-Parameter Optimization", NIPS 2011, section 4. Of the trials so far,
//! the best γ = 15 % make a density l, the others a density g, for each axis on its own; candidates are drawn from l, and
//! the one with the largest l/g is asked for. Densities of ordered axes are sums of Gaussian bells over the places of their
//! values, each as wide as the larger gap to its neighbours, and one bell over the whole axis as a prior; those of other
//! axes are counts, each begun at one.

use std::collections::HashSet;

use super::{fresh, narrow};
use crate::chance::Chance;
use crate::{Axis, Point, Space};

/// Points drawn evenly before the first model.
const START: usize = 20;
/// Candidates for each point.
const CANDIDATES: usize = 24;
/// The share of trials that count as good.
const GAMMA: f64 = 0.15;
/// Sets of candidates without a new point before one is drawn evenly.
const TRIES: usize = 8;

#[derive(Debug)]
pub(crate) struct Tpe {
    chance: Chance,
    asked: HashSet<Point>,
    /// What was tried, with its cost, in the order of asking.
    told: Vec<(Point, f64)>,
}

impl Tpe {
    pub(crate) fn new(seed: u64) -> Self {
        Self { chance: Chance::new(seed), asked: HashSet::new(), told: Vec::new() }
    }

    pub(crate) fn ask(&mut self, space: &Space, most: usize) -> Vec<Point> {
        let models = (self.told.len() >= START).then(|| self.models(space));
        let mut points = Vec::with_capacity(most);
        while points.len() < most {
            let modelled = models.as_ref().and_then(|models| self.draw(space, models));
            let point = modelled.or_else(|| fresh(space, &mut self.chance, &self.asked));
            let Some(point) = point else { break };
            self.asked.insert(point.clone());
            points.push(point);
        }
        points
    }

    pub(crate) fn tell(&mut self, results: impl IntoIterator<Item = (Point, f64)>) {
        self.told.extend(results);
    }

    fn models(&self, space: &Space) -> Vec<Model> {
        let mut order: Vec<&(Point, f64)> = self.told.iter().collect();
        // The sort keeps the order of asking among equals.
        order.sort_by(|one, two| one.1.total_cmp(&two.1));
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a count of trials"
        )]
        let good = ((order.len() as f64 * GAMMA).ceil() as usize).clamp(1, order.len().max(1));
        let (good, others) = order.split_at(good.min(order.len()));
        let places = |list: &[&(Point, f64)], axis: usize| -> Vec<usize> {
            list.iter().filter_map(|(point, _)| point.0.get(axis)).map(|place| *place as usize).collect()
        };
        let model = |(at, axis): (usize, &Axis)| {
            let [good, others] = [good, others].map(|list| density(axis, places(list, at)));
            let mut sum = 0.0;
            let cumulative = good.iter().map(|share| {
                sum += share;
                sum
            });
            let cumulative = cumulative.collect();
            Model { cumulative, gain: good.iter().zip(&others).map(|(l, g)| l.ln() - g.ln()).collect() }
        };
        space.axes().iter().enumerate().map(model).collect()
    }

    /// The best new candidate by the models; `None` where all of several sets were asked for already.
    fn draw(&mut self, space: &Space, models: &[Model]) -> Option<Point> {
        for _ in 0..TRIES {
            let mut best: Option<(f64, Point)> = None;
            for _ in 0..CANDIDATES {
                let point = Point(models.iter().map(|model| narrow(model.draw(&mut self.chance))).collect());
                let gain = |(model, place): (&Model, &u32)| model.gain.get(*place as usize).copied();
                let gain: f64 = models.iter().zip(&point.0).filter_map(gain).sum();
                let better = best.as_ref().is_none_or(|(most, _)| gain > *most);
                if better && space.allows(&point) && !self.asked.contains(&point) {
                    best = Some((gain, point));
                }
            }
            if let Some((_, point)) = best {
                return Some(point);
            }
        }
        None
    }
}

/// One axis under the trials so far.
#[derive(Debug)]
struct Model {
    /// Of l, up to and including each value.
    cumulative: Vec<f64>,
    /// ln(l/g) of each value.
    gain: Vec<f64>,
}

impl Model {
    fn draw(&self, chance: &mut Chance) -> usize {
        let drawn = chance.unit() * self.cumulative.last().copied().unwrap_or(0.0);
        self.cumulative.partition_point(|sum| *sum <= drawn).min(self.cumulative.len().saturating_sub(1))
    }
}

/// The share of each value of an axis, given the places that were seen; above zero everywhere, and 1 in sum.
#[expect(clippy::cast_precision_loss, reason = "places on an axis are below ten thousand")]
fn density(axis: &Axis, mut seen: Vec<usize>) -> Vec<f64> {
    let count = axis.values().len();
    let mut shares = vec![if axis.is_ordered() { 1e-12 } else { 1.0 }; count];
    if axis.is_ordered() {
        seen.sort_unstable();
        let span = count as f64;
        let narrowest = (span / (seen.len() as f64 + 1.0).min(100.0)).max(1.0);
        bell(&mut shares, (span - 1.0) / 2.0, span);
        for (at, place) in seen.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| seen.get(at)).copied().unwrap_or(0);
            let after = seen.get(at + 1).copied().unwrap_or(count - 1);
            let gap = (place - before).max(after - place) as f64;
            bell(&mut shares, *place as f64, gap.clamp(narrowest, span));
        }
    } else {
        for place in seen {
            shares.iter_mut().skip(place).take(1).for_each(|share| *share += 1.0);
        }
    }
    let sum: f64 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= sum);
    shares
}

/// Adds a Gaussian bell that is cut off at the ends of the axis, and 1 in sum.
#[expect(clippy::cast_precision_loss, reason = "places on an axis are below ten thousand")]
fn bell(shares: &mut [f64], middle: f64, width: f64) {
    let height = |at: usize| (-0.5 * ((at as f64 - middle) / width).powi(2)).exp();
    let sum: f64 = (0..shares.len()).map(height).sum();
    shares.iter_mut().enumerate().for_each(|(at, share)| *share += height(at) / sum);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;
    use crate::sample::random;

    type Failure = Box<dyn std::error::Error>;

    /// 101 × 101 places, and a choice of four.
    fn space() -> Result<Space, Failure> {
        let axis = |name| -> Result<Axis, Failure> {
            Ok(Axis::range(name, "0".parse()?, "100".parse()?, "1".parse()?)?)
        };
        let words = ["a", "b", "c", "d"].map(|word| Value::Word(word.to_owned())).to_vec();
        Ok(Space::new(vec![axis("x")?, axis("y")?, Axis::list("word", words)?], &[], &[])?)
    }

    /// A bowl with its bottom at (23, 71), where the third choice is the right one.
    fn cost(point: &Point) -> f64 {
        let [x, y] = [0, 1].map(|at: usize| f64::from(point.0[at]));
        (x - 23.0).powi(2) + (y - 71.0).powi(2) + if point.0[2] == 2 { 0.0 } else { 400.0 }
    }

    #[test]
    fn it_finds_more_than_chance_does_with_as_many_trials() -> Result<(), Failure> {
        let space = space()?;
        let lowest = |costs: Vec<f64>| costs.into_iter().fold(f64::INFINITY, f64::min);
        let [mut by_model, mut by_chance] = [Vec::new(), Vec::new()];
        for seed in 0..15 {
            let (mut tpe, mut costs) = (Tpe::new(seed), Vec::new());
            for _ in 0..10 {
                let points = tpe.ask(&space, 10);
                costs.extend(points.iter().map(cost));
                tpe.tell(points.into_iter().map(|point| (point.clone(), cost(&point))));
            }
            by_model.push(lowest(costs));
            by_chance.push(lowest(random(&space, 100, seed).iter().map(cost).collect()));
        }
        by_model.sort_by(f64::total_cmp);
        by_chance.sort_by(f64::total_cmp);
        assert!(by_model[7] * 4.0 < by_chance[7], "{by_model:?} {by_chance:?}");
        Ok(())
    }

    #[test]
    fn densities_sum_to_one_and_are_nowhere_zero() -> Result<(), Failure> {
        for axis in space()?.axes() {
            for seen in [vec![], vec![0], vec![3, 3, 1, 2]] {
                let shares = density(axis, seen);
                assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
                assert!(shares.iter().all(|share| *share > 0.0));
            }
        }
        Ok(())
    }

    #[test]
    fn it_ends_where_nothing_is_left() -> Result<(), Failure> {
        let space = Space::new(vec![Axis::range("x", "1".parse()?, "30".parse()?, "1".parse()?)?], &[], &[])?;
        let mut tpe = Tpe::new(0);
        let mut count = 0;
        for _ in 0..5 {
            let points = tpe.ask(&space, 8);
            count += points.len();
            tpe.tell(points.into_iter().map(|point| (point.clone(), f64::from(point.0[0]))));
        }
        assert_eq!(count, 30);
        Ok(())
    }
}
