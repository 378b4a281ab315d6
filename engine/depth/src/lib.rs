//! The visible order book of a market: how much rests at each price, as its venue tells it. Whose it is, nobody knows.
//!
//! A venue tells totals per price (level 2), thousands of them a second, nearly all close to the best. So each side keeps a
//! window of prices around its best in one flat array, one quantity per tick, with a bit per occupied price: a change is a
//! store and a bit, and when the best goes, the next one is found by its bit. The few levels outside the window lie in a
//! sorted map, and the window moves after the best when it must. Quantities are whole lots: nothing drifts.

mod bits;
mod side;
#[cfg(test)]
mod tests;

use types::{Price, Qty, Side, Tick, TickKind};

use side::Levels;

/// What a change did to its side of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The total at that price before.
    pub before: Qty,
    /// The best price of that side before.
    pub best_before: Option<Price>,
}

/// The visible book of one market.
///
/// A price is any whole number but the two ends of the range of `i64`.
///
/// It never shows itself crossed: a level that comes in at or through the other side takes away what it crosses, since
/// that can't be there any more.
///
/// ```
/// use quantmesh_depth::Depth;
/// use types::{Price, Qty, Side};
///
/// let mut book = Depth::new();
/// book.set(Side::Buy, Price::from_ticks(100), Qty::from_lots(3));
/// book.set(Side::Sell, Price::from_ticks(102), Qty::from_lots(5));
/// book.set(Side::Buy, Price::from_ticks(100), Qty::ZERO);
/// assert_eq!(book.best(Side::Buy), None);
/// assert_eq!(book.best(Side::Sell), Some((Price::from_ticks(102), Qty::from_lots(5))));
/// ```
#[derive(Debug, Clone)]
pub struct Depth {
    bids: Levels,
    asks: Levels,
}

impl PartialEq for Depth {
    /// Equal where they show the same levels, wherever their windows are.
    fn eq(&self, other: &Self) -> bool {
        [Side::Buy, Side::Sell].into_iter().all(|side| self.levels(side).eq(other.levels(side)))
    }
}

impl Eq for Depth {}

impl Default for Depth {
    fn default() -> Self {
        Self::new()
    }
}

impl Depth {
    /// Prices in the window of a side: at a tick of 0.1 and a price of 60 000 it reaches 2.5 % down from the best.
    const WINDOW: usize = 1 << 14;

    /// An empty book.
    #[must_use]
    pub fn new() -> Self {
        Self::with_window(Self::WINDOW)
    }

    /// An empty book whose windows hold `ticks` prices a side, rounded up to a power of two of at least 256.
    #[must_use]
    pub fn with_window(ticks: usize) -> Self {
        Self { bids: Levels::new(Side::Buy, ticks), asks: Levels::new(Side::Sell, ticks) }
    }

    /// The best price of a side and the total there.
    #[must_use]
    #[inline]
    pub fn best(&self, side: Side) -> Option<(Price, Qty)> {
        self.side(side).best()
    }

    /// The best price of a side.
    #[must_use]
    #[inline]
    pub fn best_price(&self, side: Side) -> Option<Price> {
        self.side(side).best_price()
    }

    /// A mark of the best prices of both sides: it is another one once either has moved.
    #[must_use]
    #[inline]
    pub const fn top(&self) -> [i64; 2] {
        [self.bids.best_rank(), self.asks.best_rank()]
    }

    /// The total at a price; zero where nothing rests.
    #[must_use]
    #[inline]
    pub fn qty(&self, side: Side, price: Price) -> Qty {
        self.side(side).qty(price)
    }

    /// The levels of a side, best first.
    pub fn levels(&self, side: Side) -> impl Iterator<Item = (Price, Qty)> + '_ {
        self.side(side).iter()
    }

    /// Takes in what a tick says of the book. A trade changes nothing here: the venue tells the level after it by itself.
    #[inline]
    pub fn apply(&mut self, tick: &Tick) -> Option<Change> {
        match tick.kind {
            TickKind::Level(side) => Some(self.set(side, tick.price, tick.qty)),
            TickKind::Best(side) => Some(self.set_best(side, tick.price, tick.qty)),
            TickKind::Clear(side) => {
                self.clear(side, tick.price);
                None
            }
            TickKind::Trade(_) => None,
        }
    }

    /// Sets the total at a price; zero or below takes the level away.
    #[inline]
    pub fn set(&mut self, side: Side, price: Price, qty: Qty) -> Change {
        let (own, other) = match side {
            Side::Buy => (&mut self.bids, &mut self.asks),
            Side::Sell => (&mut self.asks, &mut self.bids),
        };
        if qty.lots() > 0 && other.best_price().is_some_and(|best| crosses(side, price, best)) {
            other.clear(price);
        }
        own.set(price, qty)
    }

    /// Sets the best price of a side: what was better is gone.
    pub fn set_best(&mut self, side: Side, price: Price, qty: Qty) -> Change {
        let own = match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        };
        let best_before = own.best_price();
        own.clear_better(price);
        Change { best_before, ..self.set(side, price, qty) }
    }

    /// Takes away every level of a side from the best through `price`.
    pub fn clear(&mut self, side: Side, price: Price) {
        match side {
            Side::Buy => self.bids.clear(price),
            Side::Sell => self.asks.clear(price),
        }
    }

    /// What a taker of `taker` could take down to its limit; counting ends once it is `enough`.
    #[must_use]
    pub fn reachable(&self, taker: Side, limit: Option<Price>, enough: Qty) -> Qty {
        let mut sum = 0_i64;
        for (price, qty) in self.levels(taker.opposite()) {
            if sum >= enough.lots() || limit.is_some_and(|limit| !crosses(taker, limit, price)) {
                break;
            }
            sum = sum.saturating_add(qty.lots());
        }
        Qty::from_lots(sum)
    }

    #[inline]
    const fn side(&self, side: Side) -> &Levels {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }
}

/// Whether an order of `side` at `price` reaches the other side's `best`.
#[inline]
const fn crosses(side: Side, price: Price, best: Price) -> bool {
    match side {
        Side::Buy => price.ticks() >= best.ticks(),
        Side::Sell => price.ticks() <= best.ticks(),
    }
}
