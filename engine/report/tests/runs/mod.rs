//! Runs that tests make, and how their figures are compared.
#![allow(
    dead_code,
    clippy::allow_attributes,
    reason = "each test file compiles this anew and uses its own part"
)]

use ledger::{EquityPoint, RunRecord, Totals};
use quantmesh_report::{Context, Value, metrics};
use testkit::Lab;
use types::{Money, Time};

pub const DAY: i64 = 86_400_000_000_000;

pub fn money(value: f64) -> Money {
    format!("{value:.12}").parse().expect("a number")
}

/// A record that has nothing but an equity curve, one point a day.
pub fn curve(equity: &[f64]) -> RunRecord {
    let lab = Lab::new().expect("constants");
    let point =
        |(at, value): (i64, &f64)| EquityPoint { time: Time::from_nanos(at * DAY), equity: money(*value) };
    RunRecord {
        instruments: vec![lab.instrument().expect("constants")],
        settlement: lab.spec.quote,
        capital: money(equity.first().copied().unwrap_or(0.0)),
        equity: (1..).zip(equity).map(point).collect(),
        fills: Vec::new(),
        funding: Vec::new(),
        round_trips: Vec::new(),
        orders: Vec::new(),
        candles: vec![Vec::new()],
        notes: Vec::new(),
        positions: vec![types::Qty::ZERO],
        unrealised: vec![Money::ZERO],
        totals: Totals::default(),
    }
}

pub fn figure(record: &RunRecord, context: &Context, key: &str) -> f64 {
    let list = metrics(record, context);
    let metric = list.iter().find(|metric| metric.key == key).expect("the metric exists");
    match &metric.value {
        Value::Amount(money) => money.to_string().parse().expect("money is a number"),
        Value::Ratio(value) | Value::Share(value) | Value::Days(value) => value.expect("it is defined"),
        Value::Count(count) => *count as f64,
    }
}

pub fn near(name: &str, actual: f64, expected: f64, tolerance: f64) {
    let allowed = tolerance * expected.abs().max(1.0);
    assert!((actual - expected).abs() <= allowed, "{name}: {actual} and not {expected}");
}
