//! The book against the plainest book there is: two sorted maps.

use std::collections::BTreeMap;

use proptest::prelude::*;
use types::{Price, Qty, Side};

use super::Depth;

#[derive(Default)]
struct Plain {
    bids: BTreeMap<i64, i64>,
    asks: BTreeMap<i64, i64>,
}

impl Plain {
    fn set(&mut self, side: Side, price: i64, lots: i64) {
        if lots > 0 {
            match side {
                Side::Buy => self.asks.retain(|ask, _| *ask > price),
                Side::Sell => self.bids.retain(|bid, _| *bid < price),
            }
        }
        let own = if side == Side::Buy { &mut self.bids } else { &mut self.asks };
        if lots > 0 {
            own.insert(price, lots);
        } else {
            own.remove(&price);
        }
    }

    fn clear(&mut self, side: Side, price: i64) {
        match side {
            Side::Buy => self.bids.retain(|bid, _| *bid < price),
            Side::Sell => self.asks.retain(|ask, _| *ask > price),
        }
    }

    fn set_best(&mut self, side: Side, price: i64, lots: i64) {
        match side {
            Side::Buy => self.bids.retain(|bid, _| *bid <= price),
            Side::Sell => self.asks.retain(|ask, _| *ask >= price),
        }
        self.set(side, price, lots);
    }

    fn levels(&self, side: Side) -> Vec<(Price, Qty)> {
        let level = |(price, lots): (&i64, &i64)| (Price::from_ticks(*price), Qty::from_lots(*lots));
        match side {
            Side::Buy => self.bids.iter().rev().map(level).collect(),
            Side::Sell => self.asks.iter().map(level).collect(),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Set(Side, i64, i64),
    Best(Side, i64, i64),
    Clear(Side, i64),
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Buy), Just(Side::Sell)]
}

/// Prices near one place, far from it (outside a window of 256), and at the ends of the range.
fn price() -> impl Strategy<Value = i64> {
    prop_oneof![
        12 => 9_900..10_100_i64,
        4 => 1..40_000_i64,
        1 => prop_oneof![Just(1_i64), Just(i64::MAX - 1), Just(i64::MAX - 3), Just(i64::MIN + 1), Just(0)],
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => (side(), price(), 0..5_i64).prop_map(|(side, price, lots)| Step::Set(side, price, lots)),
        1 => (side(), price(), 0..5_i64).prop_map(|(side, price, lots)| Step::Best(side, price, lots)),
        1 => (side(), price()).prop_map(|(side, price)| Step::Clear(side, price)),
    ]
}

proptest! {
    #[test]
    fn is_the_plain_book(steps in prop::collection::vec(step(), 1..400)) {
        let (mut book, mut plain) = (Depth::with_window(256), Plain::default());
        for step in steps {
            match step {
                Step::Set(side, price, lots) => {
                    let before = plain.levels(side);
                    let change = book.set(side, Price::from_ticks(price), Qty::from_lots(lots));
                    let at = before.iter().find(|(other, _)| other.ticks() == price);
                    prop_assert_eq!(change.before, at.map_or(Qty::ZERO, |(_, qty)| *qty));
                    prop_assert_eq!(change.best_before, before.first().map(|(price, _)| *price));
                    plain.set(side, price, lots);
                }
                Step::Best(side, price, lots) => {
                    book.set_best(side, Price::from_ticks(price), Qty::from_lots(lots));
                    plain.set_best(side, price, lots);
                }
                Step::Clear(side, price) => {
                    book.clear(side, Price::from_ticks(price));
                    plain.clear(side, price);
                }
            }
            for side in [Side::Buy, Side::Sell] {
                let levels = plain.levels(side);
                prop_assert_eq!(book.best(side), levels.first().copied());
                prop_assert_eq!(book.levels(side).collect::<Vec<_>>(), levels);
            }
        }
    }
}

#[test]
fn counts_what_a_taker_could_take() {
    let mut book = Depth::new();
    for (price, lots) in [(101, 2), (102, 3), (105, 10)] {
        book.set(Side::Sell, Price::from_ticks(price), Qty::from_lots(lots));
    }
    let reach = |limit: Option<i64>, enough| {
        book.reachable(Side::Buy, limit.map(Price::from_ticks), Qty::from_lots(enough)).lots()
    };
    assert_eq!(
        [reach(Some(100), 9), reach(Some(102), 9), reach(None, 9), reach(Some(104), 2)],
        [0, 5, 15, 2]
    );
}
