//! Which quotes are wanted: from the model's word, the market and the inventory to prices in ticks and sizes in lots.

use sdk::{Market, Price, Qty, Rounding, Side, Size, View, orderable, whole};

use crate::model::Shape;
use crate::plan::{Plan, priced};
use crate::tape::Reference;
use crate::volatility::BPS;

/// A quote as it should stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Want {
    pub(crate) price: Price,
    pub(crate) qty: Qty,
    pub(crate) reduce_only: bool,
}

/// The inventory and what it is measured by, in lots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Book {
    /// What is held, signed.
    pub(crate) held: i64,
    /// One quote's size; zero or below when it does not come to a lot.
    pub(crate) size: i64,
    pub(crate) max_long: i64,
    pub(crate) max_short: i64,
}

impl Book {
    /// The sizes at this mid and equity.
    pub(crate) fn new(plan: &Plan, market: &Market, view: &View<'_>, mid: f64) -> Self {
        let lots = |size: Size| {
            let lots = priced(mid).and_then(|price| size.lots(&market.instrument, price, view.equity).ok());
            lots.map_or(0, Qty::lots).max(0)
        };
        Self {
            held: market.position.qty.lots(),
            size: lots(plan.size),
            max_long: lots(plan.max_long),
            max_short: lots(plan.max_short),
        }
    }

    /// Inventory in sizes, the model's q.
    fn inventory(&self) -> f64 {
        self.held as f64 / self.size.max(1) as f64
    }

    /// Lots that this side would reduce.
    pub(crate) const fn reducible(&self, side: Side) -> i64 {
        if self.held.signum() == -side.sign() { self.held.saturating_abs() } else { 0 }
    }

    /// Lots that may fill on this side before the cap on it is reached; below zero when it is over already.
    pub(crate) const fn room(&self, side: Side) -> i64 {
        let cap = match side {
            Side::Buy => self.max_long,
            Side::Sell => self.max_short,
        };
        cap.saturating_sub(self.held.saturating_mul(side.sign()))
    }
}

/// Bid and ask as the model has them, each rounded away from the mid and kept clear of the other side's best; `None`
/// where there is no such price.
pub(crate) fn prices(plan: &Plan, shape: Shape, reference: &Reference, book: &Book) -> [Option<Price>; 2] {
    let Reference { mid, highest_bid, lowest_ask, .. } = *reference;
    let bp = mid / BPS;
    let reservation = mid - shape.skew * bp * book.inventory();
    // A quote that is kept may be nearer by the tolerance, so that much is added to what fees and edge demand.
    let fees = (plan.fee * reservation).max(0.0);
    let narrowest = fees + plan.half_edge * mid + plan.tolerance(mid);
    let half = (shape.half * bp).min(plan.half_widest * mid).max(narrowest);
    let bid =
        whole(reservation - half, Rounding::Down).map(Price::from_ticks).map(|bid| bid.min(highest_bid));
    let ask = whole(reservation + half, Rounding::Up).map(Price::from_ticks).map(|ask| ask.max(lowest_ask));
    [bid, ask].map(|price| price.filter(|price| price.ticks() > 0))
}

/// What one side should show. `opens` says whether it may open anything; `others` are live lots that count against the
/// cap already.
pub(crate) fn want(
    plan: &Plan,
    market: &Market,
    book: &Book,
    side: Side,
    (price, nearest): (Option<Price>, Price),
    (opens, others): (bool, i64),
) -> Option<Want> {
    let reducible = book.reducible(side);
    if let Some(price) = price.filter(|_| opens && book.size > 0) {
        let size = if reducible > 0 { book.size } else { shaped(plan, book) };
        let most = size.min(book.room(side).saturating_sub(others));
        let qty = orderable(&market.instrument, price, Qty::from_lots(most));
        if let Some(qty) = qty.filter(|qty| qty.lots() > reducible) {
            return Some(Want { price, qty, reduce_only: false });
        }
    }
    let price = price.unwrap_or(nearest);
    if reducible == 0 || price.ticks() <= 0 {
        return None;
    }
    let qty = Qty::from_lots(if book.size > 0 { book.size.min(reducible) } else { reducible });
    let qty = market.instrument.filters().max_qty.map_or(qty, |most| qty.min(most));
    Some(Want { price, qty, reduce_only: true })
}

