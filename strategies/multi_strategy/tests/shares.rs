//! Shares of equity: a child's own doing between two rebalances, and set anew at each.

#[cfg(test)]
mod script;

use multi_strategy as _;
use testkit::{Lab, LabError, check};

mod registered_script {
    sdk::register_strategy! {
        id: "script",
        summary: "for this test",
        tier: sdk::Tier::Free,
        params: super::script::Params,
        build: super::script::build,
    }
}

fn shares(more: &str, children: [(&str, &str); 2], table: &str) -> Result<(), LabError> {
    let mut lab = Lab::new()?;
    lab.execution.slippage_ticks = 0;
    let child = |(head, script): (&str, &str)| {
        format!("[[child]]\nid = 'script'\n{head}\nparams.script = '''\n{script}\n'''\n")
    };
    let [one, other] = children.map(child);
    check(&lab, "multi_strategy", &format!("{more}\n{one}{other}"), table)
}

const HALF: &str = "weight = 0.5";

#[test]
fn without_a_rebalance_each_has_what_it_made() -> Result<(), LabError> {
    shares(
        "",
        [
            ("weight = 0.6", "1: equity 6000; buy 10 market\n3: equity 6099.64\n5: equity 6099.64"),
            ("weight = 0.3", "1: equity 3000; sell 1 market\n3: equity 2990\n5: equity 2990"),
        ],
        "
        100 | buy 9 market
        100 | filled buy 9 @ 100
        110 |
        110 |
        110 |
        ",
    )
}

#[test]
fn fixed_shares_are_of_the_whole_at_each_rebalance_and_of_nothing_between() -> Result<(), LabError> {
    // 100 of profit less 0.4 of a fee are divided at the third bar, and 50 more kept at the fifth.
    shares(
        "rebalance_interval = 3",
        [
            (
                HALF,
                "1: buy 10 market\n2: equity 4999.6\n3: equity 5049.8\n5: equity 5099.8\n6: equity 5074.8",
            ),
            (HALF, "2: equity 5000\n3: equity 5049.8\n5: equity 5049.8\n6: equity 5074.8"),
        ],
        "
        100 | buy 10 market
        100 | filled buy 10 @ 100
        110 |
        110 |
        115 |
        115 |
        ",
    )
}

#[test]
fn equal_shares_divide_what_the_weights_come_to() -> Result<(), LabError> {
    shares(
        "allocation = 'equal'\nrebalance_interval = 2\nrebalance_unit = 'minutes'",
        [
            ("weight = 0.6", "1: equity 4000; buy 10 market\n2: equity 3999.6\n3: equity 4039.84"),
            ("weight = 0.2", "1: equity 4000\n2: equity 4000\n3: equity 4039.84"),
        ],
        "
        100 | buy 10 market
        100 | filled buy 10 @ 100
        110 |
        ",
    )
}

#[test]
fn what_a_child_that_is_shut_off_had_goes_to_those_that_trade() -> Result<(), LabError> {
    shares(
        "allocation = 'equal'\nrebalance_interval = 4",
        [
            ("weight = 0.5\nmax_loss_pct = 5", "1: buy 40 market"),
            (HALF, "3: equity 5000\n4: equity 9596.96; buy 1 market"),
        ],
        "
        100 | buy 40 market
        100 | filled buy 40 @ 100
        90  | sell 40 market reduce
        # 400 lost and 3.04 of fees; what is left is the other's.
        90  | filled sell 40 @ 90; buy 1 market
        90  | filled buy 1 @ 90
        ",
    )
}

#[test]
fn what_a_child_that_is_shut_off_had_comes_in_steps_where_weights_have_a_largest_one() -> Result<(), LabError>
{
    // Half of equity is the first one's until it stops; the second takes 5 % of the whole at each rebalance and no more.
    for allocation in ["inverse_volatility", "risk_parity", "performance"] {
        let more =
            format!("allocation = '{allocation}'\nrebalance_interval = 1\nmin_weight = 0\nmax_weight = 1");
        shares(
            &more,
            [
                (HALF, "1: stop"),
                (
                    HALF,
                    "1: equity 5000\n2: equity 5499 to 5500\n3: equity 5999 to 6000\n4: equity 6499 to 6500",
                ),
            ],
            "
            100 |
            100 |
            100 |
            100 |
            ",
        )?;
    }
    Ok(())
}

#[test]
fn the_calmer_child_gets_more_as_far_as_a_step_goes() -> Result<(), LabError> {
    // The first holds three times as much, so moves three times as far: a quarter to three quarters.
    let tape = "
        100 | buy 30 market; buy 10 market
        100 | filled buy 30 @ 100; filled buy 10 @ 100
        101 |
        100 |
        102 |
        100 |
        ";
    let wild = |equity: &str| format!("1: buy 30 market\n6: equity {equity}");
    let calm = |equity: &str| format!("1: buy 10 market\n6: equity {equity}");
    for (allocation, step, one, other) in [
        ("inverse_volatility", "1", "2490 to 2510", "7480 to 7510"),
        // Both move together, so the same weights make their risks equal.
        ("risk_parity", "1", "2490 to 2510", "7480 to 7510"),
        ("inverse_volatility", "0.05", "4499 to 4500", "5498 to 5500"),
        ("risk_parity", "0.05", "4499 to 4500", "5498 to 5500"),
    ] {
        let more = format!(
            "allocation = '{allocation}'\nrebalance_interval = 6\nmin_weight = 0\nmax_weight = 1\nmax_weight_change = {step}"
        );
        shares(&more, [(HALF, wild(one).as_str()), (HALF, calm(other).as_str())], tape)?;
    }
    Ok(())
}

#[test]
fn the_better_child_gets_more_within_its_bounds() -> Result<(), LabError> {
    let (winner, loser) = ("1: buy 10 market", "1: sell 5 market");
    for (bounds, one, other) in [
        ("max_weight_change = 1", "7000 to 7060", "3000 to 3030"),
        ("max_weight_change = 0.05", "5500 to 5550", "4500 to 4550"),
        ("max_weight_change = 1\nmax_weight = 0.6", "6000 to 6050", "4000 to 4050"),
    ] {
        let more = format!("allocation = 'performance'\nrebalance_interval = 4\n{bounds}");
        let [one, other] =
            [(winner, one), (loser, other)].map(|(script, equity)| format!("{script}\n4: equity {equity}"));
        shares(
            &more,
            [(HALF, one.as_str()), (HALF, other.as_str())],
            "
            100 | buy 5 market
            100 | filled buy 5 @ 100
            105 |
            110 |
            ",
        )?;
    }
    Ok(())
}

#[test]
fn a_transfer_is_no_loss() -> Result<(), LabError> {
    // The second hands over more than the 1 % it may lose, and goes on.
    shares(
        "rebalance_interval = 3",
        [
            (HALF, "1: sell 20 market"),
            ("weight = 0.5\nmax_loss_pct = 1", "3: equity 4799.6; buy 1 market\n5: held 1"),
        ],
        "
        100 | sell 20 market
        100 | filled sell 20 @ 100
        120 | buy 1 market reduce
        120 | filled buy 1 @ 120
        120 |
        ",
    )
}
