//! What a user may rely on, on random tapes with an unreliable exchange.

use martingale as _;
use testkit::{Broken, Contract};

/// Eager: nothing holds it back, so that levels open and close all the time.
const EAGER: &str = "trend_filter = false\ncooldown = 0\nprice_step_pct = 0.3\ntake_profit = 0.5\nstop_loss = 3\n\
                     trailing_stop = 0.2\n";

#[test]
fn the_contract_holds_in_every_mode() -> Result<(), Broken> {
    for extra in [
        "",
        "direction = 'short'",
        "direction = 'both'",
        "reverse_martingale = true",
        "reverse_martingale = true\ndirection = 'both'\nrisk_decay = false\ntrailing_stop = 0",
        "max_levels = 15\nmultiplier = 1.2\ntrailing_stop = 0\ntake_profit = 0",
        "direction = 'both'\nstop_loss = 0\nmax_exposure = 4000",
        "direction = 'both'\ntrend_filter = true\ntrend_period = 3",
        "direction = 'short'\ntrend_filter = true\ntrend_period = 2\ntrend_method = 'sma'\ncooldown = 60",
    ] {
        Contract::new()?.holds("martingale", &merged(extra))?;
    }
    Contract::new()?.holds("martingale", "")
}

/// Coarse lots, a smallest and a largest order, and a smallest notional: orders that the venue would not take break it.
#[test]
fn the_contract_holds_where_the_venue_is_demanding() -> Result<(), Broken> {
    let mut contract = Contract::new()?;
    for (field, value) in [("lot", "0.01"), ("min", "0.05"), ("max", "0.2"), ("notional", "60")] {
        let value = value.parse().map_err(testkit::LabError::from)?;
        match field {
            "lot" => contract.lab.spec.lot_size = value,
            "min" => contract.lab.spec.min_qty = value,
            "max" => contract.lab.spec.max_qty = value,
            _ => contract.lab.spec.min_notional = value,
        }
    }
    contract.holds("martingale", EAGER)?;
    contract.holds("martingale", &merged("direction = 'both'\nreverse_martingale = true"))
}

/// The eager parameters with others in their place.
fn merged(extra: &str) -> String {
    let key = |line: &str| line.split('=').next().unwrap_or_default().trim().to_owned();
    let others: Vec<String> = extra.lines().map(key).collect();
    let kept = EAGER.lines().filter(|line| !others.contains(&key(line)));
    kept.chain(extra.lines()).collect::<Vec<_>>().join("\n")
}
