//! In steady state neither a bar nor a tick costs an allocation: not in the venue, the kernel, the books, the record or the
//! strategy. What a replay takes does not grow with its recording.

mod works;

use kernel::{KernelSetup, Seat, Term};
use ledger::RecorderOptions;
use quantmesh_backtest::{Backtest, BacktestSetup, EndOfRun, Outcome, Recording, ReplaySetup};
use sdk::{Intents, Interest, Strategy, View, Wish};
use testkit::{Lab, LabError, Seed, random_bars};
use types::{Event, InstrumentId, Price, Qty, Seen, Side, Tick, TickKind, Time};
use venue::{Execution, Latency, Queue};
use {grid as _, trend_following as _};

/// Allocations while the second half of a tape goes through, and fills in the whole of it.
fn measured(id: &str, params: &str) -> Result<(u64, usize), LabError> {
    let bars = random_bars(5, 20_000, 400_000);
    let mut lab = Lab::new()?;
    lab.capital = "10000000".parse()?;
    let mut backtest = lab.backtest(id, params, bars.first(), bars.len(), false)?;
    let event = |bar: &types::Bar| Event::Bar { instrument: InstrumentId(0), bar: *bar };
    let (first, second) = bars.split_at(bars.len() / 2);
    for bar in first {
        backtest.feed(&event(bar))?;
    }
    let mut failed = Ok(());
    let counted = allocation_counter::measure(|| {
        failed = second.iter().try_for_each(|bar| backtest.feed(&event(bar)));
    });
    failed?;
    Ok((counted.count_total, backtest.finish()?.record.fills.len()))
}

#[test]
fn bars_cost_no_allocation() -> Result<(), LabError> {
    for (name, id, params, fewest) in [
        ("an idle strategy", "trend_following", "short_period = 9000\nlong_period = 10000", 0),
        (
            "a cross",
            "trend_following",
            "method = 'sma'\nshort_period = 40\nlong_period = 120\nsizing = 'fixed_quantity'\nsize = 1",
            50,
        ),
        ("a grid", "grid", "spacing_pct = 4\norder_quantity = 10000", 50),
    ] {
        let (allocations, fills) = measured(id, params)?;
        assert!(fills >= fewest, "{name}: {fills} fills are too few to show anything");
        assert_eq!(allocations, 0, "{name}, with {fills} fills");
    }
    Ok(())
}

/// A recording that is made up while it is read, so that it takes no memory however long it is: a book around a price that
/// wanders between two bounds, with trades.
#[derive(Clone)]
struct MadeUp {
    random: Seed,
    middle: i64,
    time: i64,
    left: usize,
}

impl Iterator for MadeUp {
    type Item = Tick;

    fn next(&mut self) -> Option<Tick> {
        self.left = self.left.checked_sub(1)?;
        let random = &mut self.random;
        self.middle = (self.middle + random.between(-3, 3)).clamp(599_000, 601_000);
        self.time += random.between(0, 4_000_000);
        let side = if random.below(2) == 0 { Side::Buy } else { Side::Sell };
        let (kind, price) = match random.below(4) {
            0 => (TickKind::Trade(Some(side)), self.middle + side.sign() * random.between(0, 12)),
            _ => (TickKind::Level(side), self.middle - side.sign() * random.between(1, 30)),
        };
        Some(Tick {
            venue_time: Time::from_nanos(self.time),
            local_time: Time::from_nanos(self.time + 3_000_000),
            price: Price::from_ticks(price),
            qty: Qty::from_lots(random.between(if matches!(kind, TickKind::Trade(_)) { 1 } else { 0 }, 900)),
            kind,
            seen: Seen::Both,
        })
    }
}

/// Hears everything, and at its first quote lets orders rest that the recording never reaches.
struct Patient {
    book: bool,
    orders: i64,
}

impl Strategy for Patient {
    fn interest(&self) -> Interest {
        Interest { bars: true, trades: true, quotes: true, book: self.book, every: Some(100_000_000) }
    }

    fn on_event(&mut self, _: &View<'_>, event: &Event, intents: &mut Intents) {
        let Event::Timer { .. } = event else { return };
        for at in 1..=std::mem::take(&mut self.orders) {
            let price = |away: i64| Price::from_ticks(600_000 + away * (1_100 + at));
            let lots = Qty::from_lots(1);
            intents.place(0, Wish::limit(InstrumentId(0), Side::Buy, lots, price(-1)));
            intents.place(0, Wish::limit(InstrumentId(0), Side::Sell, lots, price(1)));
        }
    }
}

