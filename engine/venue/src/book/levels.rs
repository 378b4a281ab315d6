//! One side of a book: its price levels, sorted, with the best at the end.

use types::{Price, Qty, Side};

use super::OrderKey;

/// One price with its queue.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    pub(super) price: Price,
    pub(super) total: Qty,
    pub(super) head: Option<OrderKey>,
    pub(super) tail: Option<OrderKey>,
}

/// Levels of one side. The side is passed in where the order of prices matters.
#[derive(Debug, Clone, Default)]
pub(super) struct Levels {
    list: Vec<Level>,
}

impl Levels {
    pub(super) fn with_capacity(levels: usize) -> Self {
        Self { list: Vec::with_capacity(levels) }
    }

    #[inline]
    pub(super) fn best(&self) -> Option<&Level> {
        self.list.last()
    }

    /// Best first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Level> {
        self.list.iter().rev()
    }

    pub(super) fn find(&self, side: Side, price: Price) -> Option<&Level> {
        self.place(side, price).ok().and_then(|at| self.list.get(at))
    }

    /// The level of a price, made where it is missing.
    #[expect(clippy::indexing_slicing, reason = "the place was found or filled one line above")]
    pub(super) fn entry(&mut self, side: Side, price: Price) -> &mut Level {
        let at = self.place(side, price).unwrap_or_else(|at| {
            self.list.insert(at, Level { price, total: Qty::ZERO, head: None, tail: None });
            at
        });
        &mut self.list[at]
    }

    pub(super) fn remove(&mut self, side: Side, price: Price) {
        if let Ok(at) = self.place(side, price) {
            self.list.remove(at);
        }
    }

    /// Bids rise towards the end, asks fall: the best is always last.
    fn place(&self, side: Side, price: Price) -> Result<usize, usize> {
        match side {
            Side::Buy => self.list.binary_search_by(|level| level.price.cmp(&price)),
            Side::Sell => self.list.binary_search_by(|level| price.cmp(&level.price)),
        }
    }
}
