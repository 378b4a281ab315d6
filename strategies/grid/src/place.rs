//! Where the market stands in the ladder: the best prices as far as we know, and the levels around them.

use sdk::{Fill, Liquidity, Market, Price, Side};

use crate::ladder::Ladder;

/// The market's place. Buys rest at levels strictly below the ask, sells at levels strictly above the bid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    bid: Price,
    ask: Price,
    /// How many levels lie strictly below the ask; the highest of them is this less one.
    below: i64,
    /// The lowest level strictly above the bid.
    above: i64,
    /// While the ask is over the first and not over the second, `below` holds; likewise for the bid.
    ask_bounds: (Price, Price),
    bid_bounds: (Price, Price),
}

impl Place {
    /// The place of these prices.
    pub(crate) fn new(ladder: &Ladder, bid: Price, ask: Price) -> Self {
        let mut place = Self { bid, ask, ..Self::default() };
        place.find(ladder);
        place
    }

    /// Best bid and ask, as far as we know.
    pub(crate) const fn prices(&self) -> (Price, Price) {
        (self.bid, self.ask)
    }

    /// Takes in new prices; says whether the place changed.
    #[inline]
    pub(crate) fn set(&mut self, ladder: &Ladder, bid: Price, ask: Price) -> bool {
        (self.bid, self.ask) = (bid, ask);
        let same = ask > self.ask_bounds.0
            && ask <= self.ask_bounds.1
            && bid >= self.bid_bounds.0
            && bid < self.bid_bounds.1;
        if same {
            return false;
        }
        self.find(ladder);
        true
    }

    /// A fill of our own resting order is news of the market: it was at that price just now. Says whether the place
    /// changed.
    pub(crate) fn touch(&mut self, ladder: &Ladder, fill: &Fill) -> bool {
        if fill.liquidity == Liquidity::Taker {
            return false;
        }
        let (bid, ask) = match fill.side {
            Side::Buy => (self.bid.min(fill.price), self.ask.min(fill.price)),
            Side::Sell => (self.bid.max(fill.price), self.ask.max(fill.price)),
        };
        self.set(ladder, bid, ask)
    }

    /// How many levels further from the market than the nearest one on which an order of `side` rests; negative when it
    /// would take there.
    #[inline]
    pub(crate) const fn depth(&self, side: Side, level: i64) -> i64 {
        match side {
            Side::Buy => self.below - 1 - level,
            Side::Sell => level - self.above,
        }
    }

    /// The nearest level to the market at which an order of `side` rests.
    pub(crate) const fn nearest_level(&self, side: Side) -> i64 {
        match side {
            Side::Buy => self.below - 1,
            Side::Sell => self.above,
        }
    }

    /// The slot whose entry of `side` lies at this depth.
    #[inline]
    pub(crate) const fn slot_at(&self, side: Side, depth: i64) -> i64 {
        match side {
            Side::Buy => self.below - 1 - depth,
            Side::Sell => self.above + depth - 1,
        }
    }

    /// The price nearest to the market at which an order of `side` rests: one tick inside the other side's best.
    pub(crate) fn nearest(&self, side: Side) -> Option<Price> {
        let price = match side {
            Side::Buy => self.ask.offset(-1),
            Side::Sell => self.bid.offset(1),
        };
        price.ok().filter(|price| price.ticks() > 0)
    }

    /// Whether the market is past the first or the last level.
    pub(crate) fn outside(&self, ladder: &Ladder) -> bool {
        self.below <= 0 || self.above > ladder.slots()
    }

    fn find(&mut self, ladder: &Ladder) {
        let levels = ladder.levels();
        let below = levels.partition_point(|level| *level < self.ask);
        let above = levels.partition_point(|level| *level <= self.bid);
        let least = Price::from_ticks(i64::MIN);
        let most = Price::from_ticks(i64::MAX);
        let before = |at: usize| at.checked_sub(1).and_then(|at| levels.get(at)).copied().unwrap_or(least);
        let at = |at: usize| levels.get(at).copied().unwrap_or(most);
        self.ask_bounds = (before(below), at(below));
        self.bid_bounds = (before(above), at(above));
        self.below = i64::try_from(below).unwrap_or(i64::MAX);
        self.above = i64::try_from(above).unwrap_or(i64::MAX);
    }
}

/// Best bid and ask once something traded at `price`: the quotes where they agree with it, else the price itself.
#[inline]
pub(crate) fn around(price: Price, market: &Market) -> (Price, Price) {
    match (market.bid, market.ask) {
        (Some(bid), Some(ask)) if bid <= price && price <= ask && bid < ask => (bid, ask),
        _ => (price, price),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::exchange::{setup, spec};

    #[test]
    fn quotes_count_where_they_agree_with_the_price() {
        let mut market = Market::new(setup(spec(), None).instruments[0].clone());
        let p = Price::from_ticks;
        for (bid, ask, price, expected) in [
            (None, None, 100, (100, 100)),
            (Some(99), Some(102), 100, (99, 102)),
            (Some(99), Some(102), 99, (99, 102)),
            (Some(99), Some(102), 103, (103, 103)),
            (Some(99), Some(102), 98, (98, 98)),
            (Some(100), Some(100), 100, (100, 100)),
        ] {
            (market.bid, market.ask) = (bid.map(p), ask.map(p));
            assert_eq!(around(p(price), &market), (p(expected.0), p(expected.1)), "{bid:?} {ask:?} {price}");
        }
    }
}
