//! The data behind the charts: thinned out evenly, so that a page stays small whatever the run's length.

use ledger::{OrderRecord, RunRecord};
use serde_json::{Value, json};
use types::{Bar, OrderKind, Price, Time};

use crate::curve::float;

/// Points a line is drawn with at most: more than a screen has columns.
pub(crate) const MAX_POINTS: usize = 3_000;
/// Fills that are marked at most, and levels that are drawn.
const MAX_MARKS: usize = 3_000;

/// JSON for the page's script. `<` is written so that no text in it can end the script.
pub(super) fn data(record: &RunRecord) -> String {
    let equity: Vec<(f64, f64)> =
        record.equity.iter().map(|point| (seconds(point.time), float(point.equity))).collect();
    let mut peak = f64::NEG_INFINITY;
    let falls: Vec<(f64, f64)> = equity
        .iter()
        .map(|(time, equity)| {
            peak = peak.max(*equity);
            (*time, if peak > 0.0 { (equity / peak - 1.0) * 100.0 } else { 0.0 })
        })
        .collect();
    let kept = thinned(&equity);
    let pick = |list: &[(f64, f64)]| kept.iter().filter_map(|at| list.get(*at).copied()).collect::<Vec<_>>();
    let (equity, falls) = (pick(&equity), pick(&falls));
    let value = json!({
        "currency": record.settlement.as_str(),
        "equity": { "t": firsts(&equity), "v": seconds_of(&equity), "d": seconds_of(&falls) },
        "markets": markets(record),
    });
    value.to_string().replace('<', "\\u003c")
}

fn markets(record: &RunRecord) -> Vec<Value> {
    let scale = |at: usize| {
        let tick = record.instruments.get(at).map(types::Instrument::tick_size);
        tick.and_then(|tick| tick.to_string().parse::<f64>().ok()).unwrap_or(1.0)
    };
    let all = record.instruments.iter().zip(&record.candles).enumerate();
    all.map(|(at, (instrument, candles))| {
        let tick = scale(at);
        let price = |price: Price| rounded(ticks(price) * tick);
        let step = candles.len().div_ceil(MAX_POINTS).max(1);
        let shown: Vec<Bar> = candles.iter().step_by(step).copied().collect();
        let fills: Vec<Value> = record
            .fills
            .iter()
            .filter(|fill| fill.instrument == instrument.id())
            .take(MAX_MARKS)
            .map(|fill| {
                let qty = instrument.qty_decimal(fill.fill.qty).to_string();
                json!([seconds(fill.time), price(fill.fill.price), fill.fill.side.sign(), qty])
            })
            .collect();
        json!({
            "symbol": instrument.symbol(),
            "t": shown.iter().map(|bar| seconds(bar.close_time)).collect::<Vec<_>>(),
            "c": shown.iter().map(|bar| price(bar.close)).collect::<Vec<_>>(),
            "h": shown.iter().map(|bar| price(bar.high)).collect::<Vec<_>>(),
            "l": shown.iter().map(|bar| price(bar.low)).collect::<Vec<_>>(),
            "fills": fills,
            "levels": levels(record, instrument.id(), &price),
        })
    })
    .collect()
}

/// Resting limit orders as lines over their lives; the longest lives where there are too many.
fn levels(record: &RunRecord, id: types::InstrumentId, price: &impl Fn(Price) -> f64) -> Vec<Value> {
    let end = record.equity.last().map_or(Time::EPOCH, |point| point.time);
    let life = |order: &OrderRecord| order.ended.unwrap_or(end).nanos() - order.placed.nanos();
    let mut resting: Vec<&OrderRecord> = record
        .orders
        .iter()
        .filter(|order| {
            order.instrument == id && matches!(order.kind, OrderKind::Limit { .. }) && life(order) > 0
        })
        .collect();
    resting.sort_by_key(|order| (std::cmp::Reverse(life(order)), order.id));
    resting.truncate(MAX_MARKS);
    let lines = resting.into_iter().filter_map(|order| {
        let level = price(order.kind.price()?);
        Some(json!([seconds(order.placed), seconds(order.ended.unwrap_or(end)), level, order.side.sign()]))
    });
    lines.collect()
}

/// Places of the lowest and highest value of each stretch, so that no peak and no trough is lost.
fn thinned(points: &[(f64, f64)]) -> Vec<usize> {
    if points.len() <= MAX_POINTS {
        return (0..points.len()).collect();
    }
    let mut kept = Vec::with_capacity(MAX_POINTS + 2);
    let stretch = points.len().div_ceil(MAX_POINTS / 2);
    for (block, part) in points.chunks(stretch).enumerate() {
        let places = || part.iter().enumerate();
        let low = places().min_by(|one, two| one.1.1.total_cmp(&two.1.1)).map(|(at, _)| at);
        let high = places().max_by(|one, two| one.1.1.total_cmp(&two.1.1)).map(|(at, _)| at);
        let mut both: Vec<usize> = [low, high].into_iter().flatten().map(|at| block * stretch + at).collect();
        both.sort_unstable();
        both.dedup();
        kept.extend(both);
    }
    kept.extend(points.len().checked_sub(1).filter(|last| kept.last() != Some(last)));
    kept
}

fn firsts(points: &[(f64, f64)]) -> Vec<f64> {
    points.iter().map(|point| point.0).collect()
}

fn seconds_of(points: &[(f64, f64)]) -> Vec<f64> {
    points.iter().map(|point| rounded(point.1)).collect()
}

/// Ten significant digits are more than a chart shows, and keep the page small.
fn rounded(value: f64) -> f64 {
    format!("{value:.9e}").parse().unwrap_or(value)
}

#[expect(clippy::cast_precision_loss, reason = "a chart needs no more than 53 bits")]
fn seconds(time: Time) -> f64 {
    (time.nanos() / 1_000_000) as f64 / 1_000.0
}

#[expect(clippy::cast_precision_loss, reason = "a chart needs no more than 53 bits")]
const fn ticks(price: Price) -> f64 {
    price.ticks() as f64
}
