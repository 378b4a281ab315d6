//! How boosted trees grow: an exact greedy search over sorted values, second-order gradients of the logistic loss.
//!
//! Source: T. Chen and C. Guestrin, "XGBoost: A Scalable Tree Boosting System", 2016, §2 and algorithm 1. With G and H
//! the sums of the first and second derivatives in a node, its leaf is −G/(H + λ), and a split gains ½ (G²ₗ/(Hₗ + λ) +
//! G²ᵣ/(Hᵣ + λ) − G²/(H + λ)).
//!
//! It is written here, as the libraries for it draw without a seed, size themselves by the machine, know squared
//! errors only, or keep their trees to themselves (`docs/DEPENDENCIES.md`). Derivatives, thresholds and leaves are
//! rounded as they come about, so that every platform grows the same trees.

use crate::model::rounded;
use crate::trees::{BoostedTrees, Node, leaf};

/// How trees grow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Growth {
    /// How many trees.
    pub trees: u32,
    /// Splits from the root to a leaf, at most.
    pub depth: u32,
    /// What part of its leaf's value each tree adds.
    pub rate: f64,
    /// The fewest rows of a leaf.
    pub leaf_rows: usize,
    /// λ: draws leaves towards 0.
    pub ridge: f64,
    /// The share of the rows that each tree sees, drawn anew.
    pub row_share: f64,
    /// Where the draws begin.
    pub seed: u64,
}

/// Rows by feature, with the derivatives of the loss at each.
struct Ground<'a> {
    rows: &'a [Vec<f64>],
    /// First and second derivative of the loss of each row.
    slopes: Vec<(f64, f64)>,
    growth: &'a Growth,
}

/// A split and what it gains.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cut {
    gain: f64,
    feature: usize,
    at: f64,
}

impl BoostedTrees {
    /// Grows trees one after the other, each on what the ones before it left.
    #[must_use]
    pub fn grow(rows: &[Vec<f64>], up: &[bool], growth: &Growth) -> Self {
        let ups = up.iter().filter(|up| **up).count();
        let mut model = Self { bias: rounded(odds(ups, up.len())), trees: Vec::new() };
        let mut sums = vec![model.bias; rows.len()];
        let mut draws = Draws(growth.seed);
        let sorted = sorted(rows);
        for _ in 0..growth.trees {
            let slopes = sums.iter().zip(up).map(|(sum, up)| slope(*sum, *up)).collect();
            let ground = Ground { rows, slopes, growth };
            let drawn: Vec<bool> = rows.iter().map(|_| draws.next() < growth.row_share).collect();
            let is_drawn = |row: &&usize| drawn.get(**row).copied().unwrap_or(false);
            let sorted = sorted.iter().map(|rows| rows.iter().filter(is_drawn).copied().collect());
            let mut tree = Vec::new();
            ground.grow(sorted.collect(), 0, &mut tree);
            for (sum, row) in sums.iter_mut().zip(rows) {
                *sum += leaf(&tree, row);
            }
            model.trees.push(tree);
        }
        model
    }
}

/// Every row once a feature, sorted by it; equal ones in their own order.
fn sorted(rows: &[Vec<f64>]) -> Vec<Vec<usize>> {
    let features = rows.first().map_or(0, Vec::len);
    let value = |row: &usize, feature: usize| rows.get(*row).and_then(|row| row.get(feature)).copied();
    (0..features)
        .map(|feature| {
            let mut sorted: Vec<usize> = (0..rows.len()).collect();
            sorted.sort_by(|one, two| {
                let [one, two] = [one, two].map(|row| value(row, feature).unwrap_or(0.0));
                one.total_cmp(&two)
            });
            sorted
        })
        .collect()
}

/// The log-odds of a share, drawn a little to ½ so that they always exist.
#[expect(clippy::cast_precision_loss, reason = "counts of rows stay far below 2⁵³")]
fn odds(part: usize, of: usize) -> f64 {
    ((part as f64 + 1.0) / ((of - part) as f64 + 1.0)).ln()
}

/// First and second derivative of the logistic loss in the log-odds.
fn slope(log_odds: f64, up: bool) -> (f64, f64) {
    let probability = rounded(1.0 / (1.0 + (-log_odds).exp()));
    (probability - f64::from(u8::from(up)), (probability * (1.0 - probability)).max(1e-6))
}

