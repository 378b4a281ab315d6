//! What conditions do to the grid, bar by bar: volatility, regime, inventory and the shift of its range.

use grid as _;
use sdk::{Bar, Event, InstrumentId, OrderKind, Price, Qty, Time, TimeInForce, Trade};
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

/// Four entries, and a regime that judges fast.
const FAST: &str =
    "regime_filter = true\nadx_period = 2\nregime_ema_period = 2\nbuy_window_size = 4\nmax_grid_layers = 4\n";

/// A table for a window of four, under the parameters of [`FAST`] and these.
fn falls(extra: &str, table: &str) -> Result<(), LabError> {
    let params = PARAMS.replace("buy_window_size = 2\n", "");
    check(&Lab::new()?, "grid", &format!("{params}{FAST}{extra}"), table)
}

#[test]
fn against_the_trend_there_are_half_as_many_entries_twice_as_far_apart() -> Result<(), LabError> {
    falls(
        "regime_dwell = 1",
        "
        1000              | buy 1 @ 990 post-only; buy 1.01 @ 980 post-only; buy 1.02 @ 970 post-only; buy 1.031 @ 960 post-only
        1000 1000 995 995 |
        995 996 994 995   |
        995 996 994 995   |
        995 996 993 994   |
        994 994 992 993   |
        # A trend downwards from here on: two of four are left, every second level counted from 1000.
        993 993 992 992   | cancel buy 1.02 @ 970; cancel buy 1 @ 990; cancelled buy 1.02 @ 970; cancelled buy 1 @ 990
        992 992 991 991   |
        # It is over, and all four are back.
        991 1000 991 998  | buy 1 @ 990 post-only; buy 1.02 @ 970 post-only
        ",
    )
}

#[test]
fn a_trend_counts_once_it_was_seen_so_many_bars_in_a_row() -> Result<(), LabError> {
    falls(
        "regime_dwell = 3",
        "
        1000              | buy 1 @ 990 post-only; buy 1.01 @ 980 post-only; buy 1.02 @ 970 post-only; buy 1.031 @ 960 post-only
        1000 1000 995 995 |
        995 996 994 995   |
        995 996 994 995   |
        995 996 993 994   |
        994 994 992 993   |
        993 993 992 992   |
        992 992 991 991   |
        # The third.
        991 991 990.5 990.5   | cancel buy 1.02 @ 970; cancel buy 1 @ 990; cancelled buy 1.02 @ 970; cancelled buy 1 @ 990
        990.5 1000 990.5 998  |
        998 1000 998 998      |
        998 1000 998 998      | buy 1 @ 990 post-only; buy 1.02 @ 970 post-only
        ",
    )
}

#[test]
fn between_its_two_bounds_a_trend_goes_on() -> Result<(), LabError> {
    let table = "
        1000              | buy 1 @ 990 post-only; buy 1.01 @ 980 post-only; buy 1.02 @ 970 post-only; buy 1.031 @ 960 post-only
        1000 1000 998 998 |
        998 998 997 997   |
        997 997 996 996   |
        996 996 995 995   |
        995 995 994 994   |
        994 994 992 992   | cancel buy 1.02 @ 970; cancel buy 1 @ 990; cancelled buy 1.02 @ 970; cancelled buy 1 @ 990
        992 994 991 992   |
        992 995 991 992   |";
    // The bounce brings ADX under 60, while the average still falls.
    falls("regime_dwell = 1\nadx_enter = 60\nadx_exit = 10", table)?;
    let ends = format!("{table} buy 1 @ 990 post-only; buy 1.02 @ 970 post-only");
    falls("regime_dwell = 1\nadx_enter = 60\nadx_exit = 60", &ends)
}

#[test]
fn a_short_grid_keeps_its_next_entry_further_from_what_it_holds() -> Result<(), LabError> {
    holds(
        "direction = 'short'\ninventory_skew = 8\nmax_grid_layers = 4",
        "
        1000                 | sell 0.98 @ 1010 post-only; sell 0.97 @ 1020 post-only
        # One of four layers is held, a quarter of 8 levels further up: 1040, and no longer 1020.
        1000 1015 1000 1015  | filled sell 0.98 @ 1010; buy 0.98 @ 1000 post-only reduce; cancel sell 0.97 @ 1020; \
         cancelled sell 0.97 @ 1020
        1015 1045 1015 1035  | cancel buy 0.98 @ 1000; sell 0.951 @ 1040 post-only; sell 0.942 @ 1050 post-only; \
         cancelled buy 0.98 @ 1000
        # Two are held: five levels from 1040, so 1050 is too near, but the cancel comes too late.
        1035 1065 1035 1060  | filled sell 0.951 @ 1040; buy 0.951 @ 1030 post-only reduce; cancel sell 0.942 @ 1050; \
         filled sell 0.942 @ 1050; buy 0.942 @ 1040 post-only reduce
        ",
    )
}

