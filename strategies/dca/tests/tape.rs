//! Text tables: what the layers do, bar by bar.

use dca as _;
use testkit::{Lab, LabError, check};

/// A thousand a layer, five percent apart, and nothing that closes before a gain of ten percent.
const PARAMS: &[(&str, &str)] = &[
    ("base_order_amount", "1000"),
    ("safety_order_amount", "1000"),
    ("safety_order_scale", "1"),
    ("max_safety_orders", "3"),
    ("atr_multiplier", "0"),
    ("price_step_pct", "5"),
    ("first_order_take_profit", "0"),
    ("last_order_take_profit", "0"),
    ("total_take_profit", "10"),
    ("trailing_activation", "0"),
    ("stop_loss", "0"),
    ("cascade_protection", "false"),
    ("trend_filter", "false"),
    ("cooldown", "0"),
];

fn params(changed: &[(&str, &str)]) -> String {
    let kept = PARAMS.iter().filter(|(key, _)| !changed.iter().any(|(other, _)| key == other));
    kept.chain(changed).map(|(key, value)| format!("{key} = {value}\n")).collect()
}

fn holds(changed: &[(&str, &str)], table: &str) -> Result<(), LabError> {
    check(&Lab::new()?, "dca", &params(changed), table)
}

#[test]
fn each_step_down_adds_a_layer_and_the_total_take_profit_closes_them_all() -> Result<(), LabError> {
    holds(
        &[],
        "
        100   | buy 10 market
        100   | filled buy 10 @ 100
        95.01 |
        95    | buy 10.526 market
        95    | filled buy 10.526 @ 95
        90.25 | buy 11.08 market
        90.25 | filled buy 11.08 @ 90.25
        104   |
        104.5 | sell 31.606 market reduce
        104.5 | filled sell 31.606 @ 104.5; buy 9.569 market
        ",
    )
}

#[test]
fn a_layers_take_profit_sells_its_own_lots_and_no_others() -> Result<(), LabError> {
    holds(
        &[("first_order_take_profit", "2"), ("last_order_take_profit", "1")],
        "
        100   | buy 10 market
        100   | filled buy 10 @ 100
        95    | buy 10.526 market
        95    | filled buy 10.526 @ 95
        95.94 |
        95.95 | sell 10.526 market reduce
        95.95 | filled sell 10.526 @ 95.95
        91.16 |
        91.15 | buy 10.97 market
        91.15 | filled buy 10.97 @ 91.15
        93    | sell 10.97 market reduce
        102   | filled sell 10.97 @ 102; sell 10 market reduce
        102   | filled sell 10 @ 102; buy 9.803 market
        ",
    )
}

#[test]
fn volume_and_step_scale_stretch_the_ladder() -> Result<(), LabError> {
    holds(
        &[("safety_order_scale", "1.5"), ("safety_order_step", "2")],
        "
        100   | buy 10 market
        100   | filled buy 10 @ 100
        95    | buy 10.526 market
        95    | filled buy 10.526 @ 95
        85.51 |
        85.5  | buy 17.543 market
        85.5  | filled buy 17.543 @ 85.5
        68.41 |
        68.4  | buy 32.894 market
        68.4  | filled buy 32.894 @ 68.4
        10    |
        ",
    )
}

#[test]
fn the_step_goes_with_the_average_true_range_between_its_bounds() -> Result<(), LabError> {
    holds(
        &[("atr_multiplier", "2"), ("atr_period", "1"), ("min_price_step", "2"), ("max_price_step", "5")],
        "
        100                   | buy 10 market
        100 100.5 99.5 100    | filled buy 10 @ 100
        100 100 98.01 98.01   |
        98.01 98.01 98 98     | buy 10.204 market
        98 99.47 98 98        | filled buy 10.204 @ 98
        98 98 95.13 95.13     |
        95.13 96 95.13 95.13  | buy 10.511 market
        95.13 100 95 95.13    | filled buy 10.511 @ 95.13
        95.13 100 90.38 90.38 |
        90.38 100 90.37 90.37 | buy 11.065 market
        90.37                 | filled buy 11.065 @ 90.37
        ",
    )
}

