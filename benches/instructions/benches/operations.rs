//! Instructions of the kernel's step, of the visible book and of a tick in a replayed market, a thousand operations each.
//!
//! `cargo bench` in this folder, with valgrind and gungraun-runner of the library's version: instructions by a thousand are
//! those of one operation and of a turn of the loop around it.

use std::hint::black_box;

use depth::Depth;
use gungraun::prelude::*;
use kernel::{Kernel, KernelSetup, Outbox, Seat, Term};
use sdk::{Intents, Interest, Strategy, View, Wish};
use testkit::{Lab, Seed, random_bars};
use types::{
    Amount, ClientOrderId, Command, Event, Fill, InstrumentId, Liquidity, Money, Order, OrderKind,
    OrderReport, Price, Qty, ReportKind, Seen, Side, Tick, TickKind, Time, TimeInForce, Trade,
};
use venue::{Execution, Queue, SimExchange};

const COUNT: i64 = 1_000;
const MIDDLE: i64 = 600_000;
const ONE: InstrumentId = InstrumentId(0);

/// Does nothing, or buys and sells one lot in turn, at each trade.
struct Trader {
    trades: bool,
    bought: bool,
}

impl Strategy for Trader {
    fn interest(&self) -> Interest {
        Interest { bars: true, trades: true, quotes: true, book: false, every: None }
    }

    fn on_event(&mut self, _: &View<'_>, event: &Event, intents: &mut Intents) {
        if self.trades && matches!(event, Event::Trade { .. }) {
            let side = if self.bought { Side::Sell } else { Side::Buy };
            self.bought = !self.bought;
            intents.place(0, Wish::market(ONE, side, Qty::from_lots(1)));
        }
    }
}

fn kernel(trades: bool) -> Kernel {
    let lab = Lab::new().expect("the laboratory's constants are good");
    let seat = Seat {
        strategy: Box::new(Trader { trades, bought: false }),
        instruments: vec![ONE],
        term: Term::default(),
    };
    let setup = KernelSetup {
        run: 0,
        settlement: lab.spec.quote,
        capital: lab.capital,
        instruments: vec![lab.instrument().expect("the laboratory's instrument is good")],
        limits: risk::Limits::default(),
        rules: Vec::new(),
        breaker: risk::BreakerLimits::default(),
        seats: vec![seat],
    };
    Kernel::new(setup).expect("a kernel with one seat assembles")
}

/// A kernel that has taken in something, and what it takes in next.
struct Stepping {
    kernel: Kernel,
    outbox: Outbox,
    events: Vec<Event>,
}

fn bars() -> Stepping {
    let bars = random_bars(5, 2 * COUNT as usize, MIDDLE);
    let events = bars.iter().map(|bar| Event::Bar { instrument: ONE, bar: *bar });
    warm(Stepping { kernel: kernel(false), outbox: Outbox::new(), events: events.collect() }, COUNT as usize)
}

/// A trade at which an order goes out, its answer, and its fill: three steps an order.
fn orders() -> Stepping {
    let usdt = Lab::new().expect("the laboratory's constants are good").spec.quote;
    let mut events = Vec::new();
    for at in 1..=2 * COUNT {
        let time = Time::from_nanos(at * 1_000);
        let (price, qty) = (Price::from_ticks(MIDDLE + at % 7), Qty::from_lots(1));
        events.push(Event::Trade { instrument: ONE, trade: Trade { time, price, qty, taker: None } });
        let generation = u32::try_from(at).expect("it is small");
        let id = ClientOrderId { generation, ..ClientOrderId::default() };
        let side = if at % 2 == 1 { Side::Buy } else { Side::Sell };
        let fee = Amount { asset: usdt, money: Money::ZERO };
        let trade = u64::from(generation);
        let fill = Fill { side, price, qty, liquidity: Liquidity::Taker, fee, trade };
        for kind in [ReportKind::Accepted, ReportKind::Filled(fill)] {
            events.push(Event::Order(OrderReport { time, id, instrument: ONE, kind }));
        }
    }
    let warm = warm(Stepping { kernel: kernel(true), outbox: Outbox::new(), events }, 3 * COUNT as usize);
    assert!(warm.kernel.live_orders(0).is_empty(), "each order was answered and filled");
    warm
}

fn warm(mut stepping: Stepping, count: usize) -> Stepping {
    for event in stepping.events.drain(..count) {
        stepping.kernel.step(&event, &mut stepping.outbox).expect("small numbers");
    }
    stepping
}

fn tick(kind: TickKind, price: i64, lots: i64) -> Tick {
    let (price, qty) = (Price::from_ticks(price), Qty::from_lots(lots));
    Tick { venue_time: Time::EPOCH, local_time: Time::EPOCH, price, qty, kind, seen: Seen::Both }
}

/// A book of forty levels a side and ticks for it.
struct Reading {
    book: Depth,
    ticks: Vec<Tick>,
}

