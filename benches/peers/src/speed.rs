//! Work W2: a grid of quotes over an order book's changes, by hand, by our engine and by hftbacktest's two books.

mod by_hand;
mod grid_on_hft;

use hftbacktest::depth::{HashMapMarketDepth, ROIVectorMarketDepth};
use quantmesh_backtest::{Recording, ReplaySetup};
use types::InstrumentId;

use crate::measure::{Took, best, clocked, line};
use crate::recording::read;
use crate::works;

type Failure = Box<dyn std::error::Error>;

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub fills: u64,
    pub submits: u64,
    pub cancels: u64,
    /// To four decimals.
    pub equity: String,
}

fn ours(ticks: &[types::Tick]) -> Result<(Outcome, Took), Failure> {
    let engine = works::grid_of_quotes(works::behind_everybody(), ReplaySetup::default());
    let (outcome, took) = clocked(|| {
        engine.replay(
            [Recording { instrument: InstrumentId(0), rows: ticks.iter().copied(), in_one_order: true }],
            [],
            |_| (),
        )
    });
    let record = outcome?.record;
    let cancelled =
        record.orders.iter().filter(|order| order.status == types::OrderStatus::Cancelled).count();
    let outcome = Outcome {
        fills: record.totals.fills,
        submits: record.totals.orders,
        cancels: cancelled as u64,
        equity: format!("{:.4}", record.final_equity().to_string().parse::<f64>()?),
    };
    Ok((outcome, took))
}

/// Runs a contestant and gives its line.
pub fn run(contestant: &str, file: &str) -> Result<String, Failure> {
    let mut recording = read(file)?;
    let prices = || recording.ticks.iter().map(|tick| tick.price.ticks()).filter(|price| *price > 0);
    let (low, high) = (prices().min().unwrap_or(0), prices().max().unwrap_or(0));
    let (count, mut events) = (recording.ticks.len(), Vec::new());
    if contestant.starts_with("hftbacktest") {
        events = recording.events();
        recording.ticks = Vec::new();
    }
    let ticks = &recording.ticks;
    let (outcome, took) = match contestant {
        "hand" => best(|| Ok(clocked(|| by_hand::run(ticks, low, high))))?,
        "quantmesh" => best(|| ours(ticks))?,
        "hftbacktest-roi" => best(|| {
            let (low, high) = (low as f64 * 0.1, high as f64 * 0.1);
            grid_on_hft::run(&events, move || ROIVectorMarketDepth::new(0.1, 0.001, low, high))
        })?,
        "hftbacktest-hash" => best(|| grid_on_hft::run(&events, || HashMapMarketDepth::new(0.1, 0.001)))?,
        other => return Err(format!("nobody called `{other}` takes part in W2").into()),
    };
    let Outcome { fills, submits, cancels, equity } = outcome;
    let result =
        format!(r#"{{"fills": {fills}, "submits": {submits}, "cancels": {cancels}, "equity": "{equity}"}}"#);
    line(count, took, &result)
}
