//! The result linter: what in a run should make its owner doubt it, each finding with its numbers and what to do.

mod chance;
mod costs;
mod curve;
mod data;
mod evidence;

pub(crate) use evidence::Evidence;

use ledger::RunRecord;

use crate::Context;
use crate::robustness::Robustness;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The figures don't hold, or say next to nothing.
    Serious,
    /// A reason to look closer before money follows.
    Caution,
    /// Good to know.
    Note,
}

impl Severity {
    /// One word, in lower case.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Serious => "serious",
            Self::Caution => "caution",
            Self::Note => "note",
        }
    }
}

/// One doubt about a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its name for programs; it never changes.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// What was found, with the numbers.
    pub text: String,
    /// What to do about it.
    pub advice: &'static str,
}

/// A check: what it finds, if anything.
type Check = fn(&Evidence<'_>) -> Option<Finding>;

/// Every check there is.
const CHECKS: [Check; 21] = [
    curve::ruin,
    costs::no_trades,
    costs::few_trades,
    costs::one_trade,
    costs::fees,
    costs::open_profit,
    costs::turned_away,
    costs::never_loses,
    data::stale_fills,
    data::gaps,
    data::volume,
    curve::standstill,
    curve::few_days,
    curve::short_history,
    curve::behind_hold,
    chance::too_good,
    chance::unsure,
    chance::best_of_many,
    chance::overfitted,
    chance::many_parameters,
    chance::lucky_order,
];

/// What the linter finds in a run, the heaviest first.
#[must_use]
pub fn lint(record: &RunRecord, context: &Context) -> Vec<Finding> {
    all(&Evidence::of(record, context, &Robustness::of(record, context)))
}

/// The same, where the evidence has been gathered.
pub(crate) fn all(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = CHECKS.iter().filter_map(|check| check(evidence)).collect();
    found.sort_by_key(|finding| finding.severity);
    found
}

fn finding(code: &'static str, severity: Severity, text: String, advice: &'static str) -> Finding {
    Finding { code, severity, text, advice }
}