fn book() -> Depth {
    let mut book = Depth::new();
    for away in 1..=40 {
        book.set(Side::Buy, Price::from_ticks(MIDDLE - away), Qty::from_lots(away));
        book.set(Side::Sell, Price::from_ticks(MIDDLE + away), Qty::from_lots(away));
    }
    book
}

/// New totals behind the best of both sides.
fn hot() -> Reading {
    let mut random = Seed::new(3);
    let mut ticks = Vec::new();
    for at in 0..COUNT {
        let side = if at % 2 == 0 { Side::Buy } else { Side::Sell };
        let price = MIDDLE - side.sign() * random.between(2, 30);
        ticks.push(tick(TickKind::Level(side), price, random.between(1, 900)));
    }
    Reading { book: book(), ticks }
}

/// Bids, each better than the one before.
fn rising() -> Reading {
    let ticks = (0..COUNT).map(|at| tick(TickKind::Level(Side::Buy), MIDDLE + at, 5)).collect();
    let mut book = book();
    book.clear(Side::Sell, Price::from_ticks(i64::MAX - 1));
    Reading { book, ticks }
}

/// A side of a thousand levels whose best goes, and the next one, and so on.
fn falling() -> Reading {
    let Reading { mut book, ticks } = rising();
    for tick in &ticks {
        book.apply(tick);
    }
    let ticks = (0..COUNT).rev().map(|at| tick(TickKind::Level(Side::Buy), MIDDLE + at, 0)).collect();
    Reading { book, ticks }
}

/// A replayed market, our orders in it, and its next ticks.
struct Replaying {
    exchange: SimExchange,
    ticks: Vec<Tick>,
    reports: Vec<OrderReport>,
}

/// Twenty orders a side rest in the levels that the ticks change and trade at; where all have a place behind what is there,
/// nothing fills.
fn replaying(orders: bool) -> Replaying {
    let instrument =
        Lab::new().and_then(|lab| lab.instrument()).expect("the laboratory's instrument is good");
    let execution = Execution { queue: Queue::Behind, ..Execution::default() };
    let mut exchange = SimExchange::new(std::slice::from_ref(&instrument), execution).replaying(&instrument);
    let mut reports = Vec::with_capacity(64);
    for side in [Side::Buy, Side::Sell] {
        for away in 1..=40 {
            let level = tick(TickKind::Level(side), MIDDLE - side.sign() * away, 100);
            exchange.on_tick(ONE, &level, &mut reports).expect("small numbers");
        }
        for away in (1..=20).filter(|_| orders) {
            let generation =
                u32::try_from(away).expect("it is small") + if side == Side::Buy { 0 } else { 100 };
            let price = Price::from_ticks(MIDDLE - side.sign() * away);
            let order = Order {
                id: ClientOrderId { generation, ..ClientOrderId::default() },
                instrument: ONE,
                side,
                qty: Qty::from_lots(1),
                kind: OrderKind::Limit { price, tif: TimeInForce::GoodTillCancel },
                reduce_only: false,
                time: Time::EPOCH,
            };
            exchange.submit(Time::EPOCH, &Command::Place(order), &mut reports).expect("small numbers");
        }
    }
    reports.clear();
    let mut random = Seed::new(7);
    let ticks = (0..COUNT).map(|at| {
        let side = if at % 2 == 0 { Side::Buy } else { Side::Sell };
        match at % 8 {
            0 => tick(TickKind::Trade(Some(side)), MIDDLE + side.sign(), random.between(1, 9)),
            _ => {
                let price = MIDDLE - side.sign() * random.between(1, 30);
                tick(TickKind::Level(side), price, random.between(1, 900))
            }
        }
    });
    Replaying { exchange, ticks: ticks.collect(), reports }
}

#[library_benchmark]
#[bench::a_bar_with_an_idle_strategy(setup = bars)]
#[bench::a_trade_with_an_order_its_answer_and_its_fill(setup = orders)]
fn kernel_step(mut stepping: Stepping) -> Stepping {
    for event in &stepping.events {
        stepping.kernel.step(black_box(event), &mut stepping.outbox).expect("small numbers");
    }
    stepping
}

#[library_benchmark]
#[bench::a_level_near_the_best(setup = hot)]
#[bench::a_new_best(setup = rising)]
#[bench::the_best_removed(setup = falling)]
fn book_update(mut reading: Reading) -> Reading {
    for tick in &reading.ticks {
        black_box(reading.book.apply(black_box(tick)));
    }
    reading
}

#[library_benchmark]
#[bench::no_orders(args = (false), setup = replaying)]
#[bench::forty_orders_rest(args = (true), setup = replaying)]
fn replay_tick(mut replaying: Replaying) -> Replaying {
    for tick in &replaying.ticks {
        let moved = replaying.exchange.on_tick(ONE, black_box(tick), &mut replaying.reports);
        black_box(moved.expect("small numbers"));
    }
    assert!(replaying.reports.is_empty(), "nothing fills");
    replaying
}

library_benchmark_group!(name = operations, benchmarks = [kernel_step, book_update, replay_tick]);
main!(library_benchmark_groups = operations);
