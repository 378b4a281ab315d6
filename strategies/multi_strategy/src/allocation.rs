//! Weights from numbers: pure functions over the children that still trade, as parts of what is divided.

/// Weights in proportion to the inverse of each volatility: equal contributions to risk where all correlations are the same
/// (Maillard, Roncalli and Teïletche 2010). One that can't be measured keeps its weight, and the others divide
/// the rest.
pub(crate) fn inverse_volatility(volatilities: &[Option<f64>], current: &[f64]) -> Vec<f64> {
    let raw: Vec<Option<f64>> =
        volatilities.iter().map(|one| one.map(|volatility| 1.0 / volatility)).collect();
    among_known(&raw, current)
}

/// Weights in proportion to raw values; what has none keeps its weight, and the others divide the rest.
pub(crate) fn among_known(raw: &[Option<f64>], current: &[f64]) -> Vec<f64> {
    let kept: f64 = raw.iter().zip(current).filter(|(raw, _)| raw.is_none()).map(|(_, weight)| weight).sum();
    let sum: f64 = raw.iter().flatten().sum();
    let rest = 1.0 - kept;
    let weight = |(raw, current): (&Option<f64>, &f64)| match raw {
        Some(raw) if sum > 0.0 => raw / sum * rest,
        _ => *current,
    };
    raw.iter().zip(current).map(weight).collect()
}

/// Weights with which every part contributes equally to the variance of the whole: wᵢ·(Σw)ᵢ is the same for all.
///
/// The long-only solution is that of minimising ½·xᵀΣx − (1/n)·Σ ln xᵢ, scaled to a sum of one; it is found by cyclical
/// coordinate descent, xᵢ ← (−aᵢ + √(aᵢ² + 4σᵢᵢ/n)) / 2σᵢᵢ with aᵢ the covariance of i with what the others hold. Sources: S.
/// Maillard, T. Roncalli, J. Teïletche, "The Properties of Equally Weighted Risk Contribution Portfolios", 2010; T.
/// Griveau-Billion, J.-C. Richard, T. Roncalli, "A Fast Algorithm for Computing High-Dimensional Risk Parity
/// Portfolios", 2013. `None` where the matrix allows no answer.
pub(crate) fn risk_parity(covariance: &[Vec<f64>]) -> Option<Vec<f64>> {
    const MOST: usize = 2_000;
    const CLOSE: f64 = 1e-12;
    let n = covariance.len();
    let diagonal: Vec<f64> =
        covariance.iter().enumerate().filter_map(|(at, row)| row.get(at).copied()).collect();
    if n == 0 || diagonal.len() < n || diagonal.iter().any(|variance| *variance <= 0.0) {
        return None;
    }
    // In units of each one's own deviation the matrix is that of correlations, and the descent well behaved.
    let deviations: Vec<f64> = diagonal.iter().map(|variance| variance.sqrt()).collect();
    let budget = 1.0 / n as f64;
    let mut x = vec![budget.sqrt(); n];
    for _ in 0..MOST {
        let mut change = 0.0_f64;
        for (at, row) in covariance.iter().enumerate() {
            let deviation = *deviations.get(at)?;
            let others = row.iter().zip(&deviations).zip(&x).enumerate().filter(|(other, _)| *other != at);
            let a: f64 =
                others.map(|(_, ((covariance, other), x))| covariance / (deviation * other) * x).sum();
            let new = f64::midpoint(-a, (a * a + 4.0 * budget).sqrt());
            let old = x.get_mut(at)?;
            change = change.max((new - *old).abs() / new.max(CLOSE));
            *old = new;
        }
        if change < CLOSE {
            break;
        }
    }
    let weights: Vec<f64> = x.iter().zip(&deviations).map(|(x, deviation)| x / deviation).collect();
    let sum: f64 = weights.iter().sum();
    let sound =
        sum.is_finite() && sum > 0.0 && weights.iter().all(|weight| weight.is_finite() && *weight > 0.0);
    sound.then(|| weights.iter().map(|weight| weight / sum).collect())
}

/// Weights in proportion to raw ones, none outside `min` to `max`, with a sum of one. Bounds that no weights of this number
/// could keep are widened to equal parts.
pub(crate) fn bounded(raw: &[f64], min: f64, max: f64) -> Vec<f64> {
    let equal = 1.0 / raw.len().max(1) as f64;
    let (min, max) = (min.min(equal), max.max(equal));
    // Nothing is nothing at all, so that every weight can be scaled up to its bound.
    let raw: Vec<f64> = raw.iter().map(|one| if one.is_finite() { one.max(1e-9) } else { 1e-9 }).collect();
    let at = |scale: f64| raw.iter().map(move |one| (one * scale).clamp(min, max));
    let (mut low, mut high) = (0.0_f64, 2.0_f64);
    while at(high).sum::<f64>() < 1.0 && high < 1e12 {
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if at(middle).sum::<f64>() < 1.0 { low = middle } else { high = middle }
    }
    let sum: f64 = at(high).sum();
    at(high).map(|weight| if sum > 0.0 { weight / sum } else { equal }).collect()
}

/// From the current weights towards the target, as far as no weight changes by more than `most`.
pub(crate) fn stepped(current: &[f64], target: &[f64], most: f64) -> Vec<f64> {
    let pairs = || current.iter().zip(target);
    let largest = pairs().map(|(now, then)| (then - now).abs()).fold(0.0, f64::max);
    let part = if largest > most { most / largest } else { 1.0 };
    pairs().map(|(now, then)| now + (then - now) * part).collect()
}

