//! What is remembered of each market: its returns over the window, and the forecast of its volatility.

use std::collections::VecDeque;

use sdk::Bar;
use serde::{Deserialize, Serialize};

use crate::params::Params;

/// One market's past.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct History {
    /// When the last bar closed, and at how many ticks.
    last: Option<(i64, i64)>,
    /// The newest last.
    returns: VecDeque<Return>,
    /// The exponentially weighted mean of squared returns.
    variance: Option<f64>,
}

/// A simple return, from one close to the next.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Return {
    from: i64,
    to: i64,
    value: f64,
}

impl History {
    /// Takes in a closed bar. One that closes no later than the last one only replaces its price.
    pub(crate) fn take_in(&mut self, bar: &Bar, keep: usize, lambda: f64) {
        let (to, close) = (bar.close_time.nanos(), bar.close.ticks());
        if close <= 0 {
            return;
        }
        let Some((from, last)) = self.last else {
            self.last = Some((to, close));
            return;
        };
        self.last = Some((to.max(from), close));
        if to <= from {
            return;
        }
        let value = close as f64 / last as f64 - 1.0;
        while self.returns.len() >= keep.max(1) {
            self.returns.pop_front();
        }
        self.returns.push_back(Return { from, to, value });
        let square = value * value;
        self.variance = Some(self.variance.map_or(square, |old| lambda * old + (1.0 - lambda) * square));
    }

    /// When the last bar closed.
    pub(crate) fn closed(&self) -> Option<i64> {
        self.last.map(|(time, _)| time)
    }

    /// The forecast of the next bar's volatility: σ²(t+1) = λσ²(t) + (1 − λ)r²(t), which starts with the first r². The
    /// mean counts as zero. Source: J. P. Morgan and Reuters, "RiskMetrics - Technical Document", 4th edition, 1996.
    pub(crate) fn volatility(&self) -> Option<f64> {
        self.variance.map(f64::sqrt)
    }

    /// Whether these are numbers that a history of this length can hold; what was saved may have been tampered with.
    pub(crate) fn is_sound(&self, keep: usize) -> bool {
        let forward =
            self.returns.iter().zip(self.returns.iter().skip(1)).all(|(one, next)| one.to <= next.from);
        let fine = self.returns.iter().all(|one| one.value.is_finite() && one.from < one.to);
        let variance = self.variance.is_none_or(|variance| variance.is_finite() && variance >= 0.0);
        forward
            && fine
            && variance
            && self.returns.len() <= keep
            && self.last.is_none_or(|(_, close)| close > 0)
    }

    fn over(&self, from: i64, to: i64) -> Option<f64> {
        let at = self.returns.binary_search_by_key(&to, |one| one.to).ok()?;
        self.returns.get(at).filter(|one| one.from == from).map(|one| one.value)
    }
}

/// How far back limits look, and how far they have to be able to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    window: usize,
    least: usize,
}

impl Span {
    pub(crate) const fn new(params: &Params) -> Self {
        Self { window: params.window as usize, least: params.min_history as usize }
    }

    /// How many returns a history keeps: one more than the window, since of bars that close together the last one is there
    /// for some instruments before it is for others.
    pub(crate) const fn keep(self) -> usize {
        self.window.saturating_add(1)
    }

    /// The returns of a market over the window, the newest first; `None` where there are too few.
    pub(crate) fn returns(self, history: &History) -> Option<impl Iterator<Item = f64>> {
        let newest = history.returns.iter().rev().take(self.window).map(|one| one.value);
        (history.returns.len() >= self.least).then_some(newest)
    }

    /// The returns of several markets over the same stretches of time, as far as the window goes: one column for each, the
    /// newest first. A bar that one of them did not have is left out of all. `None` where there are too few.
    pub(crate) fn joint(self, histories: &[&History]) -> Option<Vec<Vec<f64>>> {
        let (first, others) = histories.split_first()?;
        let mut columns = vec![Vec::with_capacity(self.window.min(first.returns.len())); histories.len()];
        let mut row = Vec::with_capacity(histories.len());
        let mut rows = 0;
        for Return { from, to, value } in first.returns.iter().rev() {
            row.clear();
            row.push(*value);
            row.extend(others.iter().map_while(|other| other.over(*from, *to)));
            if row.len() == histories.len() {
                columns.iter_mut().zip(&row).for_each(|(column, value)| column.push(*value));
                rows += 1;
            }
            if rows == self.window {
                break;
            }
        }
        (rows >= self.least).then_some(columns)
    }
}
