//! Runs that tests make, and how their figures are compared.
#![allow(
    dead_code,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::allow_attributes,
    reason = "each test file compiles this anew and uses its own part"
)]

use ledger::{EquityPoint, FillRecord, RoundTrip, RunRecord, Totals};
use quantmesh_report::{Context, Value, metrics};
use testkit::Lab;
use types::{Amount, Bar, ClientOrderId, Fill, InstrumentId, Liquidity, Money, Price, Qty, Side, Time};

pub(crate) const DAY: i64 = 86_400_000_000_000;

pub(crate) fn money(value: f64) -> Money {
    format!("{value:.12}").parse().expect("a number")
}

/// A record that has nothing but an equity curve, one point a day.
pub(crate) fn curve(equity: &[f64]) -> RunRecord {
    let lab = Lab::new().expect("constants");
    let point =
        |(at, value): (i64, &f64)| EquityPoint { time: Time::from_nanos(at * DAY), equity: money(*value) };
    RunRecord {
        accounts: Vec::new(),
        instruments: vec![lab.instrument().expect("constants")],
        settlement: lab.spec.quote,
        capital: money(equity.first().copied().unwrap_or(0.0)),
        falls: None,
        equity: (1..).zip(equity).map(point).collect(),
        fills: Vec::new(),
        funding: Vec::new(),
        round_trips: Vec::new(),
        orders: Vec::new(),
        candles: vec![Vec::new()],
        notes: Vec::new(),
        positions: vec![Qty::ZERO],
        unrealised: vec![Money::ZERO],
        totals: Totals::default(),
    }
}

pub(crate) fn figure(record: &RunRecord, context: &Context, key: &str) -> f64 {
    let list = metrics(record, context);
    let metric = list.iter().find(|metric| metric.key == key).expect("the metric exists");
    match &metric.value {
        Value::Amount(money) => money.to_string().parse().expect("money is a number"),
        Value::Ratio(value) | Value::Share(value) | Value::Days(value) => value.expect("it is defined"),
        Value::Count(count) => *count as f64,
    }
}

pub(crate) fn near(name: &str, actual: f64, expected: f64, tolerance: f64) {
    let allowed = tolerance * expected.abs().max(1.0);
    assert!((actual - expected).abs() <= allowed, "{name}: {actual} and not {expected}");
}

/// The moment a day ends.
pub(crate) fn day(day: i64) -> Time {
    Time::from_nanos(day * DAY)
}

/// A round trip over some days at a price of 100, which earned `net` after fees of 1.
pub(crate) fn trip(from: i64, to: i64, net: f64) -> RoundTrip {
    RoundTrip {
        instrument: InstrumentId(0),
        slot: 0,
        entry_side: Side::Buy,
        qty: Qty::from_lots(1_000),
        entry_time: day(from),
        entry_price: Price::from_ticks(10_000),
        exit_time: day(to),
        exit_price: Price::from_ticks(10_000),
        gross: money(net + 1.0),
        fees: money(1.0),
        liquidated: false,
    }
}

/// A fill of one unit at 100 that leaves `position` lots.
pub(crate) fn fill(at: i64, side: Side, position: i64) -> FillRecord {
    let usdt = "USDT".parse().expect("an asset");
    FillRecord {
        time: day(at),
        id: ClientOrderId { run: 0, strategy: 0, slot: 0, generation: 1 },
        instrument: InstrumentId(0),
        fill: Fill {
            side,
            price: Price::from_ticks(10_000),
            qty: Qty::from_lots(1_000),
            liquidity: Liquidity::Taker,
            fee: Amount { asset: usdt, money: money(0.5) },
            trade: 1,
        },
        position: Qty::from_lots(position),
        realised: Money::ZERO,
        fee: money(0.5),
        liquidation: false,
        insurance: Money::ZERO,
    }
}

/// A bar of the day that ends at `day`, at one price in ticks and with a volume in lots.
pub(crate) fn bar(at: i64, price: i64, volume: i64) -> Bar {
    let price = Price::from_ticks(price);
    Bar {
        open_time: day(at - 1),
        close_time: day(at),
        open: price,
        high: price,
        low: price,
        close: price,
        volume: Qty::from_lots(volume),
    }
}

/// A curve that wavers upwards: 400 days of it are a run without a finding.
pub(crate) fn sound(days: usize) -> Vec<f64> {
    let mut equity = vec![1_000.0];
    for at in 1..days {
        let change = [0.004, -0.003, 0.003, -0.0025, 0.002, -0.002, 0.0013][at % 7];
        equity.push(equity[at - 1] * (1.0 + change * (1.0 + (at % 11) as f64 / 10.0)));
    }
    equity
}
