//! How much lists of numbers move together.

use crate::Trials;
use crate::moments::{count, finite, mean, ratio};

/// Pearson's correlation of two lists; `None` where their lengths differ or one of them has no spread.
#[must_use]
pub fn correlation(one: &[f64], two: &[f64]) -> Option<f64> {
    if one.len() != two.len() {
        return None;
    }
    let (first, second) = (mean(one)?, mean(two)?);
    let (mut cross, mut left, mut right) = (0.0, 0.0, 0.0);
    for (a, b) in one.iter().zip(two) {
        let (a, b) = (a - first, b - second);
        cross += a * b;
        left += a * a;
        right += b * b;
    }
    ratio(cross, (left * right).sqrt())
}

/// Mean of the correlations of every pair of trials; trials without spread are left out. `None` of fewer than two others.
#[must_use]
pub fn mean_correlation(trials: &Trials) -> Option<f64> {
    // The mean over all pairs follows from the sum of the standardised trials: var(Σ z) = n + n (n − 1) ρ̄.
    let mut sum = vec![0.0; trials.periods()];
    let mut kept = 0_usize;
    for trial in trials.iter() {
        let Some(mean) = mean(trial) else { continue };
        let length = trial.iter().map(|value| (value - mean).powi(2)).sum::<f64>().sqrt();
        if length > 0.0 {
            kept += 1;
            sum.iter_mut().zip(trial).for_each(|(sum, value)| *sum += (value - mean) / length);
        }
    }
    let n = count(kept);
    let whole: f64 = sum.iter().map(|value| value * value).sum();
    finite((whole - n) / (n * (n - 1.0)))
}