impl Ground<'_> {
    /// Grows a node over these rows, which stand there once a feature and sorted by it, and what is under it, behind the
    /// nodes there are.
    fn grow(&self, sorted: Vec<Vec<usize>>, depth: u32, tree: &mut Vec<Node>) -> usize {
        let place = tree.len();
        let (slope, curve) = self.sums(sorted.first().map_or(&[], Vec::as_slice));
        tree.push(Node::Leaf(rounded(-slope / (curve + self.growth.ridge) * self.growth.rate)));
        let cut = (depth < self.growth.depth).then(|| self.best(&sorted)).flatten();
        if let Some(Cut { feature, at, .. }) = cut {
            let is_below = |row: &usize| self.value(*row, feature) < at;
            let parted = sorted.into_iter().map(|rows| rows.into_iter().partition(is_below));
            let (below, above): (Vec<_>, Vec<_>) = parted.unzip();
            let low = self.grow(below, depth + 1, tree);
            let high = self.grow(above, depth + 1, tree);
            if let Some(node) = tree.get_mut(place) {
                *node = Node::Split { feature, at, low, high };
            }
        }
        place
    }

    /// The split that gains most; of equal ones the first feature's, at its lowest value.
    fn best(&self, sorted: &[Vec<usize>]) -> Option<Cut> {
        let mut best: Option<Cut> = None;
        for (feature, rows) in sorted.iter().enumerate() {
            for cut in self.cuts(rows, feature) {
                if cut.gain > best.map_or(1e-9, |best| best.gain) {
                    best = Some(cut);
                }
            }
        }
        best
    }

    /// Every split of rows that are sorted by this feature.
    fn cuts<'s>(&'s self, sorted: &'s [usize], feature: usize) -> impl Iterator<Item = Cut> + 's {
        let (all_slope, all_curve) = self.sums(sorted);
        let ridge = self.growth.ridge;
        let worth = move |slope: f64, curve: f64| slope * slope / (curve + ridge);
        let fewest = self.growth.leaf_rows;
        let pairs = sorted.iter().zip(sorted.iter().skip(1)).enumerate();
        pairs
            .scan((0.0, 0.0), move |(slope, curve), (before, (row, next))| {
                let (g, h) = self.slopes.get(*row).copied().unwrap_or_default();
                (*slope, *curve) = (*slope + g, *curve + h);
                let here = before + 1;
                Some((here, *slope, *curve, self.value(*row, feature), self.value(*next, feature)))
            })
            .filter(move |(here, ..)| *here >= fewest && sorted.len() - here >= fewest)
            .filter_map(move |(_, slope, curve, value, next)| {
                let at = threshold(value, next)?;
                let (rest, rest_curve) = (all_slope - slope, all_curve - curve);
                let gain =
                    (worth(slope, curve) + worth(rest, rest_curve) - worth(all_slope, all_curve)) / 2.0;
                Some(Cut { gain, feature, at })
            })
    }

    fn sums(&self, rows: &[usize]) -> (f64, f64) {
        let slopes = rows.iter().filter_map(|row| self.slopes.get(*row));
        slopes.fold((0.0, 0.0), |(slope, curve), (g, h)| (slope + g, curve + h))
    }

    fn value(&self, row: usize, feature: usize) -> f64 {
        self.rows.get(row).and_then(|row| row.get(feature)).copied().unwrap_or(0.0)
    }
}

/// Half-way between two values, with as few decimals as keep it above the one and not above the other; `None` between
/// equal ones.
fn threshold(below: f64, above: f64) -> Option<f64> {
    let middle = rounded(f64::midpoint(below, above));
    if below >= above {
        return None;
    }
    Some(if below < middle && middle <= above { middle } else { above })
}

/// Numbers from 0 up to 1 (`SplitMix64`; Steele, Lea and Flood 2014): the same seed, the same numbers.
struct Draws(u64);

impl Draws {
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact in f64")]
    const fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROWTH: Growth =
        Growth { trees: 1, depth: 1, rate: 1.0, leaf_rows: 1, ridge: 1.0, row_share: 1.0, seed: 1 };

    fn column(values: &[f64]) -> Vec<Vec<f64>> {
        values.iter().map(|value| vec![*value]).collect()
    }

