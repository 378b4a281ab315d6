//! The trials of a search: one list of returns each, over the same periods.

use crate::Fault;
use crate::error::at_least;

/// Returns of several trials. Every trial has the same periods, and every value is a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Trials {
    values: Vec<f64>,
    periods: usize,
}

impl Trials {
    /// Takes trials as they come, each a list of returns, oldest first.
    ///
    /// # Errors
    /// [`Fault`] without a trial or a period, for trials of different lengths, or for what is no number (its place counts through
    /// all trials).
    pub fn new<'t>(trials: impl IntoIterator<Item = &'t [f64]>) -> Result<Self, Fault> {
        let (mut values, mut expected) = (Vec::new(), None);
        for (trial, returns) in trials.into_iter().enumerate() {
            let first = *expected.get_or_insert(returns.len());
            if returns.len() != first {
                return Err(Fault::Ragged { trial, given: returns.len(), expected: first });
            }
            values.extend_from_slice(returns);
        }
        let periods = expected.unwrap_or(0);
        at_least("trials with a period", 1, values.len())?;
        crate::error::numbers(&values)?;
        Ok(Self { values, periods })
    }

    /// How many trials there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len() / self.periods.max(1)
    }

    /// Always false: there is at least one trial.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// How many periods each trial has.
    #[must_use]
    pub const fn periods(&self) -> usize {
        self.periods
    }

    /// The trials, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.periods.max(1))
    }
}
