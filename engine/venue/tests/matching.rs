//! The order book against an independent engine, against tables, and against a book so simple that it must be right.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a helper of tests may stop where something is not as it should be"
)]

use std::collections::BTreeMap;
use std::io::Read;

use proptest::prelude::*;
use quantmesh_venue::book::{OrderBook, OrderKey, Outcome, Resting};
use serde_json::{Value, json};
use testkit::shared_or_skip;
use types::{ClientOrderId, OrderKind, Price, Qty, Side, TimeInForce};

fn id(number: u32) -> ClientOrderId {
    ClientOrderId { generation: number, ..ClientOrderId::default() }
}

const fn price(ticks: i64) -> Price {
    Price::from_ticks(ticks)
}

const fn lots(lots: i64) -> Qty {
    Qty::from_lots(lots)
}

/// Number of the maker, price, quantity.
type Fill = (u32, i64, i64);

/// A book that takes orders by number and says what became of them in the words of the shared file.
#[derive(Default)]
struct Desk {
    book: OrderBook,
    keys: BTreeMap<u32, OrderKey>,
}

impl Desk {
    fn submit(&mut self, number: u32, side: Side, qty: i64, kind: OrderKind) -> (&str, i64, Vec<Fill>) {
        let mut fills = Vec::new();
        let outcome = self.book.submit(id(number), side, lots(qty), kind, &mut fills);
        let filled: i64 = fills.iter().map(|fill| fill.qty.lots()).sum();
        for fill in &fills {
            let left = self.book.get(fill.key).map_or(lots(0), |maker| maker.open);
            assert_eq!(left, fill.maker_left, "what a fill says of its maker");
        }
        let (status, open) = match outcome {
            Outcome::Filled => ("filled", 0),
            Outcome::Resting { key, open } => {
                self.keys.insert(number, key);
                (if open < lots(qty) { "partly filled, resting" } else { "resting" }, open.lots())
            }
            Outcome::Expired { open } if open < lots(qty) => ("partly filled, rest expired", open.lots()),
            Outcome::Expired { open } => ("expired", open.lots()),
            Outcome::WouldTake => ("would take", qty),
            Outcome::NotSupported => ("not supported", qty),
        };
        assert_eq!(filled + open, qty, "what filled and what is open make up the order");
        let fills = fills.iter().map(|fill| (fill.maker.generation, fill.price.ticks(), fill.qty.lots()));
        (status, open, fills.collect())
    }

    fn cancel(&mut self, number: u32) -> (&'static str, i64) {
        let gone = self.keys.get(&number).and_then(|key| self.book.cancel(*key));
        gone.map_or(("unknown", 0), |order| ("cancelled", order.open.lots()))
    }

    fn depth(&self, side: Side) -> Vec<(i64, i64)> {
        self.book.depth(side).map(|(price, qty)| (price.ticks(), qty.lots())).collect()
    }
}

fn tif(word: &str) -> Option<TimeInForce> {
    match word {
        "GTC" => Some(TimeInForce::GoodTillCancel),
        "IOC" => Some(TimeInForce::ImmediateOrCancel),
        "FOK" => Some(TimeInForce::FillOrKill),
        "POST" => Some(TimeInForce::PostOnly),
        _ => None,
    }
}

fn side(word: &str) -> Option<Side> {
    [Side::Buy, Side::Sell].into_iter().find(|side| side.text() == word)
}

/// What the book makes of one step of the shared file, in the file's own form; `None` for a step that can't be read.
fn answer(desk: &mut Desk, step: &Value) -> Option<Value> {
    let number = match step["id"].as_str()? {
        "nobody" => u32::MAX,
        text => text.strip_prefix('o')?.parse().ok()?,
    };
    if step["op"] == "cancel" {
        let (status, qty) = desk.cancel(number);
        return Some(json!({ "status": status, "qty": qty, "fills": [] }));
    }
    let kind = match step["op"].as_str()? {
        "market" => OrderKind::Market,
        "limit" => {
            OrderKind::Limit { price: price(step["price"].as_i64()?), tif: tif(step["tif"].as_str()?)? }
        }
        _ => return None,
    };
    let (status, open, fills) =
        desk.submit(number, side(step["side"].as_str()?)?, step["qty"].as_i64()?, kind);
    // The file has one word for a post-only order that would take and one that found nothing.
    let status = if status == "would take" { "expired" } else { status };
    let fills: Vec<Value> =
        fills.iter().map(|(maker, price, qty)| json!([format!("o{maker}"), price, qty])).collect();
    Some(json!({ "status": status, "qty": open, "fills": fills }))
}

