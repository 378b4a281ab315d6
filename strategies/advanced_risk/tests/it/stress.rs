//! Stress scenarios, in the gate of a run.

use testkit::{LabError, check};

use crate::trader::{lab, with_more};

fn holds(scenario: &str, plan: &str, said: &str) -> Result<(), LabError> {
    let lab = with_more(lab(&format!("max_var_pct = 0\nmax_stress_pct = 10\nscenario = {scenario}"))?, 1);
    check(&lab, "trader", &format!("plan = '{plan}'"), &format!("100 / 50 | {said}\n"))
}

#[test]
fn an_order_may_lose_a_share_of_equity_in_the_worst_scenario() -> Result<(), LabError> {
    let crash = "[{ all_pct = 20 }, { all_pct = -30 }]";
    // 1000 may be lost: 30 % of 33.33 at 100 when held, 20 % of 50 when sold short.
    holds(crash, "1 buy 40000", "buy 33.333 market")?;
    holds(crash, "1 sell 60000", "sell 50 market")?;
    holds(crash, "1 buy 33000", "buy 33 market")
}

#[test]
fn single_instruments_may_move_by_more_or_less() -> Result<(), LabError> {
    let mixed = "[{ all_pct = -10, pct = { TWOUSDT = -40 } }]";
    // 20 at 100 lose 200; 800 are left, which is 40 % of 40 at 50.
    holds(mixed, "1 buy 20000; 1 +buy 100000", "buy 20 market; TWOUSDT buy 40 market")?;
    // Short in the other, the first one's loss is made good: 40 % of 20 at 50 pay for 400.
    holds(mixed, "1 +sell 20000", "TWOUSDT sell 20 market")
}

#[test]
fn what_no_size_makes_good_is_refused() -> Result<(), LabError> {
    let text = "refused loss in the worst scenario over max_stress_pct of equity (advanced_risk)";
    // 100 at 100 would lose all of it.
    holds(
        "[{ all_pct = -100 }]",
        "1 buy 10000; 1 +buy 1",
        &format!("buy 10 market; TWOUSDT {text}: 1000.05, limit 1000"),
    )
}
