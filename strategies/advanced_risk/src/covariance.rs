//! The covariance of several series of returns, as it is or shrunk.

use crate::matrix::Square;
use crate::params::Shrinkage;

/// The covariance of columns of one length.
pub(crate) fn covariance(columns: &[Vec<f64>], shrinkage: Shrinkage) -> Square {
    match shrinkage {
        Shrinkage::None => {
            let rows = columns.first().map_or(0, Vec::len) as f64;
            products(&centred(columns), (rows - 1.0).max(1.0))
        }
        Shrinkage::LedoitWolf => ledoit_wolf(columns).0,
    }
}

/// The population's covariance S drawn towards m·I, where m is the mean variance: (1 − s)S + s·m·I, and s itself, which
/// is the share of S's distance from m·I that chance in the sample explains.
///
/// Source: O. Ledoit and M. Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", Journal of
/// Multivariate Analysis 88 (2004).
pub(crate) fn ledoit_wolf(columns: &[Vec<f64>]) -> (Square, f64) {
    let columns = centred(columns);
    let (size, rows) = (columns.len(), columns.first().map_or(0, Vec::len));
    let (assets, bars) = (size as f64, rows as f64);
    let sample = products(&columns, bars.max(1.0));
    let mean = sample.diagonal().iter().sum::<f64>() / assets.max(1.0);
    // Both distances are mean squares over the columns, as in the paper's norm.
    let off = |i: usize, j: usize| sample.at(i, j) - if i == j { mean } else { 0.0 };
    let squares = |of: &dyn Fn(usize, usize) -> f64| -> f64 {
        (0..size).flat_map(|i| (0..size).map(move |j| (i, j))).map(|(i, j)| of(i, j).powi(2)).sum()
    };
    let distance = squares(&off) / assets.max(1.0);
    let fourth: f64 = (0..rows)
        .map(|row| columns.iter().filter_map(|column| column.get(row)).map(|x| x * x).sum::<f64>().powi(2))
        .sum();
    let chance =
        (fourth / bars.max(1.0) - squares(&|i, j| sample.at(i, j))) / (bars.max(1.0) * assets.max(1.0));
    let share = if distance > 0.0 { (chance / distance).clamp(0.0, 1.0) } else { 0.0 };
    let shrunk = Square::from_fn(size, |i, j| sample.at(i, j) - share * off(i, j));
    (shrunk, share)
}

fn centred(columns: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let centre = |column: &Vec<f64>| {
        let mean = column.iter().sum::<f64>() / column.len().max(1) as f64;
        column.iter().map(|value| value - mean).collect()
    };
    columns.iter().map(centre).collect()
}

fn products(columns: &[Vec<f64>], divisor: f64) -> Square {
    let product = |one: &Vec<f64>, other: &Vec<f64>| one.iter().zip(other).map(|(x, y)| x * y).sum::<f64>();
    Square::from_fn(columns.len(), |i, j| match (columns.get(i), columns.get(j)) {
        (Some(one), Some(other)) => product(one, other) / divisor,
        _ => 0.0,
    })
}
