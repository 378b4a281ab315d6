//! `quantmesh strategies`: what is compiled into this binary, with every parameter.

use std::fmt::Write;

use sdk::{ParamField, Registered, param_fields};
use serde_json::{Value, json};

use crate::catalogue::{catalogue, find};
use crate::cli::{LicenceArgs, ShowArgs, StrategiesCommand};
use crate::licences::{Licences, NOW};
use crate::registered::SOURCES;
use crate::{Failure, host, terminal};

pub(crate) fn run(command: &StrategiesCommand, licence: &LicenceArgs) -> Result<(), Failure> {
    match command {
        StrategiesCommand::List(args) if args.json => {
            let licences = Licences::find(licence, None)?;
            let list: Vec<Value> = catalogue()?.iter().map(|entry| listed(entry, &licences)).collect();
            terminal::say_json(&Value::Array(list))
        }
        StrategiesCommand::List(_) => list(),
        StrategiesCommand::Show(args) => show(args),
    }
}

fn list() -> Result<(), Failure> {
    let catalogue = catalogue()?;
    let mut text = String::new();
    let width = catalogue.iter().map(|entry| entry.id.len()).max().unwrap_or(0);
    for entry in catalogue.iter() {
        let _ = writeln!(
            text,
            "{:<width$}  {:<8} {:<5} {}",
            entry.id,
            entry.version,
            entry.tier.text(),
            entry.summary
        );
    }
    if text.is_empty() {
        text.push_str("no strategy is compiled in; build with --features, see features.md\n");
    }
    terminal::say(&text)
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
        Ok(Some(held)) => json!({ "state": held.standing.name(), "licence": held.licence.terms().id }),
        Err(failure) => json!({ "state": "refused", "why": failure.message }),
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
        "version": entry.version,
        "tier": entry.tier.text(),
        "stability": entry.stability.text(),
        "released": entry.released,
        "package": entry.package,
        "source": source(entry),
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
