//! How good a model is on samples that it was not trained on: directions, log loss, and money after costs.

use serde::{Deserialize, Serialize};

use crate::model::rounded;
use sdk::Direction;

use crate::params::stance;
use crate::samples::Sample;

/// A span of samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// Close of the first bar, in nanoseconds since 1970.
    pub from: i64,
    /// Close of the last bar, in nanoseconds since 1970.
    pub to: i64,
    /// How many samples.
    pub samples: usize,
}

/// A score out of sample. Returns are of all the equity in one position, compounded, after taker fees.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// The span.
    pub span: Span,
    /// Share of directions that were right.
    pub right: f64,
    /// Share that always saying "up" would have got right.
    pub always_up: f64,
    /// Mean logistic loss; ln 2 = 0.693147 is that of a coin.
    pub log_loss: f64,
    /// What trading by the model would have made, %.
    pub return_pct: f64,
    /// How many times it would have opened a position.
    pub trades: usize,
    /// What buying at the first close and selling at the last would have made, %.
    pub hold_pct: f64,
    /// What staying out of the market makes, %.
    pub flat_pct: f64,
}

/// By which rule a score trades.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// Which way positions may go.
    pub direction: Direction,
    /// Log-odds from which on a position is opened.
    pub threshold: f64,
    /// The taker fee as a share.
    pub fee: f64,
}

impl Span {
    /// The span of these samples.
    #[must_use]
    pub fn of(samples: &[&Sample]) -> Self {
        let time = |sample: Option<&&Sample>| sample.map_or(0, |sample| sample.time);
        Self { from: time(samples.first()), to: time(samples.last()), samples: samples.len() }
    }

    /// Whether a time lies inside.
    #[must_use]
    pub const fn holds(&self, time: i64) -> bool {
        self.from <= time && time <= self.to
    }
}

impl Score {
    /// Scores samples with the log-odds that a model gave them.
    #[must_use]
    pub fn of(judged: &[(&Sample, f64)], rule: &Rule) -> Self {
        let samples: Vec<&Sample> = judged.iter().map(|(sample, _)| *sample).collect();
        let right = judged.iter().filter(|(sample, odds)| (*odds > 0.0) == sample.up).count();
        let ups = samples.iter().filter(|sample| sample.up).count();
        let loss: f64 = judged.iter().map(|(sample, odds)| loss(*odds, sample.up)).sum();
        let (end, trades) = trade(judged, rule);
        let held = samples.iter().fold(1.0 - rule.fee, |worth, sample| worth * (1.0 + sample.change));
        let held = if samples.is_empty() { 1.0 } else { held * (1.0 - rule.fee) };
        let percent = |worth: f64| rounded((worth - 1.0) * 100.0);
        Self {
            span: Span::of(&samples),
            right: rounded(share(right, samples.len())),
            always_up: rounded(share(ups, samples.len())),
            log_loss: rounded(loss / count(samples.len().max(1))),
            return_pct: percent(end),
            trades,
            hold_pct: percent(held),
            flat_pct: 0.0,
        }
    }
}

/// What one unit of equity becomes, and how many positions it opens.
fn trade(judged: &[(&Sample, f64)], rule: &Rule) -> (f64, usize) {
    let (mut worth, mut held, mut trades) = (1.0_f64, 0_i8, 0);
    for (sample, odds) in judged {
        let wanted = stance(held, *odds, rule.threshold, rule.direction);
        worth *= 1.0 - rule.fee * f64::from((wanted - held).abs());
        trades += usize::from(wanted != held && wanted != 0);
        held = wanted;
        worth *= (1.0 + f64::from(held) * sample.change).max(0.0);
    }
    (worth * (1.0 - rule.fee * f64::from(held.abs())), trades)
}

/// The logistic loss, ln(1 + e^∓z), without overflow.
fn loss(log_odds: f64, up: bool) -> f64 {
    let against = if up { -log_odds } else { log_odds };
    against.max(0.0) + (-against.abs()).exp().ln_1p()
}

fn share(part: usize, of: usize) -> f64 {
    count(part) / count(of.max(1))
}

#[expect(clippy::cast_precision_loss, reason = "counts of samples stay far below 2⁵³")]
const fn count(of: usize) -> f64 {
    of as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(change: f64) -> Sample {
        Sample { bar: 0, time: 0, vector: [0.0; crate::COUNT], up: change > 0.0, change }
    }

    /// +10 %, −10 %, +10 %, always right about the way; long only, 1 % a side: in for the first and the third, out for
    /// the second. 0.99·1.1·0.99·0.99·1.1·0.99 = 1.162 3…; held throughout: 0.99·1.1·0.9·1.1·0.99 = 1.067 3….
    #[test]
    fn a_score_is_hand_worked() {
        let samples = [0.1, -0.1, 0.1].map(sample);
        let judged: Vec<_> = samples.iter().zip([1.0, -1.0, 1.0]).collect();
        let rule = Rule { direction: Direction::Long, threshold: 0.5, fee: 0.01 };
        let score = Score::of(&judged, &rule);
        assert_eq!((score.right, score.always_up, score.trades), (1.0, 0.666_667, 2));
        assert_eq!((score.return_pct, score.hold_pct, score.flat_pct), (16.232_117, 6.732_89, 0.0));
        // ln(1 + e⁻¹) for each.
        assert_eq!(score.log_loss, 0.313_262);
        // Both ways it turns twice, at two fees a turn.
        let both = Score::of(&judged, &Rule { direction: Direction::Both, ..rule });
        let expected = 0.99 * 1.1 * 0.98 * 1.1 * 0.98 * 1.1 * 0.99;
        assert_eq!((both.return_pct, both.trades), (rounded((expected - 1.0) * 100.0), 3));
    }

    #[test]
    fn what_is_below_the_threshold_is_not_traded() {
        let samples = [0.1, 0.1].map(sample);
        let judged: Vec<_> = samples.iter().zip([0.4, 0.4]).collect();
        let score = Score::of(&judged, &Rule { direction: Direction::Both, threshold: 0.5, fee: 0.01 });
        assert_eq!((score.return_pct, score.trades), (0.0, 0));
    }
}
