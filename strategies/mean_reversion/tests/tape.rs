//! Text tables: what mean reversion does, bar by bar.

use mean_reversion as _;
use testkit::{Lab, LabError, check};

const PARAMS: &str = "period = 4\nstd_multiplier = 1.2\nsizing = 'fixed_quantity'\nsize = 1\n";

/// Four closes of mean 101 and deviation 1, and one that is bought: mean 100.5, deviation 1.658, z = −1.508.
const SIGNAL: &str = "
        100             |
        102             |
        100             |
        102             |
        98              | buy 1 market
        ";

fn holds(extra: &str, table: &str) -> Result<(), LabError> {
    let mut lab = Lab::new()?;
    lab.execution.slippage_ticks = 0;
    check(&lab, "mean_reversion", &format!("{PARAMS}{extra}"), table)
}

fn after_the_signal(extra: &str, rest: &str) -> Result<(), LabError> {
    holds(extra, &format!("{SIGNAL}{rest}"))
}

#[test]
fn a_close_below_the_band_is_bought_and_sold_near_the_mean() -> Result<(), LabError> {
    after_the_signal(
        "",
        "
        # z = −0.507: not yet.
        98 99 98 99     | filled buy 1 @ 98
        # z = −0.333.
        99              | sell 1 market reduce
        99              | filled sell 1 @ 99
        ",
    )
}

#[test]
fn a_jump_over_the_mean_counts_as_having_come_back() -> Result<(), LabError> {
    after_the_signal(
        "reversion_threshold = 0",
        "
        # z = 1.17, inside the upper band.
        98 103 98 103   | filled buy 1 @ 98; sell 1 market reduce
        103             | filled sell 1 @ 103
        ",
    )
}

#[test]
fn both_directions_turn_where_a_jump_goes_beyond_the_other_band() -> Result<(), LabError> {
    after_the_signal(
        "direction = 'both'",
        "
        # z = 1.342.
        98 104 98 104   | filled buy 1 @ 98; sell 1 market reduce; sell 1 market
        104             | filled sell 1 @ 104; filled sell 1 @ 104
        ",
    )
}

#[test]
fn a_short_is_the_mirror_image_of_a_long() -> Result<(), LabError> {
    holds(
        "direction = 'short'",
        "
        102             |
        100             |
        102             |
        100             |
        104             | sell 1 market
        104 104 103 103 | filled sell 1 @ 104
        103             | buy 1 market reduce
        103             | filled buy 1 @ 103
        ",
    )
}

#[test]
fn with_confirmation_the_first_close_back_inside_is_bought() -> Result<(), LabError> {
    let signal = SIGNAL.replace("buy 1 market", "");
    holds(
        "confirmation = true",
        &format!("{signal}\n99 | buy 1 market \n 99 | filled buy 1 @ 99; sell 1 market reduce"),
    )?;
    // A second close outside, z = −1.450, and then back inside at −1.044.
    holds("confirmation = true", &format!("{signal}\n95 | \n 94 | buy 1 market"))?;
    // Right at the mean: nothing is left to be earned, then or at the next bar.
    holds("confirmation = true", &format!("{signal}\n100 | \n 99 |"))
}

#[test]
fn what_was_stopped_out_is_bought_again_only_after_a_close_inside_the_band() -> Result<(), LabError> {
    after_the_signal(
        "stop_loss_pct = 5",
        "
        # −0.905: inside, but before the stop.
        98              | filled buy 1 @ 98; sell 1 stop 93.1 reduce
        # −1.70, and the stop is hit.
        98 98 90 90     | filled sell 1 @ 93.1
        # −1.37: still outside.
        84              |
        # −1.05.
        84              |
        # −1.69.
        70              | buy 1 market
        ",
    )
}

#[test]
fn what_was_closed_in_time_is_bought_again_only_after_a_close_inside_the_band() -> Result<(), LabError> {
    after_the_signal(
        "max_bars_held = 2",
        "
        98              | filled buy 1 @ 98
        # −1.70.
        98 98 90 90     | sell 1 market reduce
        # −1.37.
        90 90 84 84     | filled sell 1 @ 90
        84              |
        70              | buy 1 market
        ",
    )
}

