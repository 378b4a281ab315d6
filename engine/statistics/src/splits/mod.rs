//! Ways to part history into training and testing without one leaking into the other: purged and embargoed.
//!
//! López de Prado, "Advances in Financial Machine Learning" (2018), chapters 7 and 12. A sample spans the time from what it was
//! decided on to when its outcome was known. A training sample is *purged* when it overlaps a test range, and *embargoed* when it
//! begins soon after one.

mod combinatorial;
mod kfold;
mod walk_forward;

use std::ops::Range;

pub use combinatorial::Combinatorial;
pub use kfold::KFold;
pub use walk_forward::WalkForward;

use crate::Fault;
use crate::error::at_least;

/// The time that a sample spans, ends included; in any unit, usually nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sample {
    /// When it begins: what is known then it is decided on.
    pub from: i64,
    /// When its outcome is known.
    pub to: i64,
}

impl Sample {
    /// A sample whose outcome is known when it begins, such as a bar at its close.
    #[must_use]
    pub const fn at(time: i64) -> Self {
        Self { from: time, to: time }
    }
}

/// One part for training and one for testing, as ranges of places in the list of samples; both rise.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Split {
    /// Where to train.
    pub train: Vec<Range<usize>>,
    /// Where to test.
    pub test: Vec<Range<usize>>,
}

impl Split {
    /// How many samples there are to train on.
    #[must_use]
    pub fn trained(&self) -> usize {
        self.train.iter().map(ExactSizeIterator::len).sum()
    }

    /// How many samples there are to test on.
    #[must_use]
    pub fn tested(&self) -> usize {
        self.test.iter().map(ExactSizeIterator::len).sum()
    }
}

/// Refuses samples that are not in order, and an embargo below zero.
fn check(samples: &[Sample], embargo: i64) -> Result<(), Fault> {
    at_least("samples", 2, samples.len())?;
    if embargo < 0 {
        #[expect(clippy::cast_precision_loss, reason = "shown to a person only")]
        let value = embargo as f64;
        return Err(Fault::Setting { name: "the embargo", value, allowed: "zero or above" });
    }
    let falls = samples.windows(2).position(|pair| matches!(pair, [one, two] if two.from < one.from));
    let turned = samples.iter().position(|sample| sample.to < sample.from);
    falls.map(|at| at + 1).or(turned).map_or(Ok(()), |at| Err(Fault::Order { at }))
}

/// The time of a range of samples: from the first begin to the last outcome.
fn span(samples: &[Sample], range: &Range<usize>) -> Option<Sample> {
    let inside = samples.get(range.clone())?;
    Some(Sample { from: inside.first()?.from, to: inside.iter().map(|sample| sample.to).max()? })
}

/// Every sample outside of the test ranges that neither overlaps one nor begins within the embargo after one.
fn purged(samples: &[Sample], test: Vec<Range<usize>>, embargo: i64) -> Split {
    let test = joined(test);
    let spans: Vec<Sample> = test.iter().filter_map(|range| span(samples, range)).collect();
    let free = |at: usize, sample: &Sample| {
        !test.iter().any(|range| range.contains(&at))
            && !spans
                .iter()
                .any(|span| sample.to >= span.from && sample.from <= span.to.saturating_add(embargo))
    };
    let mut train: Vec<Range<usize>> = Vec::new();
    for (at, sample) in samples.iter().enumerate() {
        if !free(at, sample) {
            continue;
        }
        match train.last_mut() {
            Some(last) if last.end == at => last.end = at + 1,
            _ => train.push(at..at + 1),
        }
    }
    Split { train, test }
}

/// Ranges that touch become one.
fn joined(ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match out.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => out.push(range),
        }
    }
    out
}

/// Parts `samples` places into even groups; the first ones get one more where it does not come out even.
fn groups(samples: usize, groups: usize) -> Vec<Range<usize>> {
    let (each, more) = (samples / groups.max(1), samples % groups.max(1));
    let start = |group: usize| group * each + group.min(more);
    (0..groups).map(|group| start(group)..start(group + 1)).collect()
}
