//! What can't be seen from outside: chains in both directions, the free places, the order of levels, the used-up places.

use proptest::prelude::*;
use types::{ClientOrderId, OrderKind, Price, Qty, Side, TimeInForce};

use super::queue::Level;
use super::slab::{NONE, Node};
use super::{OrderBook, OrderKey, Outcome};

fn id(number: u32) -> ClientOrderId {
    ClientOrderId { generation: number, ..ClientOrderId::default() }
}

const fn price(ticks: i64) -> Price {
    Price::from_ticks(ticks)
}

const fn lots(lots: i64) -> Qty {
    Qty::from_lots(lots)
}

/// Walks everything; an empty answer means that all of it holds together.
fn faults(book: &OrderBook) -> Vec<String> {
    let mut faults = Vec::new();
    let mut chained = 0;
    for (side, levels) in [(Side::Buy, &book.bids), (Side::Sell, &book.asks)] {
        if !levels.list.is_sorted_by(|a, b| a.rank < b.rank) {
            faults.push(format!("{side:?}: levels are not in order, or twice there"));
        }
        for level in &levels.list {
            let (mut place, mut before, mut total) = (level.head, NONE, 0_i128);
            while let Some(node) = book.slab.at(place).filter(|_| chained <= book.slab.nodes.len()) {
                let sound = node.generation % 2 == 1
                    && node.prev == before
                    && node.open.lots() > 0
                    && (node.side, node.price) == (side, levels.price(level));
                if !sound {
                    faults.push(format!("{side:?} {:?}: place {place} is wrong: {node:?}", node.price));
                }
                total += i128::from(node.open.lots());
                chained += 1;
                (before, place) = (place, node.next);
            }
            if level.is_empty() || place != NONE || level.tail != before || level.total != total {
                faults.push(format!("{side:?}: {level:?}, but the chain ends at {before} with {total}"));
            }
        }
    }
    let (mut free, mut place) = (0, book.slab.free);
    while let Some(node) = book.slab.at(place).filter(|_| free <= book.slab.nodes.len()) {
        if node.generation % 2 == 1 {
            faults.push(format!("place {place} is free and in use"));
        }
        free += 1;
        place = node.next;
    }
    let retired = book.slab.nodes.iter().filter(|node| node.generation == 0).count();
    if chained != book.len() || chained + free + retired != book.slab.nodes.len() {
        faults.push(format!("{chained} chained, {free} free, {retired} retired, {} in all", book.len()));
    }
    faults
}

#[derive(Debug, Clone)]
enum Operation {
    Submit { side: Side, price: i64, qty: i64, kind: u8 },
    Rest { side: Side, price: i64, qty: i64 },
    Take { side: Side, limit: Option<i64>, qty: i64 },
    Reduce { which: usize, by: i64 },
    Cancel { which: usize },
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Buy), Just(Side::Sell)]
}

fn operation() -> impl Strategy<Value = Operation> {
    let (price, qty) = (-6_i64..7, prop_oneof![9 => -1_i64..20, 1 => Just(i64::MAX)]);
    prop_oneof![
        3 => (side(), price.clone(), qty.clone(), 0_u8..4)
            .prop_map(|(side, price, qty, kind)| Operation::Submit { side, price: price + 10, qty, kind }),
        3 => (side(), price.clone(), qty.clone())
            .prop_map(|(side, price, qty)| Operation::Rest { side, price, qty }),
        2 => (side(), prop::option::of(price), qty.clone())
            .prop_map(|(side, limit, qty)| Operation::Take { side, limit, qty }),
        2 => (0_usize..64, qty).prop_map(|(which, by)| Operation::Reduce { which, by }),
        2 => (0_usize..64).prop_map(|which| Operation::Cancel { which }),
    ]
}

fn apply(book: &mut OrderBook, keys: &mut Vec<OrderKey>, operation: Operation) {
    let some = |keys: &[OrderKey], which: usize| keys.get(which % keys.len().max(1)).copied();
    match operation {
        Operation::Submit { side, price: at, qty, kind } => {
            let tifs = [
                TimeInForce::GoodTillCancel,
                TimeInForce::ImmediateOrCancel,
                TimeInForce::FillOrKill,
                TimeInForce::PostOnly,
            ];
            let kind = OrderKind::Limit { price: price(at), tif: tifs[usize::from(kind)] };
            if let Outcome::Resting { key, .. } = book.submit(id(1), side, lots(qty), kind, &mut Vec::new()) {
                keys.push(key);
            }
        }
        Operation::Rest { side, price: at, qty } => keys.push(book.rest(id(1), side, price(at), lots(qty))),
        Operation::Take { side, limit, qty } => {
            book.take(side, limit.map(price), lots(qty), &mut Vec::new());
        }
        Operation::Reduce { which, by } => {
            let _ = some(keys, which).and_then(|key| book.reduce(key, lots(by)));
        }
        Operation::Cancel { which } => {
            let _ = some(keys, which).and_then(|key| book.cancel(key));
        }
    }
}

