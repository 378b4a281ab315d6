//! The drawdown ladder, bar by bar.

use testkit::{LabError, check};

use crate::trader::{lab, with_more};

/// Peaks at 10 000; 20 units at 100 lose 20 of equity a point. Rungs at 5 % (75) and 10 % (50).
const RULE: &str = "max_var_pct = 0\ndrawdown_reduce_pct = 5\ndrawdown_stop_pct = 10\n";

#[test]
fn exposure_is_capped_on_the_first_rung_until_the_fall_has_shrunk_by_more_than_the_hysteresis()
-> Result<(), LabError> {
    let rule = format!("{RULE}max_gross = 0.68\ndrawdown_factor = 0.25\ndrawdown_hysteresis_pct = 2");
    let over = "drawdown from the peak of equity has reached drawdown_reduce_pct: exposure over drawdown_factor of max_gross times \
                equity (advanced_risk)";
    check(
        &lab(&rule)?,
        "trader",
        "plan = '1 buy 20000; 3 buy 1000; 4 buy 1000; 5 buy 1000; 6 buy 1000; 7 buy 1000'",
        // 17 % of equity may be held then. At 76 the fall is 4.8 %; at 75 it is 5 %, 21 are held, and 17 % of 9500 are 21.533
        // of them; at 84 it is 3.1 %, less than two off, and 1808.772 are held of 1647.13 already; at 85.2 it is below 3 %.
        &format!(
            "
            100 | buy 20 market
            100 | filled buy 20 @ 100
            76  | buy 1 market
            75  | filled buy 1 @ 75; buy 0.533 market
            84  | filled buy 0.533 @ 84; cancelled buy 0.533 market; refused {over}: 1892.772, limit 1647.13
            86  | buy 1 market
            74  | filled buy 1 @ 74; refused {over}: 1741.442, limit 1610.5239
            "
        ),
    )
}

/// What was held before the fall stays, an exit is never in the ladder's way, and what opens has to leave both
/// instruments' positions, long and short alike, within what is left.
#[test]
fn all_instruments_and_both_sides_count_on_the_first_rung() -> Result<(), LabError> {
    let lab = with_more(lab("max_var_pct = 0\ndrawdown_reduce_pct = 5\ndrawdown_factor = 0.25")?, 1);
    let over = "drawdown from the peak of equity has reached drawdown_reduce_pct: exposure over drawdown_factor of max_gross times \
                equity (advanced_risk)";
    check(
        &lab,
        "trader",
        "plan = '1 buy 20000; 1 +sell 30000; 4 buy 1; 4 +buy 40000; 6 buy 1; 6 +sell 500; 8 sell 60000'",
        // The fall is 7.5 %, and a quarter of 9250 is left: 2312.5, of which 20 at 100 are 2000, and 2.5 at 125 the rest.
        &format!(
            "
            100 / 100 | buy 20 market; TWOUSDT sell 30 market
            100 / 100 | filled buy 20 @ 100; TWOUSDT filled sell 30 @ 100
            100 / 125 |
            100 / 125 | refused {over}: 5750.1, limit 2312.5; TWOUSDT buy 32.5 market
            100 / 125 | TWOUSDT filled buy 32.5 @ 125; TWOUSDT cancelled buy 32.5 market
            100 / 125 | refused {over}: 2312.6, limit 2312.5; TWOUSDT sell 0.5 market
            100 / 125 | TWOUSDT filled sell 0.5 @ 125
            100 / 125 | sell 40.625 market
            "
        ),
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
        27  | filled buy 1 @ 27; refused drawdown from the peak of equity has reached drawdown_reduce_pct: exposure over drawdown_factor of max_gross times equity (advanced_risk): 567.027, limit 555.1
        "
    );
    let plan = "plan = '1 buy 20000; 3 buy 1000; 5 buy 1000; 6 buy 1000; 7 buy 1'";
    // Three bars of a minute, or what lasts as long; with both, the longer one counts.
    for pause in ["cooldown_bars = 3", "cooldown_minutes = 3", "cooldown_bars = 1\ncooldown_minutes = 3"] {
        check(&lab(&format!("{RULE}max_gross = 0.13\n{pause}"))?, "trader", plan, &table)?;
    }
    Ok(())
}

#[test]
fn each_rung_stands_alone() -> Result<(), LabError> {
    // 750 are held, and on the first rung 752.5 may be.
    let table = |said: &str| format!("100 | buy 20 market\n100 | filled buy 20 @ 100\n37.5 | {said}\n");
    let plan = "plan = '1 buy 20000; 3 buy 1000'";
    let stopped = "refused drawdown from the peak of equity has reached drawdown_stop_pct: nothing opens (advanced_risk): 1250, limit 1250";
    for (rule, said) in [
        ("drawdown_reduce_pct = 5", "buy 0.066 market"),
        ("drawdown_stop_pct = 12.5", stopped),
        ("drawdown_stop_pct = 12.6", "buy 1 market"),
        ("drawdown_reduce_pct = 12.6", "buy 1 market"),
    ] {
        check(&lab(&format!("max_var_pct = 0\nmax_gross = 0.172\n{rule}"))?, "trader", plan, &table(said))?;
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
