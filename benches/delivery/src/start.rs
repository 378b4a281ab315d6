//! From exec to the first answer of a strategy, by every way that a program could take; and from exec to the first event of
//! the real program, where it was built.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use session::Trouble;

use crate::table::{self, Samples, figure};
use crate::{machine, tape, ways};

/// Starts per way.
const STARTS: usize = 200;

const STRATEGY: &str = "yardstick";

/// What is started.
const PROGRAMS: [(&str, &str); 6] = [
    ("none", "a process that does nothing but answer"),
    ("dyn", "compiled in, `dyn Strategy` from the catalogue"),
    ("so-c", "`.so`, C interface"),
    ("socket", "other process, bare Unix socket"),
    ("http", "other process, HTTP/1.1 and JSON (hyper)"),
    ("grpc", "other process, gRPC (tonic)"),
];

pub(crate) fn run() -> Result<(), Trouble> {
    let before = machine::load();
    let core = machine::stay_on_one_core()?;
    let here = std::env::current_exe()?;
    let mut samples = vec![Samples::default(); PROGRAMS.len()];
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/release/quantmesh");
    let mut whole = Samples::default();
    for _ in 0..STARTS {
        for ((name, _), samples) in PROGRAMS.into_iter().zip(&mut samples) {
            let words = if name == "none" { vec!["none"] } else { vec!["once", name, STRATEGY] };
            samples.add(until(Command::new(&here).args(words), "answered")?);
        }
        if program.exists() {
            whole.add(first_event(&program)?);
        }
    }
    let base = samples.get(1).map_or(f64::NAN, Samples::least);
    let mut rows: Vec<_> =
        PROGRAMS.into_iter().zip(&samples).map(|((_, what), s)| row(what, s, base)).collect();
    if program.exists() {
        rows.push(row(
            "the program itself: `quantmesh backtest`, to the first event of its built-in run",
            &whole,
            base,
        ));
    }
    let head = ["what is started", "µs, least", "µs, median", "ratio of least"];
    let note = format!(
        "All on core {core}; load {before} before and {} after. {STARTS} starts each, taking turns. A sidecar's own start is counted, as the program can't decide before it is there.",
        machine::load()
    );
    let heading = machine::heading("From exec to the first answer", "start", &note);
    table::publish("start.md", &(heading + &table::rows(&head, &rows)))
}

fn row(what: &str, samples: &Samples, base: f64) -> Vec<String> {
    let median = samples.median();
    vec![what.to_owned(), figure(samples.least()), figure(median), figure(samples.least() / base)]
}

/// The real program, with the built-in configuration and data; it says in its log when the first event goes in.
fn first_event(program: &Path) -> Result<f64, Trouble> {
    let out = std::env::temp_dir().join(format!("quantmesh-delivery-start-{}", std::process::id()));
    let mut command = Command::new("sh");
    // The log is on standard error; `exec` leaves no shell in between.
    command.args(["-c", "exec \"$0\" backtest --out \"$1\" 2>&1 >/dev/null"]).arg(program).arg(&out);
    let taken = until(command.env("RUST_LOG", "info"), "first event")?;
    std::fs::remove_dir_all(&out)?;
    Ok(taken)
}

/// Microseconds from starting `command` until it prints a line with `word`.
fn until(command: &mut Command, word: &str) -> Result<f64, Trouble> {
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn()?;
    let output = child.stdout.take().ok_or("it has no output")?;
    let mut taken = None;
    for line in BufReader::new(output).lines() {
        if line?.contains(word) {
            taken.get_or_insert_with(|| start.elapsed().as_secs_f64() * 1e6);
        }
    }
    let status = child.wait()?;
    taken
        .filter(|_| status.success())
        .ok_or_else(|| format!("it ended with {status} and without `{word}`").into())
}

/// A process that reaches a strategy once.
pub(crate) fn once(way: &str, strategy: &str) -> Result<(), Trouble> {
    let bars = tape::bars();
    let mut way = ways::open(way, strategy)?;
    way.feed(bars.get(..1).ok_or("there are no bars")?, 1)?;
    answer()
}

/// Says that the first answer is there.
pub(crate) fn answer() -> Result<(), Trouble> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "answered")?;
    Ok(output.flush()?)
}
