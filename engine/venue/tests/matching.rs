//! The order book against an independent engine, and against a book so simple that it must be right.
#![expect(
    clippy::indexing_slicing,
    reason = "a helper of tests may stop where something is not as it should be"
)]

use std::collections::BTreeMap;
use std::io::Read;

use proptest::prelude::*;
use quantmesh_venue::book::{Match, OrderBook, OrderKey, Outcome};
use serde_json::Value;
use testkit::shared_or_skip;
use types::{ClientOrderId, OrderKind, Price, Qty, Side, TimeInForce};

fn id(number: u32) -> ClientOrderId {
    ClientOrderId { generation: number, ..ClientOrderId::default() }
}

fn tif(word: &str) -> TimeInForce {
    match word {
        "IOC" => TimeInForce::ImmediateOrCancel,
        "FOK" => TimeInForce::FillOrKill,
        "POST" => TimeInForce::PostOnly,
        _ => TimeInForce::GoodTillCancel,
    }
}

/// One sequence of the shared file, step by step. Returns the steps and fills that were compared.
fn replay(sequence: &Value) -> Result<(usize, usize), String> {
    let mut book = OrderBook::new();
    let mut keys: BTreeMap<u32, OrderKey> = BTreeMap::new();
    let (mut steps, mut compared) = (0, 0);
    for step in sequence["steps"].as_array().ok_or("no steps")? {
        let number = step["id"].as_str().and_then(|text| text[1..].parse().ok()).unwrap_or(u32::MAX);
        let mut fills = Vec::new();
        let (status, open) = match step["op"].as_str() {
            Some("cancel") => match keys.get(&number).and_then(|key| book.cancel(*key)) {
                Some(order) => ("cancelled", order.open.lots()),
                None => ("unknown", 0),
            },
            kind => {
                let side = if step["side"] == "buy" { Side::Buy } else { Side::Sell };
                let qty = Qty::from_lots(step["qty"].as_i64().ok_or("no qty")?);
                let price = Price::from_ticks(step["price"].as_i64().unwrap_or(0));
                let limit = OrderKind::Limit { price, tif: tif(step["tif"].as_str().unwrap_or("")) };
                let kind = if kind == Some("market") { OrderKind::Market } else { limit };
                let outcome = book.submit(id(number), side, qty, kind, &mut fills);
                let some = !fills.is_empty();
                match outcome {
                    Outcome::Filled => ("filled", 0),
                    Outcome::Resting { key, open } => {
                        keys.insert(number, key);
                        (if some { "partly filled, resting" } else { "resting" }, open.lots())
                    }
                    Outcome::Expired { open } => {
                        (if some { "partly filled, rest expired" } else { "expired" }, open.lots())
                    }
                    Outcome::WouldTake => ("expired", qty.lots()),
                    Outcome::NotSupported => ("not supported", 0),
                }
            }
        };
        let made: Vec<Value> = fills
            .iter()
            .map(|fill: &Match| {
                let maker = format!("o{}", fill.maker.generation);
                serde_json::json!([maker, fill.price.ticks(), fill.qty.lots()])
            })
            .collect();
        let actual = serde_json::json!({ "status": status, "qty": open, "fills": made });
        if actual != step["expect"] {
            return Err(format!("step {steps}: {step}: got {actual}"));
        }
        steps += 1;
        compared += fills.len();
    }
    for (side, name) in [(Side::Buy, "bids"), (Side::Sell, "asks")] {
        let depth: Vec<Value> =
            book.depth(side).map(|(price, qty)| serde_json::json!([price.ticks(), qty.lots()])).collect();
        if Value::Array(depth.clone()) != sequence[name] {
            return Err(format!("{name}: {} against {depth:?}", sequence[name]));
        }
    }
    Ok((steps, compared))
}

#[test]
fn every_shared_sequence_gives_the_fills_of_the_independent_engines() -> Result<(), Box<dyn std::error::Error>>
{
    let Some(file) = shared_or_skip("data/matching/expected.jsonl.gz") else { return Ok(()) };
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(file)?).read_to_string(&mut text)?;
    let (mut sequences, mut steps, mut fills) = (0, 0, 0);
    for line in text.lines() {
        let sequence: Value = serde_json::from_str(line)?;
        let (more_steps, more_fills) =
            replay(&sequence).map_err(|what| format!("seed {}: {what}", sequence["seed"]))?;
        (sequences, steps, fills) = (sequences + 1, steps + more_steps, fills + more_fills);
    }
    println!("{sequences} sequences, {steps} operations, {fills} fills agree");
    assert!(sequences == 1_000 && fills > 10_000);
    Ok(())
}

#[test]
fn a_key_of_an_order_that_is_gone_finds_nothing_even_when_its_place_is_used_again() {
    let mut book = OrderBook::new();
    let first = book.rest(id(1), Side::Buy, Price::from_ticks(10), Qty::from_lots(5));
    assert!(book.cancel(first).is_some());
    let second = book.rest(id(2), Side::Buy, Price::from_ticks(10), Qty::from_lots(5));
    assert_eq!(book.get(first), None);
    assert_eq!(book.cancel(first), None);
    assert_eq!(book.get(second).map(|order| order.id), Some(id(2)));
}

