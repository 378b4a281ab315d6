//! Combinatorial purged cross-validation: every choice of some parts of history is the test of a search on the others, and the tests
//! join to several paths through all of it (López de Prado, "Advances in Financial Machine Learning", 2018, chapter 12).
//!
//! A trial is run once over all of the data; what is chosen and tried are its returns inside the parts. Chosen is the trial with the
//! highest Sharpe ratio in the training, as other goals can't be taken from pieces.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use statistics::{Combinatorial, Sample, Split};

use super::{DAY, length};
use crate::commands::optimize::args::WalkForwardArgs;
use crate::commands::optimize::journal::failed;
use crate::commands::optimize::results::{Results, TRIALS};
use crate::commands::optimize::sweep::{Keep, Prepared};
use crate::commands::optimize::table;
use crate::commands::optimize::trial::{Ending, Row};
use crate::failure::Kind;
use crate::{Failure, machine, terminal};

/// What was chosen where, and what came of it.
struct Validated {
    results: Results,
    /// By split: the places of the tested groups in time, and the trial that was best on the others with its Sharpe ratio there.
    chosen: Vec<(Split, usize, f64)>,
    /// Returns of each path.
    paths: Vec<Vec<f64>>,
    /// Periods in a year.
    year: f64,
}

/// Searches once, then validates.
pub(super) fn run(
    args: &WalkForwardArgs,
    prepared: Prepared<'_>,
    groups: usize,
    days: f64,
) -> Result<(), Failure> {
    let tested = args.tested;
    let (purge, embargo) = (length("--purge", &args.purge)?, length("--embargo", &args.embargo)?);
    let keep = Keep { resume: args.search.resume, force: args.search.force };
    let rows = prepared.search(&args.out.join(TRIALS), keep, None)?;
    let results = Results::new(prepared.header, rows);
    let splits = Combinatorial { groups, tested, embargo };
    Validated::new(results, splits, purge, days)?.finish(args)
}

impl Validated {
    fn new(results: Results, splits: Combinatorial, purge: i64, days: f64) -> Result<Self, Failure> {
        let usage = |fault: statistics::Fault| {
            Failure::new(
                Kind::Usage,
                format!("--groups {} --tested {}: {fault}", splits.groups, splits.tested),
            )
        };
        let ran: Vec<(usize, Vec<f64>)> = results
            .rows
            .values()
            .filter(|row| row.ending != Ending::Failed)
            .map(|row| (row.trial, Row::returns(row)))
            .collect();
        let periods = ran.iter().map(|(_, returns)| returns.len()).min().unwrap_or(0);
        let period = results.header.period;
        let samples: Vec<Sample> = (0..periods)
            .filter_map(|at| i64::try_from(at).ok()?.checked_mul(period))
            .map(|from| Sample { from, to: from.saturating_add(purge) })
            .collect();
        let mut chosen = Vec::new();
        for split in splits.splits(&samples).map_err(usage)? {
            let score = |returns: &[f64]| {
                sharpe(split.train.iter().filter_map(|range| returns.get(range.clone())).flatten())
            };
            let scores = ran.iter().enumerate().filter_map(|(at, (_, returns))| Some((at, score(returns)?)));
            // The first of equals, which is the trial with the lowest number.
            let best = scores.reduce(|one, two| if two.1 > one.1 { two } else { one });
            let Some((at, score)) = best else {
                return Err(Failure::run(
                    "no trial has returns that move in every training; take fewer groups, or a wider search",
                ));
            };
            chosen.push((split, at, score));
        }
        let parts = splits.parts(periods).map_err(usage)?;
        let path = |by_group: &Vec<usize>| -> Vec<f64> {
            let pieces = by_group.iter().zip(&parts).filter_map(|(split, part)| {
                let (_, returns) = ran.get(chosen.get(*split)?.1)?;
                returns.get(part.clone())
            });
            pieces.flatten().copied().collect()
        };
        let paths = splits.paths().map_err(usage)?.iter().map(path).collect();
        #[expect(clippy::cast_precision_loss, reason = "a length of time needs no more than 53 bits")]
        let year = days * (DAY as f64 / period as f64);
        let chosen = chosen
            .into_iter()
            .map(|(split, at, score)| (split, ran.get(at).map_or(0, |(trial, _)| *trial), score))
            .collect();
        Ok(Self { results, chosen, paths, year })
    }