#[test]
fn the_range_follows_the_price_downwards() -> Result<(), LabError> {
    holds(
        "price_lower = 1000\nprice_upper = 1030\ntrailing_shift = 'down'\ndirection = 'short'",
        "
        1000 | sell 0.98 @ 1010 post-only; sell 0.97 @ 1020 post-only
        995  |
        985  | cancel sell 0.97 @ 1020; cancelled sell 0.97 @ 1020; sell 0.99 @ 1000 post-only
        975  | cancel sell 0.98 @ 1010; cancelled sell 0.98 @ 1010; sell 1 @ 990 post-only
        995  | filled sell 1 @ 990; buy 1 @ 980 post-only reduce
        ",
    )
}

#[test]
fn a_range_that_follows_both_ways_comes_back() -> Result<(), LabError> {
    holds(
        "price_lower = 970\nprice_upper = 1000\ntrailing_shift = 'both'\nmax_grid_layers = 4",
        "
        1000 | buy 1 @ 990 post-only; buy 1.01 @ 980 post-only
        1015 | cancel buy 1.01 @ 980; buy 0.99 @ 1000 post-only; cancelled buy 1.01 @ 980
        1025 | cancel buy 1 @ 990; buy 0.98 @ 1010 post-only; cancelled buy 1 @ 990
        1005 | filled buy 0.98 @ 1010; sell 0.98 @ 1020 post-only reduce; buy 1 @ 990 post-only
        985  | filled buy 0.99 @ 1000; sell 0.99 @ 1010 post-only reduce; filled buy 1 @ 990; sell 1 @ 1000 post-only reduce; \
         cancel sell 0.98 @ 1020; cancelled sell 0.98 @ 1020
        975  | cancel sell 0.99 @ 1010; cancelled sell 0.99 @ 1010
        955  | cancel sell 1 @ 1000; cancelled sell 1 @ 1000
        945  |
        # 960 was below the range in the beginning.
        965  | buy 1.031 @ 960 post-only
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

#[test]
fn a_trend_is_forgotten_when_bars_stop_and_ticks_go_on() -> Result<(), LabError> {
    const MINUTE: i64 = 60_000_000_000;
    let instrument = InstrumentId(0);
    let (price, volume) = (Price::from_ticks, Qty::from_lots(1_000_000));
    // A climb of ten levels in ten minutes; the last bar closes at the eleventh.
    let bars = (0..11).map(|minute| {
        let [open, close] = [100_000 + 1_000 * (minute - 1).max(0), 100_000 + 1_000 * minute].map(price);
        let [open_time, close_time] = [minute, minute + 1].map(|minute| Time::from_nanos(minute * MINUTE));
        let bar = Bar { open_time, close_time, open, high: close, low: open, close, volume };
        Event::Bar { instrument, bar }
    });
    // One trade a minute after it, at the last close.
    let trades = (12..16).map(|minute| {
        let trade = Trade {
            time: Time::from_nanos(minute * MINUTE + 1),
            price: price(110_000),
            qty: Qty::from_lots(1),
            taker: None,
        };
        Event::Trade { instrument, trade }
    });
    let events: Vec<Event> = bars.chain(trades).collect();
    let params =
        format!("{PARAMS}regime_filter = true\nadx_period = 2\nregime_ema_period = 2\nregime_dwell = 1");
    let count = events.len();
    let record = Lab::new()?.run_events("grid", &params, None, events, count)?.record;
    let late = record.orders.iter().filter(|order| order.placed.nanos() > 11 * MINUTE);
    let late: Vec<_> = late.map(|order| (order.placed.nanos() - 11 * MINUTE, order.kind)).collect();
    // Entries above where the trend began were left out; two bar lengths and a nanosecond on, they are there.
    let entry =
        |level: i64| (2 * MINUTE + 1, OrderKind::Limit { price: price(level), tif: TimeInForce::PostOnly });
    assert_eq!(late, [entry(109_000), entry(108_000)]);
    Ok(())
}
