//! Time per operation of the order book: orders that come and go, and takers that cross levels. No assertions of speed.
//!
//! `cargo bench -p quantmesh-venue --bench book`. The number behind a name is the count of levels a side has.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use quantmesh_venue::book::{OrderBook, OrderKey};
use testkit::Seed;
use types::{ClientOrderId, OrderKind, Price, Qty, Side, TimeInForce};

/// Counts of levels on each side.
const LEVELS: [i64; 3] = [10, 100, 1000];

/// Orders in each queue.
const QUEUE: i64 = 4;

/// Operations in one measured round.
const ROUND: usize = 1024;

/// Orders of ours that come and go among the others.
const OURS: usize = 64;

/// The best bid lies two ticks below, the best ask two above.
const MID: i64 = 100_000;

fn id(number: u32) -> ClientOrderId {
    ClientOrderId { run: 1, strategy: 0, slot: 0, generation: number }
}

/// The price of the level `away` levels behind the best of a side. Levels are two ticks apart.
fn price(side: Side, away: i64) -> Price {
    Price::from_ticks(MID - side.sign() * 2 * (1 + away))
}

/// A book with `QUEUE` orders of ten lots at each of its levels.
fn filled(levels: i64) -> OrderBook {
    let orders = usize::try_from(levels * QUEUE * 2).unwrap_or(0);
    let mut book = OrderBook::with_capacity(orders + OURS);
    for number in 0..levels * QUEUE {
        for side in [Side::Buy, Side::Sell] {
            book.rest(id(0), side, price(side, number % levels), Qty::from_lots(10));
        }
    }
    book
}

/// Cancels the oldest of our orders and rests another: in one of the five best queues, in any queue, or between two
/// levels, where a level is born and dies with each order.
fn churn(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("cancel_and_rest");
    group.throughput(Throughput::Elements(ROUND as u64));
    for levels in LEVELS {
        for (name, reach, ticks) in
            [("near_the_best", 5, 0), ("anywhere", levels, 0), ("new_level_anywhere", levels, 1)]
        {
            let mut book = filled(levels);
            let mut random = Seed::new(7);
            let plan: Vec<Price> = (0..ROUND)
                .map(|_| Price::from_ticks(price(Side::Buy, random.between(0, reach - 1)).ticks() - ticks))
                .collect();
            let rest = |book: &mut OrderBook, price| book.rest(id(1), Side::Buy, price, Qty::from_lots(10));
            let mut ours: Vec<OrderKey> =
                plan.iter().take(OURS).map(|price| rest(&mut book, *price)).collect();
            group.bench_function(BenchmarkId::new(name, levels), |bencher| {
                bencher.iter(|| {
                    for prices in plan.chunks(OURS) {
                        for (key, price) in ours.iter_mut().zip(prices) {
                            black_box(book.cancel(*key));
                            *key = rest(&mut book, *price);
                        }
                    }
                });
            });
            assert_eq!(
                i64::try_from(book.depth(Side::Sell).count()),
                Ok(levels),
                "the others were left alone"
            );
        }
    }
    group.finish();
}

/// An order that improves the best price and is cancelled again: a level is born and dies each time.
fn new_best(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("new_best_and_cancel");
    group.throughput(Throughput::Elements(ROUND as u64));
    for levels in LEVELS {
        let mut book = filled(levels);
        group.bench_function(BenchmarkId::from_parameter(levels), |bencher| {
            bencher.iter(|| {
                for _ in 0..ROUND {
                    let key =
                        book.rest(id(1), Side::Buy, black_box(Price::from_ticks(MID)), Qty::from_lots(10));
                    black_box(book.cancel(key));
                }
            });
        });
    }
    group.finish();
}

/// A taker that empties the ten best levels, order by order, and makers that put them back.
fn take(criterion: &mut Criterion) {
    const CROSSED: i64 = 10;
    let mut group = criterion.benchmark_group("take_ten_levels_and_refill");
    group.throughput(Throughput::Elements((CROSSED * QUEUE).unsigned_abs()));
    for levels in LEVELS {
        let mut book = filled(levels);
        let mut fills = Vec::with_capacity(64);
        let limit = Some(price(Side::Sell, CROSSED - 1));
        group.bench_function(BenchmarkId::from_parameter(levels), |bencher| {
            bencher.iter(|| {
                fills.clear();
                let qty = Qty::from_lots(CROSSED * QUEUE * 10);
                black_box(book.take(Side::Buy, limit, black_box(qty), &mut fills));
                for fill in &fills {
                    book.rest(fill.maker, Side::Sell, fill.price, fill.qty);
                }
            });
        });
    }
    group.finish();
}

/// Orders that only ask: a post-only order that would take, and a fill-or-kill order the book is too thin for.
fn refused(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("refused");
    for levels in LEVELS {
        for (name, tif) in [("post_only", TimeInForce::PostOnly), ("fill_or_kill", TimeInForce::FillOrKill)] {
            let mut book = filled(levels);
            let mut fills = Vec::new();
            let kind = OrderKind::Limit { price: price(Side::Sell, levels), tif };
            group.bench_function(BenchmarkId::new(name, levels), |bencher| {
                bencher.iter(|| {
                    book.submit(
                        id(1),
                        Side::Buy,
                        black_box(Qty::from_lots(i64::MAX)),
                        black_box(kind),
                        &mut fills,
                    )
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, churn, new_best, take, refused);
criterion_main!(benches);