#[test]
fn a_trailing_take_profit_follows_the_price_and_closes_on_the_fall_back() -> Result<(), LabError> {
    holds(
        &[("trailing_activation", "3"), ("trailing_take_profit", "1")],
        "
        100                   | buy 10 market
        100                   | filled buy 10 @ 100
        102.9                 |
        101                   |
        103                   | sell 10 stop 101.97 reduce
        105                   | cancel sell 10 stop 101.97; sell 10 stop 103.95 reduce; cancelled sell 10 stop 101.97
        104 105 103.96 104    |
        105 106 105 106       | cancel sell 10 stop 103.95; sell 10 stop 104.94 reduce; cancelled sell 10 stop 103.95
        106 106 104.94 104.94 | filled sell 10 @ 104.94; buy 9.529 market
        104.94                | filled buy 9.529 @ 104.94
        ",
    )
}

#[test]
fn the_stop_rests_at_the_venue_for_exactly_what_is_held() -> Result<(), LabError> {
    holds(
        &[("stop_loss", "10")],
        "
        100           | buy 10 market
        100           | filled buy 10 @ 100; sell 10 stop 90 reduce
        95            | buy 10.526 market
        95 96 94 95   | filled buy 10.526 @ 95; cancel sell 10 stop 90; sell 20.526 stop 87.7 reduce; \
         cancelled sell 10 stop 90
        95 95 87.6 88 | filled sell 20.526 @ 87.7; buy 11.363 market
        88            | filled buy 11.363 @ 88; sell 11.363 stop 79.2 reduce
        ",
    )
}

#[test]
fn a_stop_that_the_open_jumps_over_fills_at_the_open() -> Result<(), LabError> {
    holds(
        &[("stop_loss", "10"), ("cooldown", "120")],
        "
        100 | buy 10 market
        100 | filled buy 10 @ 100; sell 10 stop 90 reduce
        80  | filled sell 10 @ 80
        80  | buy 12.5 market
        80  | filled buy 12.5 @ 80; sell 12.5 stop 72 reduce
        80  |
        ",
    )
}

#[test]
fn a_trailing_stop_follows_the_best_price_since_the_newest_layer() -> Result<(), LabError> {
    holds(
        &[("trailing_stop_loss", "12")],
        "
        100           | buy 10 market
        100           | filled buy 10 @ 100; sell 10 stop 88 reduce
        104           | cancel sell 10 stop 88; sell 10 stop 91.52 reduce; cancelled sell 10 stop 88
        95            | buy 10.526 market
        95            | filled buy 10.526 @ 95; cancel sell 10 stop 91.52; sell 20.526 stop 83.6 reduce; \
         cancelled sell 10 stop 91.52
        97            | cancel sell 20.526 stop 83.6; sell 20.526 stop 85.36 reduce; cancelled sell 20.526 stop 83.6
        96 96 85.3 86 | filled sell 20.526 @ 85.36; buy 11.627 market
        ",
    )
}

#[test]
fn a_cascade_suspends_new_layers_until_its_pause_is_over() -> Result<(), LabError> {
    holds(
        &[
            ("cascade_protection", "true"),
            ("cascade_drop_pct", "8"),
            ("cascade_window", "300"),
            ("cascade_pause", "120"),
        ],
        "
        100 | buy 10 market
        100 | filled buy 10 @ 100
        92  |
        91  |
        91  | buy 10.989 market
        91  | filled buy 10.989 @ 91
        ",
    )
}

#[test]
fn a_suspension_holds_back_neither_stops_nor_take_profits() -> Result<(), LabError> {
    let guard = [
        ("cascade_protection", "true"),
        ("cascade_drop_pct", "8"),
        ("cascade_window", "300"),
        ("cascade_pause", "3600"),
    ];
    let with = |more: &[(&'static str, &'static str)]| [&guard, more].concat();
    holds(
        &with(&[("stop_loss", "10")]),
        "
        100         | buy 10 market
        100         | filled buy 10 @ 100; sell 10 stop 90 reduce
        92          |
        91 91 89 89 | filled sell 10 @ 90
        ",
    )?;
    holds(
        &with(&[("first_order_take_profit", "2")]),
        "
        100 | buy 10 market
        100 | filled buy 10 @ 100
        92  |
        102 | sell 10 market reduce
        102 | filled sell 10 @ 102
        ",
    )
}

