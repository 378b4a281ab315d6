//! The limit on value at risk or expected shortfall: what today's positions would have lost in the bars of the window.

use crate::case::{Case, Ruling};
use crate::history::{History, Span};
use crate::params::{Measure, Params};
use crate::tail::Tail;

const VALUE_AT_RISK: &str = "value at risk over max_var_pct of equity (advanced_risk)";
const SHORTFALL: &str = "expected shortfall over max_var_pct of equity (advanced_risk)";
const NO_HISTORY: &str = "too few closed bars to know value at risk (advanced_risk, min_history)";

/// The limit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LossLimit {
    share: f64,
    tail: Tail,
    span: Span,
    why: &'static str,
}

impl LossLimit {
    /// `None` where it is off.
    pub(crate) fn new(params: &Params) -> Option<Self> {
        let why = match params.measure {
            Measure::Var => VALUE_AT_RISK,
            Measure::Es => SHORTFALL,
        };
        let share = params.max_var_pct.to_f64() / 100.0;
        (share > 0.0).then(|| Self { share, tail: Tail::new(params), span: Span::new(params), why })
    }

    pub(crate) fn judge(&self, case: &Case, histories: &[History]) -> Ruling {
        let ids = std::iter::once(case.id).chain(case.others.iter().map(|other| other.id));
        let held: Option<Vec<&History>> = ids.map(|id| histories.get(id.index())).collect();
        let columns = held.and_then(|held| self.span.joint(&held)).ok_or(NO_HISTORY)?;
        let (own, others) = columns.split_first().ok_or(NO_HISTORY)?;
        let mut without = vec![0.0; own.len()];
        for (holding, returns) in case.others.iter().zip(others) {
            without.iter_mut().zip(returns).for_each(|(sum, one)| *sum += one * holding.worth);
        }
        let mut results = Vec::with_capacity(own.len());
        let loss = |lots: i64| {
            let worth = case.worth(lots) * case.sign;
            results.clear();
            results.extend(without.iter().zip(own).map(|(rest, one)| rest + one * worth));
            self.tail.loss(&mut results)
        };
        Ok(case.hold(self.why, case.equity * self.share, loss))
    }
}
