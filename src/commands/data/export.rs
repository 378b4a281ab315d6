//! `quantmesh data export`: a tape as CSV, or as Parquet where that is compiled in.

use std::path::Path;

use serde_json::json;
use tape::Tape;

use crate::cli::ExportArgs;
use crate::failure::Kind;
use crate::{Failure, machine, terminal};

pub(super) fn export(args: &ExportArgs) -> Result<(), Failure> {
    let ending = args.out.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let tape = Tape::open(&args.tape).map_err(Failure::data)?;
    let rows = match ending.as_deref() {
        Some("csv") => csv(&tape, &args.out)?,
        Some("parquet") => parquet(&tape, &args.out)?,
        _ => {
            let what =
                format!("--out {}: the ending says the format; write .csv or .parquet", args.out.display());
            return Err(Failure::new(Kind::Usage, what));
        }
    };
    let name = args.out.display().to_string();
    if args.json {
        return terminal::say_json(&json!({ "file": name, "rows": rows }));
    }
    terminal::say(&format!("{rows} rows written to {name}\n"))
}

fn csv(tape: &Tape, out: &Path) -> Result<u64, Failure> {
    let rows = tape.any_rows().map_err(Failure::data)?;
    machine::replace_by(out, |to| tape::write_csv(rows, tape.kind(), tape.grid(), to))
        .map_err(|error| Failure::output(format!("{}: can't be written: {error}", out.display())))
}

fn parquet(tape: &Tape, out: &Path) -> Result<u64, Failure> {
    let rows = tape.any_rows().map_err(Failure::data)?;
    machine::replace_by(out, |to| tape::write_parquet(rows, tape.kind(), tape.grid(), to))
        .map_err(|error| Failure::output(format!("{}: can't be written: {error}", out.display())))
}
