//! Walk-forward: train on what was, test on what came next, move on.

use super::{Sample, Split, check, span};
use crate::Fault;
use crate::error::at_least;

/// Windows that move on through time, in counts of samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalkForward {
    /// Samples to train on: of every window when rolling, of the first one when anchored.
    pub train: usize,
    /// Samples to test on.
    pub test: usize,
    /// How far the next window is; [`Self::test`] makes tests follow each other without a gap.
    pub step: usize,
    /// Training begins at the first sample always, and grows.
    pub anchored: bool,
    /// Time before a test in which no training sample may end. What overlaps the test is left out in any case.
    pub embargo: i64,
}

impl WalkForward {
    /// Windows for `tests` tests of equal length, the first of which begins after `train_share` of the samples.
    ///
    /// # Errors
    /// [`Fault`] for a share that is not between 0 and 1, or more tests than samples.
    pub fn even(samples: usize, tests: usize, train_share: f64, anchored: bool) -> Result<Self, Fault> {
        if !(train_share > 0.0 && train_share < 1.0) {
            let allowed = "between 0 and 1";
            return Err(Fault::Setting { name: "the share to train on", value: train_share, allowed });
        }
        at_least("tests", 1, tests)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count")]
        let wanted = (crate::count(samples) * train_share).floor() as usize;
        at_least("samples to test on", tests, samples.saturating_sub(wanted))?;
        let test = (samples - wanted) / tests;
        // What does not come out even is trained on, so that the last test ends at the last sample.
        let train = samples - test * tests;
        at_least("samples to train on", 1, train)?;
        Ok(Self { train, test, step: test, anchored, embargo: 0 })
    }

    /// The splits, oldest test first. The last test is whole: what remains after it is left out.
    ///
    /// # Errors
    /// [`Fault`] for a length of zero, fewer samples than one window takes, or samples out of order; and where purging leaves
    /// nothing to train on.
    pub fn splits(&self, samples: &[Sample]) -> Result<Vec<Split>, Fault> {
        check(samples, self.embargo)?;
        for (what, length) in [
            ("samples to train on", self.train),
            ("samples to test on", self.test),
            ("samples a step", self.step),
        ] {
            at_least(what, 1, length)?;
        }
        at_least("samples", self.train.saturating_add(self.test), samples.len())?;
        let starts = (self.train..=samples.len() - self.test).step_by(self.step);
        starts.map(|start| self.window(samples, start)).collect()
    }

    fn window(&self, samples: &[Sample], start: usize) -> Result<Split, Fault> {
        let test = start..start + self.test;
        let first = if self.anchored { 0 } else { start - self.train };
        let begin = span(samples, &test).map_or(i64::MIN, |span| span.from).saturating_sub(self.embargo);
        let mut train: Vec<std::ops::Range<usize>> = Vec::new();
        let past = samples.iter().enumerate().take(start).skip(first);
        for (at, _) in past.filter(|(_, sample)| sample.to < begin) {
            match train.last_mut() {
                Some(last) if last.end == at => last.end = at + 1,
                _ => train.push(at..at + 1),
            }
        }
        at_least("samples to train on after purging", 1, train.len())?;
        Ok(Split { train, test: vec![test] })
    }
}