#[test]
fn the_stop_in_deviations_is_the_one_of_the_signal() -> Result<(), LabError> {
    after_the_signal(
        "stop_loss_sigma = 2",
        "
        # 2 × 1.6583 = 3.3166, rounded up to 3.32.
        98              | filled buy 1 @ 98; sell 1 stop 94.68 reduce
        98 98 94 97     | filled sell 1 @ 94.68
        ",
    )
}

#[test]
fn a_take_profit_rests_at_the_venue_and_takes_its_stop_along() -> Result<(), LabError> {
    after_the_signal(
        "stop_loss_pct = 5\ntake_profit_pct = 2.5",
        "
        98              | filled buy 1 @ 98; sell 1 stop 93.1 reduce; sell 1 @ 100.45 reduce
        98 101 98 101   | filled sell 1 @ 100.45; cancel sell 1 stop 93.1; cancelled sell 1 stop 93.1
        ",
    )
}

#[test]
fn an_exit_takes_both_guards_along() -> Result<(), LabError> {
    after_the_signal(
        "stop_loss_pct = 5\ntake_profit_pct = 10",
        "
        98              | filled buy 1 @ 98; sell 1 stop 93.1 reduce; sell 1 @ 107.8 reduce
        100             | cancel sell 1 stop 93.1; cancel sell 1 @ 107.8; sell 1 market reduce; \
                          cancelled sell 1 stop 93.1; cancelled sell 1 @ 107.8
        100             | filled sell 1 @ 100
        ",
    )
}

#[test]
fn a_position_is_closed_when_its_time_is_over() -> Result<(), LabError> {
    after_the_signal(
        "max_bars_held = 1",
        "
        # z = −0.905.
        98              | filled buy 1 @ 98; sell 1 market reduce
        98              | filled sell 1 @ 98
        ",
    )
}

#[test]
fn entries_wait_while_there_is_a_trend_and_exits_do_not() -> Result<(), LabError> {
    // ADX is 47.3 at the signal,
    holds("max_adx = 47\nadx_period = 2", &SIGNAL.replace("buy 1 market", ""))?;
    after_the_signal(
        "max_adx = 48\nadx_period = 2",
        "
        # and 58.5 here.
        98 110 98 110   | filled buy 1 @ 98; sell 1 market reduce
        ",
    )
}

#[test]
fn an_order_that_the_venue_would_not_take_is_not_sent() -> Result<(), LabError> {
    let mut lab = Lab::new()?;
    lab.spec.min_notional = "100".parse()?;
    check(&lab, "mean_reversion", PARAMS, &SIGNAL.replace("buy 1 market", ""))
}

#[test]
fn parameters_that_contradict_each_other_are_refused() -> Result<(), LabError> {
    for (params, expected) in [
        ("reversion_threshold = 2", "reversion_threshold: 2 must be below std_multiplier, which is 2"),
        (
            "period = 5",
            "std_multiplier: 2 is never exceeded: none of 5 closes lies more than √(5 − 1) = 2.000 standard \
             deviations from their mean; raise period, or lower this",
        ),
        (
            "stop_loss_sigma = 3\nstop_loss_pct = 1",
            "stop_loss_sigma: 3 and stop_loss_pct = 1 are two stops; set one of them to 0",
        ),
        ("take_profit_pct = 0.00000001", "take_profit_pct: 0.00000001 has more than seven decimals"),
        ("sizing = 'fixed_quantity'\nsize = 0.0001", "size: 0.0001 is not a whole count of lots of TESTUSDT"),
        ("std_multiplier = 0", "`std_multiplier` is 0; it must be above 0, at most 100"),
    ] {
        let refused = Lab::new()?.run("mean_reversion", params, &[]);
        let error = refused.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.starts_with(expected), "{params}: {error}");
    }
    Ok(())
}
