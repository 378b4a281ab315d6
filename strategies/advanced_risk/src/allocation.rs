//! Portfolio weights: what share of the allowed exposure each instrument of the run gets, and how long it stays so.

use sdk::Time;
use serde::{Deserialize, Serialize};

use crate::case::{Case, Ruling};
use crate::covariance::covariance;
use crate::history::{History, Span};
use crate::hrp::hrp;
use crate::min_variance::min_variance;
use crate::params::{Params, Shrinkage, Weights};

const OVER: &str = "exposure over the instrument's share (weights) of max_gross times equity (advanced_risk)";
const NO_WEIGHTS: &str =
    "too few closed bars that all instruments have in common for weights (advanced_risk, min_history)";

/// The cap on each instrument's share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allocation {
    weights: Weights,
    shrinkage: Shrinkage,
    rebalance: u32,
    max_gross: f64,
    span: Span,
}

/// The shares as they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Shares {
    /// By instrument id; empty before there are any.
    shares: Vec<f64>,
    /// Rows since they were worked out.
    age: u32,
    /// The last row: when every instrument's last bar had closed at one and the same time.
    #[serde(with = "sdk::state::exact")]
    row: Time,
}

impl Shares {
    pub(crate) const fn new() -> Self {
        Self { shares: Vec::new(), age: 0, row: Time::from_nanos(i64::MIN) }
    }

    /// Whether these are shares of so many instruments, or none yet.
    pub(crate) fn is_sound(&self, instruments: usize) -> bool {
        let fine = self.shares.iter().all(|share| (0.0..=1.0 + 1e-9).contains(share));
        fine && (self.shares.is_empty() || self.shares.len() == instruments)
    }
}

impl Allocation {
    /// `None` where it is off.
    pub(crate) fn new(params: &Params) -> Option<Self> {
        (params.weights != Weights::None).then(|| Self {
            weights: params.weights,
            shrinkage: params.shrinkage,
            rebalance: params.rebalance_bars,
            max_gross: params.max_gross.to_f64(),
            span: Span::new(params),
        })
    }

    /// A bar was taken in. When it makes a row whole, and the shares are old enough, they are worked out anew.
    pub(crate) fn take_in(&self, shares: &mut Shares, histories: &[History]) {
        let mut closes = histories.iter().map(History::closed);
        let Some(Some(first)) = closes.next() else { return };
        if first <= shares.row.nanos() || !closes.all(|close| close == Some(first)) {
            return;
        }
        shares.row = Time::from_nanos(first);
        shares.age = shares.age.saturating_add(1);
        if !shares.shares.is_empty() && shares.age < self.rebalance {
            return;
        }
        if let Some(columns) = self.span.joint(&histories.iter().collect::<Vec<_>>()) {
            (shares.shares, shares.age) = (self.work_out(&columns), 0);
        }
    }

    fn work_out(&self, columns: &[Vec<f64>]) -> Vec<f64> {
        let covariance = covariance(columns, self.shrinkage);
        match self.weights {
            Weights::None => vec![1.0; columns.len()],
            Weights::MinVariance => min_variance(&covariance),
            Weights::Hrp => hrp(&covariance),
        }
    }

    /// `left` is what the ladder leaves of `max_gross`, from 0 to 1.
    pub(crate) fn judge(&self, case: &Case, shares: &Shares, left: f64) -> Ruling {
        let share = shares.shares.get(case.id.index()).ok_or(NO_WEIGHTS)?;
        Ok(case.hold(OVER, share * left * self.max_gross * case.equity, |lots| case.worth(lots)))
    }
}
