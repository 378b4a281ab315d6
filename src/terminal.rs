//! The only place that writes to the terminal: results to standard output, complaints to standard error.

use std::io::{self, IsTerminal, Write};

use crate::Failure;

/// Writes a result. A reader that went away (`| head`) ends the output, and nothing else.
pub(crate) fn say(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::output(format!("standard output can't be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes one JSON document.
pub(crate) fn say_json(value: &serde_json::Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(Failure::output)?;
    say(&format!("{text}\n"))
}

/// Says what went wrong. Where even that is impossible, the exit code has to do.
pub(crate) fn complain(failure: &Failure) {
    let _ = writeln!(io::stderr().lock(), "{failure}");
}

/// Says something beside the result that a person should know.
pub(crate) fn remark(text: &str) {
    let _ = writeln!(io::stderr().lock(), "note: {text}");
}

/// Whether a person looks at standard output.
pub(crate) fn is_interactive() -> bool {
    io::stdout().is_terminal()
}

/// Whether colour is welcome on standard output.
pub(crate) fn wants_colour() -> bool {
    is_interactive() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Columns to write for: what the shell says, or 100.
pub(crate) fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    columns.unwrap_or(100).clamp(60, 160)
}
