//! Events per second of the whole engine path (kernel, gate, venue, ledger, record), against a loop written by hand.
//!
//! `cargo bench --bench engine`. Every figure is a time per run over the same bars in memory, so the ratio to
//! `hand_written` is the engine's overhead. Bytes per event are printed once at the start.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a broken expectation ends a measurement"
)]

use std::hint::black_box;

use backtest::{EndOfRun, Stream};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quantmesh as _;
use testkit::{Lab, random_bars};
use types::{Bar, InstrumentId, Rate};

const BARS: usize = 200_000;

const CROSS: &str = "method = 'sma'\nsignal = 'level'\nsizing = 'fixed_quantity'\nsize = 1\n";

/// A laboratory without slippage, with fees of 0.04 % a side and plenty of capital, as work W1 wants it.
fn lab() -> Lab {
    let mut lab = Lab::new().expect("the laboratory's constants are good");
    lab.spec.tick_size = "0.1".parse().expect("a number");
    lab.capital = "10000000".parse().expect("a number");
    lab.spec.fees.taker = Rate::from_nanos(400_000);
    lab.execution.slippage_ticks = 0;
    lab.end = EndOfRun::Mark;
    lab
}

/// The same arithmetic as the cross, in place: rolling sums, one position, fees, equity marked at each close.
fn hand_written(bars: &[Bar]) -> f64 {
    let (mut cash, mut position, mut pending) = (10_000_000.0_f64, 0.0_f64, 0_i8);
    let (mut fast, mut slow) = (0_i64, 0_i64);
    let (mut equity, mut peak, mut drawdown) = (cash, cash, 0.0_f64);
    let closes: Vec<i64> = bars.iter().map(|bar| bar.close.ticks()).collect();
    for (at, bar) in bars.iter().enumerate() {
        let open = bar.open.ticks() as f64 * 0.1;
        if pending != 0 {
            let size = f64::from(pending);
            cash -= size * open + open * 0.0004;
            position += size;
            pending = 0;
        }
        let close = closes[at];
        fast += close;
        slow += close;
        if at >= 10 {
            fast -= closes[at - 10];
        }
        if at >= 30 {
            slow -= closes[at - 30];
        }
        equity = cash + position * close as f64 * 0.1;
        peak = peak.max(equity);
        drawdown = drawdown.max(peak - equity);
        if at >= 29 {
            let difference = fast * 3 - slow;
            if difference > 0 && position == 0.0 {
                pending = 1;
            } else if difference < 0 && position > 0.0 {
                pending = -1;
            }
        }
    }
    black_box(drawdown);
    equity
}

fn engine(criterion: &mut Criterion) {
    let bars = random_bars(7, BARS, 400_000);
    println!("bytes per bar in memory: {}; per event: {}", size_of::<Bar>(), size_of::<types::Event>());
    let mut group = criterion.benchmark_group("bars");
    group.throughput(Throughput::Elements(BARS as u64)).sample_size(20);
    group.bench_function("hand_written", |bencher| bencher.iter(|| hand_written(black_box(&bars))));
    let mut lab = lab();
    let cases = [
        ("idle", "trend_following", "short_period = 9999\nlong_period = 10000"),
        ("trend_following", "trend_following", CROSS),
        ("grid", "grid", "spacing = 'geometric'\nspacing_pct = 0.4\norder_quantity = 10000"),
    ];
    for (name, id, params) in cases {
        lab.execution.max_volume_share = None;
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || {
                    lab.backtest(id, params, bars.first(), BARS, false)
                        .expect("the strategy takes these parameters")
                },
                |backtest| backtest.run(Stream::Bars(InstrumentId(0), bars.iter()), |_| ()),
                criterion::BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

/// One step of the kernel alone: a bar in, nothing out.
fn kernel_step(criterion: &mut Criterion) {
    let bars = random_bars(7, 4_096, 400_000);
    let params = "short_period = 9999\nlong_period = 10000";
    let setup =
        lab().kernel("trend_following", params, bars.first()).expect("the strategy takes these parameters");
    let mut kernel = kernel::Kernel::new(setup).expect("a kernel with one seat assembles");
    let mut outbox = kernel::Outbox::new();
    let mut time = 0;
    criterion.bench_function("kernel_step_idle", |bencher| {
        bencher.iter(|| {
            time += 1;
            let mut bar = bars[time as usize % bars.len()];
            bar.close_time = types::Time::from_nanos(time);
            let event = types::Event::Bar { instrument: InstrumentId(0), bar };
            kernel.step(black_box(&event), &mut outbox).is_ok()
        });
    });
}

criterion_group!(benches, engine, kernel_step);
criterion_main!(benches);
