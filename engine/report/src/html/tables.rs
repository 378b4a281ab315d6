//! The tables of the page.

use std::fmt::Write;

use ledger::RunRecord;

use super::Escaped;
use crate::curve::{daily, drawdowns as falls};
use crate::trips::price_return;
use crate::{Group, Metric, show};

/// Round trips the page shows; `trades.csv` has them all.
const SHOWN_TRADES: usize = 500;

/// Name and value, one a row.
pub(super) fn rows(list: &[(String, String)]) -> String {
    list.iter().map(|(name, value)| format!("<tr><th>{}<td>{}", Escaped(name), Escaped(value))).collect()
}

/// How the profit came about; the parts sum to it.
pub(super) fn split(record: &RunRecord) -> String {
    let totals = record.totals;
    let profit = record.final_equity().minus(record.capital).unwrap_or_default();
    let fees = totals.fees.negated().unwrap_or_default();
    let parts = [
        ("Realised", totals.realised),
        ("Unrealised", totals.unrealised),
        ("Funding", totals.funding),
        ("Fees", fees),
        ("Net profit", profit),
    ];
    parts.iter().map(|(name, money)| format!("<tr><th>{name}<td class=n>{}", show::money(*money))).collect()
}

pub(super) fn metric_groups(list: &[Metric]) -> String {
    let mut out = String::new();
    for (group, name) in [
        (Group::Result, "Result"),
        (Group::Risk, "Risk"),
        (Group::Ratios, "Ratios"),
        (Group::Trades, "Round trips"),
        (Group::Activity, "Orders and costs"),
    ] {
        let _ = write!(out, "<section><h3>{name}</h3><table class=metrics>");
        for metric in list.iter().filter(|metric| metric.group == group) {
            let _ = write!(
                out,
                "<tr><th>{}<td class=n>{}<td class=how>{}",
                Escaped(metric.label),
                Escaped(&show::value(&metric.value)),
                Escaped(&metric.convention)
            );
        }
        out.push_str("</table></section>");
    }
    out
}

pub(super) fn drawdowns(record: &RunRecord) -> String {
    let mut out = String::new();
    for fall in falls(record).iter().take(10) {
        let end = fall.recovered.map_or_else(|| "not yet".to_owned(), show::time);
        let depth = show::number(Some(-fall.depth * 100.0), 2);
        let (peak, low) = (show::time(fall.peak), show::time(fall.trough));
        let _ = write!(
            out,
            "<tr><td class=n>{depth} %<td class=n>{}<td>{peak}<td>{low}<td>{end}",
            show::money(fall.amount)
        );
    }
    out
}

/// Returns by month as a heat map, one year a row.
pub(super) fn months(record: &RunRecord) -> String {
    let mut ends: Vec<((i16, i8), f64)> = Vec::new();
    let days = daily(&record.equity);
    let Some(first) = days.first() else { return String::new() };
    for (day, equity) in &days {
        let Ok(moment) = jiff::Timestamp::from_second(day * 86_400) else { continue };
        let date = jiff::tz::TimeZone::UTC.to_datetime(moment);
        let month = (date.year(), date.month());
        match ends.last_mut() {
            Some(last) if last.0 == month => last.1 = *equity,
            _ => ends.push((month, *equity)),
        }
    }
    let mut before = first.1;
    let mut years: Vec<(i16, [Option<f64>; 12])> = Vec::new();
    for ((year, month), equity) in ends {
        let change = statistics::ratio(equity - before, before).map(|change| change * 100.0);
        before = equity;
        if years.last().is_none_or(|last| last.0 != year) {
            years.push((year, [None; 12]));
        }
        let place = usize::try_from(month).unwrap_or(1).saturating_sub(1);
        if let Some(cell) = years.last_mut().and_then(|last| last.1.get_mut(place)) {
            *cell = change;
        }
    }
    let mut out = String::new();
    for (year, months) in years {
        let _ = write!(out, "<tr><th>{year}");
        for change in months {
            match change {
                Some(change) => {
                    let strength = (change.abs() / 15.0).min(1.0) * 0.55;
                    let tone = if change >= 0.0 { "--gain" } else { "--loss" };
                    let shown = show::number(Some(change), 1);
                    let _ = write!(
                        out,
                        "<td class=n style=\"background:rgb(from var({tone}) r g b / {strength:.2})\">{shown}"
                    );
                }
                None => out.push_str("<td>"),
            }
        }
    }
    out
}

pub(super) fn trades(record: &RunRecord) -> String {
    let mut out = String::new();
    for trip in record.round_trips.iter().take(SHOWN_TRADES) {
        let Some(instrument) = record.instruments.get(trip.instrument.index()) else { continue };
        let side = if trip.entry_side.sign() > 0 { "long" } else { "short" };
        let (net, change) = (trip.net(), price_return(trip) * 100.0);
        let tone = if net.units() < 0 { "loss" } else { "gain" };
        let _ = write!(
            out,
            "<tr><td>{}<td>{side}<td class=n>{}<td class=n>{}<td>{}<td class=n>{}<td>{}<td class=n>{}<td class=n>{}<td class=\"n {tone}\">{}<td class=n>{} %",
            Escaped(instrument.symbol()),
            trip.slot,
            instrument.qty_decimal(trip.qty),
            show::time(trip.entry_time),
            instrument.price_decimal(trip.entry_price),
            show::time(trip.exit_time),
            instrument.price_decimal(trip.exit_price),
            show::money(trip.fees),
            show::money(net),
            show::number(Some(change), 2),
        );
    }
    let more = record.round_trips.len().saturating_sub(SHOWN_TRADES);
    if more > 0 {
        let _ = write!(out, "<tr><td colspan=11>… and {more} more in trades.csv");
    }
    out
}

pub(super) fn notes(record: &RunRecord) -> String {
    let mut out = String::new();
    for note in record.notes.iter().take(100) {
        let _ = write!(out, "<li><time>{}</time> {}", show::time(note.time), Escaped(&note.text));
    }
    if out.is_empty() { "<li>none".to_owned() } else { out }
}
