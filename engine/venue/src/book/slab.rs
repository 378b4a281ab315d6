//! Storage of resting orders: places that are used again, and keys that notice it. What the links mean is not known here.

use types::{ClientOrderId, Price, Qty, Side};

use super::Resting;

/// No place: the end of a chain.
pub(super) const NONE: u32 = u32::MAX;

/// Where an order rests. A key outlives its order harmlessly: it then finds nothing, for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OrderKey {
    pub(super) place: u32,
    pub(super) generation: u32,
}

impl OrderKey {
    /// Finds nothing in any book.
    pub(super) const NOWHERE: Self = Self { place: NONE, generation: 0 };
}

/// One place. Its generation is odd while an order lies there and even while it is free, so one comparison with a key's
/// (always odd) generation answers both "is it live" and "is it still the same order".
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) id: ClientOrderId,
    pub(super) price: Price,
    pub(super) open: Qty,
    pub(super) prev: u32,
    /// The next order of the queue; of a free place, the next free place.
    pub(super) next: u32,
    pub(super) generation: u32,
    pub(super) side: Side,
}

impl Node {
    #[inline]
    pub(super) const fn resting(&self) -> Resting {
        Resting { id: self.id, side: self.side, price: self.price, open: self.open }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Slab {
    pub(super) nodes: Vec<Node>,
    /// The place that fell free last.
    pub(super) free: u32,
    len: usize,
}

impl Slab {
    pub(super) fn with_capacity(orders: usize) -> Self {
        Self { nodes: Vec::with_capacity(orders), free: NONE, len: 0 }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(super) fn get(&self, key: OrderKey) -> Option<&Node> {
        self.at(key.place).filter(|node| node.generation == key.generation)
    }

    #[inline]
    pub(super) fn get_mut(&mut self, key: OrderKey) -> Option<&mut Node> {
        self.at_mut(key.place).filter(|node| node.generation == key.generation)
    }

    /// The node at the end of a link; `None` for [`NONE`].
    #[inline]
    pub(super) fn at(&self, place: u32) -> Option<&Node> {
        self.nodes.get(place as usize)
    }

    /// As [`Self::at`], to change it.
    #[inline]
    pub(super) fn at_mut(&mut self, place: u32) -> Option<&mut Node> {
        self.nodes.get_mut(place as usize)
    }

    /// Finds a place for an order, not yet chained to any other.
    #[inline]
    pub(super) fn insert(&mut self, order: Resting) -> OrderKey {
        let Resting { id, side, price, open } = order;
        let fresh = |generation| Node { id, price, open, prev: NONE, next: NONE, generation, side };
        self.len += 1;
        let place = self.free;
        if let Some(node) = self.at_mut(place) {
            let (next, generation) = (node.next, node.generation + 1);
            *node = fresh(generation);
            self.free = next;
            return OrderKey { place, generation };
        }
        let place = u32::try_from(self.nodes.len()).unwrap_or(NONE);
        assert!(place != NONE, "a book holds at most {NONE} orders");
        self.nodes.push(fresh(1));
        OrderKey { place, generation: 1 }
    }

    /// Frees a live place. After two thousand million orders in one place its generations are used up; it is then left
    /// empty for good, because an old key would find a stranger's order there.
    #[inline]
    pub(super) fn release(&mut self, place: u32) {
        let free = self.free;
        if let Some(node) = self.at_mut(place) {
            node.generation = node.generation.wrapping_add(1);
            if node.generation != 0 {
                node.next = free;
                self.free = place;
            }
            self.len -= 1;
        }
    }
}