/// The size of the side that adds: it shrinks with the inventory (Fushimi, González Rojas and Herman, "Optimal
/// High-Frequency Market Making", Stanford 2018).
fn shaped(plan: &Plan, book: &Book) -> i64 {
    let share = (-plan.size_skew * book.inventory().abs()).exp();
    if share >= 1.0 { book.size } else { whole(book.size as f64 * share, Rounding::Down).unwrap_or(0) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sdk::{Number, Rate, Sizing};
    use testkit::Lab;

    use super::*;
    use crate::params::Params;

    fn plan(maker: i64, edge: i64) -> Plan {
        let mut lab = Lab::new().unwrap();
        lab.spec.fees.maker = Rate::from_nanos(maker);
        let params = Params {
            min_edge_bps: Number::whole(edge),
            max_spread_bps: Number::whole(500),
            requote_ticks: 0,
            requote_bps: Number::ZERO,
            sizing: Sizing::FixedQuantity,
            ..Params::default()
        };
        Plan::new(&params, &lab.setup(None).unwrap()).unwrap()
    }

    proptest! {
        /// For a bid and an ask of the same moment: a − b ≥ fee·(a + b) + edge, in exact arithmetic but for a millionth
        /// of a tick, and at most the widest spread before rounding and keeping clear of the market.
        #[test]
        fn a_pair_of_quotes_pays_its_fees_and_its_edge_and_rests(
            (bid, spread) in (1_000..1_000_000_i64, 1..50_i64), held in -5_000..5_000_i64,
            (half, skew) in (0.0..300.0_f64, 0.0..50.0_f64), maker in -200_000..1_000_000_i64, edge in 0..20_i64,
        ) {
            let plan = plan(maker, edge);
            let (bid, ask) = (Price::from_ticks(bid), Price::from_ticks(bid + spread));
            let mid = (bid.ticks() + ask.ticks()) as f64 / 2.0;
            let reference =
                Reference { mid, highest_bid: ask.offset(-1)?, lowest_ask: bid.offset(1)?, fresh: true };
            let book = Book { held, size: 1_000, max_long: 5_000, max_short: 5_000 };
            let [ours, theirs] = prices(&plan, Shape { half, skew }, &reference, &book);
            let (ours, theirs) = (ours.unwrap(), theirs.unwrap());
            prop_assert!(ours < ask && theirs > bid, "{ours} {theirs}");
            let (b, a) = (ours.ticks() as f64, theirs.ticks() as f64);
            let due = (maker as f64 / 1e9 * (a + b)).max(0.0) + edge as f64 / BPS * mid;
            prop_assert!(a - b >= due - 1e-6, "{b} {a} due {due}");
            let shift = skew * (held as f64 / 1_000.0).abs() * mid / BPS;
            prop_assert!(a - b <= 0.05 * mid + 2.0 + shift + spread as f64, "{b} {a}");
        }

        #[test]
        fn more_held_means_lower_quotes_and_never_more_than_the_cap(
            held in -6_000..6_000_i64, more in 1..3_000_i64, skew in 0.0..50.0_f64,
        ) {
            let plan = plan(200_000, 1);
            let market = Market::new(Lab::new().unwrap().instrument().unwrap());
            let [low, high] = [9_999, 10_001].map(Price::from_ticks);
            let reference = Reference { mid: 10_000.0, highest_bid: low, lowest_ask: high, fresh: true };
            let book = |held| Book { held, size: 1_000, max_long: 5_000, max_short: 4_000 };
            let at = |held| prices(&plan, Shape { half: 2.0, skew }, &reference, &book(held));
            let ([bid, ask], [later_bid, later_ask]) = (at(held), at(held + more));
            prop_assert!(later_bid <= bid && later_ask <= ask);
            for (side, price) in [(Side::Buy, bid), (Side::Sell, ask)] {
                let wanted = want(&plan, &market, &book(held), side, (price, low), (true, 0));
                let after = held + side.sign() * wanted.map_or(0, |want| want.qty.lots());
                let worse = after.abs() > held.abs();
                prop_assert!(!worse || (-4_000..=5_000).contains(&after), "{after}");
                let only_reduces = wanted.is_none_or(|want| want.qty.lots() <= book(held).reducible(side));
                prop_assert_eq!(wanted.is_some_and(|want| want.reduce_only), wanted.is_some() && only_reduces);
                let closing = want(&plan, &market, &book(held), side, (None, low), (false, 0));
                prop_assert_eq!(closing.is_some(), book(held).reducible(side) > 0, "an exit is always wanted");
                prop_assert!(closing.is_none_or(|want| want.reduce_only));
            }
        }
    }
}
