//! Our resting orders of one side, by price and then by age, with what we believe lies ahead of each.

use types::{ClientOrderId, Price, Qty, Side};

use super::queue::Place;

/// One of our resting orders.
#[derive(Debug, Clone, Copy)]
pub(super) struct Own {
    /// The price for buys, its bitwise complement for sells: a higher rank is a better price on both sides.
    rank: i64,
    pub(super) id: ClientOrderId,
    pub(super) open: Qty,
    pub(super) place: Place,
    pub(super) reduce_only: bool,
}

/// Our orders of one side, the best at the end; of one price, the oldest at the end.
#[derive(Debug)]
pub(super) struct OwnSide {
    side: Side,
    list: Vec<Own>,
    /// A bit for each rank, modulo 64, at which there may be an order: most ticks are at other prices, and end here.
    maybe: u64,
}

impl OwnSide {
    pub(super) fn new(side: Side) -> Self {
        Self { side, list: Vec::with_capacity(256), maybe: 0 }
    }

    #[inline]
    pub(super) const fn rank(&self, price: Price) -> i64 {
        match self.side {
            Side::Buy => price.ticks(),
            Side::Sell => !price.ticks(),
        }
    }

    #[inline]
    pub(super) const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) fn add(
        &mut self,
        id: ClientOrderId,
        price: Price,
        open: Qty,
        place: Place,
        reduce_only: bool,
    ) {
        let rank = self.rank(price);
        self.maybe |= bit(rank);
        let at = self.list.partition_point(|own| own.rank < rank);
        self.list.insert(at, Own { rank, id, open, place, reduce_only });
    }

    pub(super) fn remove(&mut self, id: ClientOrderId) -> Option<Own> {
        let at = self.list.iter().position(|own| own.id == id)?;
        let own = self.list.remove(at);
        self.forget();
        Some(own)
    }

    /// The best order and its price.
    #[inline]
    pub(super) fn best(&self) -> Option<(Price, &Own)> {
        self.list.last().map(|own| (self.price(own.rank), own))
    }

    pub(super) fn pop_best(&mut self) {
        self.list.pop();
        self.forget();
    }

    /// The orders at one price, the oldest last.
    #[inline]
    pub(super) fn at(&mut self, price: Price) -> &mut [Own] {
        let range = self.range(price);
        self.list.get_mut(range).unwrap_or_default()
    }

    /// Takes away the orders at one price that nothing is left of.
    pub(super) fn sweep(&mut self, price: Price) {
        let range = self.range(price);
        let (start, end) = (range.start, range.end);
        for at in (start..end).rev() {
            if self.list.get(at).is_some_and(|own| own.open.is_zero()) {
                self.list.remove(at);
            }
        }
        self.forget();
    }

    #[inline]
    fn range(&self, price: Price) -> std::ops::Range<usize> {
        let rank = self.rank(price);
        if self.maybe & bit(rank) == 0 || self.list.last().is_none_or(|best| rank > best.rank) {
            return 0..0;
        }
        let start = self.list.partition_point(|own| own.rank < rank);
        let count = self.list.iter().skip(start).take_while(|own| own.rank == rank).count();
        start..start + count
    }

    fn forget(&mut self) {
        self.maybe = self.list.iter().fold(0, |maybe, own| maybe | bit(own.rank));
    }

    #[inline]
    const fn price(&self, rank: i64) -> Price {
        match self.side {
            Side::Buy => Price::from_ticks(rank),
            Side::Sell => Price::from_ticks(!rank),
        }
    }
}

#[inline]
const fn bit(rank: i64) -> u64 {
    1 << (rank & 63)
}
