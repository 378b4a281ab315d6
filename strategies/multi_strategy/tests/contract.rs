//! Random tapes with an unreliable exchange: the contract of every strategy, and books that come to the account exactly.

#[cfg(test)]
mod chaos;
#[cfg(test)]
mod probe;

use testkit::{Broken, Contract};

mod registered_chaos {
    sdk::register_strategy! {
        id: "chaos",
        summary: "for this test",
        tier: sdk::Tier::Free,
        params: super::chaos::Params,
        build: super::chaos::build,
    }
}

mod registered_probe {
    sdk::register_strategy! {
        id: "probed",
        summary: "for this test",
        tier: sdk::Tier::Free,
        params: multi_strategy::Params,
        build: super::probe::build,
    }
}

const THREE: &str = "
[[child]]
id = 'chaos'
weight = 0.4
params = { seed = 1 }
[[child]]
id = 'chaos'
weight = 0.35
params = { seed = 2 }
max_loss_pct = 40
[[child]]
id = 'chaos'
weight = 0.25
params = { seed = 3, tame = true }
max_leverage = 0
";

fn holds(more: &str, children: &str) -> Result<(), Broken> {
    let mut contract = Contract::new()?;
    contract.tapes = 40;
    holds_on(contract, more, children)
}

fn holds_on(mut contract: Contract, more: &str, children: &str) -> Result<(), Broken> {
    // Dust, orders that are too large, and orders that are too small all occur.
    let number = |text: &str| text.parse().map_err(testkit::LabError::from);
    contract.lab.spec.min_qty = number("0.003")?;
    contract.lab.spec.max_qty = number("0.09")?;
    contract.lab.spec.min_notional = number("5")?;
    contract.holds("probed", &format!("{more}\n{children}"))
}

#[test]
fn books_come_to_the_account_and_nothing_leaks_whatever_children_do() -> Result<(), Broken> {
    holds("", THREE)
}

const BRIEF: u64 = 16;

fn brief() -> Result<Contract, Broken> {
    let mut contract = Contract::new()?;
    contract.tapes = BRIEF;
    Ok(contract)
}

#[test]
fn the_contract_holds_with_every_allocation() -> Result<(), Broken> {
    for (allocation, interval) in [
        ("equal", "7"),
        ("inverse_volatility", "3"),
        ("risk_parity", "5"),
        ("performance", "2\nrebalance_unit = 'minutes'"),
        ("fixed", "4"),
    ] {
        let more = format!("allocation = '{allocation}'\nrebalance_interval = {interval}\nlookback = 9\n");
        let mut contract = brief()?;
        contract.tapes = 8;
        holds_on(contract, &more, THREE)?;
    }
    Ok(())
}

#[test]
fn the_contract_holds_with_regimes() -> Result<(), Broken> {
    let more = "adx_period = 2\nadx_enter = 40\nadx_exit = 30\nregime_ema_period = 3\nregime_slope_bars = 1\nregime_dwell = 1\n";
    let children = "
        [[child]]
        id = 'chaos'
        weight = 0.5
        params = { seed = 4 }
        regimes = ['range', 'trend_up']
        [[child]]
        id = 'chaos'
        weight = 0.5
        params = { seed = 5, tame = true }
        regimes = ['trend_down', 'unknown']
    ";
    holds_on(brief()?, more, children)
}

#[test]
fn the_contract_holds_on_two_instruments() -> Result<(), Broken> {
    let mut contract = brief()?;
    let other = sdk::InstrumentSpec { symbol: "TWOUSDT".to_owned(), ..contract.lab.spec.clone() };
    contract.lab.others = vec![other];
    let children = "
        [[child]]
        id = 'chaos'
        weight = 0.3
        params = { seed = 6 }
        [[child]]
        id = 'chaos'
        weight = 0.3
        params = { seed = 7 }
        [[child]]
        id = 'chaos'
        weight = 0.4
        instruments = ['TWOUSDT']
        params = { seed = 8, tame = true }
    ";
    holds_on(contract, "", children)
}

#[test]
fn the_contract_holds_for_one_child_alone() -> Result<(), Broken> {
    holds_on(brief()?, "", "child = [{ id = 'chaos', weight = 1, params = { seed = 9, tame = true } }]")
}

/// Where no amount comes out even: fees in another asset, and lots so small that funding and fees are rounded.
#[test]
fn books_come_to_the_account_where_everything_is_rounded() -> Result<(), Broken> {
    // Short tapes: more runs that are stopped while several children hold something.
    let mut contract = Contract { tapes: 100, events: 100, ..Contract::new()? };
    let number = |text: &str| text.parse().map_err(testkit::LabError::from);
    contract.lab.spec.lot_size = number("0.0000000001")?;
    contract.lab.spec.multiplier = number("0.000001")?;
    contract.lab.spec.fees.asset = "BNB".parse().map_err(testkit::LabError::from)?;
    contract.lab.spec.fees.asset_price = Some(number("300.7")?);
    contract.holds("probed", THREE)
}
