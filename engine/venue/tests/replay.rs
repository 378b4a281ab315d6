//! Our orders in a replayed order book, as tables: what the market does, what we do, and what is said about our orders.
#![expect(clippy::expect_used, clippy::panic, reason = "a table that can't be read ends its test")]

use std::fmt::Write as _;

use quantmesh_venue::{Execution, Exponent, Fills, Queue, SimExchange};
use types::{
    Asset, ClientOrderId, Command, FeeSchedule, Instrument, InstrumentId, InstrumentSpec, Liquidity, Order,
    OrderKind, OrderReport, Price, Qty, Rate, ReportKind, Seen, Side, Tick, TickKind, Time, TimeInForce,
};

fn instrument() -> Instrument {
    let asset = |name: &str| name.parse::<Asset>().expect("an asset");
    let number = |text: &str| text.parse().expect("a number");
    let fees = FeeSchedule {
        maker: Rate::from_nanos(0),
        taker: Rate::from_nanos(0),
        asset: asset("USDT"),
        asset_price: None,
    };
    let spec = InstrumentSpec {
        symbol: "TESTUSDT".into(),
        contract: types::Contract::Linear,
        base: asset("TEST"),
        quote: asset("USDT"),
        tick_size: number("1"),
        lot_size: number("1"),
        multiplier: number("1"),
        min_qty: number("1"),
        max_qty: number("0"),
        min_notional: number("0"),
        fees,
    };
    Instrument::new(InstrumentId(0), spec).expect("a sound instrument")
}

fn id(name: &str) -> ClientOrderId {
    let slot = name.bytes().next().map_or(0, u32::from);
    ClientOrderId { slot, generation: slot, ..ClientOrderId::default() }
}

/// Plays a table: on each line something that happens, and after `=>` what is said then.
fn play(execution: Execution, table: &str) {
    let instrument = instrument();
    let mut exchange = SimExchange::new(std::slice::from_ref(&instrument), execution).replaying(&instrument);
    let mut played = String::new();
    let mut wanted = String::new();
    for (now, line) in (1_i64..).zip(table.lines().map(str::trim).filter(|line| !line.is_empty())) {
        let (happens, says) = line.split_once("=>").unwrap_or((line, ""));
        let mut reports = Vec::new();
        happen(&mut exchange, happens.trim(), Time::from_nanos(now), &mut reports);
        let said: Vec<String> = reports.iter().filter_map(said).collect();
        writeln!(wanted, "{} => {}", happens.trim(), says.trim()).expect("a string");
        writeln!(played, "{} => {}", happens.trim(), said.join(", ")).expect("a string");
    }
    assert_eq!(played, wanted);
}

fn happen(exchange: &mut SimExchange, what: &str, now: Time, reports: &mut Vec<OrderReport>) {
    let words: Vec<&str> = what.split_whitespace().collect();
    let number = |text: &str| text.parse::<i64>().expect("a number");
    let mut tick = |kind, price: &str, qty: i64| {
        let tick = Tick {
            venue_time: now,
            local_time: now,
            price: Price::from_ticks(number(price)),
            qty: Qty::from_lots(qty),
            kind,
            seen: Seen::Both,
        };
        exchange.on_tick(InstrumentId(0), &tick, reports).expect("small numbers");
    };
    match words.as_slice() {
        ["bid", price, qty] => tick(TickKind::Level(Side::Buy), price, number(qty)),
        ["ask", price, qty] => tick(TickKind::Level(Side::Sell), price, number(qty)),
        ["best", "ask", price, qty] => tick(TickKind::Best(Side::Sell), price, number(qty)),
        ["clear", "bids", price] => tick(TickKind::Clear(Side::Buy), price, 0),
        ["sold", qty, "at", price] => tick(TickKind::Trade(Some(Side::Sell)), price, number(qty)),
        ["bought", qty, "at", price] => tick(TickKind::Trade(Some(Side::Buy)), price, number(qty)),
        ["traded", qty, "at", price] => tick(TickKind::Trade(None), price, number(qty)),
        ["cancel", name] => {
            let command = Command::Cancel { id: id(name), instrument: InstrumentId(0) };
            exchange.submit(now, &command, reports).expect("small numbers");
        }
        [side @ ("buy" | "sell"), name, qty, rest @ ..] => {
            let side = if *side == "buy" { Side::Buy } else { Side::Sell };
            let price = |text: &str| Price::from_ticks(number(text));
            let limit = |at: &str, tif| OrderKind::Limit { price: price(at), tif };
            let (kind, reduce_only) = match rest {
                [] => (OrderKind::Market, false),
                ["reducing"] => (OrderKind::Market, true),
                ["stop", at] => (OrderKind::StopMarket { trigger: price(at) }, false),
                ["at", at] => (limit(at, TimeInForce::GoodTillCancel), false),
                ["at", at, "post"] => (limit(at, TimeInForce::PostOnly), false),
                ["at", at, "ioc"] => (limit(at, TimeInForce::ImmediateOrCancel), false),
                ["at", at, "fok"] => (limit(at, TimeInForce::FillOrKill), false),
                ["at", at, "reducing"] => (limit(at, TimeInForce::GoodTillCancel), true),
                other => panic!("no such order: {other:?}"),
            };
            let (id, instrument, qty) = (id(name), InstrumentId(0), Qty::from_lots(number(qty)));
            let order = Order { id, instrument, side, qty, kind, reduce_only, time: now };
            exchange.submit(now, &Command::Place(order), reports).expect("small numbers");
        }
        other => panic!("nothing like that happens: {other:?}"),
    }
}

