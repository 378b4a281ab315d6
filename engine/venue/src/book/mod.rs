//! A limit order book in price-time priority, for one instrument and whole numbers; no clock, no fees, no accounts.
//!
//! Orders live in one slab of 48-byte nodes. Those of one price are chained in time order through their places in the
//! slab, so joining and leaving a queue touch at most three nodes, and a place that falls free is used again before the
//! slab grows. The levels of a side lie in one sorted `Vec` with the best at the end, 32 bytes each: the best price is
//! the last element, a new best is a push, and a level that is born or dies near it moves few bytes. A few hundred
//! levels are alive in practice; moving some of them inside one allocation beats following pointers through a tree,
//! and nothing is allocated once the book has reached its size.
//!
//! Sums over orders are kept in 128 bits, so they are exact; they are cut to [`Qty`] only where they are shown.

mod levels;
mod matching;
mod queue;
mod reading;
mod slab;
#[cfg(test)]
mod tests;

use types::{ClientOrderId, Price, Qty, Side};

use levels::Levels;
pub use matching::{Match, Outcome};
pub use slab::OrderKey;
use slab::Slab;

/// An order that rests in the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resting {
    /// Whose.
    pub id: ClientOrderId,
    /// Which way it trades.
    pub side: Side,
    /// Its limit.
    pub price: Price,
    /// What can still fill; above zero.
    pub open: Qty,
}

/// The book of one instrument.
///
/// ```
/// use quantmesh_venue::book::{OrderBook, Outcome};
/// use types::{ClientOrderId, OrderKind, Price, Qty, Side};
///
/// let mut book = OrderBook::new();
/// book.rest(ClientOrderId::default(), Side::Sell, Price::from_ticks(101), Qty::from_lots(3));
/// let mut fills = Vec::new();
/// let buyer = ClientOrderId { generation: 2, ..ClientOrderId::default() };
/// let outcome = book.submit(buyer, Side::Buy, Qty::from_lots(5), OrderKind::Market, &mut fills);
/// assert_eq!(outcome, Outcome::Expired { open: Qty::from_lots(2) });
/// assert_eq!((fills[0].price, fills[0].qty), (Price::from_ticks(101), Qty::from_lots(3)));
/// ```
#[derive(Debug, Clone)]
pub struct OrderBook {
    slab: Slab,
    bids: Levels,
    asks: Levels,
}

impl Default for OrderBook {
    fn default() -> Self {
        Self::new()
    }
}

impl OrderBook {
    /// An empty book.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(0)
    }

    /// An empty book that allocates nothing more while at most `orders` orders rest in it.
    #[must_use]
    pub fn with_capacity(orders: usize) -> Self {
        let levels = |side| Levels::with_capacity(side, orders);
        Self { slab: Slab::with_capacity(orders), bids: levels(Side::Buy), asks: levels(Side::Sell) }
    }

    /// The highest price somebody buys at.
    #[must_use]
    #[inline]
    pub fn best_bid(&self) -> Option<Price> {
        self.bids.best_price()
    }

    /// The lowest price somebody sells at.
    #[must_use]
    #[inline]
    pub fn best_ask(&self) -> Option<Price> {
        self.asks.best_price()
    }

    /// Count of resting orders.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.slab.len()
    }

    /// Whether nothing rests.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.slab.len() == 0
    }

    /// The order under a key; `None` once it is gone, also when its place is used again.
    #[must_use]
    #[inline]
    pub fn get(&self, key: OrderKey) -> Option<Resting> {
        self.slab.get(key).map(|node| node.resting())
    }

    /// Puts an order at the back of its price's queue. Nothing is matched, even where it crosses: a caller that wants
    /// that calls [`Self::submit`]. A quantity of zero or below rests nowhere, and its key finds nothing.
    ///
    /// # Panics
    /// When 4 294 967 295 orders rest already, for which the slab alone would take 200 GB.
    pub fn rest(&mut self, id: ClientOrderId, side: Side, price: Price, qty: Qty) -> OrderKey {
        if qty.lots() <= 0 {
            return OrderKey::NOWHERE;
        }
        let key = self.slab.insert(Resting { id, side, price, open: qty });
        let levels = if side == Side::Buy { &mut self.bids } else { &mut self.asks };
        levels.entry(price).push_back(&mut self.slab, key.place, qty);
        key
    }

    /// Takes an order out, and says what it was: `open` is what had not filled. `None` when the key finds nothing.
    pub fn cancel(&mut self, key: OrderKey) -> Option<Resting> {
        self.reduce(key, Qty::from_lots(i64::MAX))
    }

    /// Takes `by` off an order, which keeps its place in the queue; at zero it is gone. Says what it was before;
    /// `None` when the key finds nothing. A `by` of zero or below changes nothing, one above what is open takes all.
    pub fn reduce(&mut self, key: OrderKey, by: Qty) -> Option<Resting> {
        let node = self.slab.get_mut(key)?;
        let before = node.resting();
        let by = by.lots().clamp(0, before.open.lots());
        node.open = Qty::from_lots(before.open.lots() - by);
        let gone = node.open.is_zero();
        let levels = if before.side == Side::Buy { &mut self.bids } else { &mut self.asks };
        if let Some((at, level)) = levels.find_mut(before.price) {
            level.total -= i128::from(by);
            if gone {
                level.unlink(&mut self.slab, key.place);
                if level.is_empty() {
                    levels.remove(at);
                }
            }
        }
        Some(before)
    }

    #[inline]
    const fn side(&self, side: Side) -> &Levels {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }
}
