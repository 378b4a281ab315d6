//! Text tables: what trend following does, bar by bar.

use testkit::{Lab, LabError, check};
use trend_following as _;

const PARAMS: &str =
    "method = 'sma'\nshort_period = 1\nlong_period = 2\nsizing = 'fixed_quantity'\nsize = 1\n";

fn holds(extra: &str, table: &str) -> Result<(), LabError> {
    let mut lab = Lab::new()?;
    lab.execution.slippage_ticks = 0;
    check(&lab, "trend_following", &format!("{PARAMS}{extra}"), table)
}

#[test]
fn a_cross_is_bought_at_the_next_open_and_sold_when_it_turns() -> Result<(), LabError> {
    holds(
        "",
        "
        100             |
        99              |
        98              |
        99              | buy 1 market
        100 101 100 101 | filled buy 1 @ 100
        99              | sell 1 market reduce
        97              | filled sell 1 @ 97
        ",
    )
}

#[test]
fn a_tie_changes_nothing() -> Result<(), LabError> {
    holds(
        "signal = 'level'",
        "
        100 |
        100 |
        101 | buy 1 market
        101 | filled buy 1 @ 101
        101 |
        101 |
        100 | sell 1 market reduce
        ",
    )
}

#[test]
fn both_directions_turn_with_two_orders_in_one_bar() -> Result<(), LabError> {
    holds(
        "direction = 'both'",
        "
        100 |
        99  |
        100 | buy 1 market
        101 | filled buy 1 @ 101
        99  | sell 1 market reduce; sell 1 market
        98  | filled sell 1 @ 98; filled sell 1 @ 98
        99  | buy 1 market reduce; buy 1 market
        99  | filled buy 1 @ 99; filled buy 1 @ 99
        ",
    )
}

#[test]
fn the_stop_comes_first_in_a_bar_that_meets_both_guards() -> Result<(), LabError> {
    holds(
        "stop_loss_pct = 10\ntake_profit_pct = 5",
        "
        100            |
        99             |
        100            | buy 1 market
        100 101 99 100 | filled buy 1 @ 100; sell 1 stop 90 reduce; sell 1 @ 105 reduce
        101 106 89 100 | filled sell 1 @ 90; cancel sell 1 @ 105; cancelled sell 1 @ 105
        101            |
        ",
    )
}

#[test]
fn a_stop_that_the_open_jumps_over_fills_at_the_open() -> Result<(), LabError> {
    holds(
        "stop_loss_pct = 10",
        "
        100          |
        99           |
        100          | buy 1 market
        100          | filled buy 1 @ 100; sell 1 stop 90 reduce
        80 82 80 82  | filled sell 1 @ 80
        83           |
        ",
    )
}
