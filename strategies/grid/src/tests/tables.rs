//! What the grid does, price by price, as text tables.

use sdk::{Mode, Number};

use super::exchange::{Exchange, Faults, spec};
use crate::params::{Direction, Params, Spacing};

/// Levels ten apart around 1000, two levels a side.
pub(super) fn params() -> Params {
    Params {
        spacing: Spacing::Arithmetic,
        price_interval: Number::whole(10),
        buy_window_size: 2,
        sell_window_size: 2,
        ..Params::default()
    }
}

/// Each line is a trade's price, or a bar as open, first extreme, second extreme and close, then what happens.
fn holds(params: &Params, table: &str) {
    let mut exchange = Exchange::new(params, spec(), Faults::default(), 1).with_twin(params);
    let (mut expected, mut actual) = (String::new(), String::new());
    for line in table.lines().filter(|line| line.contains('|')) {
        let (prices, said) = line.split_once('|').unwrap();
        match prices.split_whitespace().collect::<Vec<_>>()[..] {
            ["pause"] => exchange.mode = Mode::Paused,
            ["resume"] => exchange.mode = Mode::Running,
            [price] => exchange.trade(price.parse().unwrap()),
            [open, first, second, close] => {
                let [a, b, c, d] = [open, first, second, close].map(|text| text.parse().unwrap());
                exchange.bar(a, b, c, d);
            }
            _ => panic!("{line}"),
        }
        expected.push_str(&format!("{:<20}| {}\n", prices.trim(), said.trim()));
        actual.push_str(&format!("{:<20}| {}\n", prices.trim(), exchange.take_said()));
    }
    let tidy = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    assert_eq!(tidy(&actual), tidy(&expected), "\n{actual}");
}

#[test]
fn a_long_grid_buys_below_and_sells_one_level_higher() {
    holds(
        &params(),
        "
        1000 | buy 990; buy 980
        995  |
        989  | buy filled 990; sell 1000 reduce
        995  |
        1000 |
        1001 | sell filled 1000; buy 990; cancel buy 980; buy 1000
        1005 |
        ",
    );
}

#[test]
fn the_cap_counts_live_orders_and_frees_with_each_exit() {
    let params = Params { max_grid_layers: 3, buy_window_size: 3, ..params() };
    holds(
        &params,
        "
        1000 | buy 990; buy 980; buy 970
        979  | buy filled 990; sell 1000 reduce; buy filled 980; sell 990 reduce
        969  | buy filled 970; sell 980 reduce; cancel sell 1000
        959  | cancel sell 990
        981  | sell filled 980; sell 990 reduce; sell 1000 reduce; buy 970
        ",
    );
}

#[test]
fn entries_that_drift_more_than_a_level_out_of_the_window_are_cancelled() {
    let params = Params { max_grid_layers: 5, ..params() };
    holds(
        &params,
        "
        1000 | buy 990; buy 980
        1005 | buy 1000
        1009 |
        1004 |
        1011 | cancel buy 980; buy 1010
        1031 | cancel buy 990; cancel buy 1000; buy 1030; buy 1020
        ",
    );
}

#[test]
fn with_a_full_cap_the_nearest_level_takes_the_furthest_ones_place() {
    holds(
        &params(),
        "
        1000 | buy 990; buy 980
        1005 | cancel buy 980; buy 1000
        1009 |
        1011 | cancel buy 990; buy 1010
        ",
    );
}

#[test]
fn what_is_held_takes_room_from_the_entries() {
    holds(
        &params(),
        "
        1000                | buy 990; buy 980
        1000 989 1005 1005  | buy filled 990; sell 1000 reduce; would take; sell 1006 reduce; cancel buy 980; buy 1000
        ",
    );
}

#[test]
fn an_exit_whose_level_is_passed_is_placed_one_tick_inside_the_market_and_goes_home() {
    holds(
        &params(),
        "
        1000                | buy 990; buy 980
        1000 989 1015 1015  | buy filled 990; sell 1000 reduce; would take; sell 1016 reduce; cancel buy 980; buy 1010
        1005                | buy filled 1010; sell 1020 reduce
        1000                |
        999                 | cancel sell 1016; sell 1000 reduce
        ",
    );
}

#[test]
fn exits_far_from_the_market_wait_until_it_comes_near() {
    let params = Params { max_grid_layers: 1, buy_window_size: 1, sell_window_size: 1, ..params() };
    holds(
        &params,
        "
        1000 | buy 990
        989  | buy filled 990; sell 1000 reduce
        980  |
        979  | cancel sell 1000
        989  |
        991  | sell 1000 reduce
        1001 | sell filled 1000; buy 990; cancel buy 990; buy 1000
        ",
    );
}

#[test]
fn a_short_grid_is_the_mirror() {
    let params = Params { direction: Direction::Short, ..params() };
    holds(
        &params,
        "
        1000 | sell 1010; sell 1020
        1011 | sell filled 1010; buy 1000 reduce
        999  | buy filled 1000; sell 1010; cancel sell 1020; sell 1000
        1000 985 1011 985 | sell filled 1000; buy 990 reduce; would take; sell filled 1010; buy 1000 reduce; would take; buy 984 reduce; buy 984 reduce
        ",
    );
}

#[test]
fn a_neutral_grid_is_long_below_its_anchor_and_short_above() {
    let params = Params { direction: Direction::Neutral, ..params() };
    holds(
        &params,
        "
        1000 | buy 990; buy 980; sell 1010; sell 1020
        989  | buy filled 990; sell 1000 reduce; cancel sell 1020
        1001 | sell filled 1000; buy 990; sell 1020
        1011 | sell filled 1010; buy 1000 reduce; cancel buy 980
        999  | buy filled 1000; buy 980; sell 1010
        ",
    );
}

