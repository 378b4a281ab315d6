//! Text tables: what trend following does, bar by bar.

use sdk::{Bar, Event, Funding, InstrumentId, Price, Qty, Rate, Side, Time};
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

#[test]
fn a_stop_in_atrs_follows_the_closes_and_never_moves_back() -> Result<(), LabError> {
    holds(
        "atr_stop_multiplier = 2\natr_period = 1\ntrailing_stop = true",
        "
        100               |
        99                |
        100 101 99 100    | buy 1 market
        # The last true range is 2.
        100 102 100 101   | filled buy 1 @ 100; sell 1 stop 96 reduce; cancel sell 1 stop 96; \
         sell 1 stop 97 reduce; cancelled sell 1 stop 96
        # A true range of 3: 104 − 6.
        101 104 101 104   | cancel sell 1 stop 97; sell 1 stop 98 reduce; cancelled sell 1 stop 97
        # A range of 5 would put it at 94: it stays.
        104 104 99 104    |
        104 104 90 91     | filled sell 1 @ 98
        ",
    )
}

#[test]
fn entries_wait_for_a_trend_and_exits_do_not() -> Result<(), LabError> {
    holds(
        "regime_filter = true\nadx_period = 2\nregime_ema_period = 2\nregime_dwell = 1",
        "
        100 |
        101 |
        100 |
        101 |
        102 |
        103 |
        104 | buy 1 market
        105 | filled buy 1 @ 105
        106 |
        107 |
        106 | sell 1 market reduce
        105 | filled sell 1 @ 105
        ",
    )
}

const MINUTE: i64 = 60_000_000_000;

/// Five-minute bars of these closes, the last of which closes twenty minutes after a settlement of funding; the one before that,
/// eight hours earlier, was at this rate. Gives the orders: side and minutes after the second settlement.
fn around_a_settlement(extra: &str, closes: &[i64], rate: i64) -> Result<Vec<String>, LabError> {
    let instrument = InstrumentId(0);
    let at = |minute: i64| Time::from_nanos(minute * MINUTE);
    let settled = |minute: i64, rate: i64| {
        let funding = Funding { time: at(minute), rate: Rate::from_nanos(rate), mark: None };
        Event::Funding { instrument, funding }
    };
    let mut events = vec![settled(0, rate)];
    let first = 480 + 20 - 5 * (i64::try_from(closes.len()).unwrap_or(0) - 1);
    for (minute, close) in (first..).step_by(5).zip(closes) {
        if minute == 480 {
            events.push(settled(480, rate));
        }
        let price = Price::from_ticks(100 * close);
        let (open_time, close_time) = (at(minute - 5), at(minute));
        let volume = Qty::from_lots(1_000_000);
        let bar = Bar { open_time, close_time, open: price, high: price, low: price, close: price, volume };
        events.push(Event::Bar { instrument, bar });
    }
    let count = events.len();
    let params = format!("{PARAMS}signal = 'level'\ndirection = 'both'\n{extra}");
    let record = Lab::new()?.run_events("trend_following", &params, None, events, count)?.record;
    let order = record.orders.iter().map(|order| {
        let side = if order.side == Side::Buy { "buy" } else { "sell" };
        format!("{side} {}", order.placed.nanos() / MINUTE - 480)
    });
    Ok(order.collect())
}

#[test]
fn before_a_settlement_the_side_that_pays_is_not_entered_and_may_leave() -> Result<(), LabError> {
    let up = [100, 101, 102, 103, 104, 105, 106, 107, 108];
    let down = [100, 99, 98, 97, 96, 95, 94, 93, 92];
    let turn = [100, 101, 102, 101, 100, 99, 98, 97, 96];
    for (extra, closes, rate, expected) in [
        ("", &up, 100_000, &["buy -15"][..]),
        // Longs paid, and are entered once they have paid again.
        ("funding_pause_minutes = 20", &up, 100_000, &["buy 0"]),
        ("funding_pause_minutes = 14", &up, 100_000, &["buy -15"]),
        ("funding_pause_minutes = 20", &up, -100_000, &["buy -15"]),
        ("funding_pause_minutes = 20\nfunding_min_bps = 1", &up, 100_000, &["buy 0"]),
        ("funding_pause_minutes = 20\nfunding_min_bps = 1.1", &up, 100_000, &["buy -15"]),
        ("funding_pause_minutes = 20", &down, -100_000, &["sell 0"]),
        ("funding_pause_minutes = 20", &down, 100_000, &["sell -15"]),
        // The long leaves before the settlement; the short, whose side paid, comes after it.
        ("funding_pause_minutes = 12", &turn, -100_000, &["buy -15", "sell -5", "sell 0"]),
    ] {
        assert_eq!(around_a_settlement(extra, closes, rate)?, expected, "{extra} {rate}");
    }
    Ok(())
}

#[test]
fn parameters_that_contradict_each_other_are_refused() -> Result<(), LabError> {
    for (extra, expected) in [
        (
            "atr_stop_multiplier = 2\nstop_loss_pct = 1",
            "atr_stop_multiplier: 2 and stop_loss_pct = 1 are two stops",
        ),
        (
            "trailing_stop = true",
            "trailing_stop: there is no stop to trail; set atr_stop_multiplier, such as 3",
        ),
        ("adx_exit = 30", "adx_exit: 30 must be at most adx_enter, which is 25"),
        ("funding_min_bps = 0.000001", "funding_min_bps: 0.000001 has more than five decimals"),
    ] {
        let refused = Lab::new()?.run("trend_following", &format!("{PARAMS}{extra}"), &[]);
        let error = refused.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.starts_with(expected), "{extra}: {error}");
    }
    Ok(())
}
