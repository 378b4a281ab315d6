//! The visible book against the plainest book there is: two sorted maps.

use std::collections::BTreeMap;

use arbitrary::{Arbitrary, Unstructured};
use depth::Depth;
use types::{Price, Qty, Side};

/// Two sorted maps of totals by price.
#[derive(Debug, Default, Clone)]
pub(crate) struct Plain {
    bids: BTreeMap<i64, i64>,
    asks: BTreeMap<i64, i64>,
}

impl Plain {
    pub(crate) fn set(&mut self, side: Side, price: i64, lots: i64) {
        if lots > 0 {
            self.clear(side.opposite(), price);
            self.own(side).insert(price, lots);
        } else {
            self.own(side).remove(&price);
        }
    }

    pub(crate) fn clear(&mut self, side: Side, price: i64) {
        match side {
            Side::Buy => self.bids.retain(|bid, _| *bid < price),
            Side::Sell => self.asks.retain(|ask, _| *ask > price),
        }
    }

    pub(crate) fn set_best(&mut self, side: Side, price: i64, lots: i64) {
        match side {
            Side::Buy => self.bids.retain(|bid, _| *bid <= price),
            Side::Sell => self.asks.retain(|ask, _| *ask >= price),
        }
        self.set(side, price, lots);
    }

    /// Best first.
    pub(crate) fn levels(&self, side: Side) -> Vec<(Price, Qty)> {
        let level = |(price, lots): (&i64, &i64)| (Price::from_ticks(*price), Qty::from_lots(*lots));
        match side {
            Side::Buy => self.bids.iter().rev().map(level).collect(),
            Side::Sell => self.asks.iter().map(level).collect(),
        }
    }

    pub(crate) fn qty(&self, side: Side, price: i64) -> i64 {
        let own = if side == Side::Buy { &self.bids } else { &self.asks };
        own.get(&price).copied().unwrap_or(0)
    }

    fn own(&mut self, side: Side) -> &mut BTreeMap<i64, i64> {
        if side == Side::Buy { &mut self.bids } else { &mut self.asks }
    }
}

/// A price near the others, far from them, or anywhere.
#[derive(Debug, Clone, Copy, Arbitrary)]
enum Place {
    Near(u8),
    Far(u16),
    Any(i64),
}

#[derive(Debug, Arbitrary)]
enum Step {
    Set(bool, Place, u8),
    SetAny(bool, Place, i64),
    Best(bool, Place, u8),
    Clear(bool, Place),
}

const fn side(buys: bool) -> Side {
    if buys { Side::Buy } else { Side::Sell }
}

/// Any steps leave the book as they leave two sorted maps.
pub fn check(bytes: &[u8]) {
    let mut input = Unstructured::new(bytes);
    let (mut book, mut plain) = (Depth::with_window(256), Plain::default());
    while !input.is_empty() {
        let Ok(step) = Step::arbitrary(&mut input) else { return };
        let (Step::Set(_, place, _)
        | Step::SetAny(_, place, _)
        | Step::Best(_, place, _)
        | Step::Clear(_, place)) = step;
        let ticks = match place {
            Place::Near(near) => 100_000 + i64::from(near),
            Place::Far(far) => 70_000 + i64::from(far),
            // The two ends of the range are no prices.
            Place::Any(any) => any.clamp(i64::MIN + 1, i64::MAX - 1),
        };
        let price = Price::from_ticks(ticks);
        match step {
            Step::Set(buys, _, lots) => set(&mut book, &mut plain, side(buys), price, i64::from(lots % 4)),
            Step::SetAny(buys, _, lots) => set(&mut book, &mut plain, side(buys), price, lots),
            Step::Best(buys, _, lots) => {
                book.set_best(side(buys), price, Qty::from_lots(i64::from(lots % 4)));
                plain.set_best(side(buys), ticks, i64::from(lots % 4));
            }
            Step::Clear(buys, _) => {
                book.clear(side(buys), price);
                plain.clear(side(buys), ticks);
            }
        }
        for side in [Side::Buy, Side::Sell] {
            let levels = plain.levels(side);
            assert_eq!(book.best(side), levels.first().copied(), "the best of {side:?}");
            assert!(book.levels(side).eq(levels.iter().copied()), "the levels of {side:?}");
            assert_eq!(book.qty(side, price).lots(), plain.qty(side, ticks));
            let reach = levels.iter().take_while(|(level, _)| match side {
                Side::Sell => *level <= price,
                Side::Buy => *level >= price,
            });
            let reach = reach.fold(0_i64, |sum, (_, qty)| sum.saturating_add(qty.lots()));
            let enough = Qty::from_lots(i64::MAX);
            assert_eq!(book.reachable(side.opposite(), Some(price), enough).lots(), reach);
        }
    }
}

fn set(book: &mut Depth, plain: &mut Plain, side: Side, price: Price, lots: i64) {
    let best_before = plain.levels(side).first().map(|level| level.0);
    let change = book.set(side, price, Qty::from_lots(lots));
    assert_eq!((change.before.lots(), change.best_before), (plain.qty(side, price.ticks()), best_before));
    plain.set(side, price.ticks(), lots);
}