proptest! {
    #[test]
    fn everything_holds_together_after_every_operation(
        operations in prop::collection::vec(operation(), 1..200),
    ) {
        let (mut book, mut keys) = (OrderBook::new(), Vec::new());
        for operation in operations {
            let shown = format!("{operation:?}");
            apply(&mut book, &mut keys, operation);
            let faults = faults(&book);
            prop_assert!(faults.is_empty(), "after {}: {:#?}", shown, faults);
        }
        let seen: Vec<_> = book.orders().collect();
        prop_assert_eq!(seen.len(), book.len());
        for (key, order) in seen {
            prop_assert_eq!(book.get(key), Some(order));
        }
    }
}

#[test]
fn the_walk_notices_what_is_broken() {
    let whole = {
        let mut book = OrderBook::new();
        book.rest(id(1), Side::Buy, price(10), lots(2));
        book.rest(id(2), Side::Buy, price(10), lots(3));
        book.rest(id(3), Side::Buy, price(11), lots(4));
        book
    };
    assert_eq!(faults(&whole), Vec::<String>::new());
    let breaks: [fn(&mut OrderBook); 6] = [
        |book| book.bids.list[0].total += 1,
        |book| book.bids.list.swap(0, 1),
        |book| book.bids.list.insert(0, Level::new(5)),
        |book| book.slab.nodes[1].prev = NONE,
        |book| book.slab.nodes[0].next = NONE,
        |book| book.slab.nodes[2].generation += 1,
    ];
    for (number, damage) in breaks.into_iter().enumerate() {
        let mut book = whole.clone();
        damage(&mut book);
        assert!(!faults(&book).is_empty(), "damage {number} was not noticed");
    }
}

#[test]
fn records_are_as_small_as_the_plan_says() {
    assert_eq!((size_of::<Node>(), size_of::<Level>()), (48, 32));
}

#[test]
fn a_place_whose_generations_are_used_up_is_left_empty() {
    let mut book = OrderBook::new();
    let first = book.rest(id(1), Side::Buy, price(10), lots(1));
    book.slab.nodes[0].generation = u32::MAX;
    let last = OrderKey { generation: u32::MAX, ..first };
    assert!(book.cancel(last).is_some());
    let next = book.rest(id(2), Side::Buy, price(10), lots(1));
    assert_eq!(next.place, 1);
    assert_eq!((book.get(first), book.get(last)), (None, None));
    assert_eq!(faults(&book), Vec::<String>::new());
}

#[test]
fn prices_at_the_ends_of_the_range_keep_their_order() {
    let mut book = OrderBook::new();
    for ticks in [i64::MIN, -1, 0, 1, i64::MAX] {
        book.rest(id(1), Side::Sell, price(ticks), lots(1));
    }
    let asks: Vec<i64> = book.depth(Side::Sell).map(|(price, _)| price.ticks()).collect();
    assert_eq!(asks, [i64::MIN, -1, 0, 1, i64::MAX]);
    assert_eq!(book.available(Side::Buy, Some(price(i64::MIN))), lots(1));
    assert_eq!(faults(&book), Vec::<String>::new());
}

#[test]
fn a_book_that_keeps_its_size_keeps_its_places() {
    let mut book = OrderBook::with_capacity(8);
    let capacities =
        |book: &OrderBook| (book.slab.nodes.capacity(), book.bids.list.capacity(), book.asks.list.capacity());
    let before = capacities(&book);
    for round in 0..1_000 {
        let keys: Vec<_> =
            (0..8).map(|n| book.rest(id(n), Side::Buy, price(i64::from(n) + round), lots(1))).collect();
        keys.into_iter().for_each(|key| assert!(book.cancel(key).is_some()));
    }
    assert_eq!(capacities(&book), before);
    assert_eq!(book.slab.nodes.len(), 8);
}
