//! `quantmesh walk-forward`: search on a stretch of history, try what was found on the next one, and go on.

mod combinatorial;

use std::collections::BTreeMap;
use std::path::PathBuf;

use search::{Plan, Span, Split, Value};
use serde_json::{Value as Json, json};

use crate::assemble::{Assembled, assemble};
use crate::cli::LicenceArgs;
use crate::commands::optimize::args::WalkForwardArgs;
use crate::commands::optimize::axes::Searched;
use crate::commands::optimize::identity::Identity;
use crate::commands::optimize::journal::failed;
use crate::commands::optimize::results::Results;
use crate::commands::optimize::sweep::{Keep, Prepared};
use crate::commands::optimize::trial::{Bench, Column, Ending, Row};
use crate::commands::optimize::{source, table};
use crate::config::{CalendarConfig, Source};
use crate::failure::Kind;
use crate::{Failure, machine, terminal};

const DAY: i64 = 86_400_000_000_000;

/// One split with what was found and what came of it.
struct Window {
    train: Span,
    test: Span,
    /// The best trial of the training; `None` where no trial had a value.
    found: Option<Row>,
    /// The same point in the test.
    tried: Option<Row>,
}

pub(crate) fn run(args: &WalkForwardArgs, licence: &LicenceArgs) -> Result<(), Failure> {
    let source = source(args.config.as_ref())?;
    let assembled = assemble(&source, &args.search.set, args.search.data.as_deref(), licence)?;
    let searched = Searched::new(&source, &assembled)?;
    let identity = Identity::of(&source, &assembled, args.search.data.as_deref())?;
    let year = if assembled.checked.raw.report.calendar == CalendarConfig::Daily252 { 252.0 } else { 365.0 };
    if let Some(groups) = args.groups {
        let prepared = Prepared::new(&source, &assembled, &searched, &args.search, &identity, None)?;
        return combinatorial::run(args, prepared, groups, year);
    }
    let (train, test) = (args.train.as_deref().unwrap_or_default(), args.test.as_deref().unwrap_or_default());
    let plan = Plan {
        train: length("--train", train)?,
        test: length("--test", test)?,
        anchored: args.anchored,
        purge: length("--purge", &args.purge)?,
        embargo: length("--embargo", &args.embargo)?,
    };
    let data = assembled.reach().ok_or_else(|| Failure::data("the data is empty"))?;
    let splits = plan.splits(data).map_err(|error| {
        let days = (data.to.nanos() - data.from.nanos()).div_euclid(DAY);
        Failure::new(Kind::Usage, format!("--train {train} --test {test}: {error}; it covers {days} days"))
    })?;
    let keep = Keep { resume: args.search.resume, force: args.search.force };
    let (mut windows, mut shape) = (Vec::new(), None);
    for (at, split) in splits.iter().enumerate() {
        let Split { train, test } = split;
        let Some(train) = train.first().copied() else { continue };
        let prepared = Prepared::new(&source, &assembled, &searched, &args.search, &identity, Some(train))?;
        let path = args.out.join(format!("window-{at:03}.journal"));
        let rows = prepared.search(&path, keep, None)?;
        let results = Results::new(prepared.header, rows);
        let found = results.best().first().map(|row| (*row).clone());
        let tried = found.as_ref().map(|found| attempt(&source, &assembled, &searched, found, *test));
        windows.push(Window { train, test: *test, found, tried });
        shape = Some(results);
    }
    let Some(shape) = shape else { return Err(Failure::run("no window was run")) };
    let walk = Walk { windows, shape, year };
    walk.finish(args)
}

/// The point of a row, run over another stretch.
fn attempt(source: &Source, assembled: &Assembled, searched: &Searched, found: &Row, test: Span) -> Row {
    let value = |(axis, text): (&'_ search::Axis, &String)| -> Option<Value> {
        axis.values().iter().find(|value| value.to_string() == *text).cloned()
    };
    let values: Vec<Value> = searched.space.axes().iter().zip(&found.values).filter_map(value).collect();
    let bench = Bench { source, assembled, searched, window: Some(test), period: DAY };
    bench.trial(found.trial, &values.iter().collect::<Vec<_>>())
}

