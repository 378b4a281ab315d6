//! Views of the book that change nothing: the front, the depth, a queue, all orders.

use types::{Price, Qty, Side};

use super::queue::Level;
use super::{OrderBook, OrderKey, Resting};

impl OrderBook {
    /// The oldest order at the best price of a side.
    #[must_use]
    #[inline]
    pub fn front(&self, side: Side) -> Option<(OrderKey, Resting)> {
        let place = self.side(side).best()?.head;
        self.slab.at(place).map(|node| (OrderKey { place, generation: node.generation }, node.resting()))
    }

    /// Price and total quantity of each level of a side, best first. A total is at most the largest quantity there is.
    pub fn depth(&self, side: Side) -> impl Iterator<Item = (Price, Qty)> {
        let levels = self.side(side);
        levels.iter().map(|level| (levels.price(level), level.shown()))
    }

    /// The orders at one price, oldest first; none where the price has no level.
    pub fn queue(&self, side: Side, price: Price) -> impl Iterator<Item = Resting> {
        self.side(side).find(price).into_iter().flat_map(|level| self.chain(level)).map(|(_, order)| order)
    }

    /// Every order with its key: bids, then asks, each best price first and oldest first.
    pub fn orders(&self) -> impl Iterator<Item = (OrderKey, Resting)> {
        self.bids.iter().chain(self.asks.iter()).flat_map(|level| self.chain(level))
    }

    /// Follows a level's links from its head.
    fn chain(&self, level: &Level) -> impl Iterator<Item = (OrderKey, Resting)> {
        let mut place = level.head;
        std::iter::from_fn(move || {
            let node = self.slab.at(place)?;
            let key = OrderKey { place, generation: node.generation };
            place = node.next;
            Some((key, node.resting()))
        })
    }
}