#[test]
fn a_reduced_order_keeps_its_place_and_an_exhausted_one_leaves() {
    let mut book = OrderBook::new();
    let (ten, five) = (Price::from_ticks(10), Qty::from_lots(5));
    let first = book.rest(id(1), Side::Sell, ten, five);
    book.rest(id(2), Side::Sell, ten, five);
    book.reduce(first, Qty::from_lots(3));
    let queue: Vec<(u32, i64)> =
        book.queue(Side::Sell, ten).map(|order| (order.id.generation, order.open.lots())).collect();
    assert_eq!(queue, [(1, 2), (2, 5)]);
    book.reduce(first, Qty::from_lots(99));
    assert_eq!(book.front(Side::Sell).map(|(_, order)| order.id), Some(id(2)));
    assert_eq!(book.len(), 1);
}

/// A book without any cleverness: one list, searched whole.
#[derive(Default)]
struct Plain(Vec<(u32, Side, i64, i64)>);

impl Plain {
    fn submit(&mut self, number: u32, side: Side, qty: i64, kind: OrderKind) -> Vec<(u32, i64, i64)> {
        let (limit, tif) = match kind {
            OrderKind::Limit { price, tif } => (Some(price.ticks()), tif),
            _ => (None, TimeInForce::ImmediateOrCancel),
        };
        let meets = |price: i64| {
            limit.is_none_or(|limit| if side == Side::Buy { price <= limit } else { price >= limit })
        };
        let there: i64 = self.0.iter().filter(|o| o.1 != side && meets(o.2)).map(|o| o.3).sum();
        if (tif == TimeInForce::PostOnly && there > 0) || (tif == TimeInForce::FillOrKill && there < qty) {
            return Vec::new();
        }
        let (mut left, mut fills) = (qty, Vec::new());
        while left > 0 {
            let makers = self.0.iter().enumerate().filter(|(_, o)| o.1 != side && meets(o.2));
            let best = makers.min_by_key(|(at, o)| (if side == Side::Buy { o.2 } else { -o.2 }, *at));
            let Some((at, _)) = best else { break };
            let maker = &mut self.0[at];
            let filled = left.min(maker.3);
            fills.push((maker.0, maker.2, filled));
            maker.3 -= filled;
            left -= filled;
            if maker.3 == 0 {
                self.0.remove(at);
            }
        }
        if left > 0 && matches!(tif, TimeInForce::GoodTillCancel | TimeInForce::PostOnly) {
            self.0.push((number, side, limit.unwrap_or(0), left));
        }
        fills
    }

    fn depth(&self, side: Side) -> Vec<(i64, i64)> {
        let mut levels: BTreeMap<i64, i64> = BTreeMap::new();
        for order in self.0.iter().filter(|order| order.1 == side) {
            *levels.entry(order.2).or_default() += order.3;
        }
        let rising = levels.into_iter();
        if side == Side::Buy { rising.rev().collect() } else { rising.collect() }
    }
}

fn operation() -> impl Strategy<Value = (bool, bool, i64, i64, u8, u32)> {
    (any::<bool>(), prop::bool::weighted(0.2), 990_i64..1_010, 1_i64..20, 0_u8..6, any::<u32>())
}

proptest! {
    #[test]
    fn the_book_agrees_with_the_plain_one(operations in prop::collection::vec(operation(), 1..120)) {
        let (mut book, mut plain) = (OrderBook::new(), Plain::default());
        let mut keys: Vec<(u32, OrderKey)> = Vec::new();
        for (number, (buy, cancel, price, qty, kind, pick)) in (1_u32..).zip(operations) {
            if cancel && !keys.is_empty() {
                let (gone, key) = keys[pick as usize % keys.len()];
                let open = book.cancel(key).map(|order| order.open.lots());
                let at = plain.0.iter().position(|order| order.0 == gone);
                prop_assert_eq!(open, at.map(|at| plain.0.remove(at).3));
            } else {
                let side = if buy { Side::Buy } else { Side::Sell };
                let tif = [TimeInForce::GoodTillCancel, TimeInForce::GoodTillCancel, TimeInForce::ImmediateOrCancel, TimeInForce::FillOrKill, TimeInForce::PostOnly];
                let limit = tif.get(usize::from(kind)).map(|tif| OrderKind::Limit { price: Price::from_ticks(price), tif: *tif });
                let kind = limit.unwrap_or(OrderKind::Market);
                let mut fills = Vec::new();
                if let Outcome::Resting { key, .. } = book.submit(id(number), side, Qty::from_lots(qty), kind, &mut fills) {
                    keys.push((number, key));
                }
                let fills: Vec<_> = fills.iter().map(|f| (f.maker.generation, f.price.ticks(), f.qty.lots())).collect();
                prop_assert_eq!(fills, plain.submit(number, side, qty, kind));
            }
            for side in [Side::Buy, Side::Sell] {
                let depth: Vec<_> = book.depth(side).map(|(price, qty)| (price.ticks(), qty.lots())).collect();
                prop_assert_eq!(&depth, &plain.depth(side));
                for (price, total) in depth {
                    let queue: i64 = book.queue(side, Price::from_ticks(price)).map(|order| order.open.lots()).sum();
                    prop_assert_eq!(queue, total);
                }
            }
            prop_assert_eq!(book.len(), plain.0.len());
            prop_assert!(book.best_bid().zip(book.best_ask()).is_none_or(|(bid, ask)| bid < ask));
        }
    }
}
