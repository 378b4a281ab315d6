//! Matching: what a taker gets out of the book, and what becomes of each kind of order.

use types::{ClientOrderId, OrderKind, Price, Qty, Side, TimeInForce};

use super::levels::Levels;
use super::queue::shown;
use super::{OrderBook, OrderKey};

/// One fill of a resting order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// Whose order rested.
    pub maker: ClientOrderId,
    /// Where it rests; stale once `maker_left` is zero.
    pub key: OrderKey,
    /// The maker's price.
    pub price: Price,
    /// How much; above zero.
    pub qty: Qty,
    /// What is left of the maker.
    pub maker_left: Qty,
}

/// What became of a submitted order. Where something is open, it filled in part if `open` is below what was submitted.
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
    /// A stop order, or a quantity or limit of zero or below: a book does not hold these. Nothing happened.
    NotSupported,
}

impl OrderBook {
    /// What a taker of `taker` could take down to its limit; at most the largest quantity there is.
    #[must_use]
    pub fn available(&self, taker: Side, limit: Option<Price>) -> Qty {
        shown(reachable(self.side(taker.opposite()), limit, i128::MAX))
    }

    /// Matches a taker in price-time order at the makers' prices; appends the fills and returns what is left of it.
    /// A quantity of zero or below takes nothing and comes back as it is.
    pub fn take(&mut self, taker: Side, limit: Option<Price>, qty: Qty, fills: &mut Vec<Match>) -> Qty {
        let levels = if taker == Side::Buy { &mut self.asks } else { &mut self.bids };
        let floor = levels.floor(limit);
        let mut left = qty.lots();
        while left > 0
            && let Some(price) = levels.best_price()
            && let Some(level) = levels.best_mut()
            && level.rank >= floor
        {
            left = level.fill(&mut self.slab, price, left, fills);
            if level.is_empty() {
                levels.pop_best();
            }
        }
        Qty::from_lots(left)
    }

    /// Submits an order: matches what it may take at once, then rests or expires what is left as its kind says. Fills
    /// are appended to `fills`. A fill-or-kill order that can't fill whole and a post-only order that would take leave
    /// the book as it is.
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
            TimeInForce::PostOnly if self.would_take(side, limit) => return Outcome::WouldTake,
            TimeInForce::FillOrKill if !self.covers(side, limit, qty) => {
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

    /// Whether the best maker is within the limit.
    fn would_take(&self, taker: Side, limit: Option<Price>) -> bool {
        let levels = self.side(taker.opposite());
        levels.best().is_some_and(|best| best.rank >= levels.floor(limit))
    }

    /// Whether a taker could fill whole.
    fn covers(&self, taker: Side, limit: Option<Price>, qty: Qty) -> bool {
        let wanted = i128::from(qty.lots());
        reachable(self.side(taker.opposite()), limit, wanted) >= wanted
    }
}

/// What rests within a limit, best level first; counting ends once it is `enough`.
fn reachable(makers: &Levels, limit: Option<Price>, enough: i128) -> i128 {
    let floor = makers.floor(limit);
    let mut sum = 0;
    for level in makers.iter().take_while(|level| level.rank >= floor) {
        sum += level.total;
        if sum >= enough {
            break;
        }
    }
    sum
}
