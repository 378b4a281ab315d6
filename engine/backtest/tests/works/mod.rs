//! Works that other engines have been measured on, so that ours can be held against their results: here, for tests and benches.
#![allow(dead_code, reason = "each test and bench uses some of it")]
#![allow(
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a helper of tests may stop where something is not as it should be"
)]

use std::path::Path;

use kernel::{KernelSetup, Seat, Term};
use ledger::RecorderOptions;
use quantmesh_backtest::{Backtest, BacktestSetup, EndOfRun, ReplaySetup};
use sdk::{Event, InstrumentId, Intents, Interest, Strategy, View, Wish};
use testkit::Lab;
use types::{ClientOrderId, OrderReport, Price, Qty, Rate, ReportKind, Seen, Side, Tick, TickKind, Time};
use venue::{Execution, Fills, Queue};

/// Work W2: a grid of quotes around the middle, leaning against its position, looked at every 100 ms.
pub(crate) struct GridOfQuotes {
    /// Lots of one order.
    unit: i64,
    /// Live orders by price, buys and sells.
    orders: [Vec<(i64, ClientOrderId)>; 2],
}

const LEVELS: i64 = 20;
const APART: i64 = 10;
const MOST: i64 = 20;

impl GridOfQuotes {
    pub(crate) fn new(unit: i64) -> Self {
        let room = || Vec::with_capacity(64);
        Self { unit, orders: [room(), room()] }
    }

    /// Cancels what is off the grid and places what is missing. All prices are multiples of the grid's step.
    fn keep(&mut self, side: Side, best: Option<i64>, intents: &mut Intents) {
        let orders = &mut self.orders[usize::from(side == Side::Sell)];
        let mut there = 0_u32;
        orders.retain(|(price, id)| {
            let below = best.map_or(-1, |best| (best - price) * side.sign());
            let wanted = (0..LEVELS * APART).contains(&below);
            if wanted {
                there |= 1 << (below / APART);
            } else {
                intents.cancel(*id);
            }
            wanted
        });
        let Some(best) = best else { return };
        for level in (0..LEVELS).filter(|level| there >> level & 1 == 0) {
            let price = best - level * APART * side.sign();
            let wish =
                Wish::limit(InstrumentId(0), side, Qty::from_lots(self.unit), Price::from_ticks(price));
            orders.push((price, intents.place(0, wish)));
        }
    }

    fn forget(&mut self, report: &OrderReport) {
        if matches!(report.kind, ReportKind::Filled(_)) || report.kind.ends_order() {
            for side in &mut self.orders {
                side.retain(|(_, id)| *id != report.id);
            }
        }
    }
}

impl Strategy for GridOfQuotes {
    fn interest(&self) -> Interest {
        Interest { bars: false, trades: false, quotes: false, book: false, every: Some(100_000_000) }
    }

    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        match event {
            Event::Order(report) => self.forget(report),
            Event::Timer { .. } => {
                let Some(market) = view.market(InstrumentId(0)) else { return };
                let (Some(bid), Some(ask)) = (market.bid, market.ask) else { return };
                let (bid, ask) = (bid.ticks(), ask.ticks());
                let position = market.position.qty.lots() / self.unit;
                let (low, high) = (bid + ask - 10 - position, bid + ask + 10 - position);
                let buy = bid.min(low.div_euclid(2)).div_euclid(APART) * APART;
                let sell = -(-ask.max(-(-high).div_euclid(2))).div_euclid(APART) * APART;
                self.keep(Side::Buy, (position < MOST).then_some(buy), intents);
                self.keep(Side::Sell, (position > -MOST).then_some(sell), intents);
            }
            _ => {}
        }
    }
}

/// The works' tick files: 24 bytes a record, little endian: time in nanoseconds, price in ticks of 0.1, quantity in lots of
/// 0.001, kind, padding.
pub(crate) fn ticks(file: &Path) -> std::io::Result<Vec<Tick>> {
    let bytes = std::fs::read(file)?;
    Ok(bytes.as_chunks::<24>().0.iter().map(tick).collect())
}

fn tick(record: &[u8; 24]) -> Tick {
    let time = Time::from_nanos(i64::from_le_bytes(record[..8].try_into().expect("eight bytes")));
    let number =
        |at: usize| i64::from(i32::from_le_bytes(record[at..at + 4].try_into().expect("four bytes")));
    let kind = match record[16] {
        0 => TickKind::Level(Side::Buy),
        1 => TickKind::Level(Side::Sell),
        2 => TickKind::Trade(Some(Side::Buy)),
        _ => TickKind::Trade(Some(Side::Sell)),
    };
    Tick {
        venue_time: time,
        local_time: time,
        price: Price::from_ticks(number(8)),
        qty: Qty::from_lots(number(12)),
        kind,
        seen: Seen::Both,
    }
}

/// The engine set up for W2: size 1, maker fee 0.02 %, no latency, filled whole once the market trades through.
pub(crate) fn grid_of_quotes(execution: Execution, replay: ReplaySetup) -> Backtest {
    let mut lab = Lab::new().expect("the laboratory's constants are good");
    lab.spec.tick_size = "0.1".parse().expect("a number");
    lab.spec.lot_size = "0.001".parse().expect("a number");
    lab.spec.fees.maker = Rate::from_nanos(200_000);
    let setup = BacktestSetup {
        kernel: KernelSetup {
            run: 0,
            settlement: lab.spec.quote,
            capital: types::Money::ZERO,
            instruments: vec![lab.instrument().expect("the laboratory's instrument is good")],
            limits: risk::Limits::default(),
            rules: Vec::new(),
            breaker: risk::BreakerLimits::default(),
            seats: vec![Seat {
                strategy: Box::new(GridOfQuotes::new(1_000)),
                instruments: vec![InstrumentId(0)],
                term: Term::default(),
            }],
        },
        execution,
        end: EndOfRun::Mark,
        opening_prints: false,
        recorder: RecorderOptions::default(),
        journal: false,
        replay: ReplaySetup { instruments: vec![InstrumentId(0)], ..replay },
    };
    Backtest::new(setup).expect("a kernel with one seat assembles")
}

/// W2's convention of fills: we are behind everybody, and what fills fills whole.
pub(crate) fn behind_everybody() -> Execution {
    Execution { queue: Queue::Behind, fills: Fills::Whole, unshared: true, ..Execution::default() }
}
