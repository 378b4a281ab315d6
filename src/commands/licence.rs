//! `quantmesh licence`: what licences there are, what they allow in this binary, and putting one in its place.

use std::fmt::Write;
use std::fs;

use licence::{FormatError, Signed, SignedRevocations};
use sdk::{Registered, Tier};
use serde_json::{Value, json};

use crate::catalogue::{catalogue, find};
use crate::cli::{InstallArgs, JsonArgs, LicenceArgs, LicenceCheckArgs, LicenceCommand};
use crate::failure::Kind;
use crate::licences::{Licences, NOW};
use crate::{Failure, machine, terminal};

pub(crate) fn run(command: &LicenceCommand, args: &LicenceArgs) -> Result<(), Failure> {
    match command {
        LicenceCommand::Show(output) => show(output, args),
        LicenceCommand::Check(wanted) => check(wanted, args),
        LicenceCommand::Install(install) => put(install),
    }
}

/// How each paid entry of this binary stands; free ones need no licence.
fn standing(found: &Licences, entry: &Registered) -> (bool, String) {
    match found.held(entry, NOW) {
        Ok(Some(held)) => (true, held.text(entry)),
        Ok(None) => (true, format!("{} is free", entry.id)),
        Err(failure) => (false, failure.message),
    }
}

fn show(output: &JsonArgs, args: &LicenceArgs) -> Result<(), Failure> {
    let found = Licences::find(args, None)?;
    let catalogue = catalogue()?;
    let paid = || catalogue.iter().filter(|entry| matches!(entry.tier, Tier::Paid { .. }));
    if output.json {
        let files = found.files.iter().map(|file| match &file.read {
            Ok(signed) => json!({ "file": file.path, "claims": signed.claims().fields() }),
            Err(failure) => json!({ "file": file.path, "fault": failure.message }),
        });
        let entries = paid().map(|entry| {
            let (good, text) = standing(&found, entry);
            json!({ "id": entry.id, "version": entry.version, "licensed": good, "standing": text })
        });
        return terminal::say_json(&json!({
            "looked_in": found.looked_in,
            "machine": machine::name(),
            "files": files.collect::<Vec<Value>>(),
            "entries": entries.collect::<Vec<Value>>(),
        }));
    }
    let mut text =
        format!("looked in  {}\nmachine    {}\n", found.looked_in, machine::name().unwrap_or_default());
    for file in &found.files {
        let _ = writeln!(text, "\n{}", file.path.display());
        match &file.read {
            Ok(signed) => {
                for (name, value) in signed.claims().fields() {
                    let _ = writeln!(text, "  {name:<13} {value}");
                }
            }
            Err(failure) => {
                let _ = writeln!(text, "  {}", failure.message);
            }
        }
    }
    text.push('\n');
    for entry in paid() {
        let (good, said) = standing(&found, entry);
        let _ = writeln!(text, "{:<4} {said}", if good { "ok" } else { "no" });
    }
    terminal::say(&text)
}

fn check(wanted: &LicenceCheckArgs, args: &LicenceArgs) -> Result<(), Failure> {
    let found = Licences::find(args, None)?;
    let catalogue = catalogue()?;
    let entries: Vec<&Registered> = match &wanted.id {
        Some(id) => vec![find(&catalogue, "licence check", id)?],
        None => catalogue.iter().filter(|entry| matches!(entry.tier, Tier::Paid { .. })).collect(),
    };
    let mut text = String::new();
    for entry in entries {
        match found.held(entry, NOW)? {
            Some(held) => writeln!(text, "{}", held.text(entry)),
            None => writeln!(text, "{} is free", entry.id),
        }
        .unwrap_or_default();
    }
    if text.is_empty() {
        text.push_str("nothing in this binary needs a licence\n");
    }
    terminal::say(&text)
}

fn put(install: &InstallArgs) -> Result<(), Failure> {
    let file = install.file.display();
    let text = fs::read_to_string(&install.file)
        .map_err(|error| Failure::config(format!("{file}: {error}; a licence is a text file")))?;
    let name = file_name(&text)
        .map_err(|error| Failure::new(Kind::Licence(error.exit_code()), format!("{file}: {error}")))?;
    let folder = machine::licence_folder().ok_or_else(|| {
        Failure::output("there is no folder to put it in, as HOME is not set; use --licence FILE")
    })?;
    let place = folder.join(name);
    fs::create_dir_all(&folder)
        .and_then(|()| machine::replace(&place, text.as_bytes()))
        .map_err(|error| Failure::output(format!("{}: {error}", place.display())))?;
    terminal::say(&format!("{} installed; `quantmesh licence show` says what it allows\n", place.display()))
}

/// What a vendor's file is called where it is found: a licence by its number, a list of revoked ones by its key.
fn file_name(text: &str) -> Result<String, FormatError> {
    if SignedRevocations::is_meant(text) {
        return Ok(format!("{}.revoked", SignedRevocations::parse(text)?.key_id()));
    }
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let id: String = Signed::parse(text)?.claims().id.chars().map(plain).collect();
    Ok(format!("{id}.licence"))
}
