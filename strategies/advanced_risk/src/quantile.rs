//! Value at risk of a list of results.

/// The loss that the share 1 − `confidence` of `results` exceeds, as a positive number; 0 where even that quantile is a
/// gain, or the list is empty. The list is left in another order.
///
/// The quantile is that of Hyndman and Fan's type 7 (The American Statistician 50, 1996): linear between the two nearest.
pub fn value_at_risk(results: &mut [f64], confidence: f64) -> f64 {
    let Some(last) = results.len().checked_sub(1) else { return 0.0 };
    let at = (1.0 - confidence) * last as f64;
    let below = at.floor();
    let (_, low, above) = results.select_nth_unstable_by(below as usize, f64::total_cmp);
    let low = *low;
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    (-(low + (high - low) * (at - below))).max(0.0)
}
