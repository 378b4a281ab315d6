//! Text tables: what momentum does, bar by bar. With a period of 2, the last change weighs half in the index.

use momentum as _;
use testkit::{Lab, LabError, check};

const PARAMS: &str = "rsi_period = 2\nroc_period = 2\nsizing = 'fixed_quantity'\nsize = 1\n";
const WIDE: &str = "momentum_threshold = 1\noverbought = 90\noversold = 10\n";
const CONTRARIAN: &str = "style = 'contrarian'\n";

fn holds(extra: &[&str], table: &str) -> Result<(), LabError> {
    let mut lab = Lab::new()?;
    lab.execution.slippage_ticks = 0;
    check(&lab, "momentum", &format!("{PARAMS}{}", extra.concat()), table)
}

#[test]
fn a_rise_is_bought_and_sold_when_the_index_falls_back() -> Result<(), LabError> {
    holds(
        &[WIDE],
        "
        100             |
        99              |
        100             |
        # Gain 1.75, loss 0.25: an index of 87.5; 4.04 % over 99.
        103             | buy 1 market
        # 91.7: overbought, and held on.
        104             | filled buy 1 @ 104
        # 68.8: fallen back, and still over the 103 of two bars ago.
        103.5           | sell 1 market reduce
        102             | filled sell 1 @ 102
        ",
    )
}

#[test]
fn a_rise_that_turns_is_sold_without_ever_having_been_overbought() -> Result<(), LabError> {
    holds(
        &[WIDE],
        "
        100             |
        99              |
        100             |
        103             | buy 1 market
        # An index of 70, and still 2.5 % over 100.
        102.5           | filled buy 1 @ 102.5
        # Under the 103 of two bars ago.
        102             | sell 1 market reduce
        101             | filled sell 1 @ 101
        ",
    )
}

#[test]
fn a_rise_that_was_overdone_is_left_alone_to_its_end() -> Result<(), LabError> {
    holds(
        &["momentum_threshold = 0.4\noverbought = 80"],
        "
        100             |
        99              |
        100             |
        # 87.5: overdone.
        103             |
        # 70, and 2.5 % over 100; but late.
        102.5           |
        # 0.97 % under the last but one: over.
        102             |
        102             |
        # 76.7, and 0.49 % over 102: a new one.
        102.5           | buy 1 market
        ",
    )
}

#[test]
fn both_directions_turn_where_a_rise_ends_in_a_fall() -> Result<(), LabError> {
    holds(
        &[WIDE, "direction = 'both'"],
        "
        100             |
        99              |
        100             |
        103             | buy 1 market
        # 30.4, and 2 % under the 100 of two bars ago.
        98              | filled buy 1 @ 98; sell 1 market reduce; sell 1 market
        97              | filled sell 1 @ 97; filled sell 1 @ 97
        # Back over the 97 of two bars ago, and by more than a percent; the index is at 52.
        97              |
        100             | buy 1 market reduce; buy 1 market
        100             | filled buy 1 @ 100; filled buy 1 @ 100
        ",
    )
}

#[test]
fn against_the_move_what_is_oversold_is_bought_and_what_is_overbought_sold() -> Result<(), LabError> {
    holds(
        &[CONTRARIAN],
        "
        100             |
        101             |
        100             |
        # Gain 0.25, loss 1.25: an index of 16.7.
        98              | buy 1 market
        98              | filled buy 1 @ 98
        # 77.3.
        100             | sell 1 market reduce
        100             | filled sell 1 @ 100
        ",
    )
}

#[test]
fn against_the_move_both_directions_turn_at_the_other_end() -> Result<(), LabError> {
    holds(
        &[CONTRARIAN, "direction = 'both'"],
        "
        100             |
        101             |
        100             |
        98              | buy 1 market
        98              | filled buy 1 @ 98
        100             | sell 1 market reduce; sell 1 market
        100             | filled sell 1 @ 100; filled sell 1 @ 100
        ",
    )
}

#[test]
fn what_was_stopped_out_in_a_fall_is_not_bought_again_on_its_way_down() -> Result<(), LabError> {
    holds(
        &[CONTRARIAN, "stop_loss_pct = 5"],
        "
        100             |
        101             |
        100             |
        98              | buy 1 market
        100 100 98 98   | filled buy 1 @ 100; sell 1 stop 95 reduce
        97 97 90 92     | filled sell 1 @ 95
        90              |
        88              |
        # 83: back from oversold.
        94              |
        # 23.2: a new fall.
        84              | buy 1 market
        ",
    )
}

