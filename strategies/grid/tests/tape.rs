//! The grid in the real engine: kernel, gate, books and simulated exchange, bar by bar.

use grid as _;
use testkit::{Lab, LabError, check};

const PARAMS: &str = "spacing = 'arithmetic'\nprice_interval = 10\norder_quantity = 990\n\
                      buy_window_size = 2\nsell_window_size = 2\n";

fn holds(extra: &str, table: &str) -> Result<(), LabError> {
    check(&Lab::new()?, "grid", &format!("{PARAMS}{extra}"), table)
}

#[test]
fn a_swing_through_two_levels() -> Result<(), LabError> {
    holds(
        "price_upper = 1000",
        "
        1000               | buy 1 @ 990 post-only; buy 1.01 @ 980 post-only
        1000 1000 985 985  | filled buy 1 @ 990; sell 1 @ 1000 post-only reduce
        985 1005 985 1005  | filled sell 1 @ 1000; buy 1 @ 990 post-only
        ",
    )
}

#[test]
fn a_stop_price_closes_and_latches() -> Result<(), LabError> {
    holds(
        "price_upper = 1000\nstop_loss_price = 970",
        "
        1000              | buy 1 @ 990 post-only; buy 1.01 @ 980 post-only
        985               | filled buy 1 @ 990; sell 1 @ 1000 post-only reduce
        975 975 970 971   | filled buy 1.01 @ 980; sell 1.01 @ 990 post-only reduce; cancel sell 1 @ 1000; \
         cancel sell 1.01 @ 990; cancelled sell 1 @ 1000; cancelled sell 1.01 @ 990; sell 2.01 market reduce
        971               | filled sell 2.01 @ 971
        990               |
        ",
    )
}
