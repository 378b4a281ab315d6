//! NSGA-II: a population that is bred towards the front of several goals.
//!
//! Deb et al. (2002), with their operators: binary tournaments by front and crowding, simulated binary crossover (Deb and Agrawal
//! 1995) with probability 0.9 and η = 20, polynomial mutation of one gene in n with η = 20. Genes are places on an axis: on an
//! ordered one operators give the nearest place, on another one parents are mixed and mutation draws anew. No point is asked
//! for twice.

use std::collections::HashSet;

use super::{fresh, narrow};
use crate::chance::Chance;
use crate::{Axis, Point, Ranked, Space, rank};

const CROSSOVER: f64 = 0.9;
const ETA: f64 = 20.0;
/// Couples that may have only children that were asked for already, before a point is drawn evenly.
const COUPLES: usize = 50;

#[derive(Debug)]
pub(crate) struct Nsga2 {
    chance: Chance,
    asked: HashSet<Point>,
    /// The best so far, with how each stands.
    population: Vec<(Point, Vec<f64>, Ranked)>,
    size: usize,
}

impl Nsga2 {
    pub(crate) fn new(seed: u64, size: usize) -> Self {
        Self { chance: Chance::new(seed), asked: HashSet::new(), population: Vec::new(), size }
    }

    pub(crate) fn ask(&mut self, space: &Space, most: usize) -> Vec<Point> {
        let mut points = Vec::with_capacity(most);
        while points.len() < most {
            let child = if self.population.is_empty() { None } else { self.child(space) };
            let Some(point) = child.or_else(|| fresh(space, &mut self.chance, &self.asked)) else { break };
            self.asked.insert(point.clone());
            points.push(point);
        }
        points
    }

    /// Parents and children together; the better half lives on.
    pub(crate) fn tell(&mut self, results: impl IntoIterator<Item = (Point, Vec<f64>)>) {
        let parents =
            std::mem::take(&mut self.population).into_iter().map(|(point, costs, _)| (point, costs));
        let all: Vec<(Point, Vec<f64>)> = parents.chain(results).collect();
        let costs: Vec<Vec<f64>> = all.iter().map(|(_, costs)| costs.clone()).collect();
        let mut ranked: Vec<_> =
            all.into_iter().zip(rank(&costs)).map(|((point, costs), rank)| (point, costs, rank)).collect();
        // The sort keeps the order of asking among equals.
        ranked.sort_by(|one, two| one.2.order(&two.2));
        ranked.truncate(self.size);
        self.population = ranked;
    }

    fn child(&mut self, space: &Space) -> Option<Point> {
        for _ in 0..COUPLES {
            let [mother, father] = [self.parent()?, self.parent()?];
            for mut child in cross(space, &mut self.chance, &mother, &father) {
                mutate(space, &mut self.chance, &mut child);
                if space.allows(&child) && !self.asked.contains(&child) {
                    return Some(child);
                }
            }
        }
        None
    }

    /// The better of two that are drawn by chance.
    fn parent(&mut self) -> Option<Point> {
        let [one, two] = [0; 2].map(|_| self.chance.place(self.population.len()));
        let (first, second) = (self.population.get(one)?, self.population.get(two)?);
        Some(if second.2.order(&first.2).is_lt() { second.0.clone() } else { first.0.clone() })
    }
}

fn cross(space: &Space, chance: &mut Chance, mother: &Point, father: &Point) -> [Point; 2] {
    let (mut first, mut second) = (mother.clone(), father.clone());
    if chance.unit() >= CROSSOVER {
        return [first, second];
    }
    for ((one, two), axis) in first.0.iter_mut().zip(&mut second.0).zip(space.axes()) {
        if one == two || chance.unit() < 0.5 {
            continue;
        }
        if axis.is_ordered() {
            (*one, *two) = blend(chance, *one, *two, axis);
        }
        if chance.unit() < 0.5 {
            std::mem::swap(one, two);
        }
    }
    [first, second]
}

/// The last place of an axis.
fn last(axis: &Axis) -> u32 {
    narrow(axis.values().len().saturating_sub(1))
}

/// Bounded simulated binary crossover of two places.
fn blend(chance: &mut Chance, one: u32, two: u32, axis: &Axis) -> (u32, u32) {
    let (low, high) = (f64::from(one.min(two)), f64::from(one.max(two)));
    let drawn = chance.unit();
    let spread = |room: f64| {
        let alpha = 2.0 - (1.0 + 2.0 * room / (high - low)).powf(-(ETA + 1.0));
        let inside = drawn <= 1.0 / alpha;
        let base = if inside { drawn * alpha } else { 1.0 / (2.0 - drawn * alpha) };
        base.powf(1.0 / (ETA + 1.0))
    };
    let middle = low + high;
    let below = 0.5 * (middle - spread(low) * (high - low));
    let above = 0.5 * (middle + spread(f64::from(last(axis)) - high) * (high - low));
    (nearest(below, axis), nearest(above, axis))
}