#[test]
fn a_neutral_grid_that_holds_both_sides_closes_each_by_plain_orders() {
    let params = Params { direction: Direction::Neutral, ..params() };
    holds(
        &params,
        "
        1000                | buy 990; buy 980; sell 1010; sell 1020
        1000 989 1011 1005  | buy filled 990; sell 1000 reduce; would take; sell filled 1010; buy 1000; sell 1006
        1007                | sell filled 1006; buy 990
        ",
    );
}

#[test]
fn a_pause_takes_entries_back_and_lets_exits_go_on() {
    holds(
        &params(),
        "
        1000   | buy 990; buy 980
        989    | buy filled 990; sell 1000 reduce
        pause  |
        988    | cancel buy 980
        1001   | sell filled 1000
        1000   |
        resume |
        1000   | buy 990; buy 980
        ",
    );
}

#[test]
fn a_trigger_starts_the_grid_from_either_side() {
    for (table, trigger) in [
        ("1000 |\n 1049 |\n 1051 | buy 1041; buy 1031\n", 1050),
        ("1000 |\n 951 |\n 949 | buy 939; buy 929\n", 950),
        ("1000 |\n 1000 960 1060 1010 | buy 1000; buy 990\n", 1050),
    ] {
        holds(&Params { trigger_price: Number::whole(trigger), ..params() }, table);
    }
}

#[test]
fn a_hard_range_bounds_the_levels() {
    let params = Params {
        price_lower: Number::whole(975),
        price_upper: Number::whole(1020),
        buy_window_size: 5,
        ..params()
    };
    holds(
        &params,
        "
        1000 | buy 990; buy 980
        1025 | note: the price is past the ladder's last level; nothing is entered there until it comes back; buy 1010; buy 1000
        ",
    );
}

#[test]
fn stops_end_the_grid_for_good() {
    let reached = "the price reached";
    for (params, table) in [
        (
            Params { stop_loss_price: Number::whole(960), ..params() },
            format!("1000 | buy 990; buy 980\n 961 | buy filled 990; sell 1000 reduce; buy filled 980; sell 990 reduce; cancel sell 1000\n 960 | stop: stop-loss: {reached} stop_loss_price\n 1000 |\n"),
        ),
        (
            Params { take_profit_price: Number::whole(1050), ..params() },
            format!("1000 | buy 990; buy 980\n 1050 | stop: take-profit: {reached} take_profit_price\n 1000 |\n"),
        ),
        (
            Params { order_quantity: Number::whole(5000), stop_loss_pct: Number::whole(1), ..params() },
            "1000 | buy 990; buy 980\n 989 | buy filled 990; sell 1000 reduce\n 971 | buy filled 980; sell 990 reduce; stop: stop-loss: the loss since the grid's start reached stop_loss_pct\n 1000 |\n".to_owned(),
        ),
    ] {
        holds(&params, &table);
    }
}

fn started() -> Exchange {
    let params = params();
    let mut exchange = Exchange::new(&params, spec(), Faults::default(), 1).with_twin(&params);
    exchange.trade(1000);
    exchange
}

#[test]
fn an_order_that_would_take_is_tried_again_once_at_each_price() {
    let params = params();
    let mut exchange = Exchange::new(&params, spec(), Faults::default(), 1).with_twin(&params);
    exchange.ahead = Some(985);
    exchange.trade(1000);
    assert_eq!(exchange.take_said(), "buy 990; would take; buy 980");
    exchange.trade(1000);
    assert_eq!(exchange.take_said(), "buy 990; would take");
    exchange.ahead = None;
    exchange.trade(1000);
    assert_eq!(exchange.take_said(), "buy 990");
    exchange.trade(1000);
    assert_eq!(exchange.take_said(), "");
}

#[test]
fn a_part_of_an_entry_keeps_its_place_and_leaves_once_the_market_is_past_its_exit() {
    let mut exchange = started();
    exchange.fill_half(exchange.order_at(990));
    exchange.trade(995);
    assert_eq!(exchange.take_said(), "buy 990; buy 980; buy filled 990");
    exchange.trade(1001);
    // The slot has room for one more order only once the rest of the entry is gone.
    assert_eq!(exchange.take_said(), "cancel buy 990; cancel buy 980; sell 1002 reduce; buy 1000");
    assert_eq!(exchange.held.values().sum::<i64>(), 50);
    exchange.trade(1003);
    assert_eq!(exchange.held.values().sum::<i64>(), 0);
}

#[test]
fn a_late_fill_is_booked_and_shrinks_the_exit_that_took_its_place() {
    let mut exchange = started();
    exchange.trade(989);
    let exit = exchange.order_at(1000);
    exchange.trade(969);
    exchange.trade(989);
    exchange.take_said();
    let held: i64 = exchange.held.values().sum();
    assert!(exchange.order_at(1000) != exit, "the exit was cancelled and placed anew");
    exchange.fill_half(exit);
    assert_eq!(exchange.take_said(), "sell filled 1000; cancel sell 1000; sell 1000 reduce");
    assert_eq!(exchange.held.values().sum::<i64>(), held - 50);
}

#[test]
fn a_position_that_is_not_ours_any_more_ends_the_grid() {
    let mut exchange = started();
    exchange.trade(989);
    exchange.take_said();
    exchange.tamper();
    exchange.trade(1001);
    assert_eq!(
        exchange.take_said(),
        "stop: the position is not the sum of what the grid's slots hold; something else traded here"
    );
}
