//! Text tables: what a pair does, bar by bar.

use std::fmt::Write;

use pairs as _;
use sdk::{Bar, Event, InstrumentId, Price, Qty, Time, Trade};
use testkit::{Lab, LabError, check};

/// Two markets quoted in USDT, TESTUSDT and TWOUSDT, without slippage.
fn lab() -> Result<Lab, LabError> {
    let mut lab = Lab::new()?;
    lab.execution.slippage_ticks = 0;
    let mut two = lab.spec.clone();
    (two.symbol, two.base) = ("TWOUSDT".to_owned(), "TWO".parse()?);
    lab.others.push(two);
    Ok(lab)
}

/// Each leg is worth 1000, the spread is that of the least-squares line over five bars; what `extra` says goes before.
fn params(extra: &str) -> String {
    const PARAMS: &str = "neutral = 'dollar'\nleg_quote = 1000\nlookback = 5\nz_period = 5\nentry_z = 1.5\n\
                          exit_z = 0.5\nstop_z = 0\nmax_bars = 0";
    let key = |line: &str| line.split('=').next().unwrap_or_default().trim().to_owned();
    let kept = PARAMS.lines().filter(|line| !extra.lines().any(|other| key(other) == key(line)));
    kept.chain(extra.lines()).collect::<Vec<_>>().join("\n")
}

/// Holds a run against a table. Each line is a minute: a price of each market, at which its bar stands still, or
/// `-` where that market has no bar; then what is filled at the opening, and what is sent or remarked at the close.
/// Both openings are told before the first of the two bars, as two live feeds would.
fn holds(lab: &Lab, extra: &str, table: &str) -> Result<(), LabError> {
    const MINUTE: i64 = 60_000_000_000;
    let rows: Vec<(&str, &str)> = table.lines().filter_map(|line| line.split_once('|')).collect();
    let (mut events, mut at) = (Vec::new(), 0);
    for (prices, _) in &rows {
        let (open, close) = (Time::from_nanos(at), Time::from_nanos(at + MINUTE));
        at += MINUTE;
        let markets = (0..).map(InstrumentId).zip(lab.instruments()?);
        let mut bars = Vec::new();
        for ((instrument, market), text) in
            markets.zip(prices.split('/')).filter(|(_, text)| text.trim() != "-")
        {
            let price = market.price(text.trim().parse()?)?;
            let trade = Trade { time: open, price, qty: Qty::ZERO, taker: None };
            events.push(Event::Trade { instrument, trade });
            let bar = Bar {
                open_time: open,
                close_time: close,
                open: price,
                high: price,
                low: price,
                close: price,
                volume: Qty::from_lots(1_000_000_000),
            };
            bars.push(Event::Bar { instrument, bar });
        }
        events.append(&mut bars);
    }
    let count = events.len();
    let record = lab.run_events("pairs", &params(extra), None, events, count)?.record;
    let name = |id: InstrumentId| if id.0 == 0 { "" } else { "TWOUSDT " };
    let markets = lab.instruments()?;
    let market = |id: InstrumentId| markets.iter().find(|market| market.id() == id);
    let amount =
        |id: InstrumentId, qty: Qty| market(id).map(|market| market.qty_decimal(qty)).unwrap_or_default();
    let worth = |id: InstrumentId, price: Price| {
        market(id).map(|market| market.price_decimal(price)).unwrap_or_default()
    };
    let (mut actual, mut expected) = (String::new(), String::new());
    for (row, (prices, should)) in (0_i64..).zip(&rows) {
        let (open, close) = (Time::from_nanos(row * MINUTE), Time::from_nanos((row + 1) * MINUTE));
        let mut said = Vec::new();
        for fill in record.fills.iter().filter(|fill| fill.time == open) {
            let (id, done) = (fill.instrument, fill.fill);
            let (qty, price) = (amount(id, done.qty), worth(id, done.price));
            said.push(format!("{}filled {} {qty} @ {price}", name(id), done.side.text()));
        }
        for order in record.orders.iter().filter(|order| order.placed == close) {
            let id = order.instrument;
            said.push(format!("{}{} {}", name(id), order.side.text(), amount(id, order.qty)));
        }
        said.extend(
            record.notes.iter().filter(|note| note.time == close).map(|note| format!("({})", note.text)),
        );
        let _ = writeln!(actual, "{:<10} | {}", prices.trim(), said.join("; "));
        let _ = writeln!(expected, "{:<10} | {}", prices.trim(), should.trim());
    }
    assert!(actual == expected, "the run went another way\n--- expected\n{expected}--- actual\n{actual}");
    Ok(())
}

