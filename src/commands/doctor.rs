//! `quantmesh doctor`: is this build, this machine and this configuration fit to run, and if not, what to do.

use std::fmt::Write;
use std::net::ToSocketAddrs;

use serde_json::{Value, json};

use crate::cli::{DoctorArgs, LicenceArgs};
use crate::commands::strategies::with_demo_key;
use crate::config::{Config, Source};
use crate::failure::Kind;
use crate::licences::{Licences, NOW};
use crate::{Failure, assemble, catalogue, config, identity, machine, terminal};

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Health {
    Ok,
    Warning,
    Fault,
}

/// One check.
#[derive(Debug)]
struct Finding {
    what: &'static str,
    health: Health,
    found: String,
    /// What to do about it; empty where nothing is to be done.
    remedy: &'static str,
    /// The exit code that a fault asks for.
    code: u8,
}

impl Finding {
    fn ok(what: &'static str, found: impl Into<String>) -> Self {
        Self { what, health: Health::Ok, found: found.into(), remedy: "", code: 0 }
    }

    fn warning(what: &'static str, found: impl Into<String>, remedy: &'static str) -> Self {
        Self { health: Health::Warning, remedy, ..Self::ok(what, found) }
    }

    /// A failure says itself what happened and where; the remedy says where to look next.
    fn fault(what: &'static str, failure: &Failure) -> Self {
        let remedy = match failure.kind {
            Kind::Build => {
                "ask whoever built this binary for another build; `quantmesh version` identifies it"
            }
            Kind::Config | Kind::Usage => "correct it; `quantmesh config check FILE` looks again",
            Kind::Data => "`quantmesh data inspect FILE` says more about it",
            Kind::Licence(_) => {
                "`quantmesh licence show` lists every licence found; without, free strategies run"
            }
            Kind::Fault | Kind::Run | Kind::Output | Kind::Found(_) => "see above",
        };
        let code = failure.kind.code();
        Self { health: Health::Fault, remedy, code, ..Self::ok(what, failure.message.clone()) }
    }
}

pub(crate) fn run(args: &DoctorArgs, given: &LicenceArgs) -> Result<(), Failure> {
    let mut findings = vec![build(), speed(), registrations()];
    let source = args.config.as_deref().map(Source::file).transpose();
    let raw = match &source {
        Ok(Some(source)) => config::read(source, &[]).map(Some),
        Ok(None) => Ok(None),
        Err(failure) => Err(failure.clone()),
    };
    findings.extend(licences(
        given,
        source.as_ref().ok().and_then(Option::as_ref),
        raw.as_ref().ok().and_then(Option::as_ref),
    ));
    findings.push(clock());
    findings.extend(surroundings());
    match (&source, &raw) {
        (Ok(Some(source)), Ok(_)) => findings.extend(configuration(source, given)),
        (Err(failure), _) | (_, Err(failure)) => findings.push(Finding::fault("configuration", failure)),
        (Ok(None), _) => findings.push(Finding {
            remedy: "`quantmesh doctor FILE` looks at a configuration and its data too",
            ..Finding::ok("configuration", "none was given")
        }),
    }
    findings.push(folder("data folder", machine::state_folder()));
    findings.extend(args.resolve.as_deref().map(resolve));
    report(&findings, args.json)?;
    match findings.iter().find(|finding| finding.health == Health::Fault) {
        None => Ok(()),
        Some(fault) => {
            Err(Failure { kind: Kind::Found(fault.code), message: format!("{}: see above", fault.what) })
        }
    }
}

fn row(name: &str) -> String {
    identity::rows().into_iter().find(|(known, _)| *known == name).map(|(_, value)| value).unwrap_or_default()
}

fn build() -> Finding {
    let (revision, dirty) = (row("revision"), row("dirty"));
    let found = format!("quantmesh {} at {revision}, {}, {}", identity::VERSION, row("rustc"), row("target"));
    match dirty.as_str() {
        "yes" => Finding::warning(
            "build",
            format!("{found}; the sources were changed after that revision"),
            "commit, and build again: results of this binary can't be traced to sources",
        ),
        "no" => Finding::ok("build", found),
        _ => Finding::warning(
            "build",
            found,
            "the sources had no git and no revision file; build from a clone or a release",
        ),
    }
}

fn speed() -> Finding {
    let (level, assertions) = (row("opt-level"), row("debug-assertions"));
    let found = format!("opt-level {level}, debug assertions {assertions}, {} linking", row("linking"));
    if level == "3" && assertions == "off" {
        Finding::ok("profile", found)
    } else {
        Finding::warning("profile", found, "build with --release before you trade or compare speed")
    }
}

fn registrations() -> Finding {
    match catalogue::catalogue() {
        Err(failure) => Finding::fault("registrations", &failure),
        Ok(all) => {
            let ids: Vec<_> = all.iter().map(|entry| format!("{} {}", entry.id, entry.version)).collect();
            if ids.is_empty() {
                Finding::warning(
                    "registrations",
                    "nothing is compiled in",
                    "build with --features; features.md lists them",
                )
            } else {
                Finding::ok("registrations", ids.join(", "))
            }
        }
    }
}

