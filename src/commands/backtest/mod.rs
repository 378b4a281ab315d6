//! `quantmesh backtest`: history through the engine, a tear sheet out.

mod bounds;
mod conventions;
mod lookahead;
mod play;

use std::path::{Path, PathBuf};

use backtest::{BacktestSetup, Outcome};
use report::{Calendar, Context, Search};
use serde_json::{Value, json};

use crate::assemble::{Assembled, DEFAULT_CONFIG, assemble};
use crate::cli::{BacktestArgs, LicenceArgs};
use crate::config::{CalendarConfig, Source};

use crate::timing::{Taken, Watch};
use crate::{Failure, identity, progress, terminal};

pub(crate) use play::play;

pub(crate) fn run(args: &BacktestArgs, licence: &LicenceArgs) -> Result<(), Failure> {
    let source = match &args.config {
        Some(path) => Source::file(path)?,
        None => Source {
            name: "built-in configuration".to_owned(),
            text: DEFAULT_CONFIG.to_owned(),
            folder: PathBuf::new(),
        },
    };
    let watch = Watch::start();
    let assembled = assemble(&source, &args.set, args.data.as_deref(), licence)?;
    let load = watch.taken();
    tracing::info!(events = assembled.events(), seconds = load.wall, "data read");
    let watch = Watch::start();
    let setup = assembled.setup(&source, args.verify)?;
    let warm_up = assembled.warm_up_bars(&setup);
    let outcome = go(&assembled, setup)?;
    let run = watch.taken();
    tracing::info!(fills = outcome.record.totals.fills, seconds = run.wall, "run done");
    if args.verify {
        verify(&assembled, &source, &outcome)?;
    }
    if let Some(cuts) = args.lookahead {
        lookahead::look(&assembled, &source, cuts)?;
    }
    let mut context = context(&assembled, warm_up)?;
    if args.bounds {
        context.bounds = bounds::of(&assembled, &source, &context)?;
    }
    let written = report::write_all(&args.out, &outcome.record, &context).map_err(Failure::output)?;
    if args.json {
        let mut document = report::to_json(&outcome.record, &context);
        if let Some(map) = document.as_object_mut() {
            let paths: Vec<Value> = written.iter().map(|path| path.display().to_string().into()).collect();
            map.insert("files".to_owned(), Value::Array(paths));
            map.insert("timing".to_owned(), timing(load, run, outcome.record.totals.events));
        }
        return terminal::say_json(&document);
    }
    let sheet = report::text_sheet(&outcome.record, &context, terminal::width(), terminal::wants_colour());
    let events = outcome.record.totals.events;
    let files = written.iter().map(|path| shown(path)).collect::<Vec<_>>().join("  ");
    let mut verified = String::new();
    if args.verify {
        verified += "\nreplayed: every decision came out the same";
    }
    if let Some(cuts) = args.lookahead {
        verified += &format!("\nnothing looked ahead: {cuts} beginnings of the data decide as all of it");
    }
    terminal::say(&format!(
        "{sheet}\n{events} events in {:.2} s (data read in {:.2} s){verified}\n{files}\n",
        run.wall, load.wall
    ))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn go(assembled: &Assembled, setup: BacktestSetup) -> Result<Outcome, Failure> {
    let bar = progress::bar(assembled.events(), "events");
    // Measured by benches/delivery: all that comes before is start-up.
    tracing::info!("the first event goes in");
    let outcome = play(assembled, setup, None, |events| bar.set_position(events));
    bar.finish_and_clear();
    outcome
}

fn verify(assembled: &Assembled, source: &Source, outcome: &Outcome) -> Result<(), Failure> {
    let setup = assembled.setup(source, false)?;
    let mut kernel = kernel::Kernel::new(setup.kernel).map_err(Failure::run)?;
    let Some(journal) = &outcome.journal else { return Ok(()) };
    journal.replay(&mut kernel).map_err(|error| Failure::run(format!("the replay diverged: {error}")))
}

fn timing(load: Taken, run: Taken, events: u64) -> Value {
    json!({
        "load_seconds": load.wall,
        "load_cpu_seconds": load.cpu,
        "run_seconds": run.wall,
        "run_cpu_seconds": run.cpu,
        "events": events,
    })
}

/// What the report tells beside the record.
pub(crate) fn context(assembled: &Assembled, warm_up_bars: usize) -> Result<Context, Failure> {
    let raw = &assembled.checked.raw;
    let strategies: Vec<String> =
        assembled.parts.strategies.iter().map(|entry| format!("{} {}", entry.id, entry.version)).collect();
    let symbols: Vec<&str> = assembled.instruments.iter().map(types::Instrument::symbol).collect();
    let span = assembled.span().map_or_else(String::new, |(first, last)| {
        format!(", {} to {}", tape::show_time(first), tape::show_time(last))
    });
    let title =
        raw.title.clone().unwrap_or_else(|| format!("{} on {}", strategies.join(", "), symbols.join(", ")));
    let config = toml::to_string_pretty(raw).map_err(|error| Failure::new(crate::Kind::Fault, error))?;
    Ok(Context {
        title,
        strategies,
        data: format!("{}, {} market events{span}", symbols.join(", "), assembled.events()),
        config,
        execution: conventions::of(assembled),
        build: identity::rows().into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        calendar: calendar(assembled),
        warm_up_bars,
        parameters: raw.strategy.iter().map(|one| leaves(&one.params)).sum(),
        search: Search::default(),
        bounds: Vec::new(),
    })
}

pub(crate) const fn calendar(assembled: &Assembled) -> Calendar {
    match assembled.checked.raw.report.calendar {
        CalendarConfig::FromData => Calendar::FromData,
        CalendarConfig::Daily365 => Calendar::Daily365,
        CalendarConfig::Daily252 => Calendar::Daily252,
    }
}

/// Values that a table of parameters sets, those in tables inside of it too: what somebody chose, and could have chosen otherwise.
fn leaves(table: &toml::Table) -> usize {
    let values = table.values();
    values.map(|value| value.as_table().map_or(1, leaves)).sum()
}
