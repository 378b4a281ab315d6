//! Text tables: what breakout does, bar by bar. The average true range is that of one bar.

use breakout as _;
use testkit::{Lab, LabError, check};

const PARAMS: &str = "entry_period = 3\nexit_period = 2\natr_period = 1\n";
const ONE: &str = "sizing = 'fixed_quantity'\nsize = 1\n";
const NO_STOP: &str = "atr_multiplier = 0\n";

/// A channel from 99 to 101, and a bar of range 2 that closes above it.
const SIGNAL: &str = "
        100 101 99 100  |
        100 101 99 100  |
        100 101 99 100  |
        100 102 100 102 | buy 1 market
        ";

fn holds(extra: &[&str], table: &str) -> Result<(), LabError> {
    let mut lab = Lab::new()?;
    lab.execution.slippage_ticks = 0;
    check(&lab, "breakout", &format!("{PARAMS}{}", extra.concat()), table)
}

fn after_the_signal(extra: &[&str], rest: &str) -> Result<(), LabError> {
    holds(extra, &format!("{SIGNAL}{rest}"))
}

#[test]
fn a_close_above_the_channel_is_bought_and_one_below_the_shorter_channel_sold() -> Result<(), LabError> {
    holds(
        &[ONE, NO_STOP],
        "
        100 101 99 100  |
        100 101 99 100  |
        100 101 99 100  |
        # Above it within the bar, and on it at the close: no break.
        100 103 99 101  |
        # Now it ends at 103.
        101 103 101 103 |
        103 104 102 104 | buy 1 market
        104 105 103 105 | filled buy 1 @ 104
        # The lowest low of two bars is 102.
        105 105 101 102 |
        # Then 101.
        102 102 100 100 | sell 1 market reduce
        100             | filled sell 1 @ 100
        ",
    )
}

#[test]
fn a_short_is_the_mirror_image_of_a_long() -> Result<(), LabError> {
    holds(
        &[ONE, "direction = 'short'"],
        "
        100 101 99 100  |
        100 101 99 100  |
        100 101 99 100  |
        100 100 98 98   | sell 1 market
        98 98 97 97     | filled sell 1 @ 98; buy 1 stop 102 reduce
        97 99 97 99     |
        99 100 99 100   | cancel buy 1 stop 102; buy 1 market reduce; cancelled buy 1 stop 102
        100             | filled buy 1 @ 100
        ",
    )
}

#[test]
fn both_directions_turn_where_a_close_breaks_both_channels() -> Result<(), LabError> {
    after_the_signal(
        &[ONE, NO_STOP, "direction = 'both'"],
        "
        102 102 98 98   | filled buy 1 @ 102; sell 1 market reduce; sell 1 market
        98              | filled sell 1 @ 98; filled sell 1 @ 98
        ",
    )
}

#[test]
fn the_stop_rests_at_the_venue_at_the_distance_of_the_signal() -> Result<(), LabError> {
    after_the_signal(
        &[ONE],
        "
        # 103 − 2 × 2.
        103 109 103 109 | filled buy 1 @ 103; sell 1 stop 99 reduce
        # A range of 6 since, and it stays.
        109 109 99 109  | filled sell 1 @ 99
        # A new high after a stop is a new break.
        109 110 109 110 | buy 1 market
        ",
    )
}

#[test]
fn the_stop_follows_the_best_price_and_never_moves_back() -> Result<(), LabError> {
    after_the_signal(
        &[ONE, "trailing_atr_multiplier = 3"],
        "
        # The first high: 103 − 3 × 1 is better than 98.
        102 103 102 103 | filled buy 1 @ 102; sell 1 stop 98 reduce; cancel sell 1 stop 98; \
                          sell 1 stop 100 reduce; cancelled sell 1 stop 98
        # 105 − 3 × 2 is not.
        103 105 103 105 |
        # 106 − 3 × 1.
        105 106 105 106 | cancel sell 1 stop 100; sell 1 stop 103 reduce; cancelled sell 1 stop 100
        # 106 − 3 × 0.5: the high is still that of the bar before.
        105.5           | cancel sell 1 stop 103; sell 1 stop 104.5 reduce; cancelled sell 1 stop 103
        105 105 104 104 | filled sell 1 @ 104.5
        90              |
        90              |
        90              |
        # The next position has a stop of its own.
        90 92 90 92     | buy 1 market
        92 93 91 93     | filled buy 1 @ 92; sell 1 stop 88 reduce
        ",
    )
}

