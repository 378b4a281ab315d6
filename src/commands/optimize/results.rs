//! What a search found, and its files. They depend on the trials alone: not on threads, shards, or how often it was cut off.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use search::Goal;
use serde_json::{Value as Json, json};

use super::journal::{self, Header};
use super::luck::Luck;
use super::trial::{Ending, Row, Unit};
use super::{page, table};
use crate::failure::Kind;
use crate::{Failure, machine, terminal};

/// The trials of a search that is not divided, or that was joined.
pub(crate) const TRIALS: &str = "trials.journal";

/// How many of the best are shown.
pub(crate) const SHOWN: usize = 20;

/// A search with all its trials.
#[derive(Debug)]
pub(crate) struct Results {
    pub(crate) header: Header,
    pub(crate) rows: BTreeMap<usize, Row>,
    pub(crate) goals: Vec<Goal>,
}

impl Results {
    pub(crate) fn new(header: Header, rows: BTreeMap<usize, Row>) -> Self {
        let goal = |(metric, minimise): &(String, bool)| Goal { metric: metric.clone(), minimise: *minimise };
        let goals = header.goals.iter().map(goal).collect();
        Self { header, rows, goals }
    }

    /// The best trials, best first: by the goal, or those that no other beats in all of several goals, by the first of them.
    /// Equal ones stand in the order of their numbers. What has no value for a goal is none of them.
    pub(crate) fn best(&self) -> Vec<&Row> {
        let rows: Vec<&Row> = self.rows.values().collect();
        let costs: Vec<Vec<f64>> =
            rows.iter().map(|row| row.costs(&self.header.columns, &self.goals)).collect();
        let mut places: Vec<usize> = if self.goals.len() > 1 {
            search::pareto(&costs)
        } else {
            (0..rows.len())
                .filter(|at| costs.get(*at).is_some_and(|row| row.iter().all(|c| c.is_finite())))
                .collect()
        };
        let first = |at: &usize| costs.get(*at).and_then(|row| row.first()).copied().unwrap_or(f64::INFINITY);
        places.sort_by(|one, two| first(one).total_cmp(&first(two)).then(one.cmp(two)));
        places.iter().filter_map(|at| rows.get(*at).copied()).collect()
    }

    pub(crate) fn count(&self, ending: Ending) -> usize {
        self.rows.values().filter(|row| row.ending == ending).count()
    }

    /// What everybody should know who looks at the best of many.
    pub(crate) fn warning(&self) -> String {
        format!(
            "The best of {} trials looks better than it is: among as many worthless ones, some look good by chance. Try it on data that the search has not seen; `quantmesh walk-forward` does that.",
            self.rows.len()
        )
    }

    fn csv(&self) -> Result<Vec<u8>, Failure> {
        let fault = |error: csv::Error| Failure::new(Kind::Fault, error);
        let mut writer = csv::WriterBuilder::new().flexible(false).from_writer(Vec::new());
        let axes = self.header.axes.iter().map(|axis| axis.name.as_str());
        let columns = self.header.columns.iter().map(|column| column.key.as_str());
        let head = std::iter::once("trial").chain(axes).chain(["ending", "reason"]).chain(columns);
        writer.write_record(head).map_err(fault)?;
        for row in self.rows.values() {
            let ending = match row.ending {
                Ending::Done => "done",
                Ending::Stopped => "stopped",
                Ending::Failed => "failed",
            };
            let trial = row.trial.to_string();
            let metric = |at: usize| row.metrics.get(at).map_or("", String::as_str);
            let metrics = (0..self.header.columns.len()).map(metric);
            let values = row.values.iter().map(String::as_str);
            let head = std::iter::once(trial.as_str()).chain(values).chain([ending, row.reason.as_str()]);
            writer.write_record(head.chain(metrics)).map_err(fault)?;
        }
        writer.into_inner().map_err(|error| Failure::new(Kind::Fault, error))
    }

    fn json(&self, luck: &Luck) -> Result<Json, Failure> {
        let header = &self.header;
        let pairs = |row: &Row| {
            let params: Vec<Json> = header
                .axes
                .iter()
                .zip(&row.values)
                .map(|(axis, value)| json!({ "name": axis.name, "value": value }))
                .collect();
            let metrics: serde_json::Map<String, Json> = header
                .columns
                .iter()
                .zip(&row.metrics)
                .filter(|(_, text)| !text.is_empty())
                .map(|(column, text)| {
                    let number = text.parse().ok().and_then(serde_json::Number::from_f64);
                    let exact = column.unit == Unit::Amount || number.is_none();
                    (column.key.clone(), if exact { Json::from(text.as_str()) } else { number.into() })
                })
                .collect();
            json!({ "trial": row.trial, "params": params, "metrics": metrics })
        };
        Ok(json!({
            "title": header.title,
            "fingerprint": header.fingerprint()?,
            "build": header.build.iter().cloned().collect::<BTreeMap<_, _>>(),
            "config_sha256": header.config,
            "data_sha256": header.data,
            "method": header.method,
            "seed": header.seed,
            "goals": self.goals.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "constraints": header.constraints,
            "trials": self.rows.len(),
            "stopped": self.count(Ending::Stopped),
            "failed": self.count(Ending::Failed),
            "best": self.best().into_iter().take(SHOWN).map(pairs).collect::<Vec<_>>(),
            "luck": luck.json(),
            "warning": self.warning(),
        }))
    }

    /// Writes all files, the trials last: where they are whole, so is everything else.
    pub(crate) fn write(&self, folder: &Path, luck: &Luck) -> Result<Vec<PathBuf>, Failure> {
        let mut json = self.json(luck)?.to_string();
        json.push('\n');
        let files = [
            ("results.csv", self.csv()?),
            ("search.html", page::html(self, luck).into_bytes()),
            ("result.json", json.into_bytes()),
            (TRIALS, journal::text(&self.header, &self.rows)?.into_bytes()),
        ];
        std::fs::create_dir_all(folder).map_err(|error| journal::failed(folder, error))?;
        let mut written = Vec::new();
        for (name, bytes) in files {
            let path = folder.join(name);
            machine::replace(&path, &bytes).map_err(|error| journal::failed(&path, error))?;
            written.push(path);
        }
        Ok(written)
    }
}

/// Writes the files, and shows the best.
pub(crate) fn finish(folder: &Path, results: &Results, as_json: bool) -> Result<(), Failure> {
    let luck = Luck::of(results);
    let written = results.write(folder, &luck)?;
    if as_json {
        terminal::say_json(&results.json(&luck)?)?;
    } else {
        let files: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
        terminal::say(&format!("{}\n{}\n", table::text(results, &luck), files.join("  ")))?;
    }
    let failed = results.rows.values().find(|row| row.ending == Ending::Failed);
    match failed {
        Some(row) if results.count(Ending::Failed) == results.rows.len() => {
            Err(Failure::run(format!("every trial failed; trial {}: {}", row.trial, row.reason)))
        }
        _ => Ok(()),
    }
}