#[expect(clippy::cast_precision_loss, reason = "a space has few axes")]
fn mutate(space: &Space, chance: &mut Chance, point: &mut Point) {
    let rate = 1.0 / space.axes().len() as f64;
    for (gene, axis) in point.0.iter_mut().zip(space.axes()) {
        let count = axis.values().len();
        if chance.unit() >= rate || count < 2 {
            continue;
        }
        let before = *gene;
        *gene = if axis.is_ordered() { nudge(chance, before, axis) } else { narrow(chance.place(count)) };
        if *gene == before {
            // A mutation that rounds to nothing goes to a neighbour instead.
            let up = chance.unit() < 0.5;
            *gene = if (up && before < last(axis)) || before == 0 { before + 1 } else { before - 1 };
        }
    }
}

/// Polynomial mutation of one place, with bounds.
fn nudge(chance: &mut Chance, gene: u32, axis: &Axis) -> u32 {
    let (at, last) = (f64::from(gene), f64::from(last(axis)));
    let (drawn, power) = (chance.unit(), 1.0 / (ETA + 1.0));
    let shift = if drawn < 0.5 {
        let room = 1.0 - at / last;
        (2.0 * drawn + (1.0 - 2.0 * drawn) * room.powf(ETA + 1.0)).powf(power) - 1.0
    } else {
        let room = at / last;
        1.0 - (2.0 * (1.0 - drawn) + 2.0 * (drawn - 0.5) * room.powf(ETA + 1.0)).powf(power)
    };
    nearest(at + shift * last, axis)
}

fn nearest(place: f64, axis: &Axis) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the last place"
    )]
    let near = place.round().clamp(0.0, f64::from(last(axis))) as u32;
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ZDT1 (Zitzler, Deb, Thiele 2000): 30 variables from 0 to 1; on the front, the second cost is 1 − √ the first.
    fn zdt1(point: &Point) -> Vec<f64> {
        let x: Vec<f64> = point.0.iter().map(|place| f64::from(*place) / 9_999.0).collect();
        let g = 1.0 + 9.0 * x[1..].iter().sum::<f64>() / 29.0;
        vec![x[0], g * (1.0 - (x[0] / g).sqrt())]
    }

    /// Deb et al. (2002) report for ZDT1, real-coded, 100 individuals and 250 generations: mean distance to the front
    /// Υ = 0.033482 (Table II) and spread Δ = 0.390307 (Table III).
    #[test]
    fn zdt1_is_solved_as_well_as_its_authors_did() -> Result<(), Box<dyn std::error::Error>> {
        let mut axes = Vec::new();
        for at in 0..30 {
            axes.push(Axis::range(&format!("x{at}"), types::Decimal::ZERO, "9999".parse()?, "1".parse()?)?);
        }
        let space = Space::new(axes, &[], &[])?;
        let mut search = Nsga2::new(1, 100);
        for _ in 0..250 {
            let points = search.ask(&space, 100);
            assert_eq!(points.len(), 100);
            search.tell(points.into_iter().map(|point| (point.clone(), zdt1(&point))));
        }
        let mut found: Vec<Vec<f64>> =
            search.population.iter().filter(|one| one.2.front == 0).map(|one| one.1.clone()).collect();
        assert!(found.len() > 80, "{}", found.len());
        let front: Vec<[f64; 2]> =
            (0..500).map(|at| f64::from(at) / 499.0).map(|x| [x, 1.0 - x.sqrt()]).collect();
        let apart = |one: &[f64], two: &[f64]| (one[0] - two[0]).hypot(one[1] - two[1]);
        let near = |one: &Vec<f64>| front.iter().map(|two| apart(one, two)).fold(f64::INFINITY, f64::min);
        let count = |list: &[f64]| f64::from(u32::try_from(list.len()).unwrap());
        let distances: Vec<f64> = found.iter().map(near).collect();
        let distance = distances.iter().sum::<f64>() / count(&distances);
        assert!(distance < 0.033_482, "{distance}");
        found.sort_by(|one, two| one[0].total_cmp(&two[0]));
        let gaps: Vec<f64> = found.windows(2).map(|pair| apart(&pair[0], &pair[1])).collect();
        let mean = gaps.iter().sum::<f64>() / count(&gaps);
        let ends = apart(&found[0], &front[0]) + apart(&found[found.len() - 1], &front[499]);
        let uneven: f64 = gaps.iter().map(|gap| (gap - mean).abs()).sum();
        let spread = (ends + uneven) / (ends + mean * count(&gaps));
        assert!(spread < 0.390_307 + 0.1, "{spread}");
        Ok(())
    }

    #[test]
    fn short_axes_and_choices_are_bred_too() -> Result<(), Box<dyn std::error::Error>> {
        let words = ["a", "b", "c"].map(|word| crate::Value::Word(word.to_owned())).to_vec();
        let axes = vec![Axis::range("x", "1".parse()?, "4".parse()?, "1".parse()?)?, Axis::list("w", words)?];
        let space = Space::new(axes, &["x != 2".to_owned()], &[])?;
        let mut search = Nsga2::new(3, 4);
        let mut seen = Vec::new();
        for _ in 0..4 {
            let points = search.ask(&space, 4);
            seen.extend(points.clone());
            search.tell(points.into_iter().map(|point| {
                let costs = vec![f64::from(point.0[0]), f64::from(point.0[1])];
                (point, costs)
            }));
        }
        seen.sort();
        assert_eq!(seen, space.grid().collect::<Vec<_>>(), "every point once, and no more");
        Ok(())
    }
}
