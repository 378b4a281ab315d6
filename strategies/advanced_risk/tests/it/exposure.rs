//! Volatility targeting and the Kelly cap, in the gate of a run.

use testkit::{LabError, check};

use crate::trader::{holds, lab};

const ONCE: &str = "22 buy 10000; 24 close";

/// The 22nd bar stands still, so its squared return of 0 counts half with λ = 0.5; those before it were 1/9 and −1/10
/// by turns: σ² = ½ · (2/3 · 1/81 + 1/3 · 1/100), σ = 7.604 %. Of 10 000, 0.4 % are 40, and 40 / 7.604 % / 100 is 5.26.
#[test]
fn a_position_is_as_large_as_its_volatility_leaves_it() -> Result<(), LabError> {
    let rule = "max_var_pct = 0\newma_lambda = 0.5\nbars_per_year = 0\ntarget_vol_pct";
    holds(&format!("{rule} = 0.4"), ONCE, "100 |\n100 | buy 5.26 market\n")?;
    holds(&format!("{rule} = 0.77"), ONCE, "100 |\n100 | buy 10 market\n")?;
    // A year of 25 bars: five times as much.
    holds(
        &format!("{rule} = 2\nbars_per_year = 25").replacen("bars_per_year = 0\n", "", 1),
        ONCE,
        "100 |\n100 | buy 5.26 market\n",
    )?;
    let text = "refused forecast volatility of the position over target_vol_pct of equity (advanced_risk)";
    holds(&format!("{rule} = 0.0000001"), ONCE, &format!("100 |\n100 | {text}: 76.03875498, limit 0.00001\n"))
}

/// 20 bars that gain 1 % or lose 0.5 % by turns, at prices that hold them to about 10⁻⁵.
fn drifting(rule: &str, plan: &str, last: &str) -> Result<(), LabError> {
    let (mut price, mut table) = (10_000.0_f64, "10000 |\n".to_owned());
    for bar in 0..20 {
        price *= if bar % 2 == 0 { 1.01 } else { 0.995 };
        table.push_str(&format!("{price:.2} |{}\n", if bar == 19 { last } else { "" }));
    }
    check(&lab(&format!("max_var_pct = 0\n{rule}"))?, "trader", &format!("plan = '{plan}'"), &table)
}

/// μ = 0.25 %, σ² = 0.75 %² · 20/19: a leverage of 42.2; a hundredth of that at a price of 10 506.17 is 0.401.
#[test]
fn exposure_is_a_part_of_the_kelly_leverage() -> Result<(), LabError> {
    drifting("kelly_fraction = 0.01", "21 buy 1000", " buy 0.401 market")?;
    drifting("kelly_fraction = 0.03", "21 buy 1000", " buy 1 market")
}

#[test]
fn without_an_edge_the_floor_is_all_there_is() -> Result<(), LabError> {
    let text = "exposure over kelly_floor of equity, and the window's mean return is not in the order's favour (advanced_risk)";
    drifting("kelly_fraction = 0.5", "21 sell 1000", &format!(" refused {text}: 10506.17, limit 0"))?;
    drifting("kelly_fraction = 0.5\nkelly_floor = 0.5", "21 sell 1000", " sell 0.475 market")
}

#[test]
fn a_tiny_fraction_is_refused_with_its_own_text() -> Result<(), LabError> {
    let text = "exposure over kelly_fraction of the Kelly leverage (advanced_risk)";
    drifting(
        "kelly_fraction = 0.00001",
        "21 buy 1000",
        &format!(" refused {text}: 10506.17, limit 4.22209524"),
    )
}

#[test]
fn each_says_what_it_lacks_while_there_is_no_history() -> Result<(), LabError> {
    for (rule, text) in [
        ("target_vol_pct = 1", "too few closed bars to forecast volatility for target_vol_pct"),
        ("kelly_fraction = 1", "too few closed bars to know the Kelly leverage for kelly_fraction"),
        ("weights = 'hrp'", "too few closed bars that all instruments have in common for weights"),
    ] {
        let rule = format!("max_var_pct = 0\n{rule}");
        let table = format!("100 |\n90 | refused {text} (advanced_risk, min_history): 0, limit 0\n");
        check(&lab(&rule)?, "trader", "plan = '2 buy 1'", &table)?;
        let passes = "100 |\n90 | buy 0.001 market\n";
        check(&lab(&format!("{rule}\nbefore_ready = 'pass'"))?, "trader", "plan = '2 buy 1'", passes)?;
    }
    Ok(())
}
