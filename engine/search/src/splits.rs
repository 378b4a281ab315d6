//! Walk-forward splits: where to learn and where to try, one after the other in time.
//!
//! A [`Split`] has a list of training spans, so that splits of another making (such as combinatorial ones, which train on both
//! sides of a test) fit wherever these do.

use types::Time;

/// A stretch of time: what happened after `from`, up to and including `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its beginning, excluded.
    pub from: Time,
    /// Its end, included.
    pub to: Time,
}

/// Where to learn, and where to try what was learnt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Where to learn.
    pub train: Vec<Span>,
    /// Where to try.
    pub test: Span,
}

/// How to cut. Lengths are in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// How long the first training is; with rolling ones, how long each is. A purge is taken from it.
    pub train: i64,
    /// How long each test is; the next one begins where it ends.
    pub test: i64,
    /// Whether every training begins where the data does, or moves on with its test.
    pub anchored: bool,
    /// What is left out at the end of each training, where a position may still be open when the test begins.
    pub purge: i64,
    /// What is left out at the beginning of each test, so that what lingers from the training does not reach it.
    pub embargo: i64,
}

/// Why there are no splits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// A length that can't be.
    #[error(
        "training and test must be longer than nothing, a purge shorter than the training, and an embargo shorter than the test"
    )]
    Lengths,
    /// The data is too short for one split.
    #[error("the data is too short for one training and one test; take shorter ones, or more data")]
    TooShort,
}

impl Plan {
    /// The splits of a stretch of data. What is left over after the last whole test stays unused.
    ///
    /// # Errors
    /// [`SplitError`].
    pub fn splits(&self, data: Span) -> Result<Vec<Split>, SplitError> {
        let Self { train, test, purge, embargo, .. } = *self;
        if train <= 0 || test <= 0 || !(0..train).contains(&purge) || !(0..test).contains(&embargo) {
            return Err(SplitError::Lengths);
        }
        let (first, last) = (data.from.nanos(), data.to.nanos());
        let mut splits = Vec::new();
        let mut cut = first.checked_add(train).ok_or(SplitError::TooShort)?;
        while let Some(end) = cut.checked_add(test).filter(|end| *end <= last) {
            let begin = if self.anchored { first } else { cut - train };
            let span = |from, to| Span { from: Time::from_nanos(from), to: Time::from_nanos(to) };
            splits.push(Split { train: vec![span(begin, cut - purge)], test: span(cut + embargo, end) });
            cut = end;
        }
        if splits.is_empty() { Err(SplitError::TooShort) } else { Ok(splits) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(anchored: bool, purge: i64, embargo: i64) -> Vec<[i64; 4]> {
        let plan = Plan { train: 10, test: 5, anchored, purge, embargo };
        let data = Span { from: Time::from_nanos(100), to: Time::from_nanos(123) };
        let flat = |split: &Split| {
            let train = split.train[0];
            [train.from, train.to, split.test.from, split.test.to].map(Time::nanos)
        };
        plan.splits(data).map(|splits| splits.iter().map(flat).collect()).unwrap_or_default()
    }

    #[test]
    fn tests_follow_each_other_and_training_comes_before() {
        assert_eq!(cut(false, 0, 0), [[100, 110, 110, 115], [105, 115, 115, 120]]);
        assert_eq!(cut(true, 0, 0), [[100, 110, 110, 115], [100, 115, 115, 120]]);
        assert_eq!(cut(false, 2, 1), [[100, 108, 111, 115], [105, 113, 116, 120]]);
    }

    #[test]
    fn lengths_that_can_not_be() {
        let good = Plan { train: 10, test: 5, anchored: false, purge: 0, embargo: 0 };
        let data = Span { from: Time::from_nanos(0), to: Time::from_nanos(14) };
        assert_eq!(good.splits(data), Err(SplitError::TooShort));
        let data = Span { to: Time::from_nanos(99), ..data };
        for plan in [
            Plan { train: 0, ..good },
            Plan { test: -1, ..good },
            Plan { purge: 10, ..good },
            Plan { embargo: 5, ..good },
            Plan { purge: -1, ..good },
        ] {
            assert_eq!(plan.splits(data), Err(SplitError::Lengths), "{plan:?}");
        }
        let endless = Plan { train: i64::MAX, ..good };
        let late = Span { from: Time::from_nanos(9), ..data };
        assert_eq!(endless.splits(late), Err(SplitError::TooShort));
    }
}
