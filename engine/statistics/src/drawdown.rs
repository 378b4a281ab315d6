//! How far a path falls from its highest point.

use crate::moments::{count, finite};

/// The deepest fall from a peak as a share of it, above zero, of the wealth that these returns make of 1; 0 without a fall.
///
/// The start counts as a peak. A loss of everything is 1.
#[must_use]
pub fn max_drawdown(returns: &[f64]) -> f64 {
    falls(returns).fold(0.0, f64::max)
}

/// The root of the mean squared fall from the highest point so far (Martin 1987), as a share; `None` of nothing.
///
/// The squares are divided by n − 1, as quantstats has it.
#[must_use]
pub fn ulcer_index(returns: &[f64]) -> Option<f64> {
    let below = returns.len().checked_sub(1).filter(|below| *below > 0)?;
    finite((falls(returns).map(|fall| fall * fall).sum::<f64>() / count(below)).sqrt())
}

/// The fall from the highest point so far, after each period.
fn falls(returns: &[f64]) -> impl Iterator<Item = f64> {
    returns.iter().scan((1.0_f64, 1.0_f64), |(wealth, peak), change| {
        *wealth *= 1.0 + change;
        *peak = peak.max(*wealth);
        Some(1.0 - *wealth / *peak)
    })
}
