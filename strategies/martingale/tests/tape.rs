//! Text tables: what the levels do, bar by bar.

use martingale as _;
use testkit::{Lab, LabError, check};

/// A hundred, then twice as much each time, two percent apart, closed at a gain of five percent or a loss of twenty.
const PARAMS: &[(&str, &str)] = &[
    ("risk_decay", "false"),
    ("max_levels", "4"),
    ("take_profit", "5"),
    ("stop_loss", "20"),
    ("trailing_stop", "0"),
    ("cooldown", "0"),
    ("trend_filter", "false"),
];

fn params(changed: &[(&str, &str)]) -> String {
    let kept = PARAMS.iter().filter(|(key, _)| !changed.iter().any(|(other, _)| key == other));
    kept.chain(changed).map(|(key, value)| format!("{key} = {value}\n")).collect()
}

fn holds(changed: &[(&str, &str)], table: &str) -> Result<(), LabError> {
    check(&Lab::new()?, "martingale", &params(changed), table)
}

#[test]
fn each_step_down_adds_a_larger_level_and_the_take_profit_closes_them_all() -> Result<(), LabError> {
    holds(
        &[("stop_loss", "0")],
        "
        100    | buy 1 market
        100    | filled buy 1 @ 100
        98.01  |
        98     | buy 2.04 market
        98     | filled buy 2.04 @ 98
        96.04  | buy 4.164 market
        96.04  | filled buy 4.164 @ 96.04
        94.12  | buy 8.499 market
        94.12  | filled buy 8.499 @ 94.12
        80     |
        100.28 |
        100.29 | sell 15.703 market reduce
        100.29 | filled sell 15.703 @ 100.29; buy 0.997 market
        ",
    )
}

#[test]
fn a_decaying_multiplier_makes_the_later_levels_smaller() -> Result<(), LabError> {
    holds(
        &[("risk_decay", "true"), ("decay_factor", "0.8"), ("min_multiplier", "1.5"), ("stop_loss", "0")],
        "
        100 | buy 1 market
        100 | filled buy 1 @ 100
        98  | buy 2.04 market
        98  | filled buy 2.04 @ 98
        96  | buy 3.333 market
        96  | filled buy 3.333 @ 96
        94  | buy 5.106 market
        94  | filled buy 5.106 @ 94
        ",
    )
}

#[test]
fn reversed_it_adds_as_the_price_goes_in_its_favour() -> Result<(), LabError> {
    holds(
        &[("reverse_martingale", "true"), ("stop_loss", "4"), ("take_profit", "10")],
        "
        100           | buy 1 market
        100           | filled buy 1 @ 100; sell 1 stop 96 reduce
        98            |
        101.99        |
        102           | buy 1.47 market
        102           | filled buy 1.47 @ 102; cancel sell 1 stop 96; sell 2.47 stop 97.14 reduce; \
         cancelled sell 1 stop 96
        104.04        | buy 2.162 market
        104.04        | filled buy 2.162 @ 104.04; cancel sell 2.47 stop 97.14; sell 4.632 stop 98.42 reduce; \
         cancelled sell 2.47 stop 97.14
        101 101 98 98 | filled sell 4.632 @ 98.42; buy 1.02 market
        98            | filled buy 1.02 @ 98; sell 1.02 stop 94.08 reduce
        ",
    )
}

#[test]
fn the_stop_rests_at_the_venue_for_exactly_what_is_held() -> Result<(), LabError> {
    holds(
        &[("stop_loss", "5"), ("cooldown", "120")],
        "
        100         | buy 1 market
        100         | filled buy 1 @ 100; sell 1 stop 95 reduce
        98          | buy 2.04 market
        97          | filled buy 2.04 @ 97; cancel sell 1 stop 95; sell 3.04 stop 93.09 reduce; cancelled sell 1 stop 95
        97 97 92 93 | filled sell 3.04 @ 93.09
        93          |
        93          | buy 1.075 market
        ",
    )
}

#[test]
fn the_trailing_stop_moves_with_closed_bars_and_never_closes_at_a_loss() -> Result<(), LabError> {
    holds(
        &[("trailing_stop", "1")],
        "
        100               | buy 1 market
        100               | filled buy 1 @ 100; sell 1 stop 80 reduce
        100.9             |
        101.5             | cancel sell 1 stop 80; sell 1 stop 100.48 reduce; cancelled sell 1 stop 80
        103               | cancel sell 1 stop 100.48; sell 1 stop 101.97 reduce; cancelled sell 1 stop 100.48
        103 103 101.9 102 | filled sell 1 @ 101.97; buy 0.98 market
        102               | filled buy 0.98 @ 102; sell 0.98 stop 81.6 reduce
        ",
    )
}

#[test]
fn a_short_is_the_mirror_image() -> Result<(), LabError> {
    holds(
        &[("direction", "'short'")],
        "
        100   | sell 1 market
        100   | filled sell 1 @ 100; buy 1 stop 120 reduce
        102   | sell 1.96 market
        102   | filled sell 1.96 @ 102; cancel buy 1 stop 120; buy 2.96 stop 121.58 reduce; cancelled buy 1 stop 120
        96.26 |
        96.25 | cancel buy 2.96 stop 121.58; buy 2.96 market reduce; cancelled buy 2.96 stop 121.58
        96.25 | filled buy 2.96 @ 96.25; sell 1.038 market
        ",
    )
}

