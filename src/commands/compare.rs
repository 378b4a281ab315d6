//! `quantmesh compare`: several configurations run and put beside each other.

use std::path::Path;

use report::Run;

use super::backtest::{context, play};
use crate::assemble::assemble;
use crate::cli::{CompareArgs, LicenceArgs};
use crate::config::Source;
use crate::failure::Kind;
use crate::{Failure, terminal};

pub(crate) fn run(args: &CompareArgs, licence: &LicenceArgs) -> Result<(), Failure> {
    if args.configs.len() < 2 {
        return Err(Failure::new(Kind::Usage, "name at least two configurations to compare"));
    }
    let (mut names, mut runs): (Vec<String>, Vec<_>) = (Vec::new(), Vec::new());
    for path in &args.configs {
        let source = Source::file(path)?;
        let assembled = assemble(&source, &args.set, None, licence)?;
        let setup = assembled.setup(&source, false)?;
        let warm_up = assembled.warm_up_bars(&setup);
        let record = play(&assembled, setup, None, |_| ())?.record;
        if let Some((first, _)) = runs.first() {
            let first: &ledger::RunRecord = first;
            if first.settlement != record.settlement {
                let what = format!(
                    "{}: counted in {}, and {} in {}; only runs in one currency can be compared",
                    path.display(),
                    record.settlement,
                    names.first().map_or("", String::as_str),
                    first.settlement
                );
                return Err(Failure::config(what));
            }
        }
        names.push(name(path, &names));
        runs.push((record, context(&assembled, warm_up)?));
    }
    let compared: Vec<Run<'_>> =
        names.iter().zip(&runs).map(|(name, (record, context))| Run { name, record, context }).collect();
    let comparison = report::compare(&compared);
    let written = comparison.write_all(&args.out).map_err(Failure::output)?;
    if args.json {
        return terminal::say_json(&comparison.json());
    }
    let files: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
    terminal::say(&format!("{}\n{}\n", comparison.text(terminal::width()), files.join("  ")))
}

/// The file's name without its ending; one that is there already gets a number.
fn name(path: &Path, taken: &[String]) -> String {
    let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let numbered = (2..).map(|count| format!("{stem} {count}"));
    let mut names = std::iter::once(stem.clone()).chain(numbered);
    names.find(|name| !taken.contains(name)).unwrap_or(stem)
}
