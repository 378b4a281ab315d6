//! One side of the visible book: a window of prices in a flat array around the best, and a map for what lies far from it.

use std::collections::BTreeMap;

use types::{Price, Qty, Side};

use crate::Change;
use crate::bits::Bits;

/// The rank below all others: no price has it.
const NOTHING: i64 = i64::MIN;

/// The levels of one side.
///
/// A price's rank is the price for bids and its bitwise complement for asks, so that a higher rank is a better price on
/// both sides and no rank overflows.
#[derive(Debug, Clone)]
pub(crate) struct Levels {
    /// All bits clear for bids, all set for asks.
    mask: i64,
    /// The rank of the window's first place.
    base: i64,
    /// The total at each rank of the window, in lots.
    window: Vec<i64>,
    taken: Bits,
    /// Levels below the window, by rank. There are none above it.
    far: BTreeMap<i64, i64>,
    /// The best level's rank; [`NOTHING`] while there is none.
    best: i64,
}

impl Levels {
    pub(crate) fn new(side: Side, places: usize) -> Self {
        let places = places.clamp(256, 1 << 30).next_power_of_two();
        Self {
            mask: if side == Side::Buy { 0 } else { -1 },
            base: i64::MIN,
            window: vec![0; places],
            taken: Bits::new(places),
            far: BTreeMap::new(),
            best: NOTHING,
        }
    }

    /// The best level's rank, for whoever only wants to know whether it moved.
    #[inline]
    pub(crate) const fn best_rank(&self) -> i64 {
        self.best
    }

    #[inline]
    pub(crate) const fn best_price(&self) -> Option<Price> {
        if self.best == NOTHING { None } else { Some(self.price(self.best)) }
    }

    #[inline]
    pub(crate) fn best(&self) -> Option<(Price, Qty)> {
        self.best_price().map(|price| (price, Qty::from_lots(self.lots(self.best))))
    }

    #[inline]
    pub(crate) fn qty(&self, price: Price) -> Qty {
        Qty::from_lots(self.lots(self.rank(price)))
    }

    /// Best first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Price, Qty)> + '_ {
        let start = self.place(self.best);
        let near = std::iter::successors(start.and_then(|at| self.taken.highest(at)), |at| {
            at.checked_sub(1).and_then(|below| self.taken.highest(below))
        });
        let near =
            near.filter_map(|at| Some((self.base.wrapping_add_unsigned(at as u64), *self.window.get(at)?)));
        let far = self.far.iter().rev().map(|(rank, lots)| (*rank, *lots));
        near.chain(far).map(|(rank, lots)| (self.price(rank), Qty::from_lots(lots)))
    }

    /// Sets the total at a price; zero or below takes the level away.
    #[inline]
    pub(crate) fn set(&mut self, price: Price, qty: Qty) -> Change {
        let (rank, lots) = (self.rank(price), qty.lots().max(0));
        debug_assert_ne!(rank, NOTHING, "the two ends of the range are no prices");
        let best_before = self.best_price();
        if let Some(at) = self.place(rank)
            && let Some(slot) = self.window.get_mut(at)
        {
            let before = std::mem::replace(slot, lots);
            if lots > 0 {
                if before == 0 {
                    self.taken.set(at);
                    self.best = self.best.max(rank);
                }
            } else if before > 0 {
                self.taken.clear(at);
                if self.best == rank {
                    self.find_best(at);
                }
            }
            return Change { before: Qty::from_lots(before), best_before };
        }
        let before = Qty::from_lots(self.set_far(rank, lots));
        Change { before, best_before }
    }

    /// Takes away every level from the best through `price`.
    pub(crate) fn clear(&mut self, price: Price) {
        let floor = self.rank(price);
        while self.best != NOTHING && self.best >= floor {
            self.set(self.price(self.best), Qty::ZERO);
        }
    }

    /// Takes away every level that is better than `price`.
    pub(crate) fn clear_better(&mut self, price: Price) {
        let floor = self.rank(price);
        while self.best > floor {
            self.set(self.price(self.best), Qty::ZERO);
        }
    }

    #[inline]
    const fn rank(&self, price: Price) -> i64 {
        price.ticks() ^ self.mask
    }

    #[inline]
    const fn price(&self, rank: i64) -> Price {
        Price::from_ticks(rank ^ self.mask)
    }

    /// Where a rank lies in the window.
    #[inline]
    fn place(&self, rank: i64) -> Option<usize> {
        let at = usize::try_from(rank.wrapping_sub(self.base) as u64).ok()?;
        (rank >= self.base && at < self.window.len()).then_some(at)
    }

    #[inline]
    fn lots(&self, rank: i64) -> i64 {
        match self.place(rank) {
            Some(at) => self.window.get(at).copied().unwrap_or(0),
            None => self.far.get(&rank).copied().unwrap_or(0),
        }
    }

    /// The best level at or below a place has become the best.
    #[inline]
    fn find_best(&mut self, at: usize) {
        match self.taken.highest(at) {
            Some(at) => self.best = self.base.wrapping_add_unsigned(at as u64),
            None => {
                self.best = self.far.last_key_value().map_or(NOTHING, |(rank, _)| *rank);
                self.follow_best();
            }
        }
    }

    /// A level outside the window; the window moves where that is the new best.
    #[cold]
    fn set_far(&mut self, rank: i64, lots: i64) -> i64 {
        if lots == 0 {
            // Above the window there is nothing to take away, and the best is in the window unless that is empty.
            return self.far.remove(&rank).unwrap_or(0);
        }
        let before = self.far.insert(rank, lots).unwrap_or(0);
        if rank > self.best {
            self.best = rank;
            self.follow_best();
        }
        before
    }

    /// Puts the window around the best: a quarter of it lies above, for what may come, the rest below.
    #[cold]
    fn follow_best(&mut self) {
        if self.best == NOTHING {
            return;
        }
        let mut at = self.taken.highest(self.window.len() - 1);
        while let Some(place) = at {
            let rank = self.base.wrapping_add_unsigned(place as u64);
            let lots = self.window.get_mut(place).map_or(0, std::mem::take);
            self.taken.clear(place);
            self.far.insert(rank, lots);
            at = place.checked_sub(1).and_then(|below| self.taken.highest(below));
        }
        let places = self.window.len() as u64;
        // Near the ends of the range the window stops there, so that no place of it wraps round.
        let last = self.best.saturating_add_unsigned(places / 4);
        self.base = last.saturating_sub_unsigned(places - 1);
        let near = self.far.split_off(&self.base);
        for (rank, lots) in near {
            if let Some(at) = self.place(rank)
                && let Some(slot) = self.window.get_mut(at)
            {
                *slot = lots;
                self.taken.set(at);
            }
        }
    }
}