#[test]
fn a_fall_that_stopped_a_position_out_counts_as_entered() -> Result<(), LabError> {
    let from_the_signal_on = "
        100             |
        101             |
        100             |
        98              | buy 1 market
        # An index of 50, and then of 7.6.
        ";
    let over = "
        # 58.2: over.
        97              |
        90              | buy 1 market
        ";
    let stopped = "
        98 99 98 99     | filled buy 1 @ 98; sell 1 stop 93.1 reduce
        99 99 90 92     | filled sell 1 @ 93.1
        ";
    holds(&[CONTRARIAN, "stop_loss_pct = 5"], &format!("{from_the_signal_on}{stopped}{over}"))?;
    // And so does one in which the time was over.
    let given_up = "
        98 99 98 99     | filled buy 1 @ 98
        99 99 90 92     | sell 1 market reduce
        92              | filled sell 1 @ 92
        ";
    holds(&[CONTRARIAN, "max_bars_held = 2"], &format!("{from_the_signal_on}{given_up}{over}"))
}

#[test]
fn a_take_profit_rests_at_the_venue_and_takes_its_stop_along() -> Result<(), LabError> {
    holds(
        &[CONTRARIAN, "stop_loss_pct = 5\ntake_profit_pct = 2.5"],
        "
        100             |
        101             |
        100             |
        98              | buy 1 market
        100 100 98 98   | filled buy 1 @ 100; sell 1 stop 95 reduce; sell 1 @ 102.5 reduce
        98 103 98 103   | filled sell 1 @ 102.5; cancel sell 1 stop 95; cancelled sell 1 stop 95
        103             |
        ",
    )
}

#[test]
fn a_position_is_closed_when_its_time_is_over() -> Result<(), LabError> {
    holds(
        &[CONTRARIAN, "max_bars_held = 2"],
        "
        100             |
        101             |
        100             |
        98              | buy 1 market
        98              | filled buy 1 @ 98
        98              | sell 1 market reduce
        98              | filled sell 1 @ 98
        98              |
        ",
    )
}

#[test]
fn after_a_stop_entries_wait_for_the_cooldown_and_no_longer() -> Result<(), LabError> {
    let until_the_stop = "
        100             |
        101             |
        100             |
        98              | buy 1 market
        100 100 98 98   | filled buy 1 @ 100; sell 1 stop 95 reduce
        98 104 90 104   | filled sell 1 @ 95
        # 27.5: a new fall, at the first bar after the stop.
        ";
    for (bars, rest) in [
        (0, "94 | buy 1 market"),
        (1, "94 | buy 1 market"),
        (2, "94 | \n 93 | buy 1 market"),
        (3, "94 | \n 93 | \n 92 | buy 1 market"),
    ] {
        let extra = format!("stop_loss_pct = 5\ncooldown_bars = {bars}");
        let extra = if bars == 0 { "stop_loss_pct = 5" } else { &extra };
        holds(&[CONTRARIAN, extra], &format!("{until_the_stop}\n{rest}"))?;
    }
    Ok(())
}

#[test]
fn an_order_that_the_venue_would_not_take_is_not_sent() -> Result<(), LabError> {
    let mut lab = Lab::new()?;
    lab.spec.min_notional = "100".parse()?;
    let params = format!("{PARAMS}{CONTRARIAN}").replace("size = 1", "size = 0.5");
    check(
        &lab,
        "momentum",
        &params,
        "
        100             |
        101             |
        100             |
        98              |
        98              |
        ",
    )
}

#[test]
fn parameters_that_contradict_each_other_are_refused() -> Result<(), LabError> {
    for (params, expected) in [
        ("oversold = 70", "oversold: 70 must be below overbought, which is 70"),
        ("oversold = 20\noverbought = 50", "overbought: 50 leaves no room above the midline of 50"),
        ("oversold = 50", "oversold: 50 leaves no room below the midline of 50"),
        ("cooldown_bars = 3", "cooldown_bars: 3 bars after a stop, but there is none; set stop_loss_pct"),
        ("stop_loss_pct = 0.00000001", "stop_loss_pct: 0.00000001 has more than seven decimals"),
        ("sizing = 'fixed_quantity'\nsize = 0.0001", "size: 0.0001 is not a whole count of lots of TESTUSDT"),
        ("rsi_period = 0", "`rsi_period` is 0; it must be from 1 to 1000"),
    ] {
        let refused = Lab::new()?.run("momentum", params, &[]);
        let error = refused.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.starts_with(expected), "{params}: {error}");
    }
    Ok(())
}
