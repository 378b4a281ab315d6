//! Limits on the exposure of one instrument that its own past sets: volatility targeting and the Kelly cap.

use crate::case::{Case, Ruling};
use crate::history::{History, Span};
use crate::params::Params;

const VOLATILITY: &str = "forecast volatility of the position over target_vol_pct of equity (advanced_risk)";
const NO_VOLATILITY: &str =
    "too few closed bars to forecast volatility for target_vol_pct (advanced_risk, min_history)";
const KELLY: &str = "exposure over kelly_fraction of the Kelly leverage (advanced_risk)";
const NO_EDGE: &str = "exposure over kelly_floor of equity, and the window's mean return is not in the order's favour (advanced_risk)";
const NO_KELLY: &str =
    "too few closed bars to know the Kelly leverage for kelly_fraction (advanced_risk, min_history)";

/// Volatility targeting: the forecast volatility of a position stays at or below a share of equity.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VolatilityTarget {
    share: f64,
    /// From one bar to the period of the target: the square root of its bars.
    stretch: f64,
    span: Span,
}

impl VolatilityTarget {
    /// `None` where it is off.
    pub(crate) fn new(params: &Params) -> Option<Self> {
        let share = params.target_vol_pct.to_f64() / 100.0;
        let stretch = f64::from(params.bars_per_year.max(1)).sqrt();
        (share > 0.0).then_some(Self { share, stretch, span: Span::new(params) })
    }

    pub(crate) fn judge(&self, case: &Case, histories: &[History]) -> Ruling {
        let ready = |history: &&History| self.span.returns(history).is_some();
        let history = histories.get(case.id.index()).filter(ready);
        let one_bar = history.and_then(History::volatility).ok_or(NO_VOLATILITY)?;
        let volatility = |lots: i64| case.worth(lots) * one_bar * self.stretch;
        Ok(case.hold(VOLATILITY, case.equity * self.share, volatility))
    }
}

/// The Kelly cap: exposure stays at or below a part of the leverage that would have made capital grow fastest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KellyCap {
    fraction: f64,
    floor: f64,
    span: Span,
}

impl KellyCap {
    /// `None` where it is off.
    pub(crate) fn new(params: &Params) -> Option<Self> {
        let [fraction, floor] = [params.kelly_fraction, params.kelly_floor].map(sdk::Number::to_f64);
        (fraction > 0.0).then_some(Self { fraction, floor, span: Span::new(params) })
    }

    pub(crate) fn judge(&self, case: &Case, histories: &[History]) -> Ruling {
        let returns = histories.get(case.id.index()).and_then(|history| self.span.returns(history));
        let leverage = kelly(returns.ok_or(NO_KELLY)?) * case.sign;
        if leverage == f64::INFINITY {
            return Ok(None);
        }
        let why = if leverage > 0.0 { KELLY } else { NO_EDGE };
        let limit = (leverage * self.fraction).max(self.floor) * case.equity;
        Ok(case.hold(why, limit, |lots| case.worth(lots)))
    }
}

/// The Kelly leverage μ/σ² of returns, with the variance of the sample (n − 1); negative where being short would have
/// paid, infinite where they never varied, and 0 where they were all zero.
///
/// Source: E. O. Thorp, "The Kelly criterion in blackjack, sports betting, and the stock market", 2006, section 7.
pub(crate) fn kelly(returns: impl Iterator<Item = f64>) -> f64 {
    // Welford's way, in one pass.
    let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
    for one in returns {
        count += 1.0;
        let before: f64 = one - mean;
        mean += before / count;
        squares += before * (one - mean);
    }
    if mean == 0.0 || count < 2.0 { 0.0 } else { mean / (squares / (count - 1.0)) }
}
