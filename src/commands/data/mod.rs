//! `quantmesh data`: look at market data files, and convert them.

mod convert;
mod export;

use serde_json::{Value, json};
use tape::{BookFindings, Inspection, ReadOptions};
use types::Decimal;

use crate::cli::{DataCommand, GridArgs, ImportArgs, InspectArgs};
use crate::failure::Kind;
use crate::timing::Watch;
use crate::{Failure, terminal};

pub(crate) fn run(command: &DataCommand) -> Result<(), Failure> {
    match command {
        DataCommand::Inspect(args) => inspect(args),
        DataCommand::Import(args) => import(args),
        DataCommand::Export(args) => export::export(args),
        DataCommand::Resample(args) => convert::resample(args),
        DataCommand::Merge(args) => convert::merge(args),
        DataCommand::Slice(args) => convert::slice(args),
        DataCommand::Verify(args) => convert::verify(args),
    }
}

fn inspect(args: &InspectArgs) -> Result<(), Failure> {
    let options = options(&args.grid)?;
    let mut found = Vec::new();
    for file in &args.files {
        found.extend(tape::inspect(file, &options).map_err(Failure::data)?);
    }
    found.iter().for_each(warn);
    if args.json {
        terminal::say_json(&found.iter().map(describe).collect())?;
    } else {
        let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
        terminal::say(&texts.join("\n"))?;
    }
    match found.iter().find(|inspection| !inspection.usable()) {
        None => Ok(()),
        Some(inspection) => {
            let what = inspection
                .fault()
                .map_or_else(|| ": no data".to_owned(), |(line, what)| format!(":{line}: {what}"));
            Err(Failure::data(format!("{}{what}", inspection.file)))
        }
    }
}

fn import(args: &ImportArgs) -> Result<(), Failure> {
    let watch = Watch::start();
    let mut loaded = tape::read_all(&args.files, &options(&args.grid)?).map_err(Failure::data)?;
    loaded.series.symbol = args.symbol.clone().or(loaded.series.symbol);
    tape::write(&args.out, &loaded.series).map_err(Failure::output)?;
    let taken = watch.taken();
    warn(&loaded.inspection);
    let rows = loaded.series.data.len();
    if args.json {
        return terminal::say_json(&json!({
            "tape": args.out.display().to_string(),
            "rows": rows,
            "timing": { "wall_seconds": taken.wall, "cpu_seconds": taken.cpu },
            "inspection": describe(&loaded.inspection),
        }));
    }
    terminal::say(&format!("{}\n{} rows written to {}\n", loaded.inspection, rows, args.out.display()))
}

/// What a person should know even where standard output goes elsewhere.
fn warn(found: &Inspection) {
    for caution in found.book.iter().flat_map(BookFindings::cautions) {
        terminal::remark(&format!("{}: {caution}", found.file));
    }
}

fn options(args: &GridArgs) -> Result<ReadOptions, Failure> {
    let step = |name: &str, text: &Option<String>| -> Result<Option<Decimal>, Failure> {
        let Some(text) = text else { return Ok(None) };
        match text.parse::<Decimal>() {
            Ok(step) if step.mantissa() > 0 => Ok(Some(step)),
            Ok(_) => Err(Failure::new(Kind::Usage, format!("--{name} {text}: a step must be above zero"))),
            Err(error) => Err(Failure::new(Kind::Usage, format!("--{name} {text}: {error}"))),
        }
    };
    Ok(ReadOptions {
        tick_size: step("tick", &args.tick)?,
        lot_size: step("lot", &args.lot)?,
        column_prefix: args.column_prefix.clone(),
        without_best: args.without_best,
        base_latency_ns: args.base_latency,
    })
}

fn describe(found: &Inspection) -> Value {
    let time = |time: types::Time| tape::show_time(time);
    json!({
        "file": found.file,
        "kind": found.kind.to_string(),
        "usable": found.usable(),
        "fault": found.fault().map(|(line, what)| json!({ "line": line, "what": what })),
        "rows": found.rows,
        "first": found.span.map(|span| time(span.0)),
        "last": found.span.map(|span| time(span.1)),
        "interval_ns": found.interval,
        "tick_size": found.tick_size,
        "lot_size": found.lot_size,
        "gaps": found.gaps,
        "longest_gap": found.longest_gap.map(|gap| json!({ "after": time(gap.after), "until": time(gap.until) })),
        "duplicates": found.duplicates,
        "backward": found.backward,
        "first_backward": found.first_backward.map(|step| {
            json!({ "line": step.line, "from": time(step.from), "to": time(step.to) })
        }),
        "off_tick": found.off_tick,
        "off_lot": found.off_lot,
        "snapped": found.snapped,
        "malformed": found.malformed,
        "unsound": found.unsound,
        "not_positive": found.not_positive,
        "without_volume": found.without_volume,
        "book": found.book.as_ref().map(book),
    })
}

fn book(found: &BookFindings) -> Value {
    let clock = found.clock;
    json!({
        "messages": found.messages,
        "snapshots": found.snapshots,
        "levels": found.levels,
        "bests": found.bests,
        "trades": found.trades,
        "stale": found.stale,
        "repeated": found.repeated,
        "breaks": found.breaks,
        "first_break": found.first_break,
        "passed_over": found.passed_over,
        "rows_twice": found.rows_twice,
        "clock": {
            "smallest_latency_ns": clock.smallest_latency,
            "largest_latency_ns": clock.largest_latency,
            "early_rows": clock.early_rows,
            "shift_ns": clock.shift,
            "shifted_rows": clock.shifted_rows,
        },
        "cautions": found.cautions(),
    })
}
