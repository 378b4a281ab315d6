//! Every strategy and risk rule of this binary keeps the contract of `testkit::contract`, with the parameters it starts with.

use quantmesh as _;
use sdk::{Catalogue, InstrumentSpec, Kind};
use testkit::{Broken, Contract, LabError};

/// The laboratory, with a second instrument for strategies that refuse to start with one.
fn contract(id: &str) -> Result<Contract, LabError> {
    let mut contract = Contract { tapes: 9, ..Contract::new()? };
    let entry = Catalogue::of_this_binary()?.get(id);
    if entry.is_some_and(|entry| entry.instruments > 1) {
        let mut other = contract.lab.spec.clone();
        other.symbol = "OTHERUSDT".to_owned();
        contract.lab.others.push(other);
    }
    Ok(contract)
}

fn registered(kind: Kind) -> Result<Vec<&'static str>, LabError> {
    let catalogue = Catalogue::of_this_binary()?;
    Ok(catalogue.iter().filter(|entry| entry.kind() == kind).map(|entry| entry.id).collect())
}

#[test]
fn every_strategy_keeps_it() -> Result<(), Broken> {
    for id in registered(Kind::Strategy)? {
        contract(id)?.holds(id, "")?;
    }
    Ok(())
}

#[test]
fn every_rule_keeps_it() -> Result<(), Broken> {
    for id in registered(Kind::RiskRule)? {
        let mut contract = Contract { tapes: 20, ..contract(id)? };
        contract.rule_holds(id, "")?;
        for symbol in ["TWOUSDT", "THREEUSDT"] {
            contract
                .lab
                .others
                .push(InstrumentSpec { symbol: symbol.to_owned(), ..contract.lab.spec.clone() });
        }
        contract.rule_holds(id, "")?;
    }
    Ok(())
}

#[test]
fn with_any_rule_in_the_gate_a_strategy_still_keeps_it() -> Result<(), Broken> {
    for rule in registered(Kind::RiskRule)? {
        for id in
            registered(Kind::Strategy)?.into_iter().filter(|id| ["grid", "trend_following"].contains(id))
        {
            let mut contract = contract(id)?;
            contract.lab.rules.push((rule.to_owned(), String::new()));
            contract.holds(id, "")?;
        }
    }
    Ok(())
}
