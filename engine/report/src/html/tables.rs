//! The tables of the page.

use std::fmt::Write;

use ledger::RunRecord;
use types::Money;

use super::Escaped;
use crate::attribution::{Attribution, Part};
use crate::curve::Drawdown;
use crate::months::Year;
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
    let parts =
        [("Realised", totals.realised), ("Unrealised", totals.unrealised), ("Funding", totals.funding)];
    // Only accounts with margin have these.
    let insurance = totals.insurance.negated().unwrap_or_default();
    let rare = [("Insurance fund", insurance), ("Other assets' prices", totals.revaluation)];
    let rare = rare.into_iter().filter(|(_, money)| *money != Money::ZERO);
    let parts = parts.into_iter().chain(rare).chain([("Fees", fees), ("Net profit", profit)]);
    parts.map(|(name, money)| format!("<tr><th>{name}<td class=n>{}", show::money(money))).collect()
}

pub(super) fn metric_groups(list: &[Metric]) -> String {
    let mut out = String::new();
    for group in Group::ALL {
        let _ = write!(out, "<section><h3>{}</h3><table class=metrics>", group.name());
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

pub(super) fn drawdowns(falls: &[Drawdown]) -> String {
    let mut out = String::new();
    for fall in falls.iter().take(10) {
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
pub(super) fn months(years: &[Year]) -> String {
    let mut out = String::new();
    for year in years {
        let _ = write!(out, "<tr><th>{}", year.year);
        for change in year.months.iter().chain([&year.whole]) {
            let Some(change) = change.map(|change| change * 100.0) else {
                out.push_str("<td>");
                continue;
            };
            let strength = (change.abs() / 15.0).min(1.0) * 0.55;
            let tone = if change >= 0.0 { "--gain" } else { "--loss" };
            let shown = show::number(Some(change), 1);
            let _ = write!(
                out,
                "<td class=n style=\"background:rgb(from var({tone}) r g b / {strength:.2})\">{shown}"
            );
        }
    }
    out
}

/// Who earned it; strategies first, then instruments.
pub(super) fn attribution(attribution: &Attribution) -> String {
    let mut out = String::new();
    for (title, parts) in [("Strategy", &attribution.strategies), ("Instrument", &attribution.instruments)] {
        if parts.is_empty() {
            continue;
        }
        let _ = write!(
            out,
            "<table><thead><tr><th>{title}<th class=n>Net<th class=n>Realised<th class=n>Unrealised<th class=n>Fees<th class=n>Funding<th class=n>Turnover<th class=n>Fills<th class=n>Maker<th class=n>Round trips<th class=n>Won<th class=n>In the market</thead><tbody>"
        );
        parts.iter().for_each(|part| part_row(&mut out, part));
        out.push_str("</tbody></table>");
    }
    out
}

fn part_row(out: &mut String, part: &Part) {
    let tone = if part.net().units() < 0 { "loss" } else { "gain" };
    let share = |share| show::ratio_or_share(share, true);
    let _ = write!(
        out,
        "<tr><th>{}<td class=\"n {tone}\">{}<td class=n>{}<td class=n>{}<td class=n>{}<td class=n>{}<td class=n>{}<td class=n>{}<td class=n>{}<td class=n>{}<td class=n>{}<td class=n>{}",
        Escaped(&part.name),
        show::money(part.net()),
        show::money(part.realised),
        show::money(part.unrealised),
        show::money(part.fees),
        show::money(part.funding),
        show::money(part.turnover),
        part.fills,
        share(part.maker_share()),
        part.round_trips,
        share(part.win_rate()),
        share(part.in_market),
    );
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