/// One sequence of the shared file, step by step. Returns the operations and fills that were compared.
fn replay(sequence: &Value) -> Result<(usize, usize), String> {
    let mut desk = Desk::default();
    let steps = sequence["steps"].as_array().ok_or("no steps")?;
    let mut fills = 0;
    for (number, step) in steps.iter().enumerate() {
        let actual = answer(&mut desk, step).ok_or_else(|| format!("step {number} can't be read: {step}"))?;
        if actual != step["expect"] {
            return Err(format!("step {number}: {step}: got {actual}"));
        }
        fills += actual["fills"].as_array().map_or(0, Vec::len);
    }
    for (side, name) in [(Side::Buy, "bids"), (Side::Sell, "asks")] {
        let depth = json!(desk.depth(side));
        if depth != sequence[name] {
            return Err(format!("{name}: expected {}, got {depth}", sequence[name]));
        }
    }
    Ok((steps.len(), fills))
}

#[test]
fn every_shared_sequence_gives_the_fills_of_the_independent_engines() -> Result<(), Box<dyn std::error::Error>>
{
    let Some(file) = shared_or_skip("data/matching/expected.jsonl.gz") else { return Ok(()) };
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(file)?).read_to_string(&mut text)?;
    let (mut sequences, mut operations, mut fills) = (0, 0, 0);
    for line in text.lines() {
        let sequence: Value = serde_json::from_str(line)?;
        let (more, more_fills) =
            replay(&sequence).map_err(|what| format!("seed {}: {what}", sequence["seed"]))?;
        (sequences, operations, fills) = (sequences + 1, operations + more, fills + more_fills);
    }
    println!("compared {sequences} sequences, {operations} operations, {fills} fills: all agree");
    assert!(sequences > 0 && operations > 0 && fills > 0, "nothing was compared");
    Ok(())
}

/// Runs a table: `buy 5 @ 101 GTC`, `sell 3 market`, `cancel 1`, `reduce 1 2` or `depth`, then `->` and what is
/// expected. Orders are numbered from 1 in the order of their lines.
fn check(table: &str) {
    let mut desk = Desk::default();
    let mut number = 0;
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (order, expected) = line.split_once("->").expect("a line has an arrow");
        let words: Vec<&str> = order.split_whitespace().collect();
        let whole = |word: &str| word.parse::<i64>().expect("a whole number");
        let which = |word: &str| word.parse::<u32>().expect("an order's number");
        let actual = match words[..] {
            ["cancel", of] => {
                let (status, open) = desk.cancel(which(of));
                format!("{status} {open}")
            }
            ["reduce", of, by] => {
                let before = desk.book.reduce(desk.keys[&which(of)], lots(whole(by)));
                before.map_or("unknown".to_owned(), |order| format!("was {}", order.open.lots()))
            }
            ["depth"] => format!("{:?} {:?}", desk.depth(Side::Buy), desk.depth(Side::Sell)),
            [way, qty, ref kind @ ..] => {
                number += 1;
                let kind = match *kind {
                    ["market"] => OrderKind::Market,
                    ["stop", at] => OrderKind::StopMarket { trigger: price(whole(at)) },
                    ["@", at, word] => {
                        OrderKind::Limit { price: price(whole(at)), tif: tif(word).expect("a time in force") }
                    }
                    _ => panic!("{line}: not an order"),
                };
                let (status, open, fills) =
                    desk.submit(number, side(way).expect("buy or sell"), whole(qty), kind);
                let fills: String =
                    fills.iter().map(|(maker, at, qty)| format!(" #{maker}:{qty}@{at}")).collect();
                format!("{status} {open}{fills}")
            }
            _ => panic!("{line}: not a line of a table"),
        };
        assert_eq!(actual, expected.trim(), "in the line `{line}`");
    }
}

#[test]
fn price_goes_before_time_and_time_before_everything_else() {
    check(
        "sell 5 @ 101 GTC  -> resting 5
         sell 5 @ 100 GTC  -> resting 5
         sell 5 @ 100 GTC  -> resting 5
         buy 12 @ 101 GTC  -> filled 0 #2:5@100 #3:5@100 #1:2@101
         depth             -> [] [(101, 3)]
         buy 9 @ 102 GTC   -> partly filled, resting 6 #1:3@101
         sell 1 @ 90 GTC   -> filled 0 #5:1@102
         depth             -> [(102, 5)] []",
    );
}