fn patient(book: bool, orders: i64, replay: ReplaySetup) -> Result<Backtest, LabError> {
    let mut lab = Lab::new()?;
    lab.spec.tick_size = "0.1".parse()?;
    let setup = BacktestSetup {
        kernel: KernelSetup {
            run: 0,
            settlement: lab.spec.quote,
            capital: lab.capital,
            instruments: vec![lab.instrument()?],
            limits: risk::Limits::default(),
            rules: Vec::new(),
            breaker: risk::BreakerLimits::default(),
            seats: vec![Seat {
                strategy: Box::new(Patient { book, orders }),
                instruments: vec![InstrumentId(0)],
                term: Term::default(),
            }],
        },
        execution: Execution { queue: Queue::Log, ..Execution::default() },
        end: EndOfRun::Mark,
        opening_prints: false,
        recorder: RecorderOptions::default(),
        journal: false,
        replay: ReplaySetup { instruments: vec![InstrumentId(0)], ..replay },
    };
    Ok(Backtest::new(setup)?)
}

/// Allocations of a replay of so many ticks, and the most bytes that it held at a time, the backtest's own among them.
#[expect(clippy::expect_used, reason = "a helper of tests may stop where something is not as it should be")]
fn replayed(
    make: impl FnOnce() -> Result<Backtest, LabError>,
    in_one_order: bool,
    ticks: usize,
) -> Result<(allocation_counter::AllocationInfo, Outcome), LabError> {
    let rows = MadeUp { random: Seed::new(11), middle: 600_000, time: 0, left: ticks };
    let mut replayed = None;
    let counted = allocation_counter::measure(|| {
        let recording = Recording { instrument: InstrumentId(0), rows, in_one_order };
        replayed = Some(make().and_then(|backtest| Ok(backtest.replay([recording], [], |_| ())?)));
    });
    Ok((counted, replayed.expect("the closure is called")?))
}

/// Equity is not sampled here: its points are a part of the result, once a second by default.
fn unsampled() -> ReplaySetup {
    let latency = Latency::Constant { entry: 2_500_000, response: 1_500_000 };
    ReplaySetup { sample: i64::MAX, latency, ..ReplaySetup::default() }
}

/// A recording ten times as long is replayed in the same memory and with the same allocations, those of its beginning: by one
/// reader that tells us, by two, with a book of our own, and with orders that rest.
#[test]
fn ticks_cost_no_allocation_and_a_longer_recording_no_memory() -> Result<(), LabError> {
    for (name, book, in_one_order, orders) in [
        ("one reader", false, true, 0),
        ("two readers", false, false, 0),
        ("a book of our own", true, false, 0),
        ("orders that rest", false, true, 20),
        ("orders that rest, and a book of our own", true, false, 20),
    ] {
        let run = |ticks| replayed(|| patient(book, orders, unsampled()), in_one_order, ticks);
        let ((short, _), (long, outcome)) = (run(20_000)?, run(200_000)?);
        assert_eq!(outcome.record.totals.fills, 0, "{name}");
        assert_eq!(outcome.record.orders.len(), usize::try_from(orders * 2).expect("few"), "{name}");
        assert_eq!(long.count_total, short.count_total, "{name}: allocations");
        assert_eq!(long.bytes_max, short.bytes_max, "{name}: bytes at most");
    }
    Ok(())
}

/// A grid that trades all the time allocates only for its record of orders, fills and round trips, which doubles now and then.
#[test]
fn a_trading_replay_allocates_for_its_record_alone() -> Result<(), LabError> {
    let run = |ticks| replayed(|| Ok(works::grid_of_quotes(Execution::default(), unsampled())), true, ticks);
    let ((short, few), (long, many)) = (run(100_000)?, run(400_000)?);
    let (fills, orders) = (many.record.fills.len(), many.record.orders.len());
    assert!(fills > 2_000 && fills > 3 * few.record.fills.len(), "{fills} fills show little");
    // Four times as much: each list of the record doubles twice, at most three times.
    let more = long.count_total - short.count_total;
    assert!(more <= 3 * 4, "{more} allocations more, with {fills} fills of {orders} orders");
    Ok(())
}