#[test]
fn a_short_stop_follows_the_lowest_low() -> Result<(), LabError> {
    holds(
        &[ONE, "direction = 'short'\ntrailing_atr_multiplier = 3"],
        "
        100 101 99 100  |
        100 101 99 100  |
        100 101 99 100  |
        100 100 98 98   | sell 1 market
        98 98 97 97     | filled sell 1 @ 98; buy 1 stop 102 reduce; cancel buy 1 stop 102; \
                          buy 1 stop 100 reduce; cancelled buy 1 stop 102
        97 97 95 95     |
        95 95 94 94     | cancel buy 1 stop 100; buy 1 stop 97 reduce; cancelled buy 1 stop 100
        94 97 94 96     | filled buy 1 @ 97
        ",
    )
}

#[test]
fn a_close_that_has_passed_where_the_stop_belongs_is_left_at_once() -> Result<(), LabError> {
    after_the_signal(
        &[ONE, "atr_multiplier = 5\ntrailing_atr_multiplier = 0.5"],
        "
        # Half a range of 8 under the high of 110 is 106, and the close is 102.
        102 110 102 102 | filled buy 1 @ 102; sell 1 stop 92 reduce; cancel sell 1 stop 92; \
                          sell 1 market reduce; cancelled sell 1 stop 92
        102             | filled sell 1 @ 102
        ",
    )
}

#[test]
fn a_take_profit_rests_at_the_venue_and_takes_its_stop_along() -> Result<(), LabError> {
    after_the_signal(
        &[ONE, "take_profit_pct = 5"],
        "
        102             | filled buy 1 @ 102; sell 1 stop 98 reduce; sell 1 @ 107.1 reduce
        # A new high, in the move whose profit was taken.
        102 108 102 108 | filled sell 1 @ 107.1; cancel sell 1 stop 98; cancelled sell 1 stop 98
        # The lowest low of two bars is 102: over.
        108 108 101 101 |
        101 109 101 109 | buy 1 market
        ",
    )
}

#[test]
fn the_size_is_what_loses_the_risk_at_the_stop() -> Result<(), LabError> {
    // 1 % of 10 000 over 4 a unit is 25 units.
    let signal = SIGNAL.replace("buy 1 market", "buy 25 market");
    let rest = "
        102             | filled buy 25 @ 102; sell 25 stop 98 reduce
        102 102 98 98   | filled sell 25 @ 98
        ";
    holds(&["risk_pct = 1"], &format!("{signal}{rest}"))?;
    // Half of 10 000 at 102 a unit is 49.019; 20 % over 4 would be 500.
    holds(&["risk_pct = 20\nmax_leverage = 0.5"], &SIGNAL.replace("buy 1 market", "buy 49.019 market"))
}

#[test]
fn nothing_is_entered_before_there_is_a_stop_to_place() -> Result<(), LabError> {
    let mut lab = Lab::new()?;
    lab.execution.slippage_ticks = 0;
    let params = format!("{PARAMS}{ONE}").replace("atr_period = 1", "atr_period = 4");
    check(&lab, "breakout", &params, &format!("{}103 | buy 1 market", SIGNAL.replace("buy 1 market", "")))
}

#[test]
fn an_order_that_the_venue_would_not_take_is_not_sent() -> Result<(), LabError> {
    let mut lab = Lab::new()?;
    lab.spec.min_notional = "103".parse()?;
    check(&lab, "breakout", &format!("{PARAMS}{ONE}"), &SIGNAL.replace("buy 1 market", ""))
}

#[test]
fn parameters_that_contradict_each_other_are_refused() -> Result<(), LabError> {
    for (params, expected) in [
        ("exit_period = 21", "exit_period: 21 must be at most entry_period, which is 20"),
        (
            "atr_multiplier = 0\ntrailing_atr_multiplier = 3",
            "trailing_atr_multiplier: there is no stop to trail; set atr_multiplier, such as 2",
        ),
        (
            "atr_multiplier = 0\nrisk_pct = 1",
            "risk_pct: 1 % of equity would be lost at a stop, but there is none; set atr_multiplier, such as 2, or use \
             size",
        ),
        ("risk_pct = 0.00000001", "risk_pct: 0.00000001 has more than seven decimals"),
        ("max_leverage = 1.0000000001", "max_leverage: 1.0000000001 has more than nine decimals"),
        ("sizing = 'fixed_quantity'\nsize = 0.0001", "size: 0.0001 is not a whole count of lots of TESTUSDT"),
        ("max_leverage = 0", "`max_leverage` is 0; it must be above 0, at most 125"),
    ] {
        let refused = Lab::new()?.run("breakout", params, &[]);
        let error = refused.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.starts_with(expected), "{params}: {error}");
    }
    Ok(())
}
