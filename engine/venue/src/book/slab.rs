//! Storage of resting orders: places that are used again, and keys that notice it.

use super::Resting;

/// Where an order rests. A key outlives its order harmlessly: it then finds nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OrderKey {
    place: u32,
    generation: u32,
}

/// An order with its neighbours in the queue.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) resting: Resting,
    pub(super) prev: Option<OrderKey>,
    pub(super) next: Option<OrderKey>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Slab {
    places: Vec<(u32, Option<Node>)>,
    free: Vec<u32>,
    len: usize,
}

impl Slab {
    pub(super) fn with_capacity(orders: usize) -> Self {
        Self { places: Vec::with_capacity(orders), free: Vec::with_capacity(orders), len: 0 }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(super) fn get(&self, key: OrderKey) -> Option<&Node> {
        let (generation, node) = self.places.get(key.place as usize)?;
        if *generation == key.generation { node.as_ref() } else { None }
    }

    #[inline]
    pub(super) fn get_mut(&mut self, key: OrderKey) -> Option<&mut Node> {
        let (generation, node) = self.places.get_mut(key.place as usize)?;
        if *generation == key.generation { node.as_mut() } else { None }
    }

    pub(super) fn insert(&mut self, resting: Resting) -> OrderKey {
        self.len += 1;
        let node = Some(Node { resting, prev: None, next: None });
        if let Some(place) = self.free.pop()
            && let Some((generation, slot)) = self.places.get_mut(place as usize)
        {
            *slot = node;
            return OrderKey { place, generation: *generation };
        }
        let place = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        self.places.push((0, node));
        OrderKey { place, generation: 0 }
    }

    pub(super) fn remove(&mut self, key: OrderKey) {
        if let Some((generation, slot)) = self.places.get_mut(key.place as usize)
            && *generation == key.generation
            && slot.take().is_some()
        {
            *generation = generation.wrapping_add(1);
            self.free.push(key.place);
            self.len -= 1;
        }
    }

    /// Chains `key` behind `tail`.
    pub(super) fn link(&mut self, tail: OrderKey, key: OrderKey) {
        self.set_next(tail, Some(key));
        self.set_prev(key, Some(tail));
    }

    pub(super) fn set_next(&mut self, key: OrderKey, next: Option<OrderKey>) {
        if let Some(node) = self.get_mut(key) {
            node.next = next;
        }
    }

    pub(super) fn set_prev(&mut self, key: OrderKey, prev: Option<OrderKey>) {
        if let Some(node) = self.get_mut(key) {
            node.prev = prev;
        }
    }
}