fn licences(args: &LicenceArgs, source: Option<&Source>, raw: Option<&Config>) -> Vec<Finding> {
    let Ok(all) = catalogue::catalogue() else { return Vec::new() };
    let config = raw.zip(source).map(|(raw, source)| (&raw.licence, source.folder.as_path()));
    let found = match Licences::find(args, config) {
        Ok(found) => found,
        Err(failure) => return vec![Finding::fault("licence", &failure)],
    };
    let mut findings = Vec::new();
    for entry in all.iter() {
        match found.held(entry, NOW) {
            Ok(None) => {}
            Ok(Some(held)) if held.is_ending() => {
                findings.push(Finding::warning("licence", held.text(entry), "renew it before it ends"));
            }
            Ok(Some(held)) => findings.push(Finding::ok("licence", held.text(entry))),
            Err(failure) => {
                let named = raw.is_some_and(|raw| {
                    raw.strategy.iter().any(|one| one.id == entry.id)
                        || raw.risk.rule.iter().any(|one| one.id == entry.id)
                });
                // Where no configuration asks for it, an entry without a licence does no harm.
                let fault = Finding::fault("licence", &failure);
                findings.push(if named { fault } else { Finding { health: Health::Warning, ..fault } });
            }
        }
    }
    if findings.is_empty() {
        findings.push(Finding::ok("licence", "nothing in this binary needs one"));
    }
    if let Some(ids) = with_demo_key(all.iter()) {
        findings.push(Finding::warning(
            "vendor key",
            format!("demonstration, which everybody has, in {ids}"),
            "who sells these puts their own into vendor.pub of the crate and builds again",
        ));
    }
    findings
}

/// A clock that is behind the build, or behind what a run has seen, makes every licence doubtful and every order time wrong.
fn clock() -> Finding {
    let now = machine::now();
    let time = types::Time::from_nanos(now.saturating_mul(1_000_000_000));
    let found = format!("{} UTC", tape::show_time(time));
    let seen = machine::state_folder().and_then(|state| machine::last_seen(&state));
    match seen {
        Some(seen) if seen > now + licence::TOLERANCE => Finding::warning(
            "clock",
            format!("{found}, which is before the time of an earlier run"),
            "set this machine's clock; a time service keeps it right",
        ),
        _ => Finding::ok("clock", found),
    }
}

/// What other programs of this kind look for on a machine, and this one does not.
///
/// A test holds this to the lock file: a crate that encrypts connections, or that reads time zones, changes these lines.
fn surroundings() -> [Finding; 2] {
    [
        Finding::ok("certificates", "none are needed: this build opens no connection"),
        Finding::ok("time zones", "none are needed: times are read and shown in UTC"),
    ]
}

fn configuration(source: &Source, licence: &LicenceArgs) -> Vec<Finding> {
    let assembled = match assemble::assemble(source, &[], None, licence) {
        Ok(assembled) => assembled,
        Err(failure) => {
            let what = if failure.kind == Kind::Data { "data" } else { "configuration" };
            return vec![Finding::fault(what, &failure)];
        }
    };
    let built = assembled.setup(source, false).map(|_| ());
    let ids: Vec<_> = assembled.parts.strategies.iter().map(|entry| entry.id).collect();
    let span = assembled.span().map_or_else(String::new, |(first, last)| {
        format!(", {} to {}", tape::show_time(first), tape::show_time(last))
    });
    vec![
        match built {
            Ok(()) => Finding::ok("configuration", format!("{}: {}", source.name, ids.join(", "))),
            Err(failure) => Finding::fault("configuration", &failure),
        },
        Finding::ok("data", format!("{} market events{span}", assembled.events())),
    ]
}

/// Whether a folder can be written to, tried out by writing.
fn folder(what: &'static str, path: Option<std::path::PathBuf>) -> Finding {
    let Some(path) = path else {
        return Finding::warning(what, "there is none, as HOME is not set", "set HOME or XDG_STATE_HOME");
    };
    let probe = path.join(format!("probe.{}", std::process::id()));
    let tried = std::fs::create_dir_all(&path)
        .and_then(|()| std::fs::write(&probe, ""))
        .and_then(|()| std::fs::remove_file(&probe));
    match tried {
        Ok(()) => Finding::ok(what, path.display().to_string()),
        Err(error) => Finding::warning(
            what,
            format!("{}: {error}", path.display()),
            "make it writable, or point XDG_STATE_HOME elsewhere: what runs must remember is lost",
        ),
    }
}

/// Looks a host up by the machine's resolver, as a connection to an exchange will.
fn resolve(host: &str) -> Finding {
    match (host, 443).to_socket_addrs() {
        Ok(addresses) => {
            let found: Vec<_> = addresses.map(|address| address.ip().to_string()).collect();
            Finding::ok("name lookup", format!("{host} is {}", found.join(", ")))
        }
        Err(error) => Finding {
            health: Health::Fault,
            remedy: "check the spelling, /etc/resolv.conf and the network",
            code: Kind::Run.code(),
            ..Finding::ok("name lookup", format!("{host}: {error}"))
        },
    }
}

fn report(findings: &[Finding], json: bool) -> Result<(), Failure> {
    let word = |health| match health {
        Health::Ok => "ok",
        Health::Warning => "warning",
        Health::Fault => "fault",
    };
    if json {
        let list = findings.iter().map(|finding| {
            json!({ "check": finding.what, "health": word(finding.health), "found": finding.found, "remedy": finding.remedy })
        });
        return terminal::say_json(&Value::Array(list.collect()));
    }
    let mut text = String::new();
    for finding in findings {
        let _ = writeln!(text, "{:<8} {:<14} {}", word(finding.health), finding.what, finding.found);
        if !finding.remedy.is_empty() {
            let _ = writeln!(text, "{:<24}{}", "", finding.remedy);
        }
    }
    terminal::say(&text)
}
