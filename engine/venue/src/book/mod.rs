//! A limit order book in price-time priority, for one instrument and whole numbers.
//!
//! Orders live in a slab and are chained per price level, so joining and leaving a queue touch a constant number of
//! nodes. The levels of a side lie in one sorted `Vec` with the best at the end: the best price is its last element,
//! and most of what happens, happens near it, so an insertion moves few bytes. For the few hundred levels that are
//! alive in practice, moving 24-byte records inside one allocation beats following pointers through a tree.

mod levels;
mod slab;

use types::{ClientOrderId, OrderKind, Price, Qty, Side, TimeInForce};

use levels::Levels;
pub use slab::OrderKey;
use slab::{Node, Slab};

/// An order that rests in the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resting {
    /// Whose.
    pub id: ClientOrderId,
    /// Which way it trades.
    pub side: Side,
    /// Its limit.
    pub price: Price,
    /// What can still fill.
    pub open: Qty,
}

/// One fill of a resting order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// Whose order rested.
    pub maker: ClientOrderId,
    /// Where it rests; stale once `maker_left` is zero.
    pub key: OrderKey,
    /// The maker's price.
    pub price: Price,
    /// How much.
    pub qty: Qty,
    /// What is left of the maker.
    pub maker_left: Qty,
}

/// What became of a submitted order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Filled whole.
    Filled,
    /// The rest of it rests.
    Resting {
        /// Where.
        key: OrderKey,
        /// How much.
        open: Qty,
    },
    /// The rest of it expired.
    Expired {
        /// How much.
        open: Qty,
    },
    /// Post-only, and it would have taken: nothing happened.
    WouldTake,
    /// A stop order, or a quantity or price of zero or below: a book does not hold these. Nothing happened.
    NotSupported,
}

/// The book of one instrument.
#[derive(Debug, Clone, Default)]
pub struct OrderBook {
    slab: Slab,
    bids: Levels,
    asks: Levels,
}

impl OrderBook {
    /// An empty book.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty book with room for `orders` orders.
    #[must_use]
    pub fn with_capacity(orders: usize) -> Self {
        let levels = || Levels::with_capacity(orders);
        Self { slab: Slab::with_capacity(orders), bids: levels(), asks: levels() }
    }

    /// The highest price somebody buys at.
    #[must_use]
    #[inline]
    pub fn best_bid(&self) -> Option<Price> {
        self.bids.best().map(|level| level.price)
    }

