//! Stress scenarios: what the positions would lose if all prices moved at once.

use sdk::{BuildError, Number, Setup};

use crate::case::{Case, Ruling};
use crate::params::{Params, Scenario};

const OVER: &str = "loss in the worst scenario over max_stress_pct of equity (advanced_risk)";

/// The limit on the loss in any scenario.
#[derive(Debug, Clone)]
pub(crate) struct StressLimit {
    share: f64,
    /// The shocks of each scenario, by instrument id, as shares.
    scenarios: Vec<Vec<f64>>,
}

impl StressLimit {
    /// `None` where it is off.
    ///
    /// # Errors
    /// [`BuildError`] for a symbol that the run does not have, or a fall by more than everything.
    pub(crate) fn new(params: &Params, setup: &Setup) -> Result<Option<Self>, BuildError> {
        let scenarios: Result<Vec<_>, _> =
            (1..).zip(&params.scenario).map(|(number, scenario)| shocks(number, scenario, setup)).collect();
        let (share, scenarios) = (params.max_stress_pct.to_f64() / 100.0, scenarios?);
        Ok((share > 0.0).then_some(Self { share, scenarios }))
    }

    pub(crate) fn judge(&self, case: &Case) -> Ruling {
        let lines: Vec<(f64, f64)> = self
            .scenarios
            .iter()
            .map(|shocks| {
                let shock = |id: sdk::InstrumentId| shocks.get(id.index()).copied().unwrap_or(0.0);
                let others: f64 = case.others.iter().map(|other| other.worth * shock(other.id)).sum();
                (others, shock(case.id) * case.sign)
            })
            .collect();
        let loss = |lots: i64| {
            let worth = case.worth(lots);
            lines.iter().map(|(others, own)| -(others + own * worth)).fold(0.0, f64::max)
        };
        Ok(case.hold(OVER, case.equity * self.share, loss))
    }
}

fn shocks(number: usize, scenario: &Scenario, setup: &Setup) -> Result<Vec<f64>, BuildError> {
    let share = |value: Number| {
        let share = value.to_f64() / 100.0;
        if (-1.0..=100.0).contains(&share) {
            return Ok(share);
        }
        let what = format!("scenario {number} has a move by {value} %; it must be from -100 to 10000");
        Err(BuildError::new("scenario", what))
    };
    let places = setup.instruments.iter().map(|instrument| instrument.id().index() + 1).max().unwrap_or(0);
    let mut all = vec![share(scenario.all_pct)?; places];
    for (symbol, value) in &scenario.pct {
        let Some(instrument) = setup.instruments.iter().find(|one| one.symbol() == symbol) else {
            let known: Vec<&str> = setup.instruments.iter().map(sdk::Instrument::symbol).collect();
            let what = format!(
                "scenario {number} names `{symbol}`, which this run does not trade; it has: {}",
                known.join(", ")
            );
            return Err(BuildError::new("scenario", what));
        };
        if let Some(slot) = all.get_mut(instrument.id().index()) {
            *slot = share(*value)?;
        }
    }
    Ok(all)
}
