//! What conditions do to the grid, bar by bar: volatility, regime, inventory and the shift of its range.

use grid as _;
use testkit::{Lab, LabError, check};

const PARAMS: &str = "spacing = 'arithmetic'\nprice_interval = 10\norder_quantity = 990\n\
                      buy_window_size = 2\nsell_window_size = 2\n";

fn holds(extra: &str, table: &str) -> Result<(), LabError> {
    check(&Lab::new()?, "grid", &format!("{PARAMS}{extra}"), table)
}

#[test]
fn with_the_volatility_entries_move_apart_by_whole_levels_and_exits_with_them() -> Result<(), LabError> {
    holds(
        "atr_multiplier = 1\natr_period = 1\nmax_grid_layers = 4",
        "
        # The range of 20 makes it every second level, counted from 1000; 990 is none of them.
        1000                 | buy 1 @ 990 post-only; buy 1.01 @ 980 post-only
        1000 1020 1000 1005  | cancel buy 1 @ 990; buy 0.99 @ 1000 post-only; cancelled buy 1 @ 990
        1005 1005 985 985    | filled buy 0.99 @ 1000; sell 0.99 @ 1020 post-only reduce; buy 1.031 @ 960 post-only
        # The narrower bar brings every level back; what is held keeps its exit.
        985 990 981 985      | buy 1.02 @ 970 post-only
        ",
    )
}

#[test]
fn a_full_inventory_wants_its_next_entry_further_away() -> Result<(), LabError> {
    holds(
        "inventory_skew = 8\nmax_grid_layers = 4",
        "
        1000             | buy 1 @ 990 post-only; buy 1.01 @ 980 post-only
        # One of four layers is held, a quarter of 8 levels further: 960, and no longer 980.
        1000 1000 985 985    | filled buy 1 @ 990; sell 1 @ 1000 post-only reduce; cancel buy 1.01 @ 980; \
         cancelled buy 1.01 @ 980
        985 985 955 965      | cancel sell 1 @ 1000; buy 1.031 @ 960 post-only; buy 1.042 @ 950 post-only; \
         cancelled sell 1 @ 1000
        # Two are held: five levels from 960, so 950 is too near, but the cancel comes too late.
        965 965 935 940      | filled buy 1.031 @ 960; sell 1.031 @ 970 post-only reduce; cancel buy 1.042 @ 950; \
         filled buy 1.042 @ 950; sell 1.042 @ 960 post-only reduce
        ",
    )
}

#[test]
fn an_upward_trend_ends_entries_above_where_it_began() -> Result<(), LabError> {
    holds(
        "regime_filter = true\nadx_period = 2\nregime_ema_period = 2\nregime_dwell = 1",
        "
        1000                 | buy 1 @ 990 post-only; buy 1.01 @ 980 post-only
        1000 1010 1000 1010  | cancel buy 1.01 @ 980; cancelled buy 1.01 @ 980; buy 0.99 @ 1000 post-only
        1010 1020 1010 1020  | cancel buy 1 @ 990; cancelled buy 1 @ 990; buy 0.98 @ 1010 post-only
        1020 1030 1020 1030  | cancel buy 0.99 @ 1000; cancelled buy 0.99 @ 1000; buy 0.97 @ 1020 post-only
        1030 1040 1030 1040  | cancel buy 0.98 @ 1010; cancelled buy 0.98 @ 1010; buy 0.961 @ 1030 post-only
        1040 1050 1040 1050  | cancel buy 0.97 @ 1020; cancelled buy 0.97 @ 1020; buy 0.951 @ 1040 post-only
        1050 1060 1050 1060  | cancel buy 0.961 @ 1030; cancelled buy 0.961 @ 1030; buy 0.942 @ 1050 post-only
        # It is a trend from here on, with 1050 the nearest level: 1060 and 1070 are left out.
        1060 1070 1060 1070  |
        1070 1080 1070 1080  | cancel buy 0.951 @ 1040; cancelled buy 0.951 @ 1040
        1080 1090 1080 1090  | cancel buy 0.942 @ 1050; cancelled buy 0.942 @ 1050
        1090 1090 1060 1060  | buy 0.942 @ 1050 post-only; buy 0.951 @ 1040 post-only
        ",
    )
}

#[test]
fn the_range_follows_the_price_upwards() -> Result<(), LabError> {
    holds(
        "price_lower = 970\nprice_upper = 1000\ntrailing_shift = 'up'",
        "
        1000 | buy 1 @ 990 post-only; buy 1.01 @ 980 post-only
        1005 |
        1015 | cancel buy 1.01 @ 980; cancelled buy 1.01 @ 980; buy 0.99 @ 1000 post-only
        1025 | cancel buy 1 @ 990; cancelled buy 1 @ 990; buy 0.98 @ 1010 post-only
        1005 | filled buy 0.98 @ 1010; sell 0.98 @ 1020 post-only reduce
        ",
    )
}