/// The ratio at the entry is 1.002, and with it the distances are 2.00, 1.22, 0.80, 0.53 and -2.00. With a ratio
/// that went on they would be 1.20, 0.59 and -0.42, and the pair would be closed one bar earlier.
#[test]
fn a_pair_is_held_with_the_ratio_of_its_entry_and_closed_when_the_spread_has_come_back()
-> Result<(), LabError> {
    holds(
        &lab()?,
        "neutral = 'beta'",
        "
        100 / 50   |
        102 / 51   |
        100 / 50   |
        102 / 51   |
        103 / 50.5 | sell 9.708; TWOUSDT buy 19.839
        103 / 50.5 | filled sell 9.708 @ 103; TWOUSDT filled buy 19.839 @ 50.5
        104 / 51   |
        102 / 50   |
        98 / 50    | buy 9.708; TWOUSDT sell 19.839
        98 / 50    | filled buy 9.708 @ 98; TWOUSDT filled sell 19.839 @ 50
        ",
    )
}

#[test]
fn a_spread_under_its_mean_is_bought() -> Result<(), LabError> {
    holds(
        &lab()?,
        "prices = 'plain'",
        "
        100 / 50 |
        102 / 51 |
        100 / 50 |
        102 / 51 |
        99 / 50.5 | buy 10.101; TWOUSDT sell 19.801
        99 / 50  | filled buy 10.101 @ 99; TWOUSDT filled sell 19.801 @ 50; sell 10.101; TWOUSDT buy 19.801
        101 / 50 | filled sell 10.101 @ 101; TWOUSDT filled buy 19.801 @ 50
        ",
    )
}

/// Mean and deviation of the entry stay: the next bar is 3.23 deviations away. The spread is 1.56 deviations away
/// once more (110 / 51) before it has come back, which is no new entry; after it has (108 / 51), it may be entered
/// again.
#[test]
fn a_pair_beyond_its_stop_is_closed_and_not_entered_again_before_the_spread_has_come_back()
-> Result<(), LabError> {
    holds(
        &lab()?,
        "stop_z = 3\nfreeze = 'all'",
        "
        100 / 50   |
        102 / 51   |
        100 / 50   |
        102 / 51   |
        103 / 50.5 | sell 9.708; TWOUSDT buy 19.8
        104 / 50.5 | filled sell 9.708 @ 104; TWOUSDT filled buy 19.8 @ 50.5; buy 9.708; TWOUSDT sell 19.8; (the spread went beyond stop_z; the pair is closed)
        106 / 51   | filled buy 9.708 @ 106; TWOUSDT filled sell 19.8 @ 51
        110 / 51   |
        110 / 51   |
        108 / 51   |
        98 / 50    |
        115 / 51   | sell 8.695; TWOUSDT buy 19.606
        ",
    )
}

#[test]
fn a_pair_that_does_not_come_back_is_closed_after_its_longest_time() -> Result<(), LabError> {
    holds(
        &lab()?,
        "max_bars = 2",
        "
        100 / 50   |
        102 / 51   |
        100 / 50   |
        102 / 51   |
        103 / 50.5 | sell 9.708; TWOUSDT buy 19.8
        104 / 50.5 | filled sell 9.708 @ 104; TWOUSDT filled buy 19.8 @ 50.5
        106 / 51   | buy 9.708; TWOUSDT sell 19.8; (the pair was held for max_bars; it is closed)
        108 / 51   | filled buy 9.708 @ 108; TWOUSDT filled sell 19.8 @ 51
        ",
    )
}

