//! Margin in a run: what the venue takes, when, at what price, and that its account and our books agree.
#![expect(clippy::unwrap_used, reason = "a helper of tests may stop where something is not as it should be")]

use kernel::{Kernel, KernelSetup, Seat, Term};
use ledger::{RecorderOptions, RunRecord};
use margin::{Account, AccountSettings, Line, MarginMode, PositionMode, TierRow, Tiers};
use proptest::prelude::*;
use quantmesh_backtest::{Backtest, BacktestSetup, EndOfRun, Outcome, ReplaySetup};
use sdk::{Intents, OrderKind, Strategy as Trades, TimeInForce, View, Wish};
use testkit::{Lab, Seed, random_bars};
use types::{
    Bar, Contract, Event, Funding, InstrumentId, Money, OrderStatus, Price, Qty, Rate, ReportKind, Side, Time,
};

const ID: InstrumentId = InstrumentId(0);

/// Wishes by the count of bars seen.
struct Scripted(Vec<(usize, Wish)>, usize);

impl Trades for Scripted {
    fn on_event(&mut self, _: &View<'_>, event: &Event, intents: &mut Intents) {
        if matches!(event, Event::Bar { .. }) {
            let now = self.1;
            self.1 += 1;
            for (slot, (_, wish)) in (0..).zip(self.0.iter().filter(|(at, _)| *at == now)) {
                intents.place(slot, *wish);
            }
        }
    }
}

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

/// 1 % up to 5 000, then 2 %: the second tier's amount is 50.
fn tiers() -> Tiers {
    let row = |floor, cap, rate, max_leverage| TierRow { floor, cap, rate, deduction: None, max_leverage };
    let at = money("5000");
    Tiers::new(&[
        row(Money::ZERO, Some(at), Rate::from_nanos(10_000_000), 50),
        row(at, None, Rate::from_nanos(20_000_000), 20),
    ])
    .unwrap()
}

fn account(lab: &Lab, mode: MarginMode, leverage: u32) -> Account {
    let settings = AccountSettings {
        currency: lab.settlement(),
        multi_asset: false,
        position_mode: PositionMode::OneWay,
        remainder_to_fund: true,
    };
    let instrument = lab.instrument().unwrap();
    let line =
        Line { instrument, tiers: tiers(), mode, leverage, liquidation_fee: Rate::from_nanos(5_000_000) };
    let mut account = Account::new(settings, vec![line]).unwrap();
    account.deposit(lab.settlement(), lab.capital).unwrap();
    account
}

/// No fees but that of liquidations, a tick of 0.01 and a lot of 0.001.
fn lab() -> Lab {
    let mut lab = Lab::new().unwrap();
    (lab.spec.fees.maker, lab.spec.fees.taker) = (Rate::ZERO, Rate::ZERO);
    lab.capital = money("1000");
    lab
}

fn kernel(lab: &Lab, strategy: Box<dyn Trades>) -> KernelSetup {
    KernelSetup {
        run: 0,
        settlement: lab.settlement(),
        capital: lab.capital,
        instruments: lab.instruments().unwrap(),
        limits: lab.limits,
        rules: Vec::new(),
        breaker: lab.breaker,
        seats: vec![Seat { strategy, instruments: vec![ID], term: Term::default() }],
    }
}

fn backtest(lab: &Lab, strategy: Box<dyn Trades>, account: Account) -> Backtest {
    let setup = BacktestSetup {
        kernel: kernel(lab, strategy),
        execution: lab.execution,
        end: EndOfRun::Mark,
        opening_prints: false,
        recorder: RecorderOptions::default(),
        journal: true,
        replay: ReplaySetup::default(),
    };
    Backtest::new(setup).unwrap().with_margin(account)
}

/// Bars of a minute from open, high, low and close in whole units.
fn bars(rows: &[[i64; 4]]) -> Vec<Event> {
    let minute = |at: i64| Time::from_nanos(at * 60_000_000_000);
    let bar = |(at, [open, high, low, close]): (i64, &[i64; 4])| {
        let price = |units: i64| Price::from_ticks(units * 100);
        Event::Bar {
            instrument: ID,
            bar: Bar {
                open_time: minute(at),
                close_time: minute(at + 1),
                open: price(*open),
                high: price(*high),
                low: price(*low),
                close: price(*close),
                volume: Qty::from_lots(1_000_000_000),
            },
        }
    };
    (0..).zip(rows).map(bar).collect()
}

