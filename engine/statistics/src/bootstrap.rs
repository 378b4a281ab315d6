//! Stationary block bootstrap: what else could have come of the same returns (Politis and Romano 1994).

use crate::error::{at_least, numbers};
use crate::moments::{deviation, quantile};
use crate::{ALGORITHM, Fault, Random, block_length};

/// A figure worked out from returns; `None` where it is not defined.
pub type Estimator<'f> = &'f dyn Fn(&[f64]) -> Option<f64>;

/// Mean length of the blocks that are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Block {
    /// By the series' own autocorrelation, see [`block_length`].
    #[default]
    Automatic,
    /// This many periods; at least 1.
    Periods(f64),
}

/// How to draw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bootstrap {
    /// How many series are drawn.
    pub draws: usize,
    /// Mean block length.
    pub block: Block,
    /// Seed of the draws.
    pub seed: u64,
    /// Share of the draws between the bounds, such as 0.95.
    pub confidence: f64,
}

impl Default for Bootstrap {
    /// 1 000 draws, automatic blocks, seed 1, 95 %.
    fn default() -> Self {
        Self { draws: 1_000, block: Block::Automatic, seed: 1, confidence: 0.95 }
    }
}

/// A figure with its band: percentiles of the draws.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// The figure of the series itself.
    pub estimate: Option<f64>,
    /// Lower bound.
    pub low: Option<f64>,
    /// Median of the draws.
    pub median: Option<f64>,
    /// Upper bound.
    pub high: Option<f64>,
    /// Sample deviation of the draws: the figure's standard error.
    pub error: Option<f64>,
    /// Draws in which the figure was defined.
    pub defined: usize,
}

impl Bootstrap {
    /// Bands of several figures, all from the same draws. With them, the mean block length.
    ///
    /// # Errors
    /// [`Fault`] for fewer than 16 returns, for what is no number, or for settings out of their range.
    pub fn bands(&self, returns: &[f64], figures: &[Estimator<'_>]) -> Result<(f64, Vec<Band>), Fault> {
        self.check()?;
        at_least("returns", 16, returns.len())?;
        numbers(returns)?;
        let block = match self.block {
            Block::Automatic => block_length(returns)?,
            Block::Periods(periods) => periods,
        };
        let mut random = Random::new(self.seed);
        let mut drawn = Vec::with_capacity(returns.len());
        let mut found: Vec<Vec<f64>> = vec![Vec::with_capacity(self.draws); figures.len()];
        for _ in 0..self.draws {
            draw(returns, block, &mut random, &mut drawn);
            for (figure, values) in figures.iter().zip(&mut found) {
                values.extend(figure(&drawn));
            }
        }
        let bands = figures.iter().zip(found).map(|(figure, values)| self.band(figure(returns), values));
        Ok((block, bands.collect()))
    }

    /// How the bands came about, in words.
    #[must_use]
    pub fn method(&self, block: f64) -> String {
        format!(
            "stationary bootstrap, {} draws, mean block {block:.1} periods, {ALGORITHM} seed {}",
            self.draws, self.seed
        )
    }

    fn check(&self) -> Result<(), Fault> {
        at_least("draws", 2, self.draws)?;
        if !(self.confidence > 0.0 && self.confidence < 1.0) {
            let allowed = "between 0 and 1";
            return Err(Fault::Setting { name: "the confidence", value: self.confidence, allowed });
        }
        match self.block {
            Block::Periods(value) if !(value >= 1.0 && value.is_finite()) => {
                Err(Fault::Setting { name: "the block length", value, allowed: "1 or more" })
            }
            _ => Ok(()),
        }
    }

    fn band(&self, estimate: Option<f64>, mut values: Vec<f64>) -> Band {
        values.sort_by(f64::total_cmp);
        let tail = (1.0 - self.confidence) / 2.0;
        Band {
            estimate,
            low: quantile(&values, tail),
            median: quantile(&values, 0.5),
            high: quantile(&values, 1.0 - tail),
            error: deviation(&values),
            defined: values.len(),
        }
    }
}

/// One series as long as the given one: blocks that begin anywhere, have a geometric length, and go on at the start after the end.
fn draw(returns: &[f64], block: f64, random: &mut Random, drawn: &mut Vec<f64>) {
    let ends = 1.0 / block.max(1.0);
    drawn.clear();
    let mut at = 0;
    for place in 0..returns.len() {
        at = if place == 0 || random.unit() < ends { random.below(returns.len()) } else { at + 1 };
        if at >= returns.len() {
            at = 0;
        }
        drawn.extend(returns.get(at));
    }
}