/// The bars of 101 and 103 have no counterpart: without them the five matched bars are those of the other tables.
/// While the pair is held, bars without counterpart decide nothing, but make it older.
#[test]
fn bars_without_counterpart_are_dropped() -> Result<(), LabError> {
    const DROPPED: &str = "(a bar has no counterpart of the same close time; it is dropped)";
    holds(
        &lab()?,
        "max_bars = 3",
        &format!(
            "
        100 / 50   |
        102 / 51   |
        101 / -    |
        100 / 50   | {DROPPED}
        102 / 51   |
        103 / -    |
        103 / -    | {DROPPED}
        103 / 50.5 | sell 9.708; TWOUSDT buy 19.8
        104 / 50.5 | filled sell 9.708 @ 104; TWOUSDT filled buy 19.8 @ 50.5
        - / 50.5   |
        - / 50.5   | {DROPPED}
        105 / -    | buy 9.708; TWOUSDT sell 19.8; (the pair was held for max_bars; it is closed)
        105 / 50   | filled buy 9.708 @ 105; TWOUSDT filled sell 19.8 @ 50
        "
        ),
    )
}

/// The first leg is worth 999.92 and goes out, the second one 1001.87 and is refused. The spread is still 1.56
/// deviations away in the next bar, but the pair is not tried again.
#[test]
fn where_the_gate_refuses_one_leg_the_other_is_taken_back() -> Result<(), LabError> {
    let mut lab = lab()?;
    lab.limits.max_order_notional = Some("1000".parse()?);
    check(
        &lab,
        "pairs",
        &params("neutral = 'beta'"),
        "
        100 / 50   |
        102 / 51   |
        100 / 50   |
        102 / 51   |
        103 / 50.5 | sell 9.708 market; TWOUSDT refused one order too large (risk.max_order_notional): 1001.8695, limit 1000; cancel sell 9.708 market; cancelled sell 9.708 market
        104 / 50.5 |
        ",
    )
}

#[test]
fn where_one_leg_is_too_small_for_its_venue_neither_is_sent() -> Result<(), LabError> {
    let mut lab = lab()?;
    lab.others[0].min_notional = "1000".parse()?;
    holds(
        &lab,
        "",
        "
        100 / 50   |
        102 / 51   |
        100 / 50   |
        102 / 51   |
        103 / 50.5 | (a leg comes to less than the venue's smallest order; neither leg is sent)
        104 / 50.5 |
        ",
    )
}

/// The first market rises while the second one falls: there is nothing in the second one that offsets the first.
#[test]
fn where_the_ratio_is_not_above_zero_there_is_no_entry() -> Result<(), LabError> {
    holds(
        &lab()?,
        "",
        "
        100 / 51   |
        102 / 50   |
        100 / 51   |
        102 / 50   |
        103 / 50.5 | (the hedge ratio is not above zero: nothing offsets the first leg; no entry)
        104 / 50.5 |
        ",
    )
}

/// A tenth of 10 000 for the first leg; the filter stands near 1, where it began.
#[test]
fn the_filter_finds_a_ratio_as_well_and_a_leg_can_be_a_share_of_equity() -> Result<(), LabError> {
    holds(
        &lab()?,
        "method = 'kalman'\nneutral = 'beta'\nleg_quote = 0\nleg_equity = 0.1",
        "
        100 / 50   |
        102 / 51   |
        100 / 50   |
        102 / 51   |
        103 / 50.5 | sell 9.708; TWOUSDT buy 19.831
        103 / 50.5 | filled sell 9.708 @ 103; TWOUSDT filled buy 19.831 @ 50.5
        98 / 50    | buy 9.708; TWOUSDT sell 19.831
        98 / 50    | filled buy 9.708 @ 98; TWOUSDT filled sell 19.831 @ 50
        ",
    )
}
