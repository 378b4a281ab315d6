//! Return, risk and the one against the other, of returns per period; `periods` is how many of them make a year.

use crate::moments::{count, deviation, finite, mean, quantile, ratio};

/// `exp(mean(ln(1 + r))) − 1`; −1 + 1 = 0 where a period lost everything, as backtesting.py has it; `None` of nothing.
#[must_use]
pub fn geometric_mean(returns: &[f64]) -> Option<f64> {
    if returns.is_empty() {
        return None;
    }
    if returns.iter().any(|r| *r <= -1.0) {
        return Some(0.0);
    }
    let logs: f64 = returns.iter().map(|r| r.ln_1p()).sum();
    finite((logs / count(returns.len())).exp_m1())
}

/// Geometric mean of the returns, compounded over a year.
#[must_use]
pub fn annual_return(returns: &[f64], periods: f64) -> Option<f64> {
    finite((1.0 + geometric_mean(returns)?).powf(periods) - 1.0)
}

/// `(last / first)^(1 / years) − 1`: growth a year.
#[must_use]
pub fn cagr(first: f64, last: f64, years: f64) -> Option<f64> {
    finite((last / first).powf(1.0 / years) - 1.0)
}

/// Sample deviation of the returns, over a year (empyrical's `annual_volatility`).
#[must_use]
pub fn volatility(returns: &[f64], periods: f64) -> Option<f64> {
    finite(deviation(returns)? * periods.sqrt())
}

/// The spread of a year's compounded return when returns are independent (backtesting.py's formula).
#[must_use]
pub fn compounded_volatility(returns: &[f64], periods: f64) -> Option<f64> {
    let square = (1.0 + geometric_mean(returns)?).powi(2);
    let variance = deviation(returns)?.powi(2);
    finite(((variance + square).powf(periods) - square.powf(periods)).sqrt())
}

/// Root of the mean squared loss, over a year; gains count as zero (empyrical's `downside_risk`).
#[must_use]
pub fn downside_deviation(returns: &[f64], periods: f64) -> Option<f64> {
    let squares: Vec<f64> = returns.iter().map(|r| r.min(0.0).powi(2)).collect();
    finite((mean(&squares)? * periods).sqrt())
}

/// Mean over sample deviation, times the root of `periods`: 1 periods give the ratio per period. No risk-free rate.
#[must_use]
pub fn sharpe(returns: &[f64], periods: f64) -> Option<f64> {
    ratio(mean(returns)?, deviation(returns)?).map(|one| one * periods.sqrt())
}

/// Mean return of a year over [`downside_deviation`].
#[must_use]
pub fn sortino(returns: &[f64], periods: f64) -> Option<f64> {
    ratio(mean(returns)? * periods, downside_deviation(returns, periods)?)
}

/// Sum of gains over sum of losses; `None` without a loss. Over returns of periods it is the Omega ratio at zero.
#[must_use]
pub fn profit_factor(values: &[f64]) -> Option<f64> {
    let gains: f64 = values.iter().filter(|value| **value > 0.0).sum();
    let losses: f64 = values.iter().filter(|value| **value < 0.0).sum();
    ratio(gains, -losses)
}

/// Mean gain over mean loss; `None` without either.
#[must_use]
pub fn payoff(values: &[f64]) -> Option<f64> {
    let gains: Vec<f64> = values.iter().copied().filter(|value| *value > 0.0).collect();
    let losses: Vec<f64> = values.iter().copied().filter(|value| *value < 0.0).collect();
    ratio(mean(&gains)?, -mean(&losses)?)
}

/// `win rate − (1 − win rate) / payoff`: the share of capital that makes growth greatest (Kelly 1956).
#[must_use]
pub fn kelly(win_rate: f64, payoff: f64) -> Option<f64> {
    finite(win_rate - (1.0 - win_rate) / payoff)
}

/// Mean of the values at or below their quantile at `share`.
#[must_use]
pub fn expected_shortfall(sorted: &[f64], share: f64) -> Option<f64> {
    let bound = quantile(sorted, share)?;
    let beyond: Vec<f64> = sorted.iter().copied().filter(|value| *value <= bound).collect();
    mean(&beyond)
}

/// The 95th percentile over the 5th, without its sign: the right tail against the left (empyrical).
#[must_use]
pub fn tail_ratio(sorted: &[f64]) -> Option<f64> {
    ratio(quantile(sorted, 0.95)?.abs(), quantile(sorted, 0.05)?.abs())
}

/// How straight the growth is: R² of a line through the sums of logarithmic returns (empyrical's `stability_of_timeseries`).
#[must_use]
pub fn r_squared(returns: &[f64]) -> Option<f64> {
    if returns.len() < 2 || returns.iter().any(|r| *r <= -1.0) {
        return None;
    }
    let mut sum = 0.0;
    let (mut places, mut sums) = (Vec::with_capacity(returns.len()), Vec::with_capacity(returns.len()));
    for (at, change) in returns.iter().enumerate() {
        sum += change.ln_1p();
        places.push(count(at));
        sums.push(sum);
    }
    crate::correlation(&places, &sums).map(|together| together * together)
}

/// Longest run of gains and of losses; a zero ends a run of gains and counts as a loss.
#[must_use]
pub fn streaks(values: &[f64]) -> (u64, u64) {
    let (mut gains, mut losses, mut best) = (0, 0, (0, 0));
    for value in values {
        (gains, losses) = if *value > 0.0 { (gains + 1, 0) } else { (0, losses + 1) };
        best = (gains.max(best.0), losses.max(best.1));
    }
    best
}
