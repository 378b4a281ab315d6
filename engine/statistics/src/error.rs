//! Input that a function can't work with, said in its own terms.

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Fault {
    /// Too little to say anything.
    #[error("{needed} {what} are needed, and there are {given}")]
    TooFew {
        /// Of what, in the plural.
        what: &'static str,
        /// How many it takes.
        needed: usize,
        /// How many there are.
        given: usize,
    },
    /// A setting outside of what it may be.
    #[error("{name} is {value}; it must be {allowed}")]
    Setting {
        /// Which.
        name: &'static str,
        /// What was given.
        value: f64,
        /// What may be given.
        allowed: &'static str,
    },
    /// A number that is none.
    #[error("value {at} is not a number; leave gaps out, or fill them before")]
    NotFinite {
        /// Its place, from 0.
        at: usize,
    },
    /// Trials of different lengths.
    #[error(
        "trial {trial} has {given} periods, and the first has {expected}; give each trial the same periods"
    )]
    Ragged {
        /// Which trial, from 0.
        trial: usize,
        /// Its periods.
        given: usize,
        /// Those of the first trial.
        expected: usize,
    },
    /// A ratio that is not defined for one trial.
    #[error(
        "trial {trial} gains the same in every period, so it has no Sharpe ratio; leave it out, or compare mean returns"
    )]
    NoSpread {
        /// Which trial, from 0.
        trial: usize,
    },
    /// Samples that are not in order.
    #[error(
        "sample {at} begins before the one before it, or ends before it begins; sort samples by their begin"
    )]
    Order {
        /// Its place, from 0.
        at: usize,
    },
}

/// Refuses a value that is not a number.
pub(crate) fn numbers(values: &[f64]) -> Result<(), Fault> {
    values.iter().position(|value| !value.is_finite()).map_or(Ok(()), |at| Err(Fault::NotFinite { at }))
}

/// Refuses less than it takes.
pub(crate) const fn at_least(what: &'static str, needed: usize, given: usize) -> Result<(), Fault> {
    if given < needed { Err(Fault::TooFew { what, needed, given }) } else { Ok(()) }
}
