//! One module a command.

mod issue;
mod keygen;
mod list;
mod renew;
mod revoke;
mod show;
mod verify;

use std::io::{self, Write};
use std::path::Path;

use serde_json::Value;

use crate::cli::{Cli, Command};
use crate::{Fault, dates};

/// Where a command works, and when.
pub(crate) struct Office<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) now: i64,
}

pub(crate) fn run(cli: &Cli) -> Result<(), Fault> {
    // The folder one stands in goes without saying.
    let folder = if cli.office == Path::new(".") { Path::new("") } else { cli.office.as_path() };
    let office = Office { folder, now: cli.now.unwrap_or_else(dates::now) };
    match &cli.command {
        Command::Keygen(args) => keygen::run(&office, args),
        Command::Issue(args) => issue::run(&office, args),
        Command::Renew(args) => renew::run(&office, args),
        Command::Show(args) => show::run(&office, args),
        Command::Verify(args) => verify::run(&office, args),
        Command::List(args) => list::run(&office, args),
        Command::Revoke(args) => revoke::run(&office, args),
    }
}

/// Writes a result. A reader that went away (`| head`) ends the output, and nothing else.
fn say(text: &str) -> Result<(), Fault> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Fault::Output(error)),
        _ => Ok(()),
    }
}

fn say_json(value: &Value) -> Result<(), Fault> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Fault::Output(error.into()))?;
    say(&format!("{text}\n"))
}

/// Says something beside the result that the vendor should know.
fn remark(text: &str) {
    let _ = writeln!(io::stderr().lock(), "note: {text}");
}
