//! One price level: the queue of its orders, chained in time order through the slab, and their sum.

use types::{Price, Qty};

use super::Match;
use super::slab::{NONE, OrderKey, Slab};

/// One price with its queue. Never empty while it is in a book.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    /// The price's rank within its side, see [`super::levels`].
    pub(super) rank: i64,
    /// Oldest order.
    pub(super) head: u32,
    /// Youngest order.
    pub(super) tail: u32,
    /// Sum of what is open; 128 bits, because 64 could overflow and a sum once cut can't be counted down again.
    pub(super) total: i128,
}

impl Level {
    pub(super) const fn new(rank: i64) -> Self {
        Self { rank, head: NONE, tail: NONE, total: 0 }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.head == NONE
    }

    /// The total as a quantity, at most the largest there is.
    pub(super) fn shown(&self) -> Qty {
        shown(self.total)
    }

    #[inline]
    pub(super) fn push_back(&mut self, slab: &mut Slab, place: u32, qty: Qty) {
        match slab.at_mut(self.tail) {
            Some(tail) => tail.next = place,
            None => self.head = place,
        }
        if let Some(node) = slab.at_mut(place) {
            node.prev = self.tail;
        }
        self.tail = place;
        self.total += i128::from(qty.lots());
    }

    /// Takes an order out of the chain and frees its place. The total is the caller's affair.
    #[inline]
    pub(super) fn unlink(&mut self, slab: &mut Slab, place: u32) {
        let Some((prev, next)) = slab.at(place).map(|node| (node.prev, node.next)) else { return };
        match slab.at_mut(prev) {
            Some(node) => node.next = next,
            None => self.head = next,
        }
        match slab.at_mut(next) {
            Some(node) => node.prev = prev,
            None => self.tail = prev,
        }
        slab.release(place);
    }

    /// Fills the queue from its head with at most `left` lots, at `price`. Returns what is left of them; a level
    /// that is empty then has to go.
    #[inline]
    pub(super) fn fill(&mut self, slab: &mut Slab, price: Price, left: i64, fills: &mut Vec<Match>) -> i64 {
        let mut left = left;
        while left > 0
            && let Some(node) = slab.at_mut(self.head)
        {
            let (open, next) = (node.open.lots(), node.next);
            let key = OrderKey { place: self.head, generation: node.generation };
            let qty = left.min(open);
            let maker_left = Qty::from_lots(open - qty);
            node.open = maker_left;
            fills.push(Match { maker: node.id, key, price, qty: Qty::from_lots(qty), maker_left });
            self.total -= i128::from(qty);
            left -= qty;
            if maker_left.is_zero() {
                slab.release(self.head);
                self.head = next;
            }
        }
        // An emptied level is thrown away by the caller, so its tail does not matter.
        if let Some(head) = slab.at_mut(self.head) {
            head.prev = NONE;
        }
        left
    }
}

/// A sum of open quantities as a quantity, at most the largest there is.
pub(super) fn shown(total: i128) -> Qty {
    Qty::from_lots(i64::try_from(total).unwrap_or(i64::MAX))
}