#[test]
fn both_takes_the_side_of_the_trend_for_each_position() -> Result<(), LabError> {
    holds(
        &[
            ("direction", "'both'"),
            ("trend_filter", "true"),
            ("trend_method", "'sma'"),
            ("trend_period", "1"),
        ],
        "
        100    |
        101    | buy 0.99 market
        101    | filled buy 0.99 @ 101; sell 0.99 stop 80.8 reduce
        106.05 | cancel sell 0.99 stop 80.8; sell 0.99 market reduce; cancelled sell 0.99 stop 80.8
        100    | filled sell 0.99 @ 100; sell 1 market
        100    | filled sell 1 @ 100; buy 1 stop 120 reduce
        102    | sell 1.96 market
        102    | filled sell 1.96 @ 102; cancel buy 1 stop 120; buy 2.96 stop 121.58 reduce; cancelled buy 1 stop 120
        96     | cancel buy 2.96 stop 121.58; buy 2.96 market reduce; cancelled buy 2.96 stop 121.58
        96     | filled buy 2.96 @ 96
        ",
    )
}

#[test]
fn both_without_a_filter_alternates() -> Result<(), LabError> {
    holds(
        &[("direction", "'both'"), ("max_levels", "1")],
        "
        100 | buy 1 market
        100 | filled buy 1 @ 100; sell 1 stop 80 reduce
        105 | cancel sell 1 stop 80; sell 1 market reduce; cancelled sell 1 stop 80
        105 | filled sell 1 @ 105; sell 0.952 market
        105 | filled sell 0.952 @ 105; buy 0.952 stop 126 reduce
        99  | cancel buy 0.952 stop 126; buy 0.952 market reduce; cancelled buy 0.952 stop 126
        99  | filled buy 0.952 @ 99; buy 1.01 market
        99  | filled buy 1.01 @ 99; sell 1.01 stop 79.2 reduce
        ",
    )
}

#[test]
fn the_first_order_waits_for_the_trend_and_later_ones_do_not() -> Result<(), LabError> {
    holds(
        &[("trend_filter", "true"), ("trend_method", "'sma'"), ("trend_period", "1")],
        "
        100 |
        99  |
        100 | buy 1 market
        100 | filled buy 1 @ 100; sell 1 stop 80 reduce
        98  | buy 2.04 market
        98  | filled buy 2.04 @ 98; cancel sell 1 stop 80; sell 3.04 stop 78.93 reduce; cancelled sell 1 stop 80
        ",
    )
}

#[test]
fn the_cooldown_spaces_orders_that_open() -> Result<(), LabError> {
    holds(
        &[("cooldown", "180")],
        "
        100 | buy 1 market
        100 | filled buy 1 @ 100; sell 1 stop 80 reduce
        98  |
        98  | buy 2.04 market
        98  | filled buy 2.04 @ 98; cancel sell 1 stop 80; sell 3.04 stop 78.93 reduce; cancelled sell 1 stop 80
        105 | cancel sell 3.04 stop 78.93; sell 3.04 market reduce; cancelled sell 3.04 stop 78.93
        105 | filled sell 3.04 @ 105
        105 |
        105 | buy 0.952 market
        105 | filled buy 0.952 @ 105; sell 0.952 stop 84 reduce
        ",
    )
}

#[test]
fn a_refused_level_is_tried_again_a_minute_later_and_exits_are_never_refused() -> Result<(), LabError> {
    let mut lab = Lab::new()?;
    lab.limits.max_position_notional = Some("150".parse()?);
    check(
        &lab,
        "martingale",
        &params(&[]),
        "
        100 | buy 1 market
        100 | filled buy 1 @ 100; sell 1 stop 80 reduce
        98  | refused position with open orders too large (risk.max_position_notional): 297.92, limit 150
        98  | refused position with open orders too large (risk.max_position_notional): 297.92, limit 150
        105 | cancel sell 1 stop 80; sell 1 market reduce; cancelled sell 1 stop 80
        ",
    )
}

/// The ladder of 100 + 200 + 400 + 800 is all of the capital. At 36 the position is worth 426.85, and with 800 more it
/// would come to 1226.85, while equity is 1500 less a loss of 273.14 and fees of 0.28: 1226.58.
#[test]
fn exposure_is_bounded_at_run_time_too() -> Result<(), LabError> {
    let mut lab = Lab::new()?;
    lab.capital = "1500".parse()?;
    check(
        &lab,
        "martingale",
        &params(&[("stop_loss", "60"), ("take_profit", "0"), ("multiplier", "2")]),
        "
        100 | buy 1 market
        100 | filled buy 1 @ 100; sell 1 stop 40 reduce
        70  | buy 2.857 market
        70  | filled buy 2.857 @ 70; cancel sell 1 stop 40; sell 3.857 stop 31.11 reduce; cancelled sell 1 stop 40
        50  | buy 8 market
        50  | filled buy 8 @ 50; cancel sell 3.857 stop 31.11; sell 11.857 stop 23.62 reduce; \
         cancelled sell 3.857 stop 31.11
        36  |
        36  |
        ",
    )
}

#[test]
fn the_example_configuration_starts() -> Result<(), LabError> {
    let text = include_str!("../../../examples/configs/martingale-btcusdt-1d.toml");
    let params = text.split("[strategy.params]").nth(1).and_then(|rest| rest.split("[risk]").next());
    check(&Lab::new()?, "martingale", params.unwrap_or_default(), "100 |")
}
