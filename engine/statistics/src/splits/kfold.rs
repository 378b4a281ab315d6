//! Purged K-fold cross-validation (2018, chapter 7): each of K even groups is tested once.

use super::{Sample, Split, check, groups, purged};
use crate::Fault;
use crate::error::at_least;

/// K even groups; each is the test of one split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KFold {
    /// How many groups; at least 2.
    pub folds: usize,
    /// Time after a test in which no training sample may begin.
    pub embargo: i64,
}

impl KFold {
    /// The splits, in the order of their tests.
    ///
    /// # Errors
    /// [`Fault`] for fewer than two groups, fewer samples than groups, or samples out of order.
    pub fn splits(&self, samples: &[Sample]) -> Result<Vec<Split>, Fault> {
        check(samples, self.embargo)?;
        at_least("groups", 2, self.folds)?;
        at_least("samples", self.folds, samples.len())?;
        let tests = groups(samples.len(), self.folds).into_iter();
        Ok(tests.map(|test| purged(samples, vec![test], self.embargo)).collect())
    }
}
