//! Sums of every trial in every block, so that a measure over any set of blocks needs no second look at the returns.

use super::Measure;
use crate::moments::{count, mean};
use crate::{Fault, Trials};

/// Sums of one trial in one block: of its returns less the trial's mean, and of their squares.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    first: f64,
    second: f64,
}

/// The table of sums.
pub(super) struct Blocks {
    /// A trial's mean over all periods, and its sums by block. Taking the mean off first keeps the squares exact enough.
    rows: Vec<(f64, Vec<Sums>)>,
    /// Periods of one block.
    length: usize,
    measure: Measure,
}

impl Blocks {
    pub(super) fn new(trials: &Trials, blocks: usize, measure: Measure) -> Self {
        let length = trials.periods() / blocks;
        let dropped = trials.periods() % blocks;
        let row = |returns: &[f64]| {
            let kept = returns.get(dropped..).unwrap_or_default();
            let centre = mean(kept).unwrap_or_default();
            let sums = |block: &[f64]| {
                block.iter().fold(Sums::default(), |sums, value| {
                    let off = value - centre;
                    Sums { first: sums.first + off, second: sums.second + off * off }
                })
            };
            (centre, kept.chunks_exact(length.max(1)).map(sums).collect())
        };
        Self { rows: trials.iter().map(row).collect(), length, measure }
    }

    /// Every trial's measure over the blocks of a set.
    pub(super) fn measures(&self, set: u32) -> Result<Vec<f64>, Fault> {
        self.rows.iter().enumerate().map(|(trial, row)| self.measure(trial, row, set)).collect()
    }

    fn measure(&self, trial: usize, (centre, blocks): &(f64, Vec<Sums>), set: u32) -> Result<f64, Fault> {
        let picked = blocks.iter().enumerate().filter(|(at, _)| set & (1 << at) != 0);
        let (mut first, mut second, mut periods) = (0.0, 0.0, 0);
        for (_, sums) in picked {
            first += sums.first;
            second += sums.second;
            periods += self.length;
        }
        let off = first / count(periods);
        let mean = centre + off;
        if self.measure == Measure::Mean {
            return Ok(mean);
        }
        let squares = first.mul_add(-off, second);
        // What is left of a constant series are roundings of its squares.
        let noise = count(periods) * (centre.abs() + off.abs()).powi(2) * f64::EPSILON;
        if squares <= noise {
            return if mean.abs() <= f64::EPSILON { Ok(0.0) } else { Err(Fault::NoSpread { trial }) };
        }
        Ok(mean / (squares / count(periods - 1)).sqrt())
    }
}
