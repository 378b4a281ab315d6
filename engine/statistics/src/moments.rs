//! Mean, spread, shape and quantiles of a list of numbers.

/// The mean; `None` of nothing.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() { None } else { finite(values.iter().sum::<f64>() / count(values.len())) }
}

/// Sample standard deviation (n − 1); `None` of fewer than two.
#[must_use]
pub fn deviation(values: &[f64]) -> Option<f64> {
    let mean = mean(values).filter(|_| values.len() > 1)?;
    finite((central(values, mean, 2) / count(values.len() - 1)).sqrt())
}

/// Skewness of the sample as it stands: the third central moment over the deviation (n) cubed, as scipy's `skew` with its bias.
///
/// `None` of fewer than three values, or without spread.
#[must_use]
pub fn skewness(values: &[f64]) -> Option<f64> {
    let (second, third) = (moment(values, 2)?, moment(values, 3)?);
    if values.len() < 3 { None } else { ratio(third, second.powf(1.5)) }
}

/// Kurtosis of the sample as it stands: the fourth central moment over the squared variance (n); 3 for a normal distribution.
///
/// `None` of fewer than four values, or without spread.
#[must_use]
pub fn kurtosis(values: &[f64]) -> Option<f64> {
    let (second, fourth) = (moment(values, 2)?, moment(values, 4)?);
    if values.len() < 4 { None } else { ratio(fourth, second * second) }
}

/// Skewness adjusted for the sample's size, G₁ (pandas and spreadsheets); `None` of fewer than three values.
#[must_use]
pub fn sample_skewness(values: &[f64]) -> Option<f64> {
    let n = count(values.len());
    finite(skewness(values)? * (n * (n - 1.0)).sqrt() / (n - 2.0))
}

/// Excess kurtosis adjusted for the sample's size, G₂ (pandas and spreadsheets); 0 for a normal distribution; `None` of fewer than
/// four values.
#[must_use]
pub fn sample_kurtosis(values: &[f64]) -> Option<f64> {
    let n = count(values.len());
    let excess = kurtosis(values)? - 3.0;
    finite((n - 1.0) / ((n - 2.0) * (n - 3.0)) * (n + 1.0).mul_add(excess, 6.0))
}

fn moment(values: &[f64], power: i32) -> Option<f64> {
    finite(central(values, mean(values)?, power) / count(values.len()))
}

fn central(values: &[f64], mean: f64, power: i32) -> f64 {
    values.iter().map(|value| (value - mean).powi(power)).sum()
}

/// The quantile of sorted values, linear between neighbours (type 7 of Hyndman and Fan 1996, numpy's default).
///
/// `share` is held between 0 and 1; `None` of nothing.
#[must_use]
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share.clamp(0.0, 1.0) * count(sorted.len().checked_sub(1)?);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place inside a list")]
    let below = place.floor() as usize;
    let (low, high) = (sorted.get(below)?, sorted.get(below + 1).or(sorted.last())?);
    finite(low + (high - low) * (place - place.floor()))
}

/// Slope and intercept of the least-squares line through points `(x, y)`; `None` where all `x` are the same.
#[must_use]
pub fn slope(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let (xs, ys): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let (x, y) = (mean(&xs)?, mean(&ys)?);
    let crossed: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let slope = ratio(crossed, central(&xs, x, 2))?;
    Some((slope, finite(y - slope * x)?))
}

/// A quotient that is a number.
#[must_use]
pub fn ratio(one: f64, two: f64) -> Option<f64> {
    finite(one / two)
}

/// The value, where it is a number.
#[must_use]
pub fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// A count as a float.
#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2⁵³")]
#[must_use]
pub const fn count(of: usize) -> f64 {
    of as f64
}
