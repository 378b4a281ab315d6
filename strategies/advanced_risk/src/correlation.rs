//! The cap on instruments that move together: what is held of them counts as one position.

use crate::case::{Case, Holding, Ruling};
use crate::history::{History, Span};
use crate::params::Params;

const TOGETHER: &str =
    "exposure of instruments that move together over max_correlated of equity (advanced_risk)";
const NO_CORRELATION: &str =
    "too few closed bars in common to know correlation for max_correlated (advanced_risk, min_history)";

/// The cap.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CorrelationCap {
    most: f64,
    above: f64,
    span: Span,
}

impl CorrelationCap {
    /// `None` where it is off.
    pub(crate) fn new(params: &Params) -> Option<Self> {
        let [most, above] = [params.max_correlated, params.correlation_above].map(sdk::Number::to_f64);
        (most > 0.0).then_some(Self { most, above, span: Span::new(params) })
    }

    /// The order adds to its own group, and to that of every position in it; the largest of them has to stay within.
    pub(crate) fn judge(&self, case: &Case, histories: &[History]) -> Ruling {
        let own = Holding { id: case.id, worth: case.sign };
        let mut group = Vec::new();
        for other in &case.others {
            if self.together(&own, other, histories)? {
                group.push(other);
            }
        }
        let mut largest: f64 = group.iter().map(|member| member.worth.abs()).sum();
        for member in &group {
            let mut sum = member.worth.abs();
            for other in case.others.iter().filter(|other| other.id != member.id) {
                if self.together(member, other, histories)? {
                    sum += other.worth.abs();
                }
            }
            largest = largest.max(sum);
        }
        Ok(case.hold(TOGETHER, case.equity * self.most, |lots| case.worth(lots) + largest))
    }

    /// Whether two positions win and lose together: a long and a short one do where the prices move against each other.
    fn together(&self, one: &Holding, other: &Holding, histories: &[History]) -> Result<bool, &'static str> {
        let of = |holding: &Holding| histories.get(holding.id.index()).ok_or(NO_CORRELATION);
        let columns = self.span.joint(&[of(one)?, of(other)?]).ok_or(NO_CORRELATION)?;
        let [first, second] = columns.as_slice() else { return Err(NO_CORRELATION) };
        Ok(correlation(first, second) * one.worth.signum() * other.worth.signum() > self.above)
    }
}

/// Pearson's coefficient of two series of one length; 0 where one of them never varied.
pub(crate) fn correlation(one: &[f64], other: &[f64]) -> f64 {
    let count = one.len().min(other.len()) as f64;
    let mean = |series: &[f64]| series.iter().sum::<f64>() / count;
    let (left, right) = (mean(one), mean(other));
    let (mut both, mut first, mut second) = (0.0, 0.0, 0.0);
    for (x, y) in one.iter().zip(other) {
        both += (x - left) * (y - right);
        first += (x - left) * (x - left);
        second += (y - right) * (y - right);
    }
    let scale = (first * second).sqrt();
    if scale > 0.0 { (both / scale).clamp(-1.0, 1.0) } else { 0.0 }
}
