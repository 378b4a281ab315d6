//! Monte Carlo of trade order: what the same round trips could have done in another order, or drawn again.

use crate::error::{at_least, numbers};
use crate::moments::{count, quantile};
use crate::{Fault, Random};

/// Percentiles of a distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Percentiles {
    /// Fifth.
    pub p5: f64,
    /// Twenty-fifth.
    pub p25: f64,
    /// Median.
    pub p50: f64,
    /// Seventy-fifth.
    pub p75: f64,
    /// Ninety-fifth.
    pub p95: f64,
}

/// What became of the same profits in other orders.
#[derive(Debug, Clone, PartialEq)]
pub struct TradeOrder {
    /// Deepest fall as a share of the peak, of the order that happened; 1 or more is ruin.
    pub happened: f64,
    /// Deepest fall when the same profits come in another order. Where equity ends is the same in each.
    pub shuffled: Percentiles,
    /// Deepest fall when as many profits are drawn with replacement.
    pub resampled: Percentiles,
    /// Where equity ends when they are drawn so.
    pub final_equity: Percentiles,
    /// Share of those draws that end below the capital.
    pub loss: f64,
    /// Share of those draws in which equity once was zero or below.
    pub ruin: f64,
    /// Share of the orders in which the deepest fall is at least as deep as the one that happened.
    pub deeper: f64,
}

/// What a round trip brought.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Profits<'p> {
    /// Amounts of money: sizes are taken as they were, whatever equity would have been.
    Amounts(&'p [f64]),
    /// Shares of equity: sizes follow equity, and profits compound.
    Shares(&'p [f64]),
}

impl<'p> Profits<'p> {
    const fn list(self) -> &'p [f64] {
        match self {
            Self::Amounts(list) | Self::Shares(list) => list,
        }
    }
}

/// Orders the profits of round trips anew, `draws` times by shuffling and as many times by drawing with replacement.
///
/// # Errors
/// [`Fault`] for fewer than two profits or draws, for what is no number, or for a capital that is not above zero.
pub fn reordered(profits: Profits<'_>, capital: f64, draws: usize, seed: u64) -> Result<TradeOrder, Fault> {
    let compound = matches!(profits, Profits::Shares(_));
    let walk = |list: &mut dyn Iterator<Item = f64>| walk(capital, compound, list);
    let profits = profits.list();
    at_least("round trips", 2, profits.len())?;
    at_least("draws", 2, draws)?;
    numbers(profits)?;
    if !(capital > 0.0 && capital.is_finite()) {
        return Err(Fault::Setting { name: "the capital", value: capital, allowed: "above zero" });
    }
    let happened = walk(&mut profits.iter().copied());
    let mut random = Random::new(seed);
    let mut order = profits.to_vec();
    let (mut shuffled, mut resampled) = (Vec::with_capacity(draws), Vec::with_capacity(draws));
    let mut ends = Vec::with_capacity(draws);
    let (mut ruined, mut deeper) = (0_usize, 0_usize);
    for _ in 0..draws {
        random.shuffle(&mut order);
        let path = walk(&mut order.iter().copied());
        deeper += usize::from(path.fall >= happened.fall);
        shuffled.push(path.fall);
        let mut picked = (0..profits.len()).filter_map(|_| profits.get(random.below(profits.len())).copied());
        let path = walk(&mut picked);
        ruined += usize::from(path.lowest <= 0.0);
        resampled.push(path.fall);
        ends.push(path.end);
    }
    let lost = ends.iter().filter(|end| **end < capital).count();
    let fault = || Fault::TooFew { what: "draws", needed: 2, given: 0 };
    Ok(TradeOrder {
        happened: happened.fall,
        shuffled: Percentiles::of(shuffled).ok_or_else(fault)?,
        resampled: Percentiles::of(resampled).ok_or_else(fault)?,
        final_equity: Percentiles::of(ends).ok_or_else(fault)?,
        loss: count(lost) / count(draws),
        ruin: count(ruined) / count(draws),
        deeper: count(deeper) / count(draws),
    })
}

/// Where a path of equity led.
struct Path {
    end: f64,
    lowest: f64,
    fall: f64,
}

fn walk(capital: f64, compound: bool, profits: &mut dyn Iterator<Item = f64>) -> Path {
    let (mut path, mut peak) = (Path { end: capital, lowest: capital, fall: 0.0 }, capital);
    for profit in profits {
        path.end += if compound { profit * path.end } else { profit };
        path.lowest = path.lowest.min(path.end);
        peak = peak.max(path.end);
        path.fall = path.fall.max((peak - path.end) / peak);
    }
    path
}

impl Percentiles {
    /// Of any values; `None` of nothing.
    #[must_use]
    pub fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let at = |share| quantile(&values, share);
        Some(Self { p5: at(0.05)?, p25: at(0.25)?, p50: at(0.5)?, p75: at(0.75)?, p95: at(0.95)? })
    }
}
