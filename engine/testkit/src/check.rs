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
/// Lines without `|`, or that start with `#`, are remarks. Accepted reports are not shown. In a laboratory with several
/// instruments a line has a bar for each, with `/` between them, and what happens to any but the first begins with the
/// instrument's symbol: `TWOUSDT buy 1 market`.
///
/// # Errors
/// The whole table as it should read, when it differs; [`LabError`] when the experiment can't be made.
///
/// # Panics
/// When the table differs, with both tables in the message.
pub fn check(lab: &Lab, id: &str, params: &str, table: &str) -> Result<(), LabError> {
    let instruments = lab.instruments()?;
    let rows = parse(&instruments, table)?;
    let first = rows.first().and_then(|row| row.bars.first());
    let mut backtest = lab.backtest(id, params, first, rows.len(), true)?;
    let mut happened = Vec::new();
    let mut orders = Vec::new();
    for row in &rows {
        let before = backtest.journal().len();
        for (instrument, bar) in instruments.iter().zip(&row.bars) {
            backtest.feed(&Event::Bar { instrument: instrument.id(), bar: *bar })?;
        }
        let entries = backtest.journal().get(before..).unwrap_or_default();
        happened.push(happenings(&instruments, entries, &mut orders));
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
    /// One for each instrument.
    bars: Vec<Bar>,
    text: String,
    expected: String,
}

fn parse(instruments: &[Instrument], table: &str) -> Result<Vec<Row>, LabError> {
    let mut rows = Vec::new();
    for (line, text) in (1..).zip(table.lines()) {
        let Some((prices, expected)) = text.split_once('|').filter(|_| !text.trim_start().starts_with('#'))
        else {
            continue;
        };
        let wrong = |what: String| LabError::Tape { line, what };
        let fields: Vec<&str> = prices.split('/').collect();
        if fields.len() != instruments.len() {
            return Err(wrong(format!("{} bars for {} instruments", fields.len(), instruments.len())));
        }
        let pairs = instruments.iter().zip(fields);
        let bars: Result<Vec<Bar>, String> =
            pairs.map(|(instrument, text)| bar(instrument, text, rows.len())).collect();
        let expected: Vec<&str> =
            expected.split(';').map(str::trim).filter(|part| !part.is_empty()).collect();
        let (bars, text) = (bars.map_err(wrong)?, prices.trim().to_owned());
        rows.push(Row { bars, text, expected: expected.join("; ") });
    }
    Ok(rows)
}

/// The bar of one minute, `at` minutes after the beginning.
fn bar(instrument: &Instrument, prices: &str, at: usize) -> Result<Bar, String> {
    let numbers: Result<Vec<Price>, DecimalError> = prices
        .split_whitespace()
        .map(|word| word.parse::<Decimal>().and_then(|value| instrument.price(value)))
        .collect();
    let (open, high, low, close) = match numbers.map_err(|error| error.to_string())?[..] {
        [still] => (still, still, still, still),
        [open, high, low, close] => (open, high, low, close),
        _ => return Err("a bar is one number, or open high low close".to_owned()),
    };
    let minute = 60_000_000_000;
    let open_time = i64::try_from(at).unwrap_or(0) * minute;
    let bar = Bar {
        open_time: Time::from_nanos(open_time),
        close_time: Time::from_nanos(open_time + minute),
        open,
        high,
        low,
        close,
        volume: Qty::from_lots(1_000_000_000),
    };
    if bar.is_sound() {
        Ok(bar)
    } else {
        Err("high must be the highest price and low the lowest, above zero".to_owned())
    }
}

/// What these steps of the journal come to, in words.
fn happenings(instruments: &[Instrument], entries: &[Entry], orders: &mut Vec<Order>) -> String {
    let mut said = Vec::new();
    let mut say = |id: InstrumentId, words: String| {
        let other = instruments.get(id.index()).filter(|_| id.index() > 0);
        said.push(other.map_or(words.clone(), |other| format!("{} {words}", other.symbol())));
    };
    let of = |id: InstrumentId| instruments.get(id.index());
    for entry in entries {
        if let Event::Order(report) = &entry.event
            && let Some(words) = of(report.instrument).and_then(|i| describe_report(i, report, orders))
        {
            say(report.instrument, words);
        }
        for command in &entry.commands {
            let id = match command {
                Command::Place(order) => order.instrument,
                Command::Cancel { instrument, .. } => *instrument,
                Command::Tell(report) => report.instrument,
            };
            if let Some(words) = of(id).and_then(|i| describe_command(i, command, orders)) {
                say(id, words);
            }
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