/// A length of time, such as `90d`, `12h`, `30m`, `45s` or `2w`, in nanoseconds.
fn length(flag: &str, text: &str) -> Result<i64, Failure> {
    let units = [("w", 7 * DAY), ("d", DAY), ("h", DAY / 24), ("m", DAY / 1_440), ("s", DAY / 86_400)];
    let read = units.iter().find_map(|(unit, nanos)| {
        let number: i64 = text.strip_suffix(unit)?.trim().parse().ok()?;
        number.checked_mul(*nanos).filter(|length| *length >= 0)
    });
    read.ok_or_else(|| {
        Failure::new(Kind::Usage, format!("{flag} {text}: write a length such as 90d, 12h, 30m, 45s or 2w"))
    })
}

/// All windows, and what the searches had in common.
struct Walk {
    windows: Vec<Window>,
    /// The last search: its axes, goals and columns are those of all.
    shape: Results,
    /// Days in a year.
    year: f64,
}

impl Walk {
    fn columns(&self) -> &[Column] {
        &self.shape.header.columns
    }

    fn goal(&self) -> &str {
        self.shape.goals.first().map_or("", |goal| goal.metric.as_str())
    }

    /// Daily returns of the tests, one behind the other.
    fn returns(&self) -> Vec<f64> {
        self.windows.iter().filter_map(|window| window.tried.as_ref()).flat_map(Row::returns).collect()
    }

    /// Growth a day of the tests over growth a day of their trainings (Pardo, "Design, Testing, and Optimization of Trading
    /// Systems", 1992, calls it walk-forward efficiency); `None` where the trainings did not grow.
    fn efficiency(&self) -> Option<f64> {
        let growth = |pick: &dyn Fn(&Window) -> Option<(&Row, Span)>| {
            let (mut grown, mut days) = (0.0, 0.0);
            for (row, span) in self.windows.iter().filter_map(pick) {
                grown += earned(row, self.columns()).map_or(0.0, f64::ln_1p);
                #[expect(clippy::cast_precision_loss, reason = "a length of time needs no more than 53 bits")]
                let length = (span.to.nanos() - span.from.nanos()) as f64 / DAY as f64;
                days += length;
            }
            grown / days
        };
        let learnt = growth(&|window| Some((window.found.as_ref()?, window.train)));
        let tried = growth(&|window| Some((window.tried.as_ref()?, window.test)));
        (learnt > 0.0).then(|| tried / learnt).filter(|ratio| ratio.is_finite())
    }

    /// Mean over deviation of the tests' daily returns, over a year.
    fn sharpe(&self) -> Option<f64> {
        let returns = self.returns();
        #[expect(clippy::cast_precision_loss, reason = "a count of days")]
        let count = returns.len() as f64;
        let mean = returns.iter().sum::<f64>() / count;
        let variance = returns.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / (count - 1.0);
        let ratio = mean / variance.sqrt() * self.year.sqrt();
        ratio.is_finite().then_some(ratio)
    }

    /// What the tests earned, one behind the other.
    fn total(&self) -> f64 {
        let factor = |window: &Window| Some(1.0 + earned(window.tried.as_ref()?, self.columns())?);
        self.windows.iter().filter_map(factor).product::<f64>() - 1.0
    }

    fn text(&self) -> String {
        let columns = table::shown(&self.shape);
        let axes = self.shape.header.axes.iter().map(|axis| axis.name.clone());
        let learnt = columns.first().map_or("goal", |column| column.label.as_str());
        let head = ["test from".to_owned(), "to".to_owned()].into_iter().chain(axes);
        let head = head.chain([format!("{learnt}, trained")]).chain(columns.iter().map(|c| c.label.clone()));
        let mut lines: Vec<Vec<String>> = vec![head.collect()];
        for window in &self.windows {
            let mut line = vec![tape::show_time(window.test.from), tape::show_time(window.test.to)];
            let Some(found) = &window.found else { continue };
            line.extend(found.values.iter().cloned());
            line.extend(columns.first().map(|column| table::figure(found, self.columns(), column)));
            let tried = window.tried.as_ref();
            line.extend(columns.iter().map(|column| {
                tried.map_or_else(String::new, |row| table::figure(row, self.columns(), column))
            }));
            lines.push(line);
        }
        let ratio = |value: Option<f64>| value.map_or_else(|| "—".to_owned(), |value| format!("{value:.3}"));
        let unfit = self.windows.iter().filter(|window| window.found.is_none()).count();
        let unfit = if unfit == 0 {
            String::new()
        } else {
            format!("{unfit} trainings had no trial with a value for the goal, and no test\n")
        };
        format!(
            "{}: {} windows, the best of each training tried on what came after it\n\n{}\n{unfit}All tests: return {:.2} %, Sharpe {}, efficiency {} (growth a day against that of the trainings)\n",
            self.shape.header.title,
            self.windows.len(),
            table::aligned(&lines),
            self.total() * 100.0,
            ratio(self.sharpe()),
            ratio(self.efficiency()),
        )
    }

