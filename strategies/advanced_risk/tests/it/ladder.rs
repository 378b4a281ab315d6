//! The drawdown ladder, bar by bar.

use testkit::{LabError, check};

use crate::trader::{lab, with_more};

/// Peaks at 10 000; 20 units at 100 lose 20 of equity a point. Rungs at 5 % (75) and 10 % (50).
const RULE: &str = "max_var_pct = 0\ndrawdown_reduce_pct = 5\ndrawdown_stop_pct = 10\n";

#[test]
fn orders_shrink_on_the_first_rung_until_the_fall_has_shrunk_by_more_than_the_hysteresis()
-> Result<(), LabError> {
    let rule = format!("{RULE}drawdown_factor = 0.25\ndrawdown_hysteresis_pct = 2");
    check(
        &lab(&rule)?,
        "trader",
        "plan = '1 buy 20000; 3 buy 1000; 4 buy 1000; 5 buy 1000; 6 buy 1000; 7 buy 3'",
        // At 76 the fall is 4.8 %; at 75 it is 5 %; at 84 it is 3.2 %, still less than two off; at 85.2 below 3 %.
        "
        100 | buy 20 market
        100 | filled buy 20 @ 100
        76  | buy 1 market
        75  | filled buy 1 @ 75; buy 0.25 market
        84  | filled buy 0.25 @ 84; cancelled buy 0.25 market; buy 0.25 market
        86  | filled buy 0.25 @ 86; cancelled buy 0.25 market; buy 1 market
        74  | filled buy 1 @ 74; refused drawdown from the peak of equity has reached drawdown_reduce_pct: orders shrink (advanced_risk): 526.5, limit 500
        ",
    )
}

#[test]
fn nothing_opens_on_the_second_rung_and_exits_do() -> Result<(), LabError> {
    let text = "refused drawdown from the peak of equity has reached drawdown_stop_pct: nothing opens (advanced_risk)";
    check(
        &lab(RULE)?,
        "trader",
        "plan = '1 buy 20000; 3 buy 1000; 4 buy 1000; 5 close; 7 buy 1000'",
        // Without a pause it is for the rest of the run, though the price comes back.
        &format!(
            "
            100 | buy 20 market
            100 | filled buy 20 @ 100
            50  | {text}: 1000, limit 1000
            120 | {text}: 0, limit 1040
            120 | sell 20 market
            120 | filled sell 20 @ 120
            120 | {text}: 0, limit 1040
            "
        ),
    )
}

#[test]
fn after_the_pause_it_counts_from_the_new_level() -> Result<(), LabError> {
    let stopped = "refused drawdown from the peak of equity has reached drawdown_stop_pct: nothing opens (advanced_risk)";
    let table = format!(
        "
        100 | buy 20 market
        100 | filled buy 20 @ 100
        50  | {stopped}: 1000, limit 1000
        50  |
        50  | {stopped}: 1000, limit 1000
        50  | buy 1 market
        27  | filled buy 1 @ 27; refused drawdown from the peak of equity has reached drawdown_reduce_pct: orders shrink (advanced_risk): 460, limit 450
        "
    );
    let plan = "plan = '1 buy 20000; 3 buy 1000; 5 buy 1000; 6 buy 1000; 7 buy 1'";
    // Three bars of a minute, or what lasts as long; with both, the longer one counts.
    for pause in ["cooldown_bars = 3", "cooldown_minutes = 3", "cooldown_bars = 1\ncooldown_minutes = 3"] {
        check(&lab(&format!("{RULE}{pause}"))?, "trader", plan, &table)?;
    }
    Ok(())
}

#[test]
fn each_rung_stands_alone() -> Result<(), LabError> {
    let table = |said: &str| format!("100 | buy 20 market\n100 | filled buy 20 @ 100\n37.5 | {said}\n");
    let plan = "plan = '1 buy 20000; 3 buy 1000'";
    let stopped = "refused drawdown from the peak of equity has reached drawdown_stop_pct: nothing opens (advanced_risk): 1250, limit 1250";
    for (rule, said) in [
        ("drawdown_reduce_pct = 5", "buy 0.5 market"),
        ("drawdown_stop_pct = 12.5", stopped),
        ("drawdown_stop_pct = 12.6", "buy 1 market"),
        ("drawdown_reduce_pct = 12.6", "buy 1 market"),
    ] {
        check(&lab(&format!("max_var_pct = 0\n{rule}"))?, "trader", plan, &table(said))?;
    }
    Ok(())
}

/// Two instruments whose bars close together: that is one bar of the pause, not two.
#[test]
fn bars_that_close_together_are_one() -> Result<(), LabError> {
    let lab = with_more(lab("max_var_pct = 0\ndrawdown_stop_pct = 10\ncooldown_bars = 3")?, 1);
    let stopped = "refused drawdown from the peak of equity has reached drawdown_stop_pct: nothing opens (advanced_risk): 1000, limit 1000";
    let table = format!(
        "
        100 / 1 | buy 20 market
        100 / 1 | filled buy 20 @ 100
        50 / 1  | {stopped}
        50 / 1  |
        50 / 1  | {stopped}
        50 / 1  | buy 1 market
        "
    );
    check(&lab, "trader", "plan = '1 buy 20000; 3 buy 1000; 5 buy 1000; 6 buy 1000'", &table)
}
