//! The program: parse, assemble, run.
//!
//! QuantMesh is a trading engine whose strategies are compiled in. This crate knows every room and joins them; see
//! `docs/ARCHITECTURE.md` for the map. A build of one's own calls [`run_host`] from its `main`.
#![cfg_attr(not(test), deny(unused_crate_dependencies))]

mod assemble;
mod catalogue;
mod cli;
mod commands;
mod config;
mod failure;
mod host;
pub mod identity;
mod licences;
mod machine;
mod market;
mod progress;
mod registered;
mod terminal;
mod timing;
mod window;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
pub use failure::{Failure, Kind};
pub use host::{Guest, run_host};

/// Runs the program with these arguments (the first is the program's name) and returns its exit code.
///
/// Results go to standard output, messages and logs to standard error. Exit codes: 0 done, 1 a fault of the program,
/// 2 wrong arguments, 3 configuration, 4 market data, 5 the run, 6 output, 7 the build, 20 and up a licence.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too, and belong to standard output.
            let code = if error.use_stderr() { Kind::Usage.code() } else { 0 };
            return if error.print().is_ok() { code.into() } else { Kind::Output.code().into() };
        }
    };
    log_to_stderr();
    match dispatch(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            terminal::complain(&failure);
            failure.kind.code().into()
        }
    }
}

fn dispatch(cli: &Cli) -> Result<(), Failure> {
    match &cli.command {
        Command::Backtest(args) => commands::backtest::run(args, &cli.licence),
        Command::Compare(args) => commands::compare::run(args, &cli.licence),
        Command::Optimize(args) => commands::optimize::run(args, &cli.licence),
        Command::WalkForward(args) => commands::walk_forward::run(args, &cli.licence),
        Command::Data(command) => commands::data::run(command),
        Command::Strategies(command) => commands::strategies::run(command, &cli.licence),
        Command::Config(command) => commands::config::run(command, &cli.licence),
        Command::Ai(command) => commands::ai::run(command, &cli.licence),
        Command::Licence(command) => commands::licence::run(command, &cli.licence),
        Command::Doctor(args) => commands::doctor::run(args, &cli.licence),
        Command::Schema => commands::config::print_schema(),
        Command::Version(args) => commands::version::run(args),
    }
}

fn log_to_stderr() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    // A second run in one process finds the subscriber in place, which is as good.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
