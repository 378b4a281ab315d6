//! From bars to labelled vectors, and which of them may be trained on for a given test span: purged and embargoed.

use std::ops::Range;

use sdk::Bar;

use crate::{Features, Vector};

/// A vector with what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Which bar, from 0.
    pub bar: usize,
    /// That bar's close, in nanoseconds since 1970.
    pub time: i64,
    /// The features at its close.
    pub vector: Vector,
    /// Whether the close is higher `horizon` bars later: the label.
    pub up: bool,
    /// By what share the close moves to the next bar.
    pub change: f64,
}

/// The samples of these bars: those with a vector and a label.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "prices stay below 2⁵³ ticks, where f64 is exact")]
pub fn samples(bars: &[Bar], horizon: usize) -> Vec<Sample> {
    let mut features = Features::default();
    let mut samples = Vec::with_capacity(bars.len());
    for (at, bar) in bars.iter().enumerate() {
        let Some(vector) = features.update(bar) else { continue };
        let (next, labelled) = (bars.get(at + 1), bars.get(at + horizon.max(1)));
        if let (Some(next), Some(labelled)) = (next, labelled) {
            samples.push(Sample {
                bar: at,
                time: bar.close_time.nanos(),
                vector,
                up: labelled.close > bar.close,
                change: next.close.ticks() as f64 / bar.close.ticks() as f64 - 1.0,
            });
        }
    }
    samples
}

/// Which bars' samples may be trained on when a span of samples is the test.
///
/// Source: M. López de Prado, "Advances in Financial Machine Learning", 2018, §7.4. A label reaches over `horizon`
/// bars; what reaches into the span that the test's labels reach over is purged. After the test, `embargo` further
/// bars are left out, as what happens then still depends on it. Where nothing after the test is trained on, they are
/// left out before it instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purge {
    /// Bars that a label reaches over.
    pub horizon: usize,
    /// Further bars between training and test.
    pub embargo: usize,
    /// Whether bars after the test are trained on.
    pub after: bool,
}

impl Purge {
    /// The samples to train on when those in `test` are the test.
    pub fn training<'s>(
        &self,
        samples: &'s [Sample],
        test: &Range<usize>,
    ) -> impl Iterator<Item = &'s Sample> + use<'s> {
        let tested = samples.get(test.clone()).unwrap_or_default();
        let first = tested.first().map_or(0, |sample| sample.bar);
        let last = tested.last().map_or(0, |sample| sample.bar);
        let Self { horizon, embargo, after } = *self;
        let gap = if after { 0 } else { embargo };
        samples.iter().filter(move |sample| {
            let before = sample.bar + horizon + gap < first;
            let behind = after && sample.bar > last + horizon + embargo;
            before || behind
        })
    }
}

/// Cuts `count` samples into test spans of equal length: all of them, or, where training only looks back, all but the
/// first.
#[must_use]
pub fn folds(count: usize, folds: usize, after: bool) -> Vec<Range<usize>> {
    let parts = if after { folds } else { folds + 1 }.max(1);
    let border = |part: usize| count * part / parts;
    let first = usize::from(!after);
    (first..parts).map(|part| border(part)..border(part + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(bars: Range<usize>) -> Vec<Sample> {
        bars.map(|bar| Sample { bar, time: 0, vector: [0.0; crate::COUNT], up: false, change: 0.0 }).collect()
    }

    fn bars(purge: Purge, test: Range<usize>) -> Vec<usize> {
        purge.training(&at(0..20), &test).map(|sample| sample.bar).collect()
    }

    /// Test on bars 8 to 11 with labels of two bars: the test's labels reach over bars 8 to 13. A label of bar 6 ends
    /// at 8, inside; that of bar 5 ends at 7, outside. Bar 14 is the first outside on the other side.
    #[test]
    fn labels_that_reach_into_the_test_are_purged() {
        let purge = Purge { horizon: 2, embargo: 0, after: true };
        assert_eq!(bars(purge, 8..12), [0, 1, 2, 3, 4, 5, 14, 15, 16, 17, 18, 19]);
    }

    #[test]
    fn the_embargo_lies_after_the_test_or_before_it() {
        let behind = Purge { horizon: 1, embargo: 3, after: true };
        assert_eq!(bars(behind, 8..12), [0, 1, 2, 3, 4, 5, 6, 16, 17, 18, 19]);
        let before = Purge { horizon: 1, embargo: 3, after: false };
        assert_eq!(bars(before, 8..12), [0, 1, 2, 3]);
    }

    #[test]
    fn folds_cover_what_they_should() {
        assert_eq!(folds(100, 4, true), [0..25, 25..50, 50..75, 75..100]);
        assert_eq!(folds(100, 4, false), [20..40, 40..60, 60..80, 80..100]);
    }
}
