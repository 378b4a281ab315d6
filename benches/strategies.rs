//! Nanoseconds per event of every strategy of the binary, with the parameters it starts with.
//!
//! `cargo bench --bench strategies`, with `--features full` for those that are sold. Each runs over the same 50 000 random bars (and
//! those of a second instrument, where it asks for one), through kernel, gate, venue and books, so the figures hold the
//! fills that its decisions lead to. `idle` is the same run with a strategy that never trades: the engine by itself.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a broken expectation ends a measurement")]

use std::hint::black_box;
use std::time::Duration;

use backtest::{Feed, Stream};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use quantmesh as _;
use sdk::{Catalogue, Kind};
use testkit::{Lab, random_bars};
use types::InstrumentId;

const BARS: usize = 50_000;

fn strategies(criterion: &mut Criterion) {
    let bars = [7, 8].map(|seed| random_bars(seed, BARS, 400_000));
    let catalogue = Catalogue::of_this_binary().expect("this binary's catalogue is sound");
    let mut group = criterion.benchmark_group("strategies");
    group.sample_size(10).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(4));
    let idle = ("idle", "trend_following", "short_period = 9999\nlong_period = 10000");
    let entries =
        catalogue.iter().filter(|entry| entry.kind() == Kind::Strategy).map(|entry| (entry.id, entry.id, ""));
    for (name, id, params) in std::iter::once(idle).chain(entries) {
        let mut lab = Lab::new().expect("the laboratory's constants are good");
        lab.execution.max_volume_share = None;
        if catalogue.get(id).is_some_and(|entry| entry.instruments > 1) {
            let mut other = lab.spec.clone();
            other.symbol = "OTHERUSDT".to_owned();
            lab.others.push(other);
        }
        let instruments = lab.others.len() + 1;
        let events = BARS * instruments;
        group.throughput(Throughput::Elements(events as u64));
        let mut seconds = Vec::new();
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || {
                    lab.backtest(id, params, bars.first().and_then(|bars| bars.first()), events, false)
                        .expect("it starts")
                },
                |backtest| {
                    let start = std::time::Instant::now();
                    let streams = (0..).map(InstrumentId).zip(&bars).take(instruments);
                    let feed =
                        Feed::new(streams.map(|(instrument, bars)| Stream::Bars(instrument, bars.iter())));
                    let outcome = black_box(backtest.run(feed, |_| ()));
                    seconds.push(start.elapsed().as_secs_f64());
                    outcome
                },
                BatchSize::PerIteration,
            );
        });
        seconds.sort_by(f64::total_cmp);
        let median = seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN);
        println!("{name}: {:.1} ns per event", median * 1e9 / events as f64);
    }
    group.finish();
}

criterion_group!(benches, strategies);
criterion_main!(benches);