#[test]
fn each_kind_of_order_does_what_its_name_says() {
    check(
        "buy 2 market      -> expired 2
         sell 4 @ 10 GTC   -> resting 4
         sell 4 @ 12 GTC   -> resting 4
         buy 9 @ 12 FOK    -> expired 9
         buy 5 @ 11 FOK    -> expired 5
         buy 1 @ 10 POST   -> would take 1
         buy 1 @ 9 POST    -> resting 1
         buy 5 @ 9 IOC     -> expired 5
         buy 5 @ 10 IOC    -> partly filled, rest expired 1 #2:4@10
         buy 4 @ 12 FOK    -> filled 0 #3:4@12
         sell 3 market     -> partly filled, rest expired 2 #7:1@9
         depth             -> [] []",
    );
}

#[test]
fn what_a_book_does_not_hold_changes_nothing() {
    check(
        "sell 4 @ 10 GTC   -> resting 4
         buy 1 stop 12     -> not supported 1
         buy 0 market      -> not supported 0
         buy -3 @ 10 GTC   -> not supported -3
         buy 3 @ 0 GTC     -> not supported 3
         cancel 3          -> unknown 0
         depth             -> [] [(10, 4)]",
    );
}

#[test]
fn an_order_that_is_cancelled_or_reduced_leaves_the_others_in_their_places() {
    check(
        "sell 5 @ 10 GTC   -> resting 5
         sell 5 @ 10 GTC   -> resting 5
         sell 5 @ 10 GTC   -> resting 5
         sell 5 @ 10 GTC   -> resting 5
         cancel 3          -> cancelled 5
         cancel 3          -> unknown 0
         reduce 1 3        -> was 5
         reduce 1 -3       -> was 2
         depth             -> [] [(10, 12)]
         buy 3 @ 10 GTC    -> filled 0 #1:2@10 #2:1@10
         reduce 2 99       -> was 4
         reduce 2 1        -> unknown
         buy 9 @ 10 IOC    -> partly filled, rest expired 4 #4:5@10
         cancel 4          -> unknown 0",
    );
}

#[test]
fn a_key_of_an_order_that_is_gone_finds_nothing_even_when_its_place_is_used_again() {
    let mut book = OrderBook::new();
    let mut old = Vec::new();
    for number in 1..100 {
        let key = book.rest(id(number), Side::Buy, price(10), lots(5));
        assert!(old.iter().all(|gone| *gone != key && book.get(*gone).is_none()));
        assert!(old.iter().all(|gone| book.cancel(*gone).is_none() && book.reduce(*gone, lots(1)).is_none()));
        assert_eq!(book.front(Side::Buy).map(|(front, order)| (front, order.id)), Some((key, id(number))));
        if number % 2 == 0 {
            assert!(book.cancel(key).is_some());
        } else {
            assert_eq!(book.take(Side::Sell, None, lots(5), &mut Vec::new()), lots(0));
        }
        old.push(key);
    }
    assert!(book.is_empty());
}

#[test]
fn sums_too_large_for_a_quantity_are_shown_cut_and_counted_exactly() {
    let mut book = OrderBook::new();
    let huge = book.rest(id(1), Side::Sell, price(10), lots(i64::MAX));
    book.rest(id(2), Side::Sell, price(10), lots(7));
    assert_eq!(book.available(Side::Buy, None), lots(i64::MAX));
    assert_eq!(book.depth(Side::Sell).collect::<Vec<_>>(), [(price(10), lots(i64::MAX))]);
    assert!(book.cancel(huge).is_some());
    assert_eq!(book.depth(Side::Sell).collect::<Vec<_>>(), [(price(10), lots(7))]);
}

#[test]
fn a_quantity_of_zero_or_below_neither_rests_nor_takes() {
    let mut book = OrderBook::new();
    for qty in [0, -5, i64::MIN] {
        let key = book.rest(id(1), Side::Sell, price(10), lots(qty));
        assert_eq!((book.get(key), book.cancel(key), book.len()), (None, None, 0));
    }
    book.rest(id(2), Side::Sell, price(10), lots(3));
    let mut fills = Vec::new();
    assert_eq!(book.take(Side::Buy, None, lots(-5), &mut fills), lots(-5));
    assert!(fills.is_empty());
    assert_eq!(book.available(Side::Buy, None), lots(3));
}

/// A book without any cleverness: one list in the order of arrival, searched whole.
#[derive(Default)]
struct Plain(Vec<(u32, Side, i64, i64)>);

