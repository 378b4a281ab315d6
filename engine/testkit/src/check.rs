//! `check()`: a tape and what is expected of it, side by side in one text table.

use std::fmt::Write;

use backtest::Entry;
use types::{
    Bar, Command, Decimal, DecimalError, Event, Instrument, InstrumentId, Order, OrderKind, OrderReport,
    Price, Qty, ReportKind, Time, TimeInForce,
};

use crate::{Lab, LabError};

/// Runs a tape through a strategy and holds what happens against the table.
///
/// Each line is a one-minute bar, `open high low close` (or one number for a bar that stands still), then `|`, then what
/// is expected to happen up to the end of that bar's event, separated by `;`:
///
/// - `buy 2 market`, `sell 1.5 @ 101 post-only`, `buy 1 stop 90`, with ` reduce` behind reduce-only orders
/// - `cancel buy 1 @ 99`
/// - `filled sell 1.5 @ 101`, `cancelled …`, `rejected …`, `refused …`
///
/// Lines without `|`, or that start with `#`, are remarks. Accepted reports are not shown.
///
/// # Errors
/// The whole table as it should read, when it differs; [`LabError`] when the experiment can't be made.
///
/// # Panics
/// When the table differs, with both tables in the message.
pub fn check(lab: &Lab, id: &str, params: &str, table: &str) -> Result<(), LabError> {
    let instrument = lab.instrument()?;
    let rows = parse(&instrument, table)?;
    let bars: Vec<Bar> = rows.iter().map(|row| row.bar).collect();
    let mut backtest = lab.backtest(id, params, bars.first(), bars.len(), true)?;
    let mut happened = Vec::new();
    let mut orders = Vec::new();
    for bar in &bars {
        let before = backtest.journal().len();
        backtest.feed(&Event::Bar { instrument: InstrumentId(0), bar: *bar })?;
        let entries = backtest.journal().get(before..).unwrap_or_default();
        happened.push(happenings(&instrument, entries, &mut orders));
    }
    let mut actual = String::new();
    let mut expected = String::new();
    for (row, happened) in rows.iter().zip(&happened) {
        let _ = writeln!(expected, "{:<24} | {}", row.text, row.expected);
        let _ = writeln!(actual, "{:<24} | {happened}", row.text);
    }
    assert!(actual == expected, "the tape went another way\n--- expected\n{expected}--- actual\n{actual}");
    Ok(())
}

struct Row {
    bar: Bar,
    text: String,
    expected: String,
}

fn parse(instrument: &Instrument, table: &str) -> Result<Vec<Row>, LabError> {
    let mut rows = Vec::new();
    for (line, text) in table.lines().enumerate() {
        let Some((prices, expected)) = text.split_once('|').filter(|_| !text.trim_start().starts_with('#'))
        else {
            continue;
        };
        let wrong = |what: String| LabError::Tape { line: line + 1, what };
        let numbers: Result<Vec<Price>, DecimalError> = prices
            .split_whitespace()
            .map(|word| word.parse::<Decimal>().and_then(|value| instrument.price(value)))
            .collect();
        let numbers = numbers.map_err(|error| wrong(error.to_string()))?;
        let (open, high, low, close) = match numbers[..] {
            [still] => (still, still, still, still),
            [open, high, low, close] => (open, high, low, close),
            _ => return Err(wrong("a bar is one number, or open high low close".to_owned())),
        };
        let minute = 60_000_000_000;
        let open_time = i64::try_from(rows.len()).unwrap_or(0) * minute;
        let bar = Bar {
            open_time: Time::from_nanos(open_time),
            close_time: Time::from_nanos(open_time + minute),
            open,
            high,
            low,
            close,
            volume: Qty::from_lots(1_000_000_000),
        };
        if !bar.is_sound() {
            return Err(wrong("high must be the highest price and low the lowest, above zero".to_owned()));
        }
        let expected: Vec<&str> =
            expected.split(';').map(str::trim).filter(|part| !part.is_empty()).collect();
        rows.push(Row { bar, text: prices.trim().to_owned(), expected: expected.join("; ") });
    }
    Ok(rows)
}

/// What these steps of the journal come to, in words.
fn happenings(instrument: &Instrument, entries: &[Entry], orders: &mut Vec<Order>) -> String {
    let mut said = Vec::new();
    for entry in entries {
        if let Event::Order(report) = &entry.event {
            said.extend(describe_report(instrument, report, orders));
        }
        for command in &entry.commands {
            said.extend(describe_command(instrument, command, orders));
        }
    }
    said.join("; ")
}

fn describe_command(instrument: &Instrument, command: &Command, orders: &mut Vec<Order>) -> Option<String> {
    match command {
        Command::Place(order) => {
            orders.push(*order);
            Some(describe(instrument, order))
        }
        Command::Cancel { id, .. } => {
            let order = orders.iter().find(|order| order.id == *id)?;
            Some(format!("cancel {}", describe_short(instrument, order)))
        }
        Command::Tell(report) => match report.kind {
            ReportKind::Refused(refusal) => Some(format!("refused {refusal}")),
            _ => None,
        },
    }
}

fn describe_report(instrument: &Instrument, report: &OrderReport, orders: &[Order]) -> Option<String> {
    let order = orders.iter().find(|order| order.id == report.id);
    let short = order.map(|order| describe_short(instrument, order)).unwrap_or_default();
    match report.kind {
        ReportKind::Filled(fill) => {
            let (qty, price) = (instrument.qty_decimal(fill.qty), instrument.price_decimal(fill.price));
            Some(format!("filled {} {qty} @ {price}", fill.side.text()))
        }
        ReportKind::Cancelled(_) => Some(format!("cancelled {short}")),
        ReportKind::Rejected(reason) => Some(format!("rejected {short} {reason:?}")),
        ReportKind::Accepted | ReportKind::Refused(_) | ReportKind::Unknown => None,
    }
}

fn describe(instrument: &Instrument, order: &Order) -> String {
    let mut text = describe_short(instrument, order);
    if let OrderKind::Limit { tif, .. } = order.kind {
        text.push_str(match tif {
            TimeInForce::GoodTillCancel => "",
            TimeInForce::ImmediateOrCancel => " ioc",
            TimeInForce::FillOrKill => " fok",
            TimeInForce::PostOnly => " post-only",
        });
    }
    if order.reduce_only {
        text.push_str(" reduce");
    }
    text
}

fn describe_short(instrument: &Instrument, order: &Order) -> String {
    let what = format!("{} {}", order.side.text(), instrument.qty_decimal(order.qty));
    match order.kind {
        OrderKind::Market => format!("{what} market"),
        OrderKind::Limit { price, .. } => format!("{what} @ {}", instrument.price_decimal(price)),
        OrderKind::StopMarket { trigger } => format!("{what} stop {}", instrument.price_decimal(trigger)),
    }
}