    fn csv(&self) -> Result<Vec<u8>, Failure> {
        let fault = |error: csv::Error| Failure::new(Kind::Fault, error);
        let mut writer = csv::Writer::from_writer(Vec::new());
        let mut head: Vec<String> =
            ["window", "train_from", "train_to", "test_from", "test_to", "trial"].map(str::to_owned).to_vec();
        head.extend(self.shape.header.axes.iter().map(|axis| axis.name.clone()));
        head.push(format!("train_{}", self.goal()));
        head.extend(["ending", "reason"].map(str::to_owned));
        head.extend(self.columns().iter().map(|column| column.key.clone()));
        writer.write_record(&head).map_err(fault)?;
        for (at, window) in self.windows.iter().enumerate() {
            let times = [window.train.from, window.train.to, window.test.from, window.test.to];
            let mut line = vec![at.to_string()];
            line.extend(times.map(tape::show_time));
            if let (Some(found), Some(tried)) = (&window.found, &window.tried) {
                line.push(found.trial.to_string());
                line.extend(found.values.iter().cloned());
                line.push(found.text(self.columns(), self.goal()).unwrap_or_default().to_owned());
                let ending = match tried.ending {
                    Ending::Done => "done",
                    Ending::Stopped => "stopped",
                    Ending::Failed => "failed",
                };
                line.extend([ending.to_owned(), tried.reason.clone()]);
                line.extend(tried.metrics.iter().cloned());
            }
            line.resize(head.len(), String::new());
            writer.write_record(&line).map_err(fault)?;
        }
        writer.into_inner().map_err(|error| Failure::new(Kind::Fault, error))
    }

    fn json(&self) -> Json {
        json!({
            "title": self.shape.header.title,
            "windows": self.windows.len(),
            "trials_each": self.shape.rows.len(),
            "goal": self.shape.goals.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "test_return_pct": self.total() * 100.0,
            "test_sharpe": self.sharpe(),
            "efficiency": self.efficiency(),
            "conventions": BTreeMap::from([
                ("test_return_pct", "returns of the tests, one behind the other, each begun with the configured capital".to_owned()),
                ("test_sharpe", format!("mean over deviation of daily returns of the tests, over {} days a year", self.year)),
                ("efficiency", "growth a day of the tests over growth a day of their trainings".to_owned()),
            ]),
            "test_returns_per_day": self.returns(),
        })
    }

    fn finish(&self, args: &WalkForwardArgs) -> Result<(), Failure> {
        let mut json = self.json().to_string();
        json.push('\n');
        let files = [("windows.csv", self.csv()?), ("result.json", json.into_bytes())];
        let mut written: Vec<PathBuf> = Vec::new();
        for (name, bytes) in files {
            let path = args.out.join(name);
            machine::replace(&path, &bytes).map_err(|error| failed(&path, error))?;
            written.push(path);
        }
        if args.search.json {
            return terminal::say_json(&self.json());
        }
        let files: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
        terminal::say(&format!("{}\n{}\n", self.text(), files.join("  ")))
    }
}

/// What a run earned, as a share of its capital.
fn earned(row: &Row, columns: &[Column]) -> Option<f64> {
    row.figure(columns, "total_return").map(|percent| percent / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_a_unit() {
        for (text, expected) in [
            ("90d", Some(90 * DAY)),
            ("2w", Some(14 * DAY)),
            ("12h", Some(DAY / 2)),
            ("30m", Some(DAY / 48)),
            ("45s", Some(45_000_000_000)),
            ("0d", Some(0)),
            ("-1d", None),
            ("90", None),
            ("d", None),
            ("999999999w", None),
        ] {
            assert_eq!(length("--train", text).ok(), expected, "{text}");
        }
    }
}
