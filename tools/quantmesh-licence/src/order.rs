//! From an order (flags over a file over the settings) to the terms of a licence.

use std::collections::BTreeMap;
use std::path::Path;

use licence::{FormatError, Grant, Plan, SecretKey, Terms};
use semver::VersionReq;
use serde::Deserialize;

use crate::cli::IssueArgs;
use crate::{Fault, Settings, dates, files};

/// How long before its end a licence begins to speak of it, unless the vendor says.
const NOTIFY_DAYS: i64 = 30;

/// An order as a file: the same words as the flags.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    customer: Option<String>,
    #[serde(default)]
    strategies: BTreeMap<String, String>,
    id: Option<String>,
    starts: Option<String>,
    days: Option<i64>,
    until: Option<String>,
    notify_from: Option<String>,
    max_instances: Option<u32>,
    machine: Option<String>,
    plan: Option<String>,
    renew: Option<String>,
    notes: Option<String>,
    engine: Option<String>,
    msrv: Option<String>,
}

/// The terms that an order asks for. The id is empty where the ledger is to choose one.
pub(crate) fn terms(args: &IssueArgs, settings: &Settings, now: i64) -> Result<Terms, Fault> {
    let order = args.order.as_deref().map(read).transpose()?.unwrap_or_default();
    let starts = match args.starts.clone().or(order.starts) {
        Some(text) => dates::read(&text).map_err(|what| Fault::order(format!("starts: {what}")))?,
        // Clocks of machines differ: it begins with the day, not with the second.
        None => dates::midnight(now),
    };
    let said_here = args.days.is_some() || args.until.is_some();
    let (days, until) = if said_here { (args.days, args.until.clone()) } else { (order.days, order.until) };
    let expires = end(starts, days, until.as_deref())?;
    let notify_from = match args.notify_from.clone().or(order.notify_from) {
        Some(text) => Some(dates::read(&text).map_err(|what| Fault::order(format!("notify_from: {what}")))?),
        None => expires.map(|ends| notice(ends, starts, settings)),
    };
    let plan = args.plan.clone().or(order.plan).unwrap_or_else(|| Plan::Subscription.text().to_owned());
    let terms = Terms {
        id: args.id.clone().or(order.id).unwrap_or_default(),
        customer: needed("customer", args.customer.clone().or(order.customer))?,
        strategies: grants(&args.strategies, &order.strategies, settings)?,
        issued: now,
        starts,
        expires,
        notify_from,
        max_instances: args.max_instances.or(order.max_instances).unwrap_or(1),
        machine: args.machine.clone().or(order.machine),
        plan: Plan::read(&plan).ok_or_else(|| {
            Fault::order(format!("plan `{plan}`: it must be subscription or perpetual-fallback"))
        })?,
        engine: needed("engine", args.engine.clone().or(order.engine).or(settings.engine.clone()))?,
        msrv: needed("msrv", args.msrv.clone().or(order.msrv).or(settings.msrv.clone()))?,
        renew: needed("renew", args.renew.clone().or(order.renew).or(settings.renew.clone()))?,
        notes: args.notes.clone().or(order.notes).unwrap_or_default(),
    };
    check(&terms)?;
    Ok(terms)
}

fn read(path: &Path) -> Result<Order, Fault> {
    let text = files::read(path)?;
    toml::from_str(&text).map_err(|error| Fault::order(format!("{}: {error}", path.display())))
}

fn needed(name: &str, value: Option<String>) -> Result<String, Fault> {
    value.ok_or_else(|| {
        let settled = matches!(name, "engine" | "msrv" | "renew");
        let also = if settled {
            format!(", or once and for all as `{name} = \"...\"` in vendor.toml")
        } else {
            String::new()
        };
        Fault::order(format!(
            "the order lacks `{name}`: give --{name}, or `{name} = \"...\"` in the order file{also}"
        ))
    })
}

/// The end by days or by a day; `None` for never.
pub(crate) fn end(from: i64, days: Option<i64>, until: Option<&str>) -> Result<Option<i64>, Fault> {
    match (days, until) {
        (Some(_), Some(_)) => Err(Fault::order("the order has both `days` and `until`; leave one out")),
        (Some(days), None) => dates::after(from, days).map(Some),
        (None, Some("never")) => Ok(None),
        (None, Some(text)) => {
            dates::read(text).map(Some).map_err(|what| Fault::order(format!("until: {what}, nor `never`")))
        }
        (None, None) => {
            Err(Fault::order("the order lacks an end: give --days COUNT, or --until DAY, or --until never"))
        }
    }
}