/// The same weights, smaller in proportion where they come to more than `most`.
pub(crate) fn within(weights: Vec<f64>, most: f64) -> Vec<f64> {
    let sum: f64 = weights.iter().sum();
    if sum > most && sum > 0.0 { weights.iter().map(|weight| weight / sum * most).collect() } else { weights }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(one: &[f64], other: &[f64]) -> bool {
        one.len() == other.len() && one.iter().zip(other).all(|(one, other)| (one - other).abs() < 1e-9)
    }

    #[test]
    fn the_calmer_half_gets_more_and_the_unknown_keeps_its_share() {
        let weights = inverse_volatility(&[Some(0.01), Some(0.03)], &[0.5, 0.5]);
        assert!(near(&weights, &[0.75, 0.25]), "{weights:?}");
        let weights = inverse_volatility(&[Some(0.01), None, Some(0.03)], &[0.3, 0.2, 0.5]);
        assert!(near(&weights, &[0.6, 0.2, 0.2]), "{weights:?}");
        let weights = inverse_volatility(&[None, None], &[0.3, 0.7]);
        assert!(near(&weights, &[0.3, 0.7]), "{weights:?}");
    }

    #[test]
    fn two_parts_of_equal_risk_are_inverse_to_their_deviations_whatever_the_correlation() {
        for correlation in [-0.9, 0.0, 0.5, 0.99] {
            let (a, b) = (0.01, 0.04);
            let covariance = vec![vec![a * a, correlation * a * b], vec![correlation * a * b, b * b]];
            let weights = risk_parity(&covariance).unwrap();
            assert!(near(&weights, &[0.8, 0.2]), "{correlation}: {weights:?}");
        }
    }

    #[test]
    fn the_contributions_of_four_parts_are_equal() {
        // An example of Maillard, Roncalli and Teïletche (2010): deviations of 10, 20, 30 and 40 %.
        let deviations = [0.1, 0.2, 0.3, 0.4];
        let correlations =
            [[1.0, 0.8, 0.0, 0.0], [0.8, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -0.5], [0.0, 0.0, -0.5, 1.0]];
        let covariance: Vec<Vec<f64>> = (0..4)
            .map(|i| (0..4).map(|j| correlations[i][j] * deviations[i] * deviations[j]).collect())
            .collect();
        let weights = risk_parity(&covariance).unwrap();
        let contributions: Vec<f64> =
            (0..4).map(|i| weights[i] * (0..4).map(|j| covariance[i][j] * weights[j]).sum::<f64>()).collect();
        let total: f64 = contributions.iter().sum();
        assert!(contributions.iter().all(|one| (one / total - 0.25).abs() < 1e-9), "{contributions:?}");
        // As printed there, in percent: 38.4, 19.2, 24.3, 18.2.
        let printed: Vec<f64> = weights.iter().map(|weight| (weight * 1000.0).round() / 10.0).collect();
        assert!(near(&printed, &[38.4, 19.2, 24.3, 18.2]), "{printed:?}");
    }

    #[test]
    fn a_matrix_without_an_answer_has_none() {
        assert_eq!(risk_parity(&[]), None);
        assert_eq!(risk_parity(&[vec![0.0]]), None);
        assert_eq!(risk_parity(&[vec![f64::NAN]]), None);
        let opposite = vec![vec![1.0, -1.0], vec![-1.0, 1.0]];
        let weights = risk_parity(&opposite).unwrap();
        assert!((weights[0] - 0.5).abs() < 0.01, "without risk, the limit of small risks: {weights:?}");
    }

    #[test]
    fn bounds_hold_and_the_rest_is_in_proportion() {
        // 0.7 is the most for the first; the other two share 0.3 as 1 to 2.
        assert!(near(&bounded(&[0.9, 0.1 / 3.0, 0.2 / 3.0], 0.05, 0.7), &[0.7, 0.1, 0.2]));
        assert!(near(&bounded(&[1.0, 0.0, 0.0], 0.1, 0.7), &[0.7, 0.15, 0.15]));
        assert!(near(&bounded(&[0.5, 0.45, 0.05], 0.1, 0.7), &[0.9 * 50.0 / 95.0, 0.9 * 45.0 / 95.0, 0.1]));
        assert!(near(&bounded(&[1.0], 0.1, 0.7), &[1.0]), "bounds that can't be kept");
        assert!(near(&bounded(&[f64::NAN, 0.0], 0.0, 1.0), &[0.5, 0.5]));
    }

    #[test]
    fn what_is_more_than_there_is_shrinks_in_proportion() {
        assert!(near(&within(vec![0.6, 0.3], 0.6), &[0.4, 0.2]));
        assert!(near(&within(vec![0.3, 0.3], 0.9), &[0.3, 0.3]));
        assert!(near(&within(vec![0.0], 0.0), &[0.0]));
    }

    #[test]
    fn no_step_is_larger_than_the_most() {
        assert!(near(&stepped(&[0.5, 0.3, 0.2], &[0.7, 0.2, 0.1], 0.05), &[0.55, 0.275, 0.175]));
        assert!(near(&stepped(&[0.5, 0.5], &[0.52, 0.48], 0.05), &[0.52, 0.48]));
    }
}
