//! Every fill of ours against hftbacktest's: the same recording, orders, latency and queue model.

use std::collections::HashMap;

use kernel::{KernelSetup, Seat, Term};
use ledger::RecorderOptions;
use quantmesh_backtest::{Backtest, BacktestSetup, EndOfRun, Recording as Played, ReplaySetup};
use sdk::{
    ClientOrderId, Event, InstrumentId, Intents, Interest, OrderKind, Strategy, TimeInForce, View, Wish,
};
use testkit::Lab;
use types::{Price, Qty};
use venue::{Execution, Exponent, Fills, Latency, Queue};

use crate::plan::{Fill, Kind, Plan, Request, joined};
use crate::recording::{Recording, read};

type Failure = Box<dyn std::error::Error>;

/// Five milliseconds either way.
const LATENCY: i64 = 5_000_000;

/// Plays a plan at its times.
struct Player {
    plan: std::vec::IntoIter<(i64, Vec<Request>)>,
    due: Option<(i64, Vec<Request>)>,
    ids: HashMap<u64, ClientOrderId>,
}

impl Strategy for Player {
    fn interest(&self) -> Interest {
        Interest { bars: false, trades: false, quotes: false, book: false, every: Some(100_000_000) }
    }

    fn on_event(&mut self, _: &View<'_>, event: &Event, intents: &mut Intents) {
        let Event::Timer { time, .. } = event else { return };
        if self.due.is_none() {
            self.due = self.plan.next();
        }
        if self.due.as_ref().is_none_or(|(due, _)| *due != time.nanos()) {
            return;
        }
        let Some((_, requests)) = self.due.take() else { return };
        for request in requests {
            match request {
                Request::Cancel { id } => {
                    if let Some(id) = self.ids.get(&id) {
                        intents.cancel(*id);
                    }
                }
                Request::Place { id, side, price, lots, kind } => {
                    let tif = match kind {
                        Kind::PostOnly => TimeInForce::PostOnly,
                        Kind::ImmediateOrCancel => TimeInForce::ImmediateOrCancel,
                        Kind::FillOrKill => TimeInForce::FillOrKill,
                    };
                    let wish = Wish {
                        instrument: InstrumentId(0),
                        side,
                        qty: Qty::from_lots(lots),
                        kind: OrderKind::Limit { price: Price::from_ticks(price), tif },
                        reduce_only: false,
                    };
                    let slot = u32::try_from(id).unwrap_or(u32::MAX);
                    self.ids.insert(id, intents.place(slot, wish));
                }
            }
        }
    }
}

fn ours(recording: &Recording, plan: Plan, queue: Queue, fills: Fills) -> Result<Vec<Fill>, Failure> {
    let mut lab = Lab::new()?;
    (lab.spec.tick_size, lab.spec.lot_size) = (recording.tick_size, recording.lot_size);
    let player = Player { plan: plan.into_iter(), due: None, ids: HashMap::new() };
    let instrument = lab.instrument()?;
    let run = Backtest::new(BacktestSetup {
        kernel: KernelSetup {
            run: 0,
            settlement: lab.spec.quote,
            capital: lab.capital,
            instruments: vec![instrument],
            limits: risk::Limits::default(),
            rules: Vec::new(),
            breaker: risk::BreakerLimits::default(),
            seats: vec![Seat {
                strategy: Box::new(player),
                instruments: vec![InstrumentId(0)],
                term: Term::default(),
            }],
        },
        execution: Execution { queue, fills, unshared: true, ..Execution::default() },
        end: EndOfRun::Mark,
        opening_prints: false,
        recorder: RecorderOptions::default(),
        journal: false,
        replay: ReplaySetup {
            instruments: vec![InstrumentId(0)],
            latency: Latency::Constant { entry: LATENCY, response: LATENCY },
            ..ReplaySetup::default()
        },
    })?;
    let outcome = run.replay(
        [Played { instrument: InstrumentId(0), rows: recording.ticks.iter().copied(), in_one_order: false }],
        [],
        |_| (),
    )?;
    let fill = |fill: &ledger::FillRecord| Fill {
        id: u64::from(fill.id.slot),
        venue_time: fill.time.nanos() - LATENCY,
        price: fill.fill.price.ticks(),
        lots: fill.fill.qty.lots(),
    };
    Ok(outcome.record.fills.iter().map(fill).collect())
}

/// Compares on each recording, for each queue and both ways to fill, and says where the first difference is.
pub fn compare(files: &[&str]) -> Result<(), Failure> {
    let queues = [
        Queue::RiskAverse,
        Queue::Power(Exponent(2_000)),
        Queue::PowerOfTotal(Exponent(2_000)),
        Queue::PowerOfFront(Exponent(3_000)),
        Queue::Log,
        Queue::LogOfTotal,
    ];
    println!(
        "{:<42} {:<30} {:<8} {:>7} {:>7} {:>7}",
        "recording", "queue", "fills", "theirs", "ours", "unlike"
    );
    let mut unlike_in_all = 0;
    for file in files {
        let recording = read(file)?;
        for queue in queues {
            for fills in [Fills::Whole, Fills::Partial] {
                let run = crate::hft::run(&recording, LATENCY, queue, fills, 7)?;
                let ours = ours(&recording, run.plan, queue, fills)?;
                let within = |list: Vec<Fill>| {
                    joined(list.into_iter().filter(|fill| fill.venue_time < run.until).collect())
                };
                let (theirs, ours) = (within(run.fills), within(ours));
                let missing: Vec<_> =
                    theirs.iter().filter(|fill| ours.binary_search(fill).is_err()).collect();
                let extra: Vec<_> = ours.iter().filter(|fill| theirs.binary_search(fill).is_err()).collect();
                let unlike = missing.len() + extra.len();
                let (queue, fills) = (format!("{queue:?}"), format!("{fills:?}"));
                println!(
                    "{:<42} {queue:<30} {fills:<8} {:>7} {:>7} {unlike:>7}{}",
                    recording.name,
                    theirs.len(),
                    ours.len(),
                    if run.until == i64::MAX { "" } else { "  until its own error" }
                );
                let first = |list: &[&Fill]| {
                    list.iter().min_by_key(|fill| fill.venue_time).map(|fill| format!("{fill:?}"))
                };
                if unlike > 0 {
                    println!("  only theirs, first: {}", first(&missing).unwrap_or_default());
                    println!("  only ours, first:   {}", first(&extra).unwrap_or_default());
                }
                unlike_in_all += unlike;
            }
        }
    }
    if unlike_in_all == 0 { Ok(()) } else { Err(format!("{unlike_in_all} fills are not alike").into()) }
}