/// A report in words; that an order is accepted goes without saying.
fn said(report: &OrderReport) -> Option<String> {
    let name = char::from_u32(report.id.slot).expect("a letter");
    Some(match report.kind {
        ReportKind::Accepted => return None,
        ReportKind::Filled(fill) => {
            let how = if fill.liquidity == Liquidity::Maker { "made" } else { "took" };
            format!("{name} {how} {} at {}", fill.qty.lots(), fill.price.ticks())
        }
        ReportKind::Cancelled(reason) => format!("{name} ended: {reason:?}"),
        ReportKind::Rejected(reason) => format!("{name} rejected: {reason:?}"),
        other => format!("{name}: {other:?}"),
    })
}

fn with(queue: Queue) -> Execution {
    Execution { queue, ..Execution::default() }
}

#[test]
fn risk_averse_only_trades_and_a_shrunken_level_bring_us_forward() {
    play(
        with(Queue::RiskAverse),
        "bid 100 10
         ask 102 10
         buy a 4 at 100 post
         sold 6 at 100
         bid 100 9
         sold 3 at 100
         bid 100 1
         sold 2 at 100 => a made 1 at 100
         sold 5 at 100 => a made 3 at 100
         sold 5 at 100",
    );
}

#[test]
fn a_price_that_trades_through_ours_fills_it_whole() {
    let table = "bid 100 50
         ask 102 10
         buy a 4 at 100 post
         buy b 3 at 99 post
         sell c 2 at 103 post
         sold 1 at 99 => a made 4 at 100
         traded 1 at 101
         bid 100 0
         ask 99 7 => b made 3 at 99
         bid 104 1 => c made 2 at 103";
    for queue in [Queue::RiskAverse, Queue::Behind, Queue::Log, Queue::PowerOfFront(Exponent(3_000))] {
        play(with(queue), table);
    }
}

#[test]
fn behind_never_and_in_front_always_fills_at_a_touch() {
    play(with(Queue::Behind), "bid 100 1\nask 102 1\nbuy a 4 at 100\nsold 900 at 100");
    play(
        with(Queue::Front),
        "bid 100 99
         ask 102 1
         buy a 4 at 100
         sold 3 at 100 => a made 3 at 100
         sold 3 at 100 => a made 1 at 100",
    );
}

#[test]
fn a_trade_is_spent_once_unless_a_run_asks_for_the_optimism() {
    let table = |second| {
        format!(
            "bid 100 0
             ask 102 1
             buy a 4 at 100
             buy b 4 at 100
             sold 6 at 100 => a made 4 at 100, b made {second} at 100"
        )
    };
    play(with(Queue::RiskAverse), &table(2));
    play(Execution { unshared: true, ..with(Queue::RiskAverse) }, &table(4));
}

#[test]
fn the_shapes_differ_in_who_cancelled() {
    // 10 ahead of us and 10 behind; 10 of the 20 are cancelled.
    let table = |fill: &str| {
        format!(
            "bid 100 10
             ask 102 1
             buy a 5 at 100
             bid 100 20
             bid 100 10
             sold 6 at 100 => {fill}"
        )
    };
    // Half of what went stood ahead: 5 are left there, and the sixth lot is ours.
    play(with(Queue::Power(Exponent(1_000))), &table("a made 1 at 100"));
    // 1 − (10 / 20)³ = 7/8 stood behind: 8.75 are ahead still, and 6 don't reach us.
    play(with(Queue::PowerOfFront(Exponent(3_000))), &table(""));
    // (10 / 20)² = 1/4 stood behind: 7.5 of the ahead went, 2.5 are left, and 3.5 lots, rounded 4, reach us.
    play(with(Queue::PowerOfTotal(Exponent(2_000))), &table("a made 4 at 100"));
    play(with(Queue::RiskAverse), &table(""));
}

#[test]
fn a_taker_walks_the_levels_and_finds_them_eaten_afterwards() {
    play(
        Execution::default(),
        "ask 102 3
         ask 103 2
         ask 105 9
         bid 100 5
         buy a 4 => a took 3 at 102, a took 1 at 103
         buy b 4 at 104 ioc => b took 1 at 103, b ended: Expired
         ask 102 3
         ask 103 4
         buy c 5 at 103 fok => c ended: Expired
         buy d 4 at 103 fok => d took 4 at 103
         buy e 1 at 101 ioc => e ended: Expired
         buy f 1 at 102 post => f rejected: WouldTake
         sell g 9 at 100 => g took 5 at 100
         bought 2 at 100 => g made 2 at 100",
    );
    play(
        Execution { fills: Fills::Whole, unshared: true, ..Execution::default() },
        "ask 102 3
         buy a 40 => a took 40 at 102
         buy b 40 at 103 fok => b took 40 at 102",
    );
}

#[test]
fn reducing_orders_only_reduce() {
    play(
        Execution::default(),
        "bid 100 9
         ask 102 9
         sell a 3 reducing => a ended: NothingToReduce
         buy b 2 => b took 2 at 102
         sell c 5 at 103 reducing
         bought 1 at 104 => c made 2 at 103, c ended: NothingToReduce
         buy d 2 => d took 2 at 102
         sell e 5 reducing => e took 2 at 100, e ended: NothingToReduce",
    );
}

#[test]
fn stops_wait_for_a_trade_and_cancels_come_late_or_in_time() {
    play(
        Execution::default(),
        "bid 100 9
         ask 102 9
         sell a 2 stop 99
         buy b 1 stop 103
         sold 1 at 100
         sold 1 at 99 => a took 2 at 100
         buy c 1 at 100
         cancel c => c ended: Requested
         cancel c
         cancel b => b ended: Requested
         bought 1 at 104
         clear bids 90
         sell d 1 => d rejected: NoMarket
         best ask 101 4
         buy e 1 => e took 1 at 101",
    );
}