#[test]
fn the_base_order_waits_for_the_trend_and_safety_orders_do_not() -> Result<(), LabError> {
    holds(
        &[("trend_filter", "true"), ("trend_method", "'sma'"), ("trend_period", "1")],
        "
        100 |
        99  |
        100 | buy 10 market
        100 | filled buy 10 @ 100
        95  | buy 10.526 market
        95  | filled buy 10.526 @ 95
        ",
    )
}

#[test]
fn a_short_is_the_mirror_image() -> Result<(), LabError> {
    holds(
        &[("direction", "'short'"), ("stop_loss", "10"), ("last_order_take_profit", "1")],
        "
        100    | sell 10 market
        100    | filled sell 10 @ 100; buy 10 stop 110 reduce
        105    | sell 9.523 market
        105    | filled sell 9.523 @ 105; cancel buy 10 stop 110; buy 19.523 stop 112.68 reduce; \
         cancelled buy 10 stop 110
        103.95 | buy 9.523 market reduce
        103.95 | filled buy 9.523 @ 103.95; cancel buy 19.523 stop 112.68; buy 10 stop 110 reduce; \
         cancelled buy 19.523 stop 112.68
        109.14 |
        109.15 | sell 9.161 market
        109.15 | filled sell 9.161 @ 109.15; cancel buy 10 stop 110; buy 19.161 stop 114.81 reduce; \
         cancelled buy 10 stop 110
        ",
    )
}

#[test]
fn a_limit_entry_waits_at_its_price_and_is_taken_back_after_its_time() -> Result<(), LabError> {
    holds(
        &[("entry_order", "'limit'"), ("entry_ttl", "120")],
        "
        100           | buy 10 @ 100
        101           |
        101           | cancel buy 10 @ 100; cancelled buy 10 @ 100
        101           | buy 9.9 @ 101
        101 101 99 99 | filled buy 9.9 @ 101
        ",
    )
}

#[test]
fn a_layer_that_filled_in_part_counts_what_filled() -> Result<(), LabError> {
    let mut lab = Lab::new()?;
    lab.execution.max_volume_share = Some(sdk::Rate::from_nanos(4_000));
    check(
        &lab,
        "dca",
        &params(&[("entry_order", "'limit'"), ("entry_ttl", "120"), ("stop_loss", "20")]),
        "
        100               | buy 10 @ 100
        100.5 100.5 99 99 | filled buy 4 @ 100; sell 4 stop 80 reduce
        101               | cancel buy 10 @ 100; cancelled buy 10 @ 100
        95                | buy 10.526 @ 95
        95 95 94 94       | filled buy 10.526 @ 95; cancel sell 4 stop 80; sell 14.526 stop 77.1 reduce; \
         cancelled sell 4 stop 80
        79                | buy 12.658 @ 79
        ",
    )
}

#[test]
fn a_refused_layer_is_tried_again_a_minute_later_and_exits_are_never_refused() -> Result<(), LabError> {
    let mut lab = Lab::new()?;
    lab.limits.max_position_notional = Some("1500".parse()?);
    check(
        &lab,
        "dca",
        &params(&[("stop_loss", "10")]),
        "
        100 | buy 10 market
        100 | filled buy 10 @ 100; sell 10 stop 90 reduce
        95  | refused position with open orders too large (risk.max_position_notional): 1949.97, limit 1500
        95  | refused position with open orders too large (risk.max_position_notional): 1949.97, limit 1500
        110 | cancel sell 10 stop 90; sell 10 market reduce; cancelled sell 10 stop 90
        ",
    )
}

#[test]
fn the_example_configuration_starts() -> Result<(), LabError> {
    let text = include_str!("../../../examples/configs/dca-btcusdt-1d.toml");
    let params = text.split("[strategy.params]").nth(1).and_then(|rest| rest.split("[risk]").next());
    check(&Lab::new()?, "dca", params.unwrap_or_default(), "100 |")
}
