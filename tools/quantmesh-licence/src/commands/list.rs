//! `list`: what was issued, and how it stands.

use std::fmt::Write;

use licence::{Signed, WARNING};
use serde_json::Value;

use super::show::document;
use super::{Office, say, say_json};
use crate::cli::ListArgs;
use crate::{Entry, Fault, Ledger, dates};

pub(super) fn run(office: &Office<'_>, args: &ListArgs) -> Result<(), Fault> {
    let ledger = Ledger::read(office.folder)?;
    let wanted = |entry: &Entry| {
        let terms = entry.signed.claims();
        let of_customer = args
            .customer
            .as_ref()
            .is_none_or(|part| terms.customer.to_lowercase().contains(&part.to_lowercase()));
        let ends = args.expiring.is_none_or(|days| {
            let until = office.now.saturating_add(days.saturating_mul(dates::DAY));
            let open = entry.renewed_by.is_none() && entry.revoked.is_none();
            open && terms.expires.is_some_and(|ends| ends <= until)
        });
        of_customer && ends
    };
    let mut found: Vec<&Entry> =
        ledger.entries().map(|(_, entry)| entry).filter(|entry| wanted(entry)).collect();
    if args.expiring.is_some() {
        found.sort_by_key(|entry| entry.signed.claims().expires);
    }
    if args.json {
        let list = found.iter().map(|entry| document(&entry.signed, Some(entry), office.now));
        return say_json(&Value::Array(list.collect()));
    }
    if found.is_empty() {
        return say("nothing in the ledger answers to that\n");
    }
    let rows = found.iter().map(|entry| row(entry, office.now));
    say(&columns(rows))
}

fn row(entry: &Entry, now: i64) -> [String; 5] {
    let terms = entry.signed.claims();
    let ends = terms.expires.map_or_else(|| "never".to_owned(), dates::day);
    let names: Vec<_> = terms.strategies.iter().map(ToString::to_string).collect();
    let mut state = state(&entry.signed, Some(entry), now).to_owned();
    if let Some(newer) = entry.renewed_by.as_ref().filter(|_| entry.revoked.is_none()) {
        let _ = write!(state, " as {newer}");
    }
    [terms.id.clone(), terms.customer.clone(), ends, state, names.join(", ")]
}

/// A table with a head; every column as wide as its widest cell.
fn columns(rows: impl Iterator<Item = [String; 5]>) -> String {
    let head = ["id", "customer", "ends", "state", "strategies"].map(str::to_owned);
    let rows: Vec<_> = std::iter::once(head).chain(rows).collect();
    let mut widths = [0; 5];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        let _ = writeln!(text, "{}", cells.join("  ").trim_end());
    }
    text
}

/// How a licence stands by the ledger and by what it says of itself.
pub(super) fn state(signed: &Signed, entry: Option<&Entry>, now: i64) -> &'static str {
    let terms = signed.claims();
    match entry {
        Some(entry) if entry.revoked.is_some() => "revoked",
        Some(entry) if entry.renewed_by.is_some() => "renewed",
        _ if now < terms.starts => "not yet",
        _ if terms.expires.is_some_and(|ends| ends <= now) => "ended",
        _ if terms.expires.is_some_and(|ends| ends.saturating_sub(WARNING) <= now) => "warning",
        _ if terms.notify_from.is_some_and(|from| from <= now) => "notice",
        _ => "good",
    }
}