fn run(lab: &Lab, wishes: Vec<(usize, Wish)>, account: Account, events: &[Event]) -> Outcome {
    let mut run = backtest(lab, Box::new(Scripted(wishes.clone(), 0)), account);
    for event in events {
        run.feed(event).unwrap();
    }
    let outcome = run.finish().unwrap();
    // What the venue took is an event: a fresh kernel decides the same from the journal alone.
    let mut fresh = Kernel::new(kernel(lab, Box::new(Scripted(wishes, 0)))).unwrap();
    outcome.journal.as_ref().unwrap().replay(&mut fresh).unwrap();
    outcome
}

fn buy(lots: i64) -> (usize, Wish) {
    (0, Wish::market(ID, Side::Buy, Qty::from_lots(lots)))
}

fn taken(record: &RunRecord) -> Vec<(i64, String)> {
    let fills = record.fills.iter().filter(|fill| fill.liquidation);
    fills.map(|fill| (fill.fill.price.ticks(), fill.fill.fee.money.to_string())).collect()
}

/// Long 40 at 100, ten times, isolated: 400 set aside. 400 + 40·(p − 100) = 0.4·p at 90.909…, in the tier of 1 %.
#[test]
fn a_position_is_taken_where_its_liquidation_begins() {
    let calm = [100, 101, 99, 100];
    let cases: [(&str, Vec<[i64; 4]>, i64); 4] = [
        ("inside a bar", vec![calm, calm, [100, 100, 80, 95]], 9_090),
        ("at an open beyond it", vec![calm, calm, [91, 91, 85, 90], [90, 90, 89, 90]], 9_090),
        ("at a gap", vec![calm, calm, [85, 120, 80, 110]], 8_500),
        ("in the bar it was opened in", vec![calm, [100, 100, 90, 99]], 9_090),
    ];
    for (name, rows, price) in cases {
        let mut lab = lab();
        lab.execution.slippage_ticks = 0;
        let outcome = run(&lab, vec![buy(40_000)], account(&lab, MarginMode::Isolated, 10), &bars(&rows));
        let record = outcome.record;
        let fee = Money::from_units(i128::from(price) * 2_000_000_000_000_000);
        assert_eq!(taken(&record), [(price, fee.to_string())], "{name}");
        // All that was set aside is gone, and no more than that.
        assert_eq!(record.final_equity(), money("600"), "{name}");
        let totals = record.totals;
        assert_eq!((totals.liquidations, totals.revaluation), (1, Money::ZERO), "{name}");
        let left = 400_i128 * 10_i128.pow(18) + totals.realised.units() - totals.fees.units();
        assert_eq!(
            totals.insurance.units(),
            left,
            "{name}: the fund got what was left, or paid what was missing"
        );
        assert!(record.round_trips.iter().all(|trip| trip.liquidated), "{name}");
        assert_eq!(record.positions, [Qty::ZERO], "{name}");
        assert!(record.notes.iter().any(|note| note.text.contains("want of margin")), "{name}");
        assert!(record.notes.iter().any(|note| note.text == "flat and latched"), "{name}: it is stopped");
    }
}

/// A short of 40 at 100: 400 − 40·(p − 100) = 0.4·p at 108.91…, so the first tick is 108.92.
#[test]
fn a_short_is_taken_above() {
    let mut lab = lab();
    lab.execution.slippage_ticks = 0;
    let rows = [[100, 101, 99, 100], [100, 101, 99, 100], [100, 110, 99, 100]];
    let wish = (0, Wish::market(ID, Side::Sell, Qty::from_lots(40_000)));
    let outcome = run(&lab, vec![wish], account(&lab, MarginMode::Isolated, 10), &bars(&rows));
    assert_eq!(taken(&outcome.record), [(10_892, "21.784".to_owned())]);
}

