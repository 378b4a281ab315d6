//! How long the blocks of a bootstrap should be, by the series' own autocorrelation.

use crate::Fault;
use crate::error::{at_least, numbers};
use crate::moments::{count, mean};

/// Neighbouring autocorrelations that must all be insignificant: max(5, √log₁₀ n), which is 5 for any series that fits.
const QUIET: usize = 5;

/// Best mean block length of the stationary bootstrap: Politis and White, "Automatic Block-Length Selection for the Dependent
/// Bootstrap" (2004), with the correction of Patton, Politis and White (2009). At least 1, at most min(3√n, n ⁄ 3).
///
/// # Errors
/// [`Fault`] for fewer than 16 values, or for what is no number.
pub fn block_length(values: &[f64]) -> Result<f64, Fault> {
    at_least("values", 16, values.len())?;
    numbers(values)?;
    let n = count(values.len());
    let centre = mean(values).unwrap_or_default();
    let off: Vec<f64> = values.iter().map(|value| value - centre).collect();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the root of a length")]
    let farthest = (n.sqrt().ceil() as usize + QUIET).min(values.len() - 1);
    let covariance = |lag: usize| -> f64 {
        let later = off.get(lag..).unwrap_or_default();
        off.iter().zip(later).map(|(one, two)| one * two).sum::<f64>() / n
    };
    let lags: Vec<f64> = (0..=farthest).map(covariance).collect();
    let variance = lags.first().copied().unwrap_or_default();
    if variance <= 0.0 {
        return Ok(1.0);
    }
    let bandwidth = bandwidth(&lags, variance, n).min(farthest);
    let (mut curve, mut spectrum) = (0.0, variance);
    for (lag, covariance) in lags.iter().enumerate().skip(1).take(bandwidth) {
        // The flat-top window of Politis and Romano (1995).
        let place = count(lag) / count(bandwidth);
        let weight = if place <= 0.5 { 1.0 } else { 2.0 * (1.0 - place) };
        curve += 2.0 * weight * count(lag) * covariance;
        spectrum += 2.0 * weight * covariance;
    }
    let length = (2.0 * curve * curve / (2.0 * spectrum * spectrum) * n).cbrt();
    let most = (3.0 * n.sqrt()).min(n / 3.0).ceil();
    Ok(if length.is_finite() { length.clamp(1.0, most) } else { most })
}

/// Twice the lag from which on autocorrelations are insignificant: |ρ| < 2 √(log₁₀ n ⁄ n) for [`QUIET`] lags in a row. The paper counts
/// from the lag before; the authors' own code, and arch after it, from the first quiet one.
fn bandwidth(lags: &[f64], variance: f64, n: f64) -> usize {
    let bound = 2.0 * (n.log10() / n).sqrt();
    let quiet = |window: &[f64]| window.iter().all(|covariance| (covariance / variance).abs() < bound);
    let after = lags.get(1..).unwrap_or_default().windows(QUIET).position(quiet);
    after.map_or(lags.len(), |lag| 2 * (lag + 1))
}
