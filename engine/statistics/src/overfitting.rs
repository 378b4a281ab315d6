//! Probability of backtest overfitting: how often the best trial of one half of history is below the median of the other half.
//!
//! Combinatorially symmetric cross-validation (CSCV) of Bailey, Borwein, López de Prado and Zhu, "The Probability of Backtest
//! Overfitting" (Journal of Computational Finance, 2016).

mod blocks;
mod dominance;

pub use dominance::Dominance;

use crate::error::at_least;
use crate::moments::{count, mean, slope};
use crate::{Fault, Trials};
use blocks::Blocks;

/// Blocks at most: 20 give 184 756 splits.
const MAX_BLOCKS: usize = 20;

/// What trials are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Measure {
    /// Sharpe ratio per period; a trial without any return has 0.
    #[default]
    Sharpe,
    /// Mean return per period.
    Mean,
}

/// One way to halve the blocks: the trial that was best in the first half, and how it did in the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    /// The best trial of the training half, from 0; the first of several equals.
    pub best: usize,
    /// Its measure there.
    pub trained: f64,
    /// Its measure in the testing half.
    pub tested: f64,
    /// Its relative rank in the testing half, between 0 (worst) and 1 (best): rank ⁄ (trials + 1), equals sharing their mean rank.
    pub rank: f64,
    /// `ln(rank ⁄ (1 − rank))`: below zero under the median.
    pub logit: f64,
}

/// What CSCV says of a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Overfitting {
    /// Probability of backtest overfitting: share of the splits whose logit is zero or below.
    pub probability: f64,
    /// Share of the splits in which the best trial's measure is below zero in the testing half.
    pub loss: f64,
    /// How the testing measure follows the training measure over the splits: slope; `None` where all are the same.
    pub slope: Option<f64>,
    /// The intercept of that line.
    pub intercept: Option<f64>,
    /// Whether picking the best beats picking any.
    pub dominance: Dominance,
    /// Every split, in the order of its training blocks.
    pub splits: Vec<Split>,
    /// Oldest periods that were left out, so that the blocks are even.
    pub dropped: usize,
}

/// CSCV over `blocks` even blocks (an even count from 2 to 20; the paper uses 16).
///
/// # Errors
/// [`Fault`] for fewer than two trials or two periods a block, for another number of blocks, and, by Sharpe ratio, for a trial that
/// gains the same in every period of a half.
pub fn overfitting(trials: &Trials, blocks: usize, measure: Measure) -> Result<Overfitting, Fault> {
    if !(2..=MAX_BLOCKS).contains(&blocks) || !blocks.is_multiple_of(2) {
        let (name, allowed) = ("the number of blocks", "an even number from 2 to 20");
        return Err(Fault::Setting { name, value: count(blocks), allowed });
    }
    at_least("trials", 2, trials.len())?;
    at_least("periods", blocks * 2, trials.periods())?;
    let table = Blocks::new(trials, blocks, measure);
    let mut splits = Vec::new();
    // Every testing measure of every trial, for the comparison with a pick without any choice.
    let mut all = Vec::new();
    for half in halves(blocks) {
        let trained = table.measures(half)?;
        let tested = table.measures(!half)?;
        splits.extend(split(&trained, &tested));
        all.extend(tested);
    }
    let share =
        |of: fn(&Split) -> bool| count(splits.iter().filter(|split| of(split)).count()) / count(splits.len());
    let points: Vec<(f64, f64)> = splits.iter().map(|split| (split.trained, split.tested)).collect();
    let (slope, intercept) = slope(&points).unzip();
    let picked = splits.iter().map(|split| split.tested).collect();
    Ok(Overfitting {
        probability: share(|split| split.logit <= 0.0),
        loss: share(|split| split.tested < 0.0),
        slope,
        intercept,
        dominance: Dominance::of(picked, all),
        dropped: trials.periods() % blocks,
        splits,
    })
}

impl Overfitting {
    /// Mean logit over the splits; 0 is a coin's toss.
    #[must_use]
    pub fn mean_logit(&self) -> Option<f64> {
        mean(&self.splits.iter().map(|split| split.logit).collect::<Vec<_>>())
    }
}

/// Every set of half the blocks, as bits.
fn halves(blocks: usize) -> impl Iterator<Item = u32> {
    (0..1_u32 << blocks).filter(move |set| set.count_ones() as usize * 2 == blocks)
}

fn split(trained: &[f64], tested: &[f64]) -> Option<Split> {
    let numbered = trained.iter().copied().enumerate();
    let (best, top) = numbered.reduce(|one, two| if two.1 > one.1 { two } else { one })?;
    let own = *tested.get(best)?;
    let below = tested.iter().filter(|other| **other < own).count();
    let equal = tested.iter().filter(|other| other.total_cmp(&own).is_eq()).count();
    // Ranks go from 1, and equals share the mean of theirs.
    let rank = (count(below) + (count(equal) + 1.0) / 2.0) / (count(tested.len()) + 1.0);
    Some(Split { best, trained: top, tested: own, rank, logit: (rank / (1.0 - rank)).ln() })
}
