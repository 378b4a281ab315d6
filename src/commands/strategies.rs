//! `quantmesh strategies`: what is compiled into this binary, with every parameter.

use std::fmt::Write;
use std::{array, iter};

use licence::PublicKey;
use sdk::{ParamField, Registered, Tier, param_fields};
use serde_json::{Value, json};

use crate::catalogue::{catalogue, find};
use crate::cli::{LicenceArgs, ShowArgs, StrategiesCommand};
use crate::commands::new_strategy;
use crate::licences::{Licences, NOW};
use crate::registered::SOURCES;
use crate::{Failure, host, terminal};

pub(crate) fn run(command: &StrategiesCommand, licence: &LicenceArgs) -> Result<(), Failure> {
    match command {
        StrategiesCommand::List(args) => list(args.json, licence),
        StrategiesCommand::Show(args) => show(args),
        StrategiesCommand::New(args) => new_strategy::run(args),
    }
}

fn list(json: bool, licence: &LicenceArgs) -> Result<(), Failure> {
    let licences = Licences::find(licence, None)?;
    let catalogue = catalogue()?;
    if json {
        let list: Vec<Value> = catalogue.iter().map(|entry| listed(entry, &licences)).collect();
        return terminal::say_json(&Value::Array(list));
    }
    let rows: Vec<_> = catalogue.iter().map(|entry| row(entry, &licences)).collect();
    if rows.is_empty() {
        return terminal::say("no strategy is compiled in; build with --features, see features.md\n");
    }
    let head = ["id", "version", "kind", "tier", "stability", "licence", "what it does"].map(str::to_owned);
    let rows: Vec<_> = iter::once(head).chain(rows).collect();
    let widths: [usize; 7] =
        array::from_fn(|at| rows.iter().filter_map(|row| row.get(at)).map(String::len).max().unwrap_or(0));
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        let _ = writeln!(text, "{}", cells.join("  ").trim_end());
    }
    let refused: Vec<_> = catalogue.iter().filter_map(|entry| licences.held(entry, NOW).err()).collect();
    for failure in refused {
        let _ = writeln!(text, "\n{}", failure.message);
    }
    if let Some(ids) = with_demo_key(catalogue.iter()) {
        let _ = writeln!(text, "\nvendor key: demonstration, which everybody has, in {ids}");
    }
    terminal::say(&text)
}

/// An entry as cells of the table.
fn row(entry: &Registered, licences: &Licences) -> [String; 7] {
    let state = match licences.held(entry, NOW) {
        Ok(None) => "not needed".to_owned(),
        Ok(Some(held)) => match held.licence.terms().expires {
            Some(ends) => format!("{} until {}", held.standing.name(), licence::show_time(ends)),
            None => held.standing.name().to_owned(),
        },
        Err(_) => "refused".to_owned(),
    };
    [
        entry.id.to_owned(),
        entry.version.to_owned(),
        entry.kind().text().to_owned(),
        entry.tier.text().to_owned(),
        entry.stability.text().to_owned(),
        state,
        entry.summary.to_owned(),
    ]
}

/// The ids of the entries whose vendor's key is the demonstration key, if any.
pub(crate) fn with_demo_key<'a>(entries: impl Iterator<Item = &'a Registered>) -> Option<String> {
    let ids: Vec<_> =
        entries.filter(|entry| vendor_key(entry) == "demonstration").map(|entry| entry.id).collect();
    (!ids.is_empty()).then(|| ids.join(", "))
}

/// Whose key an entry's licences are held against: `none` for a free entry, `demonstration`, or the id of the key.
fn vendor_key(entry: &Registered) -> String {
    let Tier::Paid { vendor_key } = entry.tier else { return "none".to_owned() };
    match PublicKey::from_hex(vendor_key) {
        Ok(key) if key.is_demo() => "demonstration".to_owned(),
        Ok(key) => key.id().to_string(),
        Err(_) => "unreadable".to_owned(),
    }
}

fn show(args: &ShowArgs) -> Result<(), Failure> {
    let entry = find(&catalogue()?, "strategies show", &args.id)?;
    let fields = param_fields(&(entry.schema)());
    if args.json {
        let mut value = head(entry);
        if let Some(map) = value.as_object_mut() {
            map.insert("parameters".to_owned(), fields.iter().map(parameter).collect());
        }
        return terminal::say_json(&value);
    }
    let mut text = format!(
        "{} {} ({}, {})\n{}\n\n",
        entry.id,
        entry.version,
        entry.tier.text(),
        entry.package,
        entry.summary
    );
    for field in &fields {
        let unit = field.unit.as_ref().map_or_else(String::new, |unit| format!(" {unit}"));
        let _ = writeln!(text, "{} = {}{unit}", field.key, field.default);
        let range = Some(field.range()).filter(|range| !range.is_empty());
        let range = range.map_or_else(String::new, |range| format!(" [{range}]"));
        let _ = writeln!(text, "    {}{range}", field.help.replace('\n', "\n    "));
    }
    terminal::say(&text)
}

/// Where its package is from: by the lock file of this tree, or by the host that brought it.
pub(crate) fn source(entry: &Registered) -> Option<&'static str> {
    let guest = host::guests().unwrap_or_default().iter().find(|guest| guest.id == entry.id);
    if let Some(guest) = guest {
        return Some(guest.source);
    }
    SOURCES.iter().find(|(package, _)| *package == entry.package).map(|(_, source)| *source)
}

/// An entry with the state of its licence.
fn listed(entry: &Registered, licences: &Licences) -> Value {
    let mut value = head(entry);
    let state = match licences.held(entry, NOW) {
        Ok(None) => json!({ "state": "not needed" }),
        Ok(Some(held)) => {
            let terms = held.licence.terms();
            json!({
                "state": held.standing.name(),
                "licence": terms.id,
                "customer": terms.customer,
                "expires": terms.expires.map(licence::show_time),
                "vendor_key": vendor_key(entry),
            })
        }
        Err(failure) => json!({
            "state": "refused",
            "exit_code": failure.kind.code(),
            "why": failure.message,
            "vendor_key": vendor_key(entry),
        }),
    };
    if let Some(map) = value.as_object_mut() {
        map.insert("licence".to_owned(), state);
    }
    value
}

fn head(entry: &Registered) -> Value {
    json!({
        "id": entry.id,
        "kind": entry.kind().text(),
        "crate": entry.package,
        "version": entry.version,
        "source": source(entry),
        "tier": entry.tier.text(),
        "stability": entry.stability.text(),
        "released": entry.released,
        "sdk": entry.sdk,
        "summary": entry.summary,
    })
}

fn parameter(field: &ParamField) -> Value {
    json!({
        "key": field.key,
        "type": field.kind,
        "default": serde_json::from_str::<Value>(&field.default).unwrap_or(Value::Null),
        "unit": field.unit,
        "minimum": field.minimum.map(|bound| bound.to_string()),
        "minimum_excluded": field.above,
        "maximum": field.maximum.map(|bound| bound.to_string()),
        "choices": field.choices,
        "help": field.help,
    })
}
