//! What must hold of a replay whatever is replayed: its two ways to read agree, its end closes, and nobody answers himself for ever.
#![expect(clippy::expect_used, reason = "a helper of tests may stop where something is not as it should be")]

mod works;

use kernel::{KernelSetup, Seat, Term};
use ledger::RecorderOptions;
use quantmesh_backtest::{Backtest, BacktestError, BacktestSetup, EndOfRun, Outcome, Recording, ReplaySetup};
use sdk::{Event, InstrumentId, Intents, Strategy, View, Wish};
use testkit::{Lab, Seed};
use types::{Price, Qty, ReportKind, Seen, Side, Tick, TickKind, Time};
use venue::{Execution, Latency};

/// A made-up book around a price that wanders, with trades, its rows some milliseconds on their way to us.
fn wandering(seed: u64, count: usize) -> Vec<Tick> {
    let mut random = Seed::new(seed);
    let (mut middle, mut venue_time, mut local_time) = (600_000, 0_i64, 0_i64);
    let mut ticks = Vec::with_capacity(count);
    while ticks.len() < count {
        middle += random.between(-3, 3);
        venue_time += random.between(0, 4_000_000);
        local_time = local_time.max(venue_time + random.between(1_000_000, 9_000_000));
        let side = if random.below(2) == 0 { Side::Buy } else { Side::Sell };
        let away = random.between(1, 30);
        let (kind, price) = match random.below(4) {
            0 => (TickKind::Trade(Some(side)), middle + side.sign() * random.between(0, 12)),
            _ => (TickKind::Level(side), middle - side.sign() * away),
        };
        ticks.push(Tick {
            venue_time: Time::from_nanos(venue_time),
            local_time: Time::from_nanos(local_time),
            price: Price::from_ticks(price),
            qty: Qty::from_lots(random.between(if matches!(kind, TickKind::Trade(_)) { 1 } else { 0 }, 900)),
            kind,
            seen: Seen::Both,
        });
    }
    ticks
}

fn replayed(backtest: Backtest, ticks: &[Tick], in_one_order: bool) -> Result<Outcome, BacktestError> {
    let rows = ticks.iter().copied();
    backtest.replay([Recording { instrument: InstrumentId(0), rows, in_one_order }], [], |_| ())
}

/// One reader that tells us, or two with a book each: the same orders, fills and profit.
#[test]
fn both_ways_to_read_decide_the_same() -> Result<(), BacktestError> {
    let mut fills = 0;
    for seed in 0..8 {
        let ticks = wandering(seed, 20_000);
        let latency = Latency::Constant { entry: 2_500_000, response: 1_500_000 };
        for feed_latency in [None, Some(700_000)] {
            let run = |in_one_order| {
                let replay = ReplaySetup { latency: latency.clone(), feed_latency, ..ReplaySetup::default() };
                replayed(works::grid_of_quotes(Execution::default(), replay), &ticks, in_one_order)
            };
            let (told, read) = (run(true)?.record, run(false)?.record);
            assert_eq!(told.orders, read.orders, "seed {seed}");
            assert_eq!(told.fills, read.fills, "seed {seed}");
            assert_eq!(told.round_trips, read.round_trips, "seed {seed}");
            assert_eq!(told.final_equity(), read.final_equity(), "seed {seed}");
            fills += told.fills.len();
        }
    }
    assert!(fills > 1_000, "{fills} fills are few to compare");
    Ok(())
}

/// Buys at its first quote, and again whenever that is over where it is restless.
struct Buyer {
    restless: bool,
    bought: bool,
}

impl Strategy for Buyer {
    fn on_event(&mut self, _: &View<'_>, event: &Event, intents: &mut Intents) {
        let over = matches!(event, Event::Order(report) if report.kind != ReportKind::Accepted);
        let again = self.restless && over;
        if again || (!self.bought && matches!(event, Event::Quote { .. })) {
            self.bought = true;
            intents.place(0, Wish::market(InstrumentId(0), Side::Buy, Qty::from_lots(1)));
        }
    }
}

fn buying(restless: bool, end: EndOfRun, latency: Latency) -> Backtest {
    let mut lab = Lab::new().expect("the laboratory's constants are good");
    lab.spec.tick_size = "0.1".parse().expect("a number");
    let setup = BacktestSetup {
        kernel: KernelSetup {
            run: 0,
            settlement: lab.spec.quote,
            capital: lab.capital,
            instruments: vec![lab.instrument().expect("the laboratory's instrument is good")],
            limits: risk::Limits::default(),
            rules: Vec::new(),
            breaker: risk::BreakerLimits::default(),
            seats: vec![Seat {
                strategy: Box::new(Buyer { restless, bought: false }),
                instruments: vec![InstrumentId(0)],
                term: Term::default(),
            }],
        },
        execution: Execution::default(),
        end,
        opening_prints: false,
        recorder: RecorderOptions::default(),
        journal: false,
        replay: ReplaySetup { instruments: vec![InstrumentId(0)], latency, ..ReplaySetup::default() },
    };
    Backtest::new(setup).expect("a kernel with one seat assembles")
}

/// Whether the last row is a trade or not, and whether there is any at all.
#[test]
fn the_end_closes_what_is_open() -> Result<(), BacktestError> {
    let all = wandering(3, 2_000);
    let quiet: Vec<Tick> =
        all.iter().filter(|tick| !matches!(tick.kind, TickKind::Trade(_))).copied().collect();
    for ticks in [&all, &quiet] {
        for cut in 0..6 {
            let ticks = &ticks[..ticks.len() - cut];
            let run = |end| replayed(buying(false, end, Latency::default()), ticks, true);
            let open = run(EndOfRun::Mark)?.record;
            assert_eq!(open.positions, [Qty::from_lots(1)], "{cut}");
            let closed = run(EndOfRun::CloseAtLastClose)?.record;
            assert_eq!((closed.positions[0], closed.fills.len()), (Qty::ZERO, 2), "{cut}");
        }
    }
    Ok(())
}

#[test]
fn who_answers_himself_for_ever_is_stopped() {
    let ticks = wandering(5, 2_000);
    let run = |latency| replayed(buying(true, EndOfRun::Mark, latency), &ticks, true);
    assert!(matches!(run(Latency::default()), Err(BacktestError::Restless { .. })));
    // Where answers take time, the end of the data is the end of it.
    assert!(run(Latency::Constant { entry: 1_000_000, response: 1_000_000 }).is_ok());
}