impl Plain {
    fn submit(&mut self, number: u32, side: Side, qty: i64, kind: OrderKind) -> Vec<Fill> {
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
            let Some((at, &(maker, _, price, open))) = best else { break };
            let filled = left.min(open);
            fills.push((maker, price, filled));
            left -= filled;
            self.reduce(at, filled);
        }
        if left > 0 && matches!(tif, TimeInForce::GoodTillCancel | TimeInForce::PostOnly) {
            self.0.push((number, side, limit.unwrap_or(0), left));
        }
        fills
    }

    fn reduce(&mut self, at: usize, by: i64) {
        self.0[at].3 -= by;
        if self.0[at].3 <= 0 {
            self.0.remove(at);
        }
    }

    /// All orders of a side, best price first and oldest first.
    fn orders(&self, side: Side) -> Vec<Resting> {
        let mut orders: Vec<_> = self.0.iter().filter(|order| order.1 == side).collect();
        orders.sort_by_key(|order| if side == Side::Buy { -order.2 } else { order.2 });
        let resting = |&&(number, side, at, open): &&_| Resting {
            id: id(number),
            side,
            price: price(at),
            open: lots(open),
        };
        orders.iter().map(resting).collect()
    }
}

#[derive(Debug, Clone)]
enum Operation {
    Submit { side: Side, qty: i64, kind: OrderKind },
    Reduce { pick: usize, by: i64 },
    Cancel { pick: usize },
}

fn operation() -> impl Strategy<Value = Operation> {
    let way = || prop_oneof![Just(Side::Buy), Just(Side::Sell)];
    let word = prop_oneof![4 => Just("GTC"), 1 => Just("IOC"), 1 => Just("FOK"), 2 => Just("POST")];
    let limit = (990_i64..1_010, word).prop_map(|(at, word)| {
        tif(word).map_or(OrderKind::Market, |tif| OrderKind::Limit { price: price(at), tif })
    });
    let kind = prop_oneof![8 => limit, 1 => Just(OrderKind::Market)];
    prop_oneof![
        7 => (way(), 1_i64..20, kind).prop_map(|(side, qty, kind)| Operation::Submit { side, qty, kind }),
        1 => (any::<usize>(), 0_i64..12).prop_map(|(pick, by)| Operation::Reduce { pick, by }),
        2 => any::<usize>().prop_map(|pick| Operation::Cancel { pick }),
    ]
}

/// Reduces an order, or cancels it where `by` is `None`, in both books. What each says of the order before: a key that
/// went stale must find nothing exactly where the plain book has the order no more.
fn shrink(desk: &mut Desk, plain: &mut Plain, pick: usize, by: Option<i64>) -> [Option<i64>; 2] {
    let Some((number, key)) = desk.keys.iter().nth(pick % desk.keys.len().max(1)) else { return [None; 2] };
    let before = match by {
        Some(by) => desk.book.reduce(*key, lots(by)),
        None => desk.book.cancel(*key),
    };
    let at = plain.0.iter().position(|order| order.0 == *number);
    let plainly = at.map(|at| {
        let open = plain.0[at].3;
        plain.reduce(at, by.unwrap_or(open));
        open
    });
    [before.map(|order| order.open.lots()), plainly]
}

proptest! {
    #[test]
    fn the_book_agrees_with_the_plain_one(operations in prop::collection::vec(operation(), 1..150)) {
        let (mut desk, mut plain) = (Desk::default(), Plain::default());
        for (number, operation) in (1_u32..).zip(operations) {
            match operation {
                Operation::Submit { side, qty, kind } => {
                    let fills = desk.submit(number, side, qty, kind).2;
                    prop_assert_eq!(fills, plain.submit(number, side, qty, kind));
                }
                Operation::Reduce { pick, by } => {
                    let [book, model] = shrink(&mut desk, &mut plain, pick, Some(by));
                    prop_assert_eq!(book, model);
                }
                Operation::Cancel { pick } => {
                    let [book, model] = shrink(&mut desk, &mut plain, pick, None);
                    prop_assert_eq!(book, model);
                }
            }
            let book = &desk.book;
            let mut everything = Vec::new();
            for side in [Side::Buy, Side::Sell] {
                let orders = plain.orders(side);
                let queues: Vec<_> = book.depth(side).flat_map(|(price, _)| book.queue(side, price)).collect();
                prop_assert_eq!(&queues, &orders);
                for (price, total) in book.depth(side) {
                    let open: i64 = book.queue(side, price).map(|order| order.open.lots()).sum();
                    prop_assert!(open > 0 && open == total.lots(), "{} holds {}, says {}", price, open, total);
                }
                prop_assert_eq!(book.front(side).map(|(_, order)| order), orders.first().copied());
                everything.extend(orders);
            }
            let seen: Vec<_> = book.orders().collect();
            prop_assert!(seen.iter().all(|(key, order)| book.get(*key) == Some(*order)));
            prop_assert_eq!(seen.into_iter().map(|(_, order)| order).collect::<Vec<_>>(), everything);
            prop_assert_eq!(book.len(), plain.0.len());
            prop_assert!(book.best_bid().zip(book.best_ask()).is_none_or(|(bid, ask)| bid < ask));
        }
    }
}
