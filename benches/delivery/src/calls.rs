//! Nanoseconds per call, by every way, in one run on one core.
//!
//! The ways take turns, batch by batch, so that a machine that gets slower or faster does so for all of them. Before anything is
//! measured, all ways answer the same bars, and their answers must be the same.

use std::time::Instant;

use session::Trouble;

use crate::machine;
use crate::table::{self, Samples, figure};
use crate::tape::{self, BARS};
use crate::ways::{self, BASE, WAYS, Way};

const STRATEGIES: [(&str, &str); 2] = [
    ("yardstick", "two exponential averages, RSI and a standard deviation of each close"),
    ("trend_following", "two exponential averages, the free strategy of that name with its defaults"),
];

/// Batches per way: many and short, so that some of them fit between two turns of whatever else runs on the core.
const BATCHES: usize = 400;

/// Rounds over the bars in one batch, where a call stays in this process: less than a millisecond.
const ROUNDS_NEAR: usize = 4;

/// Bars in one batch, where a call goes to another process: a few milliseconds.
const BARS_FAR: usize = 64;

struct Measured {
    way: Box<dyn Way>,
    wall: Samples,
    cpu: Samples,
}

pub(crate) fn run() -> Result<(), Trouble> {
    let before = machine::load();
    let core = machine::stay_on_one_core()?;
    let mut tables = String::new();
    for (strategy, what) in STRATEGIES {
        tables += &format!("\n`{strategy}`: {what}\n\n{}", measure(strategy)?);
    }
    let note = format!(
        "Both sides on core {core}; load {before} before and {} after. {BATCHES} batches a way, taking turns; a batch is {} calls, or {BARS_FAR} where they go to another process. CPU time is that of both processes.",
        machine::load(),
        ROUNDS_NEAR * BARS,
    );
    let heading = machine::heading("Nanoseconds per call of a strategy", "calls", &note);
    table::publish("calls.md", &(heading.trim_end().to_owned() + "\n" + &tables))
}

fn measure(strategy: &str) -> Result<String, Trouble> {
    let bars = tape::bars();
    let mut all = Vec::new();
    let mut wanted = None;
    for (name, _) in WAYS {
        let mut way = ways::open(name, strategy)?;
        let sum = way.feed(&bars, 1)?;
        if *wanted.get_or_insert(sum) != sum {
            return Err(format!("{strategy} by {name} answers something else: {sum}, not {wanted:?}").into());
        }
        all.push(Measured { way, wall: Samples::default(), cpu: Samples::default() });
    }
    for _ in 0..BATCHES {
        for measured in &mut all {
            measured.batch(&bars)?;
        }
    }
    let base = all.iter().zip(WAYS).find(|(_, (name, _))| *name == BASE).ok_or("the base is measured")?.0;
    let rows = all.iter().zip(WAYS).map(|(measured, (_, what))| {
        let (least, median) = (measured.wall.least(), measured.wall.median());
        vec![
            what.to_owned(),
            figure(least),
            figure(median),
            figure(measured.cpu.median()),
            figure(least / base.wall.least()),
            figure(measured.cpu.median() / base.cpu.median()),
        ]
    });
    let head = ["way", "ns, least", "ns, median", "CPU ns, median", "ratio of least", "ratio of CPU"];
    Ok(table::rows(&head, &rows.collect::<Vec<_>>()))
}

impl Measured {
    #[expect(clippy::cast_precision_loss, reason = "nanoseconds of a batch stay far below 2⁵³")]
    fn batch(&mut self, bars: &[session::Facts]) -> Result<(), Trouble> {
        let far = self.way.other_process();
        let (bars, rounds) = match far {
            Some(_) => (bars.get(..BARS_FAR).ok_or("too few bars")?, 1),
            None => (bars, ROUNDS_NEAR),
        };
        let cpu = || machine::cpu_time() + far.map_or(0, machine::cpu_time_of);
        let (cpu_before, start) = (cpu(), Instant::now());
        self.way.feed(bars, rounds)?;
        let (wall, cpu_after) = (start.elapsed().as_nanos() as f64, cpu());
        let calls = (bars.len() * rounds) as f64;
        self.wall.add(wall / calls);
        self.cpu.add((cpu_after - cpu_before) as f64 / calls);
        Ok(())
    }
}
