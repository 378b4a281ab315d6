//! Events per second of a replay of an order book (work W2), against a loop written by hand that keeps no orders, gate or books.
//!
//! `cargo bench -p quantmesh-backtest --bench replay`. It needs the shared material and python3, which makes the same ticks anew
//! each time.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a broken expectation ends a measurement")]

#[path = "../tests/works/mod.rs"]
mod works;

use std::hint::black_box;
use std::process::Command;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use quantmesh_backtest::{Recording, ReplaySetup};
use testkit::shared_or_skip;
use types::{InstrumentId, Side, Tick, TickKind};

fn ticks() -> Option<Vec<Tick>> {
    let script = shared_or_skip("bench/gen_ticks.py")?;
    let there = tempfile::tempdir().expect("a folder for the ticks");
    let file = there.path().join("ticks.bin");
    let made = Command::new("python3").arg(script).arg("--out").arg(&file).status();
    assert!(made.is_ok_and(|status| status.success()), "python3 makes the ticks");
    Some(works::ticks(&file).expect("the ticks can be read"))
}

fn replay(criterion: &mut Criterion) {
    let Some(ticks) = ticks() else { return };
    println!("bytes per tick in memory: {}", size_of::<Tick>());
    let mut group = criterion.benchmark_group("replay");
    group.throughput(Throughput::Elements(ticks.len() as u64)).sample_size(10);
    group.bench_function("book_alone", |bencher| {
        bencher.iter(|| {
            let mut book = depth::Depth::new();
            for tick in &ticks {
                if !matches!(tick.kind, TickKind::Trade(_)) {
                    book.apply(black_box(tick));
                }
            }
            book.best_price(Side::Buy)
        });
    });
    group.bench_function("grid_of_quotes", |bencher| {
        bencher.iter_batched(
            || works::grid_of_quotes(works::behind_everybody(), ReplaySetup::default()),
            |backtest| {
                backtest.replay(
                    [Recording {
                        instrument: InstrumentId(0),
                        rows: ticks.iter().copied(),
                        in_one_order: true,
                    }],
                    [],
                    |_| (),
                )
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, replay);
criterion_main!(benches);
