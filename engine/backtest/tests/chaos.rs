//! A strategy that wishes for anything at all, against the rules that must hold whatever it wishes for.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a helper of tests may stop where something is not as it should be"
)]

use backtest::{Backtest, BacktestSetup, EndOfRun, Outcome, Stream};
use kernel::{Kernel, KernelSetup, Outbox, Seat};
use ledger::RecorderOptions;
use proptest::prelude::*;
use quantmesh_backtest as backtest;
use sdk::{Event, Instrument, InstrumentId, Intents, OrderKind, Strategy as Trades, TimeInForce, View, Wish};
use testkit::{Lab, Seed, random_bars};
use types::{Amount, Asset, Bar, ClientOrderId, Money, Price, Qty, Rate, ReportKind, Side};
use venue::{Execution, MarketFill, Path, Touch};

/// Random orders of every kind, random cancels, all from one seed.
struct Chaos {
    random: Seed,
    sent: Vec<ClientOrderId>,
}

impl Trades for Chaos {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        let Some(market) = view.market(InstrumentId(0)) else { return };
        if matches!(event, Event::Order(_)) && self.random.below(6) != 0 {
            return; // It answers some of its own reports, but comes to rest.
        }
        for _ in 0..self.random.below(4) {
            let side = if self.random.below(2) == 0 { Side::Buy } else { Side::Sell };
            let last = market.last.map_or(10_000, Price::ticks);
            let price = Price::from_ticks((last + self.random.between(-60, 60)).max(1));
            let qty = Qty::from_lots(self.random.between(1, 500));
            let tif = match self.random.below(4) {
                0 => TimeInForce::GoodTillCancel,
                1 => TimeInForce::ImmediateOrCancel,
                2 => TimeInForce::FillOrKill,
                _ => TimeInForce::PostOnly,
            };
            let kind = match self.random.below(5) {
                0 => OrderKind::Market,
                1 => OrderKind::StopMarket { trigger: price },
                _ => OrderKind::Limit { price, tif },
            };
            let reduce_only = self.random.below(4) == 0;
            let wish = Wish { instrument: InstrumentId(0), side, qty, kind, reduce_only };
            self.sent.push(intents.place(u32::try_from(self.random.below(8)).unwrap_or(0), wish));
        }
        if self.random.below(3) == 0 && !self.sent.is_empty() {
            let at = self.random.below(self.sent.len() as u64);
            intents.cancel(self.sent.swap_remove(usize::try_from(at).unwrap_or(0)));
        }
        if self.random.below(400) == 0 {
            intents.stop("chaos has had enough");
        }
    }
}

fn lab(seed: u64) -> Lab {
    let mut random = Seed::new(seed ^ 0xABCD);
    let mut lab = Lab::new().expect("the laboratory's constants are good");
    let pick = |of: u64, random: &mut Seed| random.below(of);
    lab.execution = Execution {
        touch: if pick(2, &mut random) == 0 { Touch::Through } else { Touch::Touch },
        path: [Path::WorstFirst, Path::NearestFirst, Path::OpenHighLowClose, Path::OpenLowHighClose]
            [usize::try_from(pick(4, &mut random)).unwrap_or(0)],
        market_fill: if pick(2, &mut random) == 0 { MarketFill::NextPrice } else { MarketFill::LastPrice },
        slippage_ticks: u32::try_from(pick(3, &mut random)).unwrap_or(0),
        max_volume_share: (pick(2, &mut random) == 0).then_some(Rate::from_nanos(500_000)),
        ..Execution::default()
    };
    lab.end = [EndOfRun::Mark, EndOfRun::CloseAtLastClose, EndOfRun::CloseAtLastOpen]
        [usize::try_from(pick(3, &mut random)).unwrap_or(0)];
    lab.opening_prints = pick(2, &mut random) == 0;
    if pick(2, &mut random) == 0 {
        // Fees in an asset of their own, worth 312.5 in the quote asset.
        let fees = &mut lab.spec.fees;
        fees.asset = "BNB".parse().expect("an asset");
        fees.asset_price = Some("312.5".parse().expect("a number"));
    }
    lab
}

fn kernel(lab: &Lab, seed: u64) -> KernelSetup {
    let instrument = lab.instrument().expect("the laboratory's instrument is good");
    KernelSetup {
        run: 0,
        settlement: lab.spec.quote,
        capital: lab.capital,
        instruments: vec![instrument],
        limits: lab.limits,
        rules: Vec::new(),
        breaker: lab.breaker,
        seats: vec![Seat {
            strategy: Box::new(Chaos { random: Seed::new(seed), sent: Vec::new() }),
            instruments: vec![InstrumentId(0)],
            term: kernel::Term::default(),
        }],
    }
}

fn run(seed: u64, bars: &[Bar]) -> Outcome {
    let lab = lab(seed);
    let setup = BacktestSetup {
        kernel: kernel(&lab, seed),
        execution: lab.execution,
        end: lab.end,
        opening_prints: lab.opening_prints,
        recorder: RecorderOptions::default(),
        journal: true,
        replay: backtest::ReplaySetup::default(),
    };
    let backtest = Backtest::new(setup).expect("a kernel with one seat assembles");
    backtest.run(Stream::Bars(InstrumentId(0), bars.iter()), |_| ()).expect("no number here is too large")
}

