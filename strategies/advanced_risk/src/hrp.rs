//! Hierarchical risk parity: weights by a tree of which instruments move alike, without inverting the covariance.

use crate::matrix::Square;

/// The weights of M. López de Prado, "Building diversified portfolios that outperform out of sample", Journal of
/// Portfolio Management 42 (2016): instruments are clustered by their correlation, lined up by the tree, and each half
/// of the line gets the share that the variance of the other half has in the sum.
///
/// The tree is the paper's: single linkage on the Euclidean distance of the columns of √½(1 − ρ). (`PyPortfolioOpt` and
/// `Riskfolio-Lib` link by √½(1 − ρ) itself.)
pub(crate) fn hrp(covariance: &Square) -> Vec<f64> {
    let mut weights = vec![1.0; covariance.size()];
    let mut halves = vec![order(covariance)];
    while let Some(line) = halves.pop() {
        let (first, second) = line.split_at(line.len() / 2);
        if first.is_empty() {
            continue;
        }
        let [one, other] = [first, second].map(|half| cluster_variance(covariance, half));
        let share = if one + other > 0.0 { other / (one + other) } else { 0.5 };
        for (half, share) in [(first, share), (second, 1.0 - share)] {
            for at in half {
                if let Some(weight) = weights.get_mut(*at) {
                    *weight *= share;
                }
            }
            halves.push(half.to_vec());
        }
    }
    weights
}

/// The variance of a cluster whose members are weighted by the inverse of theirs.
fn cluster_variance(covariance: &Square, members: &[usize]) -> f64 {
    let least = covariance.diagonal().into_iter().fold(0.0, f64::max) * 1e-12;
    let inverse: Vec<f64> = members.iter().map(|at| 1.0 / covariance.at(*at, *at).max(least)).collect();
    let sum: f64 = inverse.iter().sum();
    if !(sum.is_finite() && sum > 0.0) {
        return 0.0;
    }
    let pairs = members.iter().zip(&inverse);
    let row = |at: &usize| -> f64 {
        pairs.clone().map(|(other, weight)| covariance.at(*at, *other) * weight).sum()
    };
    pairs.clone().map(|(at, weight)| row(at) * weight).sum::<f64>() / (sum * sum)
}

/// The instruments in the order in which the tree's leaves hang.
pub(crate) fn order(covariance: &Square) -> Vec<usize> {
    let size = covariance.size();
    let distance = Square::from_fn(size, |i, j| {
        let scale = (covariance.at(i, i) * covariance.at(j, j)).sqrt();
        let correlation = if scale > 0.0 { (covariance.at(i, j) / scale).clamp(-1.0, 1.0) } else { 0.0 };
        if i == j { 0.0 } else { ((1.0 - correlation) / 2.0).sqrt() }
    });
    let apart = |i: usize, j: usize| {
        (0..size).map(|k| (distance.at(i, k) - distance.at(j, k)).powi(2)).sum::<f64>().sqrt()
    };
    let apart = Square::from_fn(size, apart);
    // The leaves of each cluster: first every instrument, then what was joined, in the order of joining. Of two that
    // join, the earlier one hangs on the left.
    let mut clusters: Vec<Vec<usize>> = (0..size).map(|at| vec![at]).collect();
    while clusters.len() > 1 {
        let mut nearest = (f64::INFINITY, 0, 1);
        for (i, one) in clusters.iter().enumerate() {
            for (j, other) in clusters.iter().enumerate().skip(i + 1) {
                let link = gap(&apart, one, other);
                if link < nearest.0 {
                    nearest = (link, i, j);
                }
            }
        }
        // The later one goes first, so that the place of the other stays what it is.
        let right = clusters.remove(nearest.2);
        let mut joined = clusters.remove(nearest.1);
        joined.extend(right);
        clusters.push(joined);
    }
    clusters.pop().unwrap_or_default()
}

/// The distance of the two members that are nearest.
fn gap(apart: &Square, one: &[usize], other: &[usize]) -> f64 {
    let pairs = one.iter().flat_map(|i| other.iter().map(move |j| (*i, *j)));
    pairs.map(|(i, j)| apart.at(i, j)).fold(f64::INFINITY, f64::min)
}
