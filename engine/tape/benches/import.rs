//! Rows per second of a CSV import: the whole way from bytes to a checked series.

use std::fmt::Write;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quantmesh_tape::{ReadOptions, read_bytes};
use testkit::random_bars;

/// A klines file of random bars, as text.
fn klines(rows: usize) -> String {
    let mut text = String::from("timestamp,open,high,low,close,volume\n");
    for bar in random_bars(7, rows, 400_000) {
        let [o, h, l, c] = [bar.open, bar.high, bar.low, bar.close].map(types::Price::ticks);
        let (time, v) = (bar.open_time.millis() + 1_577_836_800_000, bar.volume.lots());
        let p = |ticks: i64| format!("{}.{}", ticks / 10, ticks % 10);
        let _ = writeln!(text, "{time},{},{},{},{},{}.{:03}", p(o), p(h), p(l), p(c), v / 1000, v % 1000);
    }
    text
}

fn import(criterion: &mut Criterion) {
    const ROWS: usize = 200_000;
    let text = klines(ROWS);
    let mut group = criterion.benchmark_group("import");
    group.throughput(Throughput::Elements(ROWS as u64));
    group.bench_function("csv_klines", |bencher| {
        bencher.iter(|| read_bytes("bench", black_box(text.as_bytes()), &ReadOptions::default()).is_ok());
    });
    group.finish();
}

criterion_group!(benches, import);
criterion_main!(benches);