/// When to begin to speak of an end: as the vendor settled, else a month before, or in the last quarter of a short term.
pub(crate) fn notice(ends: i64, starts: i64, settings: &Settings) -> i64 {
    let quarter = ends.saturating_sub(starts) / 4;
    let before = match settings.notify_days {
        Some(days) => days.clamp(0, 36_525) * dates::DAY,
        None => (NOTIFY_DAYS * dates::DAY).min(quarter),
    };
    ends.saturating_sub(before).max(starts)
}

fn grants(
    flags: &[String],
    order: &BTreeMap<String, String>,
    settings: &Settings,
) -> Result<Vec<Grant>, Fault> {
    let pair = |text: &String| match text.split_once(['@', ' ']) {
        Some((id, versions)) => (id.to_owned(), Some(versions.to_owned())),
        None => (text.clone(), None),
    };
    let wanted: Vec<_> = if flags.is_empty() {
        order.iter().map(|(id, versions)| (id.clone(), Some(versions.clone()))).collect()
    } else {
        flags.iter().map(pair).collect()
    };
    if wanted.is_empty() {
        return Err(Fault::order(
            "the order names no strategy: give --strategy ID@VERSIONS, or a table [strategies] in the order file",
        ));
    }
    let mut found: Vec<Grant> = Vec::new();
    for (id, versions) in wanted {
        if found.iter().any(|grant| grant.id == id) {
            return Err(Fault::order(format!("{id} is named twice; write both ranges as one")));
        }
        found.push(grant(id, versions, settings)?);
    }
    Ok(found)
}

fn grant(id: String, versions: Option<String>, settings: &Settings) -> Result<Grant, Fault> {
    let sold = settings.strategies.get(&id);
    if sold.is_none() && !settings.strategies.is_empty() {
        let known: Vec<_> = settings.strategies.keys().map(String::as_str).collect();
        return Err(Fault::order(format!(
            "{id} is not sold here: vendor.toml has {}; add a table [strategies.{id}] there if it is",
            known.join(", ")
        )));
    }
    let versions = match versions {
        Some(text) => text.parse::<VersionReq>().map_err(|error| {
            Fault::order(format!("{id}: `{text}` is no range of versions such as ^0.1: {error}"))
        })?,
        None => sold.and_then(|sold| sold.versions.clone()).ok_or_else(|| {
            Fault::order(format!(
                "{id}: say which versions, as --strategy {id}@^0.1 or as `versions` under [strategies.{id}] in vendor.toml"
            ))
        })?,
    };
    Ok(Grant { id, versions })
}

/// What can be written down and makes no sense.
fn check(terms: &Terms) -> Result<(), Fault> {
    if !terms.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(Fault::order(format!(
            "id `{}`: letters, digits and dashes only, as files are named after it",
            terms.id
        )));
    }
    if terms.expires.is_some_and(|ends| ends <= terms.starts) {
        return Err(Fault::order(format!(
            "it would end at {}, before it begins at {}",
            terms.expires.map(licence::show_time).unwrap_or_default(),
            licence::show_time(terms.starts)
        )));
    }
    if let Some(machine) = &terms.machine
        && !(machine.len() == 16 && machine.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
    {
        return Err(Fault::order(format!(
            "machine `{machine}`: it must be the 16 digits that `quantmesh licence show` prints on that machine"
        )));
    }
    Ok(())
}

/// Signs terms; what can't be written down is told by field.
pub(crate) fn sign(terms: &Terms, key: &SecretKey) -> Result<String, Fault> {
    licence::sign(terms, key).map_err(|error| match error {
        FormatError::Value { field, what, .. } => Fault::order(format!("{field}: {what}")),
        // A second line in a value is read as the next field.
        FormatError::Expected { field, .. } => {
            Fault::order(format!("what stands before `{field}` has more than one line; write it on one"))
        }
        error => Fault::order(error.to_string()),
    })
}