fn sum(parts: impl IntoIterator<Item = Money>) -> i128 {
    parts.into_iter().map(Money::units).sum()
}

/// Every step of a journal through a fresh kernel, with the books checked after each.
fn audit(lab: &Lab, seed: u64, outcome: &Outcome) -> Result<(), TestCaseError> {
    let mut kernel = Kernel::new(kernel(lab, seed)).expect("it assembled before");
    let instrument: Instrument = lab.instrument().expect("it was good before");
    let (usdt, bnb): (Asset, Asset) = (lab.spec.quote, "BNB".parse().expect("an asset"));
    let (mut outbox, mut filled, mut cash) = (Outbox::new(), 0_i64, lab.capital.units());
    for entry in outcome.journal.as_ref().expect("it was asked for").entries() {
        kernel.step(&entry.event, &mut outbox).expect("it took this event before");
        prop_assert_eq!(&outbox.commands, &entry.commands);
        if let Event::Order(report) = &entry.event
            && let ReportKind::Filled(fill) = &report.kind
        {
            let signed = Qty::from_lots(fill.qty.lots() * fill.side.sign());
            filled += signed.lots();
            cash -= instrument.notional(fill.price, signed).expect("small").units();
            let Amount { asset, money } = fill.fee;
            let worth = if asset == bnb { (money.units() * 3_125 + 9).div_euclid(10) } else { money.units() };
            cash -= worth;
        }
        let (portfolio, id) = (kernel.portfolio(), InstrumentId(0));
        for asset in [usdt, bnb] {
            prop_assert_eq!(portfolio.books().trial_balance(asset), Ok(Money::ZERO));
        }
        let position = portfolio.position(id);
        prop_assert_eq!(position.qty.lots(), filled, "position is the sum of fills");
        prop_assert_eq!(kernel.markets()[0].position, position);
        prop_assert_eq!(portfolio.cash().units(), cash, "cash is what fills and fees left of the capital");
        let marked = kernel.markets()[0]
            .last
            .map_or(position.cost, |price| instrument.notional(price, position.qty).expect("small"));
        prop_assert_eq!(outbox.equity.units(), cash + marked.units(), "equity is cash and marked positions");
        prop_assert!(position.qty.is_zero() == (position.cost == Money::ZERO));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_books_balance_after_every_event_and_a_replay_decides_the_same(seed in any::<u64>()) {
        let outcome = run(seed, &random_bars(seed, 300, 10_000));
        audit(&lab(seed), seed, &outcome)?;
        let totals = outcome.record.totals;
        let profit = outcome.record.final_equity().units() - outcome.record.capital.units();
        prop_assert_eq!(
            profit,
            sum([totals.realised, totals.unrealised, totals.funding]) - totals.fees.units(),
            "profit is realised and unrealised profit and funding less fees"
        );
        prop_assert_eq!(totals.fills, totals.buys + totals.sells);
        prop_assert_eq!(totals.fills, outcome.record.fills.len() as u64);
        let trips = sum(outcome.record.round_trips.iter().map(|trip| trip.gross));
        if outcome.record.positions[0].is_zero() {
            prop_assert_eq!(trips, totals.realised.units(), "flat, the round trips hold all that was realised");
        }
    }

    #[test]
    fn the_same_tape_gives_the_same_record_also_on_another_thread(seed in any::<u64>()) {
        let bars = random_bars(seed, 200, 10_000);
        let here = run(seed, &bars);
        let there = std::thread::scope(|scope| {
            let one = scope.spawn(|| run(seed, &bars));
            let two = scope.spawn(|| run(seed, &bars));
            [one, two].map(|thread| thread.join().expect("the run does not panic"))
        });
        prop_assert!(there.iter().all(|outcome| *outcome == here));
    }

    #[test]
    fn a_tape_cut_short_changes_no_earlier_decision(seed in any::<u64>(), cut in 1_usize..199) {
        let bars = random_bars(seed, 200, 10_000);
        let whole = run(seed, &bars);
        let short = run(seed, &bars[..cut]);
        let last = bars[cut - 1].close_time;
        let decided = |outcome: &Outcome| -> Vec<_> {
            let entries = outcome.journal.as_ref().expect("it was asked for").entries();
            let before_end = entries.iter().take_while(|entry| !matches!(entry.event, Event::Operator { .. }));
            let up_to = before_end.filter(|entry| entry.event.time() < last).cloned();
            up_to.collect()
        };
        prop_assert_eq!(decided(&whole), decided(&short));
    }

    #[test]
    fn a_stop_ends_flat_with_no_order_left(seed in any::<u64>()) {
        let bars = random_bars(seed, 300, 10_000);
        let outcome = run(seed, &bars);
        let stopped = outcome.record.notes.iter().position(|note| note.text == "flat and latched");
        if let Some(at) = stopped {
            let since = outcome.record.notes[at].time;
            prop_assert!(outcome.record.fills.iter().all(|fill| fill.time <= since), "nothing trades after the latch");
            prop_assert!(outcome.record.positions[0].is_zero());
            prop_assert!(outcome.record.orders.iter().all(|order| order.ended.is_some()));
        }
    }
}
