//! Value at risk and expected shortfall, in the gate of a run.

use std::error::Error;

use advanced_risk::value_at_risk;
use testkit::{LabError, check, shared_or_skip};

use crate::trader::{holds, lab, with_more};

/// empyrical-reloaded 0.7.1 on two equity curves of the shared reference values.
#[test]
fn value_at_risk_is_that_of_the_reference() -> Result<(), Box<dyn Error>> {
    let Some(path) = shared_or_skip("data/reference/metrics_btc_daily.json") else { return Ok(()) };
    let reference: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    for case in ["buy_and_hold_daily", "ma_crossover_daily"] {
        let case = &reference["cases"][case];
        let equity: Vec<f64> = serde_json::from_value(case["equity"].clone())?;
        let mut returns: Vec<f64> = equity.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect();
        let expected = -case["empyrical_365"]["value_at_risk_5"].as_f64().ok_or("a number")?;
        let found = value_at_risk(&mut returns, 0.95);
        assert!((found - expected).abs() < 1e-12, "{found} against {expected}");
    }
    Ok(())
}

#[test]
fn value_at_risk_by_hand() {
    let is = |results: &mut [f64], confidence, expected: f64| {
        assert!((value_at_risk(results, confidence) - expected).abs() < 1e-12, "{results:?}");
    };
    is(&mut [], 0.95, 0.0);
    is(&mut [3.0, 1.0, 2.0], 0.95, 0.0);
    // Of -4 -3 -2 -1 0, a quarter of the way is -3; an eighth is half way between -4 and -3.
    is(&mut [0.0, -1.0, -4.0, -2.0, -3.0], 0.75, 3.0);
    is(&mut [0.0, -1.0, -4.0, -2.0, -3.0], 0.875, 3.5);
}

const ONCE: &str = "22 buy 10000; 24 close";

#[test]
fn an_order_within_the_limit_passes() -> Result<(), LabError> {
    // 10 at 100 is 1000; the worst quarter of bars lost 10 %: 100, which is 1 % of equity.
    holds(
        "max_var_pct = 1.01\nconfidence = 0.75",
        ONCE,
        "100 |\n100 | buy 10 market\n100 | filled buy 10 @ 100\n100 | sell 10 market\n100 | filled sell 10 @ 100\n",
    )
}

#[test]
fn an_order_over_the_limit_is_made_smaller_and_its_exit_is_not() -> Result<(), LabError> {
    holds(
        "max_var_pct = 0.5\nconfidence = 0.75",
        ONCE,
        "100 |\n100 | buy 5 market\n100 | filled buy 5 @ 100; cancelled buy 5 market\n99 | sell 5 market\n99 | filled sell 5 @ 99\n",
    )
}

#[test]
fn an_order_that_no_size_makes_good_is_refused() -> Result<(), LabError> {
    holds(
        "max_var_pct = 0.0000001\nconfidence = 0.75",
        ONCE,
        "100 |\n100 | refused value at risk over max_var_pct of equity (advanced_risk): 100, limit 0.00001\n100 |\n",
    )
}

#[test]
fn without_history_nothing_is_opened_unless_asked_for() -> Result<(), LabError> {
    let rule = "window = 30\nmin_history = 30\nconfidence = 0.75";
    let text = "refused too few closed bars to know value at risk (advanced_risk, min_history): 0, limit 0";
    for (before, said) in [("refuse", text), ("pass", "buy 10 market")] {
        let mut lab = lab("")?;
        lab.rules[0].1 = format!("{rule}\nbefore_ready = '{before}'");
        let mut table = String::new();
        (0..20).for_each(|bar| table.push_str(if bar % 2 == 0 { "100 |\n" } else { "90 |\n" }));
        check(&lab, "trader", &format!("plan = '{ONCE}'"), &format!("{table}100 |\n100 | {said}\n"))?;
    }
    Ok(())
}

#[test]
fn a_limit_of_zero_is_off() -> Result<(), LabError> {
    holds("max_var_pct = 0", "22 buy 1000000", "100 |\n100 | buy 1000 market\n")
}

#[test]
fn expected_shortfall_is_stricter_and_has_its_own_text() -> Result<(), LabError> {
    // The last bar stands still: of the 20 returns 9 lost 10 %, 10 gained, one is nothing. The tail of 0.45 is
    // 0.45 · 19 = 8.55 of the way: value at risk lies between a loss and nothing, expected shortfall is a loss of 10 %.
    let rule = "max_var_pct = 0.5\nconfidence = 0.55";
    holds(rule, ONCE, "100 |\n100 | buy 10 market\n").and(holds(
        &format!("{rule}\nmeasure = 'es'"),
        ONCE,
        "100 |\n100 | buy 5 market\n",
    ))?;
    holds(
        "max_var_pct = 0.0000001\nconfidence = 0.55\nmeasure = 'es'",
        ONCE,
        "100 |\n100 | refused expected shortfall over max_var_pct of equity (advanced_risk): 100, limit 0.00001\n",
    )
}

#[test]
fn a_longer_horizon_leaves_less() -> Result<(), LabError> {
    holds("max_var_pct = 0.5\nconfidence = 0.75\nhorizon_bars = 4", ONCE, "100 |\n100 | buy 2.5 market\n")
}

#[test]
fn what_waits_to_fill_counts_as_if_it_had() -> Result<(), LabError> {
    holds(
        "max_var_pct = 0.5\nconfidence = 0.75",
        "21 bid 3000 5000; 22 buy 10000",
        "100 | buy 3 @ 50\n100 | buy 2 market\n",
    )
}

#[test]
fn a_turn_may_always_close_and_opens_no_more_than_fits() -> Result<(), LabError> {
    // A short position loses 11.1 % in the worst quarter: 50 of money are 4.5 at 100, and a little less as a float.
    holds(
        "max_var_pct = 0.5\nconfidence = 0.75",
        "22 buy 5000; 24 sell 30000",
        "100 |\n100 | buy 5 market\n100 | filled buy 5 @ 100\n100 | sell 9.499 market\n",
    )
}

/// Two instruments that move as one: what was approved for the first counts before it is filled, and only bars of the
/// same time are compared, although the second one's last bar is not there yet when the first one's is judged.
#[test]
fn several_instruments_count_together_from_the_moment_of_approval() -> Result<(), LabError> {
    let rule = "max_var_pct = 0.5\nconfidence = 0.75";
    let mut table = String::new();
    for bar in 0..20 {
        table.push_str(if bar % 2 == 0 { "100 / 50 |\n" } else { "90 / 45 |\n" });
    }
    let table = table + "100 / 50 |\n100 / 50 | buy 3 market; TWOUSDT buy 4 market\n";
    let lab = with_more(lab(rule)?, 1);
    check(&lab, "trader", "plan = '22 buy 3000; 22 +buy 10000'", &table)?;
    // Against each other they are no risk: the second may be as large as the first makes it, and as much again.
    let table = table.replace("buy 3 market; TWOUSDT buy 4 market", "buy 4 market; TWOUSDT sell 10 market");
    check(&lab, "trader", "plan = '22 buy 4000; 22 +sell 10000'", &table)?;
    let table = table.replace("buy 4", "sell 4").replace("sell 10", "buy 10");
    check(&lab, "trader", "plan = '22 sell 4000; 22 +buy 10000'", &table)
}
