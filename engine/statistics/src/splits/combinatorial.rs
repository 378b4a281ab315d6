//! Combinatorial purged cross-validation (2018, chapter 12): every choice of test groups, joined to several paths through history.

use super::{Sample, Split, check, groups, purged};
use crate::Fault;
use crate::error::at_least;

/// Splits at most: more would be a mistake in the settings.
const MAX_SPLITS: usize = 100_000;

/// N even groups, of which every choice of k is the test of one split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Combinatorial {
    /// How many groups (N).
    pub groups: usize,
    /// How many of them are tested at a time (k); below N.
    pub tested: usize,
    /// Time after a test in which no training sample may begin.
    pub embargo: i64,
}

impl Combinatorial {
    /// How many splits there are: C(N, k); `None` beyond the range.
    #[must_use]
    pub fn count(&self) -> Option<usize> {
        choose(self.groups, self.tested)
    }

    /// How many paths they make: φ = C(N, k) · k ⁄ N = C(N − 1, k − 1); `None` beyond the range.
    #[must_use]
    pub fn path_count(&self) -> Option<usize> {
        choose(self.groups.checked_sub(1)?, self.tested.checked_sub(1)?)
    }

    /// The splits, in the lexical order of their test groups.
    ///
    /// # Errors
    /// [`Fault`] for settings out of their range, fewer samples than groups, or samples out of order.
    pub fn splits(&self, samples: &[Sample]) -> Result<Vec<Split>, Fault> {
        check(samples, self.embargo)?;
        self.check()?;
        at_least("samples", self.groups, samples.len())?;
        let parts = groups(samples.len(), self.groups);
        let split = |chosen: Vec<usize>| {
            let tests = chosen.iter().filter_map(|group| parts.get(*group).cloned()).collect();
            purged(samples, tests, self.embargo)
        };
        Ok(choices(self.groups, self.tested).into_iter().map(split).collect())
    }

    /// The groups as ranges of places, for a list of this many samples.
    ///
    /// # Errors
    /// As [`Self::splits`].
    pub fn parts(&self, samples: usize) -> Result<Vec<std::ops::Range<usize>>, Fault> {
        self.check()?;
        at_least("samples", self.groups, samples)?;
        Ok(groups(samples, self.groups))
    }

    /// The paths: for each, which split tested each group. Every group of every split is part of exactly one path.
    ///
    /// # Errors
    /// [`Fault::Setting`] for settings out of their range.
    pub fn paths(&self) -> Result<Vec<Vec<usize>>, Fault> {
        self.check()?;
        let chosen = choices(self.groups, self.tested);
        let tests_of = |group: usize| {
            chosen.iter().enumerate().filter(move |(_, set)| set.contains(&group)).map(|(split, _)| split)
        };
        let columns: Vec<Vec<usize>> = (0..self.groups).map(|group| tests_of(group).collect()).collect();
        let paths = columns.first().map_or(0, Vec::len);
        Ok((0..paths)
            .map(|path| columns.iter().filter_map(|column| column.get(path).copied()).collect())
            .collect())
    }

    fn check(&self) -> Result<(), Fault> {
        let setting =
            |name, value, allowed| Err(Fault::Setting { name, value: crate::count(value), allowed });
        if self.groups < 2 {
            return setting("the number of groups", self.groups, "2 or more");
        }
        if self.tested == 0 || self.tested >= self.groups {
            return setting(
                "the number of tested groups",
                self.tested,
                "1 or more, and below the number of groups",
            );
        }
        match self.count() {
            Some(splits) if splits <= MAX_SPLITS => Ok(()),
            _ => setting("the number of groups", self.groups, "such that there are at most 100 000 splits"),
        }
    }
}

/// C(n, k).
fn choose(n: usize, k: usize) -> Option<usize> {
    let k = if k > n { return Some(0) } else { k.min(n - k) };
    (0..k).try_fold(1_usize, |product, at| Some(product.checked_mul(n - at)? / (at + 1)))
}

/// Every choice of `k` of the first `n` numbers, in lexical order.
fn choices(n: usize, k: usize) -> Vec<Vec<usize>> {
    let mut out = Vec::new();
    let mut current: Vec<usize> = (0..k).collect();
    loop {
        out.push(current.clone());
        // The last place that can still move up; what comes after it follows closely.
        let Some(at) = (0..k).rev().find(|at| current.get(*at).is_some_and(|place| *place < n - k + at))
        else {
            return out;
        };
        let from = current.get(at).map_or(0, |place| place + 1);
        for (place, value) in current.iter_mut().skip(at).zip(from..) {
            *place = value;
        }
    }
}
