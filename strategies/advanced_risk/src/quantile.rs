//! Value at risk and expected shortfall of a list of results, as they are.

/// The loss that the share 1 − `confidence` of `results` exceeds, as a positive number; 0 where even that quantile is a
/// gain, or the list is empty. The list is left in another order.
///
/// The quantile is that of Hyndman and Fan's type 7 (The American Statistician 50, 1996): linear between the two
/// nearest.
pub fn value_at_risk(results: &mut [f64], confidence: f64) -> f64 {
    let Some(last) = results.len().checked_sub(1) else { return 0.0 };
    let at = (1.0 - confidence) * last as f64;
    let below = at.floor();
    let (_, low, above) = results.select_nth_unstable_by(below as usize, f64::total_cmp);
    let low = *low;
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    (-(low + (high - low) * (at - below))).max(0.0)
}

/// The mean of the worst `results`, those up to the quantile that [`value_at_risk`] starts from, as a positive number;
/// 0 where it is a gain, or the list is empty. It is never below value at risk. The list is left in another order.
///
/// That is ⌊(n − 1)(1 − confidence)⌋ + 1 of them, as empyrical's `conditional_value_at_risk` counts. Source: C. Acerbi
/// and D. Tasche, "On the coherence of expected shortfall", Journal of Banking & Finance 26 (2002).
pub fn expected_shortfall(results: &mut [f64], confidence: f64) -> f64 {
    // What is a whole number on paper may lie a little under it here.
    const NEARLY: f64 = 1e-9;
    let Some(last) = results.len().checked_sub(1) else { return 0.0 };
    let worst = ((1.0 - confidence) * last as f64 + NEARLY).floor() as usize;
    let (below, at, _) = results.select_nth_unstable_by(worst.min(last), f64::total_cmp);
    let sum = below.iter().sum::<f64>() + *at;
    (-sum / (worst.min(last) + 1) as f64).max(0.0)
}
