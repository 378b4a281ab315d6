//! `delivery CHORE`: what it costs to reach a strategy by every way there is, and what a stale library does. See `USAGE`.

mod calls;
mod grpc;
mod http;
mod library;
mod machine;
mod sidecar;
mod socket;
mod stale;
mod start;
mod table;
mod tape;
mod ways;

use std::io::{self, Write};
use std::process::ExitCode;

use session::Trouble;

const USAGE: &str = "\
What it costs to reach a strategy, by every way there is. By the script beside the manifest:

benches/delivery/run calls    nanoseconds per call; about a minute, on one core    (results/calls.md)
benches/delivery/run start    time from exec to the first answer                   (results/start.md)
benches/delivery/run stale    what a library built against yesterday's interface does; fails if it does otherwise
                                                                                     (results/stale.md)
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["calls"] => calls::run(),
        ["start"] => start::run(),
        ["stale"] => stale::run(),
        // What the chores start as processes of their own.
        ["serve", way, strategy] => sidecar::serve(way, strategy),
        ["once", way, strategy] => start::once(way, strategy),
        ["none"] => start::answer(),
        _ => say(USAGE),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where even the complaint can't be written, the exit code has to do.
            let _ = writeln!(io::stderr().lock(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn say(text: &str) -> Result<(), Trouble> {
    Ok(io::stdout().lock().write_all(text.as_bytes())?)
}