#[test]
fn a_stop_that_stands_in_between_goes_first_and_a_take_profit_does_not() {
    let calm = [100, 101, 99, 100];
    let mut lab = lab();
    lab.execution.slippage_ticks = 0;
    let stop =
        |ticks| (1, Wish::stop(ID, Side::Sell, Qty::from_lots(40_000), Price::from_ticks(ticks)).reducing());
    let exit = (1, Wish::limit(ID, Side::Sell, Qty::from_lots(40_000), Price::from_ticks(11_000)).reducing());
    let wide = [calm, calm, [100, 115, 80, 95]];
    for (name, second, took) in [
        ("a stop above it", stop(9_500), false),
        ("a stop below it", stop(9_000), true),
        ("a take-profit, in a bar that visits the worse extreme first", exit, true),
    ] {
        let account = account(&lab, MarginMode::Isolated, 10);
        let record = run(&lab, vec![buy(40_000), second], account, &bars(&wide)).record;
        assert_eq!(record.totals.liquidations, u64::from(took), "{name}");
        // What the venue took cancels what was still working.
        let status = if took { OrderStatus::Cancelled } else { OrderStatus::Filled };
        assert_eq!(record.orders[1].status, status, "{name}");
    }
}

#[test]
fn cross_margin_reaches_for_the_whole_wallet() {
    let mut lab = lab();
    lab.execution.slippage_ticks = 0;
    let calm = [100, 101, 99, 100];
    // 1 000 + 40·(p − 100) = 0.4·p at 75.757….
    for (low, took) in [(76, None), (75, Some(7_575))] {
        let rows = [calm, calm, [100, 100, low, 100]];
        let record = run(&lab, vec![buy(40_000)], account(&lab, MarginMode::Cross, 10), &bars(&rows)).record;
        assert_eq!(taken(&record).first().map(|taken| taken.0), took, "{low}");
        let left = if took.is_some() { money("14.85") } else { money("1000") };
        assert_eq!(record.final_equity(), left, "1 000 − 970 − 15.15, which stay in the wallet");
    }
}

#[test]
fn an_order_that_is_not_backed_is_rejected() {
    let mut lab = lab();
    lab.execution.slippage_ticks = 0;
    let rows = [[100, 101, 99, 100], [100, 101, 99, 100], [100, 101, 99, 100]];
    let resting = |lots| (0, Wish::limit(ID, Side::Buy, Qty::from_lots(lots), Price::from_ticks(9_000)));
    // Ten times 1 000: 100 lots of 1 at 100. A resting order holds back its own part.
    for (name, wishes, rejected) in [
        ("just backed", vec![buy(100_000)], vec![]),
        ("a lot more", vec![buy(100_001)], vec![0]),
        ("beside one that rests", vec![resting(60_000), buy(50_000)], vec![1]),
        ("beside a smaller one", vec![resting(50_000), buy(50_000)], vec![]),
        ("more leverage than the tier of its size", vec![buy(60_000)], vec![0]),
    ] {
        let leverage = if name.contains("tier") { 30 } else { 10 };
        let outcome = run(&lab, wishes, account(&lab, MarginMode::Cross, leverage), &bars(&rows));
        let found: Vec<_> = outcome
            .record
            .orders
            .iter()
            .enumerate()
            .filter(|(_, order)| order.status == OrderStatus::Rejected)
            .map(|(at, _)| at)
            .collect();
        assert_eq!(found, rejected, "{name}");
    }
}

#[test]
fn mark_prices_of_its_own_are_the_only_ones_that_count() {
    let mut lab = lab();
    lab.execution.slippage_ticks = 0;
    let calm = [100, 101, 99, 100];
    let mark = |minute: i64, ticks| Event::Mark {
        instrument: ID,
        time: Time::from_nanos(minute * 60_000_000_000),
        price: Price::from_ticks(ticks),
    };
    let mut events = bars(&[calm, calm, [100, 100, 50, 100], calm]);
    events.insert(1, mark(1, 10_000));
    let account = account(&lab, MarginMode::Isolated, 10);
    let record = run(&lab, vec![buy(40_000)], account.clone(), &events).record;
    assert_eq!(record.totals.liquidations, 0, "a last price that strays takes nobody");
    events.insert(4, mark(3, 9_000));
    let record = run(&lab, vec![buy(40_000)], account, &events).record;
    assert_eq!(taken(&record), [(9_000, "18".to_owned())]);
}

