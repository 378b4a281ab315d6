//! Nanoseconds per event of every strategy of the binary, with the parameters it starts with, and of the risk rules in it.
//!
//! `cargo bench --bench strategies`, with `--features full` for those that are sold. Each runs over the same 50 000 random bars (and
//! those of a second instrument, where it asks for one), through kernel, gate, venue and books, so the figures hold the
//! fills that its decisions lead to. `idle` is the same run with a strategy that never trades: the engine by itself.
//!
//! `ai_strategy` runs over the same bars, each made a day long: its model is of daily bars, and opens nothing on shorter ones.
//! `market_making on ticks` runs over random trades and quotes, which it is made for, beside `idle on ticks`. `grid under` a risk
//! rule is to be read beside `grid`, the same run without one.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a broken expectation ends a measurement")]

use std::hint::black_box;
use std::time::Duration;

use backtest::{Feed, Outcome, Stream};
use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use quantmesh as _;
use sdk::{Catalogue, Kind};
use testkit::{Lab, random_bars, random_events};
use types::{Bar, Event, InstrumentId, Time};

const EVENTS: usize = 50_000;
const IDLE: &str = "short_period = 9999\nlong_period = 10000";

/// A run to be measured.
struct Case<'a> {
    name: String,
    id: &'a str,
    params: &'a str,
    lab: Lab,
    tape: Tape<'a>,
}

/// What it runs over.
enum Tape<'a> {
    /// One list of bars for each instrument.
    Bars(&'a [Vec<Bar>]),
    Ticks(&'a [Event]),
}

fn lab() -> Lab {
    let mut lab = Lab::new().expect("the laboratory's constants are good");
    lab.execution.max_volume_share = None;
    lab
}

/// Trades and quotes alone: nobody pauses or stops the run.
fn ticks() -> Vec<Event> {
    let instruments = [lab().instrument().expect("the laboratory's instrument is good")];
    // Seeds of this kind have no bars; a tenth of the tape and a little more are an operator's, and are left out.
    let events = random_events(7, EVENTS * 2, &instruments);
    let market =
        events.into_iter().filter(|event| matches!(event, Event::Trade { .. } | Event::Quote { .. }));
    market.take(EVENTS).collect()
}

/// The same bars, each of them a day long.
fn days(bars: &[Bar]) -> Vec<Bar> {
    const DAY: i64 = 86_400_000_000_000;
    let day = |at: i64| Time::from_nanos(at * DAY);
    (0..).zip(bars).map(|(at, bar)| Bar { open_time: day(at), close_time: day(at + 1), ..*bar }).collect()
}

fn cases<'a>(
    catalogue: &'a Catalogue,
    bars: &'a [Vec<Bar>],
    days: &'a [Vec<Bar>],
    ticks: &'a [Event],
) -> Vec<Case<'a>> {
    let of = |kind: Kind| catalogue.iter().filter(move |entry| entry.kind() == kind);
    let case = |name: String, id, params| Case { name, id, params, lab: lab(), tape: Tape::Bars(bars) };
    let mut cases = vec![case("idle".to_owned(), "trend_following", IDLE)];
    for entry in of(Kind::Strategy) {
        let mut case = case(entry.id.to_owned(), entry.id, "");
        if entry.id == "ai_strategy" {
            case.tape = Tape::Bars(days);
        }
        if entry.instruments > 1 {
            let mut other = case.lab.spec.clone();
            other.symbol = "OTHERUSDT".to_owned();
            case.lab.others.push(other);
        }
        cases.push(case);
    }
    for rule in of(Kind::RiskRule) {
        let mut case = case(format!("grid under {}", rule.id), "grid", "");
        case.lab.rules.push((rule.id.to_owned(), String::new()));
        cases.push(case);
    }
    // A stop would end the work that is to be measured.
    for (name, id, params) in
        [("idle", "trend_following", IDLE), ("market_making", "market_making", "stop_loss_pct = 0")]
    {
        let name = format!("{name} on ticks");
        cases.push(Case { name, id, params, lab: lab(), tape: Tape::Ticks(ticks) });
    }
    cases
}

fn measure(group: &mut BenchmarkGroup<'_, WallTime>, case: &Case<'_>) {
    let instruments = case.lab.others.len() + 1;
    let (first, events) = match case.tape {
        Tape::Bars(bars) => (bars.first().and_then(|bars| bars.first()), EVENTS * instruments),
        Tape::Ticks(ticks) => (None, ticks.len()),
    };
    group.throughput(Throughput::Elements(events as u64));
    let (mut seconds, mut fills) = (Vec::new(), 0);
    group.bench_function(&case.name, |bencher| {
        bencher.iter_batched(
            || case.lab.backtest(case.id, case.params, first, events, false).expect("it starts"),
            |backtest| {
                let start = std::time::Instant::now();
                let outcome = black_box(match case.tape {
                    Tape::Bars(bars) => {
                        let streams = (0..).map(InstrumentId).zip(bars).take(instruments);
                        let feed = Feed::new(streams.map(|(id, bars)| Stream::Bars(id, bars.iter())));
                        backtest.run(feed, |_| ())
                    }
                    Tape::Ticks(ticks) => backtest.run(ticks.iter().copied(), |_| ()),
                });
                seconds.push(start.elapsed().as_secs_f64());
                fills = outcome.as_ref().map_or(0, |Outcome { record, .. }| record.totals.fills);
                outcome
            },
            BatchSize::PerIteration,
        );
    });
    seconds.sort_by(f64::total_cmp);
    // Nothing where the command line asks for others.
    if let Some(median) = seconds.get(seconds.len() / 2) {
        println!("{}: {:.1} ns per event, {fills} fills", case.name, median * 1e9 / events as f64);
    }
}

fn strategies(criterion: &mut Criterion) {
    let bars = [7, 8].map(|seed| random_bars(seed, EVENTS, 400_000));
    let days = [days(&bars[0])];
    let ticks = ticks();
    let catalogue = Catalogue::of_this_binary().expect("this binary's catalogue is sound");
    let mut group = criterion.benchmark_group("strategies");
    group.sample_size(10).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(4));
    for case in cases(&catalogue, &bars, &days, &ticks) {
        measure(&mut group, &case);
    }
    group.finish();
}

criterion_group!(benches, strategies);
criterion_main!(benches);
