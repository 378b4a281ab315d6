//! How sure a Sharpe ratio is: probabilistic and deflated Sharpe ratios, and the track record that it takes.
//!
//! Every Sharpe ratio here is one per period, without annualisation. Sources: Bailey and López de Prado, "The Sharpe Ratio Efficient
//! Frontier" (2012), and "The Deflated Sharpe Ratio: Correcting for Selection Bias, Backtest Overfitting and Non-Normality" (2014).

use std::f64::consts::{E, EULER_GAMMA};

use crate::moments::{deviation, finite, kurtosis, skewness};
use crate::{Fault, Trials, count, mean_correlation, normal_cdf, normal_quantile, sharpe};

/// What is known of a series of returns: its ratio and the shape of its distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    /// Sharpe ratio per period.
    pub sharpe: f64,
    /// How many periods.
    pub periods: usize,
    /// Skewness; 0 for a normal distribution.
    pub skewness: f64,
    /// Kurtosis; 3 for a normal distribution.
    pub kurtosis: f64,
}

impl Shape {
    /// The shape of returns; `None` of fewer than four, or without spread.
    #[must_use]
    pub fn of(returns: &[f64]) -> Option<Self> {
        Some(Self {
            sharpe: sharpe(returns, 1.0)?,
            periods: returns.len(),
            skewness: skewness(returns)?,
            kurtosis: kurtosis(returns)?,
        })
    }

    /// Variance of the estimated ratio, times n − 1 (Mertens 2002).
    fn variance(&self) -> f64 {
        1.0 - self.skewness * self.sharpe + (self.kurtosis - 1.0) / 4.0 * self.sharpe.powi(2)
    }
}

/// Probability that the true Sharpe ratio is above `benchmark` (2012, equation 11); `None` where it is not defined.
#[must_use]
pub fn probabilistic_sharpe(shape: &Shape, benchmark: f64) -> Option<f64> {
    let periods = shape.periods.checked_sub(1).filter(|periods| *periods > 0)?;
    finite((shape.sharpe - benchmark) * count(periods).sqrt() / shape.variance().sqrt()).map(normal_cdf)
}

/// Periods it takes until the ratio is above `benchmark` with this confidence (2012, equation 13).
///
/// `None` where it never is: the ratio is at or below the benchmark. The periods observed so far don't matter.
#[must_use]
pub fn min_track_record(shape: &Shape, benchmark: f64, confidence: f64) -> Option<f64> {
    let above = Some(shape.sharpe - benchmark).filter(|above| *above > 0.0)?;
    finite(1.0 + shape.variance() * (normal_quantile(confidence) / above).powi(2))
}

/// The highest Sharpe ratio that `trials` independent trials without any skill are expected to reach (2014, equation 1, with a
/// true mean of zero); `variance` is that of the Sharpe ratios among the trials. 0 for one trial.
#[must_use]
pub fn expected_max_sharpe(variance: f64, trials: f64) -> Option<f64> {
    if trials <= 1.0 {
        return Some(0.0);
    }
    let best = (1.0 - EULER_GAMMA) * normal_quantile(1.0 - 1.0 / trials)
        + EULER_GAMMA * normal_quantile(1.0 - 1.0 / (trials * E));
    finite(variance.sqrt() * best)
}

/// Independent trials that as many correlated ones are worth: `ρ̄ + (1 − ρ̄) × trials` (2014, appendix 3), between 1 and `trials`.
#[must_use]
pub fn effective_trials(trials: usize, mean_correlation: f64) -> f64 {
    let trials = count(trials.max(1));
    (mean_correlation + (1.0 - mean_correlation) * trials).clamp(1.0, trials)
}

/// A Sharpe ratio against what the best of several trials reaches by luck.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deflated {
    /// Probability that the true ratio is above [`Self::benchmark`].
    pub probability: f64,
    /// The expected maximum without skill, per period.
    pub benchmark: f64,
    /// Independent trials it was worked out for.
    pub trials: f64,
    /// Variance of the trials' ratios it was worked out for, per period.
    pub variance: f64,
}

/// The deflated Sharpe ratio of the series with this shape, picked as the best of `trials` independent trials whose ratios have
/// this variance (2014, equation 2); `None` where it is not defined.
#[must_use]
pub fn deflated_sharpe(shape: &Shape, variance: f64, trials: f64) -> Option<Deflated> {
    let benchmark = expected_max_sharpe(variance, trials)?;
    let probability = probabilistic_sharpe(shape, benchmark)?;
    Some(Deflated { probability, benchmark, trials, variance })
}

impl Deflated {
    /// The deflated ratio of the best trial of a search, by the trials' own returns: their ratios give the variance, and their mean
    /// correlation the number of independent trials. With it, which trial is the best, from 0.
    ///
    /// # Errors
    /// [`Fault::TooFew`] when fewer than two trials have a Sharpe ratio, or fewer than four periods.
    pub fn of_best(trials: &Trials) -> Result<(usize, Self), Fault> {
        crate::error::at_least("periods", 4, trials.periods())?;
        let with_ratio = |(at, returns)| sharpe(returns, 1.0).map(|ratio| (at, ratio));
        let ratios: Vec<(usize, f64)> = trials.iter().enumerate().filter_map(with_ratio).collect();
        crate::error::at_least("trials with a Sharpe ratio", 2, ratios.len())?;
        let best = ratios.iter().copied().reduce(|one, two| if two.1 > one.1 { two } else { one });
        let spread = deviation(&ratios.iter().map(|(_, ratio)| *ratio).collect::<Vec<_>>());
        let independent = effective_trials(ratios.len(), mean_correlation(trials).unwrap_or(0.0));
        let deflated = best.and_then(|(at, _)| {
            let shape = Shape::of(trials.iter().nth(at)?)?;
            Some((at, deflated_sharpe(&shape, spread?.powi(2), independent)?))
        });
        deflated.ok_or(Fault::TooFew { what: "trials with a Sharpe ratio", needed: 2, given: ratios.len() })
    }
}
