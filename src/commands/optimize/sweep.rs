//! The search itself: asks for points, runs them on all threads, and writes down what came of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use search::{Asked, Goal, Method, Shard, Span, Study, StudySetup};

use super::Header;
use super::args::SearchArgs;
use super::axes::Searched;
use super::goals;
use super::identity::Identity;
use super::journal::{AxisHeader, FORMAT, Journal, Trials};
use super::trial::{Bench, Row, period};
use crate::assemble::Assembled;
use crate::config::Source;
use crate::failure::Kind;
use crate::{Failure, progress};

/// Trials of a method that samples, unless it is told how many.
const TRIALS: usize = 200;
/// Points of a batch, unless it is told how many: a round of TPE, and a population of NSGA-II.
const BATCH: usize = 16;
const POPULATION: usize = 40;

/// What becomes of trials of an earlier search into the same file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keep {
    pub(crate) resume: bool,
    pub(crate) force: bool,
}

/// A search that is ready to run.
pub(crate) struct Prepared<'a> {
    pub(crate) bench: Bench<'a>,
    pub(crate) header: Header,
    pub(crate) goals: Vec<Goal>,
    method: Method,
    setup: StudySetup,
    threads: usize,
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(
        source: &'a Source,
        assembled: &'a Assembled,
        searched: &'a Searched,
        args: &SearchArgs,
        identity: &Identity,
        window: Option<Span>,
    ) -> Result<Self, Failure> {
        let config = &assembled.checked.raw.optimize;
        let span = window.or_else(|| assembled.reach());
        let span = span.map_or(0, |span| span.to.nanos().saturating_sub(span.from.nanos()));
        let bench = Bench { source, assembled, searched, window, period: period(span) };
        let columns = bench.columns();
        let goal = if args.goal.is_empty() { &config.goal } else { &args.goal };
        let goals = goals::read(goal, &columns)?;
        let method = Method::from(args.method.unwrap_or(config.method));
        let whole_grid = if method == Method::Grid { search::MAX_TRIALS } else { TRIALS };
        let usual_batch = if method == Method::Nsga2 { POPULATION } else { BATCH };
        let setup = StudySetup {
            space: searched.space.clone(),
            method,
            trials: args.trials.or(config.trials).unwrap_or(whole_grid),
            seed: args.seed.unwrap_or(config.seed),
            goals: goals.len(),
            batch: config.batch.unwrap_or(usual_batch),
        };
        let study =
            Study::new(setup.clone()).map_err(|error| Failure::config(format!("optimize: {error}")))?;
        let strategies: Vec<&str> = assembled.parts.strategies.iter().map(|entry| entry.id).collect();
        let title = assembled.checked.raw.title.clone().unwrap_or_else(|| strategies.join(", "));
        let header = Header {
            format: FORMAT.to_owned(),
            title,
            build: crate::identity::rows()
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            config: identity.config.clone(),
            data: identity.data.clone(),
            window: window.map(|window| (window.from.nanos(), window.to.nanos())),
            method: method.name().to_owned(),
            seed: setup.seed,
            batch: if method.learns() { setup.batch } else { 0 },
            trials: study.trials(),
            goals: goals.iter().map(|goal| (goal.metric.clone(), goal.minimise)).collect(),
            constraints: config.constraints.clone(),
            axes: axes(searched),
            columns,
            period: bench.period,
        };
        let threads = match args.threads {
            Some(0) => return Err(Failure::new(Kind::Usage, "--threads 0: at least one is needed")),
            Some(threads) => threads,
            None => thread::available_parallelism().map_or(1, std::num::NonZero::get),
        };
        Ok(Self { bench, header, goals, method, setup, threads })
    }

    /// Runs what is missing in the file, and returns every trial.
    pub(crate) fn search(
        &self,
        path: &Path,
        keep: Keep,
        shard: Option<Shard>,
    ) -> Result<BTreeMap<usize, Row>, Failure> {
        if self.method.learns() && shard.is_some_and(|shard| shard != Shard::WHOLE) {
            let what = format!(
                "{} learns from all trials before it, so it can't be divided into shards; take grid, random or sobol, or --shard all",
                self.method
            );
            return Err(Failure::new(Kind::Usage, what));
        }
        let (mut journal, mut rows) = self.open(path, keep)?;
        let shard = shard.unwrap_or(Shard::WHOLE);
        let mut study = self.study()?;
        let count = (0..self.header.trials).filter(|trial| shard.holds(*trial)).count();
        let bar = progress::bar(count as u64, "trials");
        // Known ones say nothing about how long the others take.
        bar.set_position(rows.len() as u64);
        bar.reset_eta();
        loop {
            let batch = study.ask();
            if batch.is_empty() {
                break;
            }
            let missing: Vec<&Asked> = batch
                .iter()
                .filter(|asked| shard.holds(asked.number) && !rows.contains_key(&asked.number))
                .collect();
            self.run(&missing, |row| {
                journal.add(&row)?;
                bar.inc(1);
                rows.insert(row.trial, row);
                Ok(())
            })?;
            if self.method.learns() {
                study.tell(self.told(batch, &rows));
            }
        }
        bar.finish_and_clear();
        journal.sync()?;
        drop(journal);
        // In the order of their numbers, whichever thread was faster.
        let text = super::journal::text(&self.header, &rows)?;
        crate::machine::replace(path, text.as_bytes())
            .map_err(|error| super::journal::failed(path, error))?;
        Ok(rows)
    }

    fn study(&self) -> Result<Study, Failure> {
        Study::new(self.setup.clone()).map_err(|error| Failure::config(format!("optimize: {error}")))
    }

    fn open(&self, path: &Path, keep: Keep) -> Result<(Journal, BTreeMap<usize, Row>), Failure> {
        if keep.force || !path.exists() {
            return Ok((Journal::begin(path, &self.header)?, BTreeMap::new()));
        }
        if !keep.resume {
            return Err(Failure::output(format!(
                "{}: this holds trials of an earlier search; --resume goes on with it, --force begins anew, and --out takes another folder",
                path.display()
            )));
        }
        let trials = match Trials::read(path) {
            // Cut off before its first line was whole: nothing is lost.
            Err(_) if std::fs::metadata(path).is_ok_and(|file| file.len() == 0) => {
                return Ok((Journal::begin(path, &self.header)?, BTreeMap::new()));
            }
            trials => trials?,
        };
        if let Some(what) = trials.header.difference(&self.header) {
            return Err(Failure::output(format!(
                "{}: these trials are of another {what}; --force begins anew, and --out takes another folder",
                path.display()
            )));
        }
        Ok((Journal::go_on(path, &trials)?, trials.rows))
    }

    fn told(&self, batch: Vec<Asked>, rows: &BTreeMap<usize, Row>) -> Vec<(search::Point, Vec<f64>)> {
        let costs = |number: usize| match rows.get(&number) {
            Some(row) => row.costs(&self.header.columns, &self.goals),
            None => vec![f64::INFINITY; self.goals.len()],
        };
        batch.into_iter().map(|asked| (asked.point, costs(asked.number))).collect()
    }

    /// Runs points on all threads. What is read is shared; rows come back in the order in which they are done.
    fn run(
        &self,
        points: &[&Asked],
        mut done: impl FnMut(Row) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let space = &self.setup.space;
        thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            for _ in 0..self.threads.min(points.len()) {
                let (sender, next, stop) = (sender.clone(), &next, &stop);
                scope.spawn(move || {
                    while let Some(asked) = points.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let row = self.bench.trial(asked.number, &space.values(&asked.point));
                        if stop.load(Ordering::Relaxed) || sender.send(row).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            let written = receiver.iter().try_for_each(&mut done);
            stop.store(true, Ordering::Relaxed);
            written
        })
    }
}

fn axes(searched: &Searched) -> Vec<AxisHeader> {
    let header = |(axis, path): (&search::Axis, String)| AxisHeader {
        name: axis.name().to_owned(),
        path,
        values: axis.values().iter().map(ToString::to_string).collect(),
    };
    searched.space.axes().iter().zip(searched.paths()).map(header).collect()
}
