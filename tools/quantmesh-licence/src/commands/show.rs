//! `show`: one licence, from the ledger or from a file, and what became of it.

use std::fmt::Write;
use std::path::Path;

use licence::Signed;
use serde_json::{Value, json};

use super::list::state;
use super::verify::read;
use super::{Office, say, say_json};
use crate::cli::ShowArgs;
use crate::files::Half;
use crate::{Entry, Fault, Ledger};

pub(super) fn run(office: &Office<'_>, args: &ShowArgs) -> Result<(), Fault> {
    let ledger = Ledger::read(office.folder)?;
    let path = Path::new(&args.what);
    // A number of the ledger goes before a file of the same name.
    let (signed, entry) = match ledger.get(&args.what) {
        Some(entry) => (entry.signed.clone(), Some(entry)),
        None if path.exists() => {
            let signed = read(path)?;
            let entry = ledger.get(&signed.claims().id).filter(|entry| entry.signed == signed);
            (signed, entry)
        }
        None => {
            return Err(Fault::Refused(format!(
                "{} is neither in the ledger nor a file; `quantmesh-licence list` shows what was issued",
                args.what
            )));
        }
    };
    if let Some(out) = &args.out {
        let text = entry.map(|entry| entry.text.as_str()).ok_or_else(|| {
            Fault::Refused(format!("{} is not in the ledger, so its file can't be written again", args.what))
        })?;
        Half::write(out, text.as_bytes())?.into_new_place()?;
    }
    if args.json {
        return say_json(&document(&signed, entry, office.now));
    }
    say(&text(&signed, entry, office.now))
}

fn text(signed: &Signed, entry: Option<&Entry>, now: i64) -> String {
    let mut text = String::new();
    for (name, value) in signed.claims().fields() {
        let _ = writeln!(text, "{name:<13} {value}");
    }
    let _ = writeln!(text, "{:<13} {}", "key-id", signed.key_id());
    let _ = writeln!(text, "{:<13} {}", "state", state(signed, entry, now));
    match entry {
        None => text.push_str("ledger        does not have it\n"),
        Some(entry) => {
            for (name, value) in [("renews", &entry.renews), ("renewed-by", &entry.renewed_by)] {
                let _ = value.as_ref().map(|value| writeln!(text, "{name:<13} {value}"));
            }
            if let Some((time, why)) = &entry.revoked {
                let _ = writeln!(text, "{:<13} {time}: {why}", "revoked");
            }
        }
    }
    text
}

/// A licence as one JSON object.
pub(super) fn document(signed: &Signed, entry: Option<&Entry>, now: i64) -> Value {
    let terms = signed.claims();
    let strategies: Vec<_> = terms
        .strategies
        .iter()
        .map(|grant| json!({ "id": grant.id, "versions": grant.versions.to_string() }))
        .collect();
    json!({
        "id": terms.id,
        "customer": terms.customer,
        "strategies": strategies,
        "issued": licence::show_time(terms.issued),
        "starts": licence::show_time(terms.starts),
        "expires": terms.expires.map(licence::show_time),
        "notify_from": terms.notify_from.map(licence::show_time),
        "max_instances": terms.max_instances,
        "machine": terms.machine,
        "plan": terms.plan.text(),
        "engine": terms.engine,
        "msrv": terms.msrv,
        "renew": terms.renew,
        "notes": terms.notes,
        "key_id": signed.key_id().to_string(),
        "state": state(signed, entry, now),
        "in_ledger": entry.is_some(),
        "renews": entry.and_then(|entry| entry.renews.clone()),
        "renewed_by": entry.and_then(|entry| entry.renewed_by.clone()),
        "revoked": entry.and_then(|entry| entry.revoked.clone()).map(|(time, why)| json!({ "time": time, "why": why })),
    })
}