    /// The lowest price somebody sells at.
    #[must_use]
    #[inline]
    pub fn best_ask(&self) -> Option<Price> {
        self.asks.best().map(|level| level.price)
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
    pub fn get(&self, key: OrderKey) -> Option<Resting> {
        self.slab.get(key).map(|node| node.resting)
    }

    /// Puts an order at the back of its price's queue, without matching.
    pub fn rest(&mut self, id: ClientOrderId, side: Side, price: Price, qty: Qty) -> OrderKey {
        let key = self.slab.insert(Resting { id, side, price, open: qty });
        let Self { slab, bids, asks } = self;
        let level = if side == Side::Buy { bids } else { asks }.entry(side, price);
        match level.tail {
            Some(tail) => slab.link(tail, key),
            None => level.head = Some(key),
        }
        level.tail = Some(key);
        level.total = Qty::from_lots(level.total.lots().saturating_add(qty.lots()));
        key
    }

    /// Takes an order out, and says what was still open.
    pub fn cancel(&mut self, key: OrderKey) -> Option<Resting> {
        let open = self.slab.get(key)?.resting.open;
        self.reduce(key, open)
    }

    /// Takes `by` off an order, which keeps its place in the queue; at zero it is gone. Says what it was before.
    pub fn reduce(&mut self, key: OrderKey, by: Qty) -> Option<Resting> {
        let node = self.slab.get_mut(key)?;
        let before = node.resting;
        let by = by.min(before.open);
        node.resting.open = Qty::from_lots(before.open.lots() - by.lots());
        let gone = node.resting.open.is_zero();
        let Node { prev, next, .. } = *node;
        let levels = if before.side == Side::Buy { &mut self.bids } else { &mut self.asks };
        let level = levels.entry(before.side, before.price);
        level.total = Qty::from_lots(level.total.lots() - by.lots());
        if gone {
            match prev {
                Some(prev) => self.slab.set_next(prev, next),
                None => level.head = next,
            }
            match next {
                Some(next) => self.slab.set_prev(next, prev),
                None => level.tail = prev,
            }
            if level.head.is_none() {
                levels.remove(before.side, before.price);
            }
            self.slab.remove(key);
        }
        Some(before)
    }

    /// The oldest order at the best price of a side.
    #[must_use]
    #[inline]
    pub fn front(&self, side: Side) -> Option<(OrderKey, Resting)> {
        let key = self.side(side).best()?.head?;
        self.get(key).map(|resting| (key, resting))
    }

    /// What a taker of `taker` could take down to its limit.
    #[must_use]
    pub fn available(&self, taker: Side, limit: Option<Price>) -> Qty {
        let levels =
            self.side(taker.opposite()).iter().take_while(|level| crosses(taker, limit, level.price));
        Qty::from_lots(levels.fold(0, |sum, level| level.total.lots().saturating_add(sum)))
    }

    /// Matches a taker in price-time order at the makers' prices; appends the fills and returns what is left of it.
    pub fn take(&mut self, taker: Side, limit: Option<Price>, qty: Qty, fills: &mut Vec<Match>) -> Qty {
        let mut left = qty;
        while left.lots() > 0
            && let Some((key, maker)) = self.front(taker.opposite())
            && crosses(taker, limit, maker.price)
        {
            let qty = left.min(maker.open);
            left = Qty::from_lots(left.lots() - qty.lots());
            let maker_left = Qty::from_lots(maker.open.lots() - qty.lots());
            self.reduce(key, qty);
            fills.push(Match { maker: maker.id, key, price: maker.price, qty, maker_left });
        }
        left
    }

    /// Submits an order: matches what it may take, and rests or expires the rest as its kind says.
    pub fn submit(
        &mut self,
        id: ClientOrderId,
        side: Side,
        qty: Qty,
        kind: OrderKind,
        fills: &mut Vec<Match>,
    ) -> Outcome {
        let (limit, tif) = match kind {
            OrderKind::Market => (None, TimeInForce::ImmediateOrCancel),
            OrderKind::Limit { price, tif } if price.ticks() > 0 => (Some(price), tif),
            OrderKind::Limit { .. } | OrderKind::StopMarket { .. } => return Outcome::NotSupported,
        };
        if qty.lots() <= 0 {
            return Outcome::NotSupported;
        }
        match tif {
            TimeInForce::PostOnly if !self.available(side, limit).is_zero() => return Outcome::WouldTake,
            TimeInForce::FillOrKill if self.available(side, limit) < qty => {
                return Outcome::Expired { open: qty };
            }
            _ => {}
        }
        let open = self.take(side, limit, qty, fills);
        match (open.is_zero(), tif, limit) {
            (true, ..) => Outcome::Filled,
            (false, TimeInForce::GoodTillCancel | TimeInForce::PostOnly, Some(price)) => {
                Outcome::Resting { key: self.rest(id, side, price, open), open }
            }
            _ => Outcome::Expired { open },
        }
    }

    /// Price and total quantity of each level of a side, best first.
    pub fn depth(&self, side: Side) -> impl Iterator<Item = (Price, Qty)> + '_ {
        self.side(side).iter().map(|level| (level.price, level.total))
    }

    /// The orders at one price, oldest first.
    pub fn queue(&self, side: Side, price: Price) -> impl Iterator<Item = Resting> + '_ {
        let mut next = self.side(side).find(side, price).and_then(|level| level.head);
        std::iter::from_fn(move || {
            let node = self.slab.get(next?)?;
            next = node.next;
            Some(node.resting)
        })
    }

    #[inline]
    const fn side(&self, side: Side) -> &Levels {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }
}

fn crosses(taker: Side, limit: Option<Price>, maker: Price) -> bool {
    limit.is_none_or(|limit| if taker == Side::Buy { maker <= limit } else { maker >= limit })
}