    /// Four rows, two up: every g is ∓½ and every h ¼. Cut in the middle, G = ±1 and H = ½ on either side: the gain is
    /// ½ (1/1.5 + 1/1.5 − 0) = 2/3, and the leaves are ∓1/1.5.
    #[test]
    fn a_hand_worked_split() {
        let (rows, up) = (column(&[1.0, 2.0, 3.0, 4.0]), [false, false, true, true]);
        let slopes = up.map(|up| slope(0.0, up)).to_vec();
        let ground = Ground { rows: &rows, slopes, growth: &GROWTH };
        let cut = ground.best(&sorted(&rows)).unwrap();
        assert!(
            (cut.gain - 2.0 / 3.0).abs() < 1e-12 && (cut.at - 2.5).abs() < 1e-12 && cut.feature == 0,
            "{cut:?}"
        );
        let model = BoostedTrees::grow(&rows, &up, &GROWTH);
        let split = Node::Split { feature: 0, at: 2.5, low: 1, high: 2 };
        assert_eq!(model.trees, [vec![split, Node::Leaf(-0.666_667), Node::Leaf(0.666_667)]]);
        assert_eq!(
            (model.bias, model.log_odds(&[2.4]), model.log_odds(&[2.5])),
            (0.0, -0.666_667, 0.666_667)
        );
    }

    /// Cuts of 1 | 3 rows gain ½ (0.25/1.25 + 0.25/1.75 − 0) = 0.1714…, or less than the one in the middle; with
    /// leaves of two rows they are not there at all.
    #[test]
    fn every_split_and_the_fewest_rows() {
        let rows = column(&[1.0, 2.0, 3.0, 4.0]);
        let slopes = [false, false, true, true].map(|up| slope(0.0, up)).to_vec();
        let two = Growth { leaf_rows: 2, ..GROWTH };
        for (growth, expected) in [(&GROWTH, vec![0.171_429, 0.666_667, 0.171_429]), (&two, vec![0.666_667])]
        {
            let ground = Ground { rows: &rows, slopes: slopes.clone(), growth };
            let gains: Vec<f64> = ground.cuts(&[0, 1, 2, 3], 0).map(|cut| rounded(cut.gain)).collect();
            assert_eq!(gains, expected);
        }
    }

    /// Up where exactly one of two values is high: no single split gains anything at the root of a balanced table, so
    /// one row more tips it, and depth 2 then tells all rows apart.
    #[test]
    fn depth_two_finds_an_exclusive_or() {
        let rows: Vec<Vec<f64>> =
            [[0., 0.], [0., 1.], [1., 0.], [1., 1.], [0., 0.]].map(|row| row.to_vec()).to_vec();
        let up = [false, true, true, false, false];
        let growth = Growth { trees: 30, depth: 2, ridge: 0.1, ..GROWTH };
        let model = BoostedTrees::grow(&rows, &up, &growth);
        for (row, up) in rows.iter().zip(up) {
            assert_eq!(model.log_odds(row) > 0.0, up, "{row:?}: {}", model.log_odds(row));
        }
        assert!(model.check(2).is_ok() && model.check(1).is_err());
    }

    #[test]
    fn equal_values_are_never_parted_and_no_gain_is_no_split() {
        let flat = BoostedTrees::grow(&column(&[3.0; 6]), &[true, false, true, false, true, false], &GROWTH);
        assert_eq!(flat.trees, [vec![Node::Leaf(0.0)]]);
        assert_eq!((threshold(1.0, 1.0), threshold(0.1, 0.100_000_1)), (None, Some(0.100_000_1)));
    }

    #[test]
    fn a_seed_gives_the_same_trees_and_another_one_others() {
        let rows: Vec<Vec<f64>> =
            (0..200).map(|at| vec![f64::from(at * 37 % 101), f64::from(at % 7)]).collect();
        let up: Vec<bool> = (0..200).map(|at| at * 37 % 101 > 40 || at % 3 == 0).collect();
        let growth = Growth { trees: 5, depth: 3, leaf_rows: 5, row_share: 0.5, ..GROWTH };
        let grow = |seed| BoostedTrees::grow(&rows, &up, &Growth { seed, ..growth });
        assert_eq!(grow(7), grow(7));
        assert_ne!(grow(7), grow(8));
    }
}
