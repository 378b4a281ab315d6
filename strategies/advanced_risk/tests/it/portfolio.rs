//! The correlation cap and portfolio weights, with several instruments.

use testkit::{LabError, check};

use crate::trader::{lab, with_more};

/// Three instruments: the second moves with the first and twice as far, the third against it half of the time.
fn table(last: &str) -> String {
    let mut table = String::new();
    for bar in 0..20 {
        let [one, two] = if bar % 2 == 0 { ["100", "100"] } else { ["90", "80"] };
        let three = if bar / 2 % 2 == 0 { "100" } else { "110" };
        table.push_str(&format!("{one} / {two} / {three} |\n"));
    }
    table + "100 / 100 / 100 |\n100 / 100 / 100 |" + last + "\n"
}

fn holds(rule: &str, plan: &str, last: &str) -> Result<(), LabError> {
    let lab = with_more(lab(&format!("max_var_pct = 0\n{rule}"))?, 2);
    check(&lab, "trader", &format!("plan = '{plan}'"), &table(last))
}

#[test]
fn what_moves_together_counts_as_one_position() -> Result<(), LabError> {
    let rule = "max_correlated = 0.5";
    // 30 at 100 are 3000; of the cap of 5000, 20 are left for what moves alike, and all of it for what does not.
    let all = " buy 30 market; TWOUSDT buy 20 market; THREEUSDT buy 50 market";
    holds(rule, "22 buy 30000; 22 +buy 30000; 22 ++buy 60000", all)?;
    // Against it, it is another bet, and one alone has the cap for itself too.
    holds(rule, "22 buy 30000; 22 +sell 60000", " buy 30 market; TWOUSDT sell 50 market")?;
    let text = "exposure of instruments that move together over max_correlated of equity (advanced_risk)";
    let said = format!(" buy 50 market; TWOUSDT refused {text}: 5000.1, limit 5000");
    holds(rule, "22 buy 50000; 22 +buy 1", &said)?;
    // Above 1 is nothing.
    holds(
        &format!("{rule}\ncorrelation_above = 1"),
        "22 buy 50000; 22 +buy 50000",
        " buy 50 market; TWOUSDT buy 50 market",
    )
}

/// The first moves with the second, and the second with the third, but the first not with the third: what is bought of the
/// first is in the second one's group too, and that one is the fuller.
#[test]
fn an_order_counts_in_every_group_that_it_is_in() -> Result<(), LabError> {
    let mut table = String::new();
    for bar in 0..21 {
        let (one, three) = (100 + 5 * (bar % 2), 100 + 5 * (bar / 2 % 2));
        table.push_str(&format!("{one} / {} / {three} |\n", one + three - 100));
    }
    table.push_str("100 / 100 / 100 | TWOUSDT buy 20 @ 50; THREEUSDT buy 20 @ 50\n");
    // Their correlations are 0.82 and 0.58: above 0.7 there are two groups, of the first two and of the third alone.
    for (above, lots) in [(0.5, 10), (0.7, 30)] {
        let rule = format!("max_var_pct = 0\nmax_correlated = 0.5\ncorrelation_above = {above}");
        let plan = "plan = '22 +bid 20000 5000; 22 ++bid 20000 5000; 23 buy 40000'";
        let table = format!("{table}100 / 100 / 100 | buy {lots} market\n");
        check(&with_more(lab(&rule)?, 2), "trader", plan, &table)?;
    }
    Ok(())
}

#[test]
fn too_few_bars_in_common_are_no_correlation() -> Result<(), LabError> {
    let lab = with_more(lab("max_var_pct = 0\nmax_correlated = 1")?, 1);
    let text =
        "too few closed bars in common to know correlation for max_correlated (advanced_risk, min_history)";
    let table = format!("100 / 100 | buy 1 market; TWOUSDT refused {text}: 0, limit 0\n");
    check(&lab, "trader", "plan = '1 buy 1000; 1 +buy 1000'", &table)
}

/// Twenty returns of each, held against PyPortfolioOpt by hand: variances of 0.0117, 0.0533 and 0.0048, correlations of
/// 1, 0.034 and 0.034. Least variance has no use for the second one, which is the first one doubled.
#[test]
fn each_instrument_has_its_share_of_the_gross_exposure() -> Result<(), LabError> {
    let plan = "22 buy 1000000; 22 +buy 1000000; 22 ++sell 1000000";
    let none =
        "refused exposure over the instrument's share (weights) of max_gross times equity (advanced_risk)";
    let said = format!(" buy 42.577 market; TWOUSDT {none}: 100000, limit 0; THREEUSDT sell 107.422 market");
    holds("weights = 'min_variance'\nmax_gross = 1.5", plan, &said)?;
    let said = " buy 27.067 market; TWOUSDT buy 5.957 market; THREEUSDT sell 116.974 market";
    holds("weights = 'hrp'\nmax_gross = 1.5", plan, said)
}

/// On the first rung of the ladder the weights divide what it leaves: half of what the test above has, of the same equity,
/// after a gain of 1000 that was lost again.
#[test]
fn the_ladder_leaves_each_instrument_its_share_of_less() -> Result<(), LabError> {
    let rule =
        "max_var_pct = 0\nweights = 'hrp'\nmax_gross = 1.5\nbefore_ready = 'pass'\ndrawdown_reduce_pct = 5";
    let plan = "plan = '1 buy 100000; 3 close; 22 buy 1000000; 22 +buy 1000000; 22 ++sell 1000000'";
    let traded = ["buy 100 market", "filled buy 100 @ 90", "sell 100 market", "filled sell 100 @ 90"];
    let table = table(" buy 13.533 market; TWOUSDT buy 2.978 market; THREEUSDT sell 58.487 market");
    let mut rows: Vec<String> = table.lines().map(str::to_owned).collect();
    rows.iter_mut().zip(traded).for_each(|(row, said)| *row += &format!(" {said}"));
    check(&with_more(lab(rule)?, 2), "trader", plan, &rows.join("\n"))
}

/// The first weights are those of bar 21; bar 22 has others, which count from there on if every bar is one of
/// rebalancing.
#[test]
fn weights_stay_until_they_are_due() -> Result<(), LabError> {
    let plan = "23 buy 1000000";
    let table = format!(
        "{}100 / 100 / 300 |\n100 / 100 / 100 |",
        table("").trim_end().trim_end_matches("100 / 100 / 100 |")
    );
    for (bars, said) in [(20, "buy 42.577 market"), (2, "buy 42.577 market"), (1, "buy 141.72 market")] {
        let rule =
            format!("max_var_pct = 0\nweights = 'min_variance'\nmax_gross = 1.5\nrebalance_bars = {bars}");
        check(
            &with_more(lab(&rule)?, 2),
            "trader",
            &format!("plan = '{plan}'"),
            &format!("{table} {said}\n"),
        )?;
    }
    Ok(())
}