#[test]
fn funding_at_its_boundary_brings_liquidation_nearer() {
    let mut lab = lab();
    lab.execution.slippage_ticks = 0;
    let calm = [100, 101, 99, 100];
    let mut events = bars(&[calm, calm, [100, 100, 93, 95]]);
    let account = account(&lab, MarginMode::Isolated, 10);
    assert_eq!(run(&lab, vec![buy(40_000)], account.clone(), &events).record.totals.liquidations, 0);
    // 3 % of 4 000: 120 of the 400 are gone, so 280 + 40·(p − 100) = 0.4·p at 93.93….
    let rate = Rate::from_nanos(30_000_000);
    let funding =
        Funding { time: Time::from_nanos(120_000_000_000), rate, mark: Some(Price::from_ticks(10_000)) };
    events.insert(2, Event::Funding { instrument: ID, funding });
    let record = run(&lab, vec![buy(40_000)], account, &events).record;
    assert_eq!(taken(&record), [(9_393, "18.786".to_owned())]);
    assert_eq!((record.totals.funding, record.final_equity()), (money("-120"), money("600")));
}

/// Random orders of every kind.
struct Chaos(Seed);

impl Trades for Chaos {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        let Some(last) = view.market(ID).and_then(|market| market.last) else { return };
        if !matches!(event, Event::Bar { .. }) {
            return;
        }
        for _ in 0..self.0.below(3) {
            let side = if self.0.below(2) == 0 { Side::Buy } else { Side::Sell };
            let price = Price::from_ticks((last.ticks() + self.0.between(-60, 60)).max(1));
            let kind = match self.0.below(4) {
                0 => OrderKind::Market,
                1 => OrderKind::StopMarket { trigger: price },
                _ => OrderKind::Limit { price, tif: TimeInForce::GoodTillCancel },
            };
            let reduce_only = self.0.below(4) == 0;
            let qty = Qty::from_lots(self.0.between(1, 200_000));
            intents.place(0, Wish { instrument: ID, side, qty, kind, reduce_only });
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// After every event the venue's account is worth what our books say, for linear and inverse contracts.
    #[test]
    fn the_venues_account_and_our_books_agree(seed in any::<u64>(), isolated in any::<bool>(), inverse in any::<bool>()) {
        let mut lab = Lab::new().unwrap();
        lab.capital = money("30000");
        if inverse {
            (lab.spec.contract, lab.spec.lot_size) = (Contract::Inverse, "1".parse().unwrap());
            lab.spec.fees.asset = lab.spec.base;
        }
        let mode = if isolated { MarginMode::Isolated } else { MarginMode::Cross };
        let mut run = backtest(&lab, Box::new(Chaos(Seed::new(seed))), account(&lab, mode, 20));
        let of = lab.instrument().unwrap();
        for bar in random_bars(seed, 120, 10_000) {
            run.feed(&Event::Bar { instrument: ID, bar }).unwrap();
            let account = run.margin_account().unwrap();
            let holding = account.holding(ID, margin::LegSide::Both).unwrap();
            prop_assert!(!account.standing(lab.settlement()).unwrap().is_due());
            let worth = of.worth(bar.close, holding.position.qty).unwrap();
            let profit = worth.minus(holding.position.cost).unwrap();
            let venue = account.wallet(lab.settlement()).plus(holding.isolated).unwrap().plus(profit).unwrap();
            prop_assert_eq!(venue, run.equity());
        }
        let outcome = run.finish().unwrap();
        let totals = outcome.record.totals;
        prop_assert_eq!(totals.revaluation, Money::ZERO);
        let entries = outcome.journal.as_ref().unwrap().entries();
        let fills = entries.iter().filter(|entry| match &entry.event {
            Event::Order(report) => matches!(report.kind, ReportKind::Filled(_)),
            event => matches!(event, Event::Liquidation { .. }),
        });
        prop_assert_eq!(fills.count() as u64, totals.fills);
    }
}
