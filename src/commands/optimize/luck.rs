//! How much of a search's best could be luck: the deflated Sharpe ratio, and the probability of backtest overfitting.

use serde_json::{Value as Json, json};
use statistics::{Deflated, Fault, Measure, Overfitting, Trials, overfitting};

use super::results::Results;
use super::trial::Ending;

/// Splits times trials of the cross-validation: a second of work.
const MOST: usize = 5_000_000;

/// Blocks of history, and the ways to halve them; the paper takes 16.
const BLOCKS: [(usize, usize); 7] =
    [(16, 12_870), (14, 3_432), (12, 924), (10, 252), (8, 70), (6, 20), (4, 6)];

/// What can be said; a text says why something can't.
#[derive(Debug)]
pub(crate) struct Luck {
    deflated: Result<Deflated, String>,
    overfitting: Result<(Overfitting, usize), String>,
}

impl Luck {
    /// From the returns of all trials that ran.
    pub(crate) fn of(results: &Results) -> Self {
        let ran = results.rows.values().filter(|row| row.ending != Ending::Failed);
        let returns: Vec<Vec<f64>> = ran.map(super::trial::Row::returns).collect();
        let said = |fault: Fault| fault.to_string();
        match Trials::new(returns.iter().map(Vec::as_slice)) {
            Err(fault) => Self { deflated: Err(said(fault.clone())), overfitting: Err(said(fault)) },
            Ok(trials) => Self {
                deflated: Deflated::of_best(&trials).map(|(_, deflated)| deflated).map_err(said),
                overfitting: cross_validated(&trials),
            },
        }
    }

    pub(crate) fn text(&self) -> String {
        let deflated = match &self.deflated {
            Ok(deflated) => format!(
                "The highest Sharpe ratio is above what luck gives with a probability of {:.1} % (deflated, as {:.1} independent trials)",
                deflated.probability * 100.0,
                deflated.trials
            ),
            Err(why) => format!("No deflated Sharpe ratio: {why}"),
        };
        let overfitting = match &self.overfitting {
            Ok((found, blocks)) => format!(
                "In {:.1} % of the ways to halve history, the best of one half is below the median in the other (CSCV, {blocks} blocks)",
                found.probability * 100.0
            ),
            Err(why) => format!("No probability of overfitting: {why}"),
        };
        format!("{deflated}. {overfitting}.")
    }

    pub(crate) fn json(&self) -> Json {
        let deflated = self.deflated.as_ref().ok();
        let found = self.overfitting.as_ref().ok();
        json!({
            "deflated_sharpe_probability": deflated.map(|deflated| deflated.probability),
            "independent_trials": deflated.map(|deflated| deflated.trials),
            "overfitting_probability": found.map(|(found, _)| found.probability),
            "overfitting_loss_probability": found.map(|(found, _)| found.loss),
            "overfitting_blocks": found.map(|(_, blocks)| *blocks),
            "text": self.text(),
        })
    }
}

fn cross_validated(trials: &Trials) -> Result<(Overfitting, usize), String> {
    let fits = |(blocks, splits): &&(usize, usize)| {
        blocks * 2 <= trials.periods() && splits.saturating_mul(trials.len()) <= MOST
    };
    let blocks = BLOCKS.iter().find(fits).map_or(4, |(blocks, _)| *blocks);
    overfitting(trials, blocks, Measure::Sharpe)
        .map(|found| (found, blocks))
        .map_err(|fault| fault.to_string())
}
