//! The long-only portfolio of least variance.

use crate::matrix::Square;

/// The weights w ≥ 0 with Σw = 1 for which wᵀCw is least (H. Markowitz, "Portfolio selection", Journal of Finance 7,
/// 1952).
///
/// To the diagonal a ten-billionth of the mean variance is added. So instruments that are one and the same share, a
/// covariance of fewer bars than instruments can be used too, and where no price moves at all, all weights are equal.
pub(crate) fn min_variance(covariance: &Square) -> Vec<f64> {
    const RIDGE: f64 = 1e-10;
    let size = covariance.size();
    let equal = vec![1.0 / size.max(1) as f64; size];
    let mean = covariance.diagonal().iter().sum::<f64>() / size.max(1) as f64;
    if !(mean.is_finite() && mean > 0.0) {
        return equal;
    }
    let ridge = |i: usize, j: usize| if i == j { RIDGE } else { 0.0 };
    let scaled = Square::from_fn(size, |i, j| covariance.at(i, j) / mean + ridge(i, j));
    let found = active_set(&scaled).unwrap_or(equal);
    let sum: f64 = found.iter().sum();
    found.iter().map(|one| one / sum).collect()
}

/// The x ≥ 0 that makes ½xᵀCx − Σx least. Its conditions are those of the weights, up to a factor, so x / Σx are the
/// weights.
///
/// It is found as C. Lawson and R. Hanson find least squares without negative numbers ("Solving least squares
/// problems", 1974, chapter 23): the member that pays most joins, and who would turn negative leaves. `None` where C is
/// not positive definite, or it does not end.
fn active_set(covariance: &Square) -> Option<Vec<f64>> {
    const NEARLY: f64 = 1e-12;
    let size = covariance.size();
    let mut weights = vec![0.0; size];
    let mut members: Vec<usize> = Vec::new();
    for _ in 0..size * size + 3 {
        let slope = |at: usize, weights: &[f64]| 1.0 - covariance.row_times(at, weights);
        let outside = (0..size).filter(|at| !members.contains(at));
        let best = outside.map(|at| (slope(at, &weights), at)).max_by(|one, other| one.0.total_cmp(&other.0));
        let Some((_, joins)) = best.filter(|(slope, _)| *slope > NEARLY) else { return Some(weights) };
        members.push(joins);
        loop {
            let wanted = covariance.solve_ones(&members)?;
            let now = |at: &usize| weights.get(*at).copied().unwrap_or(0.0);
            // How far it is to what is wanted until the first of them reaches zero.
            let falling = members.iter().zip(&wanted).filter(|(_, wanted)| **wanted <= 0.0);
            let step = falling.map(|(at, wanted)| now(at) / (now(at) - wanted)).fold(1.0, f64::min);
            let moved: Vec<f64> =
                members.iter().zip(&wanted).map(|(at, wanted)| now(at) + step * (wanted - now(at))).collect();
            let all = wanted.iter().all(|wanted| *wanted > 0.0);
            for (at, value) in members.iter().zip(&moved) {
                if let Some(slot) = weights.get_mut(*at) {
                    *slot = if all || *value > NEARLY { *value } else { 0.0 };
                }
            }
            if all {
                break;
            }
            let before = members.len();
            members.retain(|at| weights.get(*at).is_some_and(|weight| *weight > 0.0));
            if members.is_empty() || members.len() == before {
                return None;
            }
        }
    }
    None
}
