//! What a user may rely on, on random tapes with an unreliable exchange.

use dca as _;
use testkit::{Broken, Contract};

/// Eager: nothing holds it back, so that layers open and close all the time.
const EAGER: &str = "trend_filter = false\ncooldown = 0\nbase_order_amount = 100\nsafety_order_amount = 150\n\
                     min_price_step = 0.2\nmax_price_step = 1\nfirst_order_take_profit = 0.3\n\
                     last_order_take_profit = 0.2\ntotal_take_profit = 0.6\ntrailing_activation = 0.4\n\
                     trailing_take_profit = 0.2\nstop_loss = 3\n";

#[test]
fn the_contract_holds_in_every_mode() -> Result<(), Broken> {
    for extra in [
        "",
        "direction = 'short'\ntrailing_stop_loss = 2",
        "entry_order = 'limit'\nentry_ttl = 60",
        "entry_order = 'limit'\nentry_ttl = 0\ndirection = 'short'\ncascade_protection = false",
        "atr_multiplier = 0\nprice_step_pct = 0.3\nsafety_order_step = 1.5\ntrailing_activation = 0\n\
         trailing_stop_loss = 0.5",
        "cascade_drop_pct = 0.2\ncascade_pause = 60\nmax_safety_orders = 50\n\
         safety_order_scale = 1\nsafety_order_amount = 100",
    ] {
        Contract::new()?.holds("dca", &merged(extra))?;
    }
    Contract::new()?.holds("dca", "")?;
    Contract::new()?.holds("dca", "trend_period = 3\ntrend_method = 'sma'\natr_period = 2")
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
    contract.holds("dca", EAGER)?;
    contract.holds("dca", &merged("entry_order = 'limit'\ndirection = 'short'"))
}

/// The eager parameters with others in their place.
fn merged(extra: &str) -> String {
    let key = |line: &str| line.split('=').next().unwrap_or_default().trim().to_owned();
    let others: Vec<String> = extra.lines().map(key).collect();
    let kept = EAGER.lines().filter(|line| !others.contains(&key(line)));
    kept.chain(extra.lines()).collect::<Vec<_>>().join("\n")
}