    /// Sharpe ratios over a year, of the trainings and of the paths; a path that stands still has none.
    fn learnt(&self) -> Vec<f64> {
        self.chosen.iter().map(|(_, _, score)| score * self.year.sqrt()).collect()
    }

    fn tried(&self) -> Vec<Option<f64>> {
        self.paths.iter().map(|path| sharpe(path.iter()).map(|ratio| ratio * self.year.sqrt())).collect()
    }

    fn totals(&self) -> Vec<f64> {
        self.paths.iter().map(|path| path.iter().map(|r| 1.0 + r).product::<f64>() - 1.0).collect()
    }

    fn losing(&self) -> usize {
        self.totals().iter().filter(|total| **total < 0.0).count()
    }

    fn text(&self) -> String {
        let mut lines = vec![["path", "return %", "Sharpe", "max drawdown %"].map(str::to_owned).to_vec()];
        for (at, ((total, ratio), path)) in
            self.totals().iter().zip(self.tried()).zip(&self.paths).enumerate()
        {
            let ratio = ratio.map_or_else(|| "—".to_owned(), |ratio| format!("{ratio:.3}"));
            let fall = statistics::max_drawdown(path) * -100.0;
            lines.push(vec![
                (at + 1).to_string(),
                format!("{:.2}", total * 100.0),
                ratio,
                format!("{fall:.2}"),
            ]);
        }
        let tried: Vec<f64> = self.tried().into_iter().flatten().collect();
        let mut trials: Vec<usize> = self.chosen.iter().map(|(_, trial, _)| *trial).collect();
        trials.sort_unstable();
        trials.dedup();
        format!(
            "{}: {} choices of test groups, {} paths through all of the data\n\n{}\n\
             Sharpe of the trainings {}, of the paths {} (medians); {} of {} paths lose; {} of {} trials were chosen\n",
            self.results.header.title,
            self.chosen.len(),
            self.paths.len(),
            table::aligned(&lines),
            shown(median(&self.learnt())),
            shown(median(&tried)),
            self.losing(),
            self.paths.len(),
            trials.len(),
            self.results.rows.len(),
        )
    }

    fn json(&self) -> Json {
        json!({
            "title": self.results.header.title,
            "trials": self.results.rows.len(),
            "splits": self.chosen.iter().map(|(split, trial, score)| json!({
                "test_periods": split.test.iter().map(|range| [range.start, range.end]).collect::<Vec<_>>(),
                "train_periods": split.trained(),
                "trial": trial,
                "train_sharpe": score * self.year.sqrt(),
            })).collect::<Vec<_>>(),
            "paths": self.totals().iter().zip(self.tried()).zip(&self.paths).map(|((total, ratio), path)| json!({
                "return_pct": total * 100.0,
                "sharpe": ratio,
                "max_drawdown_pct": statistics::max_drawdown(path) * -100.0,
                "returns": path,
            })).collect::<Vec<_>>(),
            "losing_paths": self.losing(),
            "conventions": {
                "period_seconds": self.results.header.period / 1_000_000_000,
                "sharpe": format!("mean over deviation of the returns per period, over {} periods a year", self.year),
                "chosen": "the trial with the highest Sharpe ratio in the training",
            },
        })
    }

    fn finish(&self, args: &WalkForwardArgs) -> Result<(), Failure> {
        let mut json = self.json().to_string();
        json.push('\n');
        let path: PathBuf = Path::new(&args.out).join("result.json");
        machine::replace(&path, json.as_bytes()).map_err(|error| failed(&path, error))?;
        if args.search.json {
            return terminal::say_json(&self.json());
        }
        terminal::say(&format!("{}\n{}\n", self.text(), path.display()))
    }
}

/// The Sharpe ratio of a period; `None` where there are too few returns, or none moves.
fn sharpe<'r>(returns: impl Iterator<Item = &'r f64>) -> Option<f64> {
    statistics::sharpe(&returns.copied().collect::<Vec<f64>>(), 1.0)
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    statistics::quantile(&sorted, 0.5)
}

fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "—".to_owned(), |value| format!("{value:.3}"))
}
