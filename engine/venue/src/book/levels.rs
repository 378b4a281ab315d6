//! One side of a book: its price levels in a sorted list, the best at the end. What is in a queue is not known here.

use types::{Price, Side};

use super::queue::Level;

/// The levels of one side.
///
/// They are sorted by rank, which is the price for bids and its bitwise complement for asks. The complement turns the
/// order round without an overflow at either end of `i64`, so on both sides a higher rank is a better price, and one
/// code serves both.
#[derive(Debug, Clone)]
pub(super) struct Levels {
    pub(super) list: Vec<Level>,
    /// All bits clear for bids, all set for asks.
    mask: i64,
}

impl Levels {
    pub(super) fn with_capacity(side: Side, levels: usize) -> Self {
        let mask = if side == Side::Buy { 0 } else { -1 };
        Self { list: Vec::with_capacity(levels), mask }
    }

    #[inline]
    pub(super) const fn rank(&self, price: Price) -> i64 {
        price.ticks() ^ self.mask
    }

    #[inline]
    pub(super) const fn price(&self, level: &Level) -> Price {
        Price::from_ticks(level.rank ^ self.mask)
    }

    /// The rank of the worst level that a taker with this limit reaches.
    #[inline]
    pub(super) fn floor(&self, limit: Option<Price>) -> i64 {
        limit.map_or(i64::MIN, |limit| self.rank(limit))
    }

    #[inline]
    pub(super) fn best(&self) -> Option<&Level> {
        self.list.last()
    }

    #[inline]
    pub(super) fn best_mut(&mut self) -> Option<&mut Level> {
        self.list.last_mut()
    }

    #[inline]
    pub(super) fn best_price(&self) -> Option<Price> {
        self.list.last().map(|level| self.price(level))
    }

    pub(super) fn pop_best(&mut self) {
        self.list.pop();
    }

    /// Best first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Level> {
        self.list.iter().rev()
    }

    pub(super) fn find(&self, price: Price) -> Option<&Level> {
        self.place(self.rank(price)).ok().and_then(|at| self.list.get(at))
    }

    /// The level of a price, and where it lies.
    #[inline]
    pub(super) fn find_mut(&mut self, price: Price) -> Option<(usize, &mut Level)> {
        let at = self.place(self.rank(price)).ok()?;
        self.list.get_mut(at).map(|level| (at, level))
    }

    /// The level of a price, made where it is missing.
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "the place was found or filled one line above")]
    pub(super) fn entry(&mut self, price: Price) -> &mut Level {
        let rank = self.rank(price);
        let at = self.place(rank).unwrap_or_else(|at| {
            self.list.insert(at, Level::new(rank));
            at
        });
        &mut self.list[at]
    }

    pub(super) fn remove(&mut self, at: usize) {
        self.list.remove(at);
    }

    /// Where a rank lies, or where it would. The best level is asked first: most orders come and go there.
    #[inline]
    fn place(&self, rank: i64) -> Result<usize, usize> {
        let count = self.list.len();
        match self.list.last() {
            None => Err(0),
            Some(best) if rank > best.rank => Err(count),
            Some(best) if rank == best.rank => Ok(count - 1),
            Some(_) => self.list.binary_search_by_key(&rank, |level| level.rank),
        }
    }
}
