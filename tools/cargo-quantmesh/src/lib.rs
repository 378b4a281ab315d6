//! `cargo quantmesh`: from a build file to one binary that holds exactly what the file names, or to the reason why not.
//!
//! What xcaddy is to Caddy, with a lock file, a preflight, a proof of registration and a receipt. What it writes is plain
//! cargo: the host workspace in `.quantmesh/host` builds without this tool.
//!
//! Exit codes: 0 done, 1 a program that could not be run, 2 wrong arguments, 3 the build file, 4 the preflight (access,
//! versions), 5 the compiler, 6 the self-check of what was built, 7 `verify` found a difference, 8 a file that could not be
//! read or written.

mod build_file;
mod bundle;
mod cli;
mod compile;
mod copy;
mod engine;
mod failure;
mod from_config;
mod host;
mod lock;
mod preflight;
mod program;
mod project;
mod receipt;
mod redact;
mod sbom;
mod self_check;
mod upgrade;
mod verify;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
pub use failure::{Failure, Kind};

/// Runs the tool with these arguments (the first is the program's name) and returns its exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut words: Vec<OsString> = args.into_iter().collect();
    // Cargo calls a subcommand with its own name as the first word.
    if words.get(1).is_some_and(|word| word == "quantmesh") {
        words.remove(1);
    }
    let cli = match Cli::try_parse_from(words) {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { Kind::Usage.code() } else { 0 };
            let _ = error.print();
            return code.into();
        }
    };
    let done = match &cli.command {
        Command::Init(args) => build_file::init(args),
        Command::Check(args) => preflight::command(args),
        Command::Build(args) => compile::command(args),
        Command::Upgrade(args) => upgrade::command(args),
        Command::Verify(args) => verify::command(args),
        Command::Bundle(args) => bundle::command(args),
        Command::FromConfig(args) => from_config::command(args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Where even the complaint can't be written, the exit code has to do.
            let _ = writeln!(io::stderr().lock(), "error: {}", redact::text(&failure.to_string()));
            failure.kind.code().into()
        }
    }
}

/// Tells the person at the terminal how it goes; what another program reads goes to standard output instead.
fn tell(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", redact::text(text));
}

/// Prints a result.
fn say(text: &str) -> Result<(), Failure> {
    let text = redact::text(text);
    io::stdout()
        .lock()
        .write_all(text.as_bytes())
        .map_err(|error| Failure::new(Kind::Files, format!("the result can't be printed: {error}")))
}
