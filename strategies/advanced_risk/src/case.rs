//! The order being judged, in the light of what is held, and how much of it stays within a limit.

use sdk::{InstrumentId, Market, Order, Side, View};

/// One opening order and what it would add to. Amounts of money are in units, as floats.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Case {
    pub(crate) id: InstrumentId,
    /// 1 for a buy, −1 for a sell.
    pub(crate) sign: f64,
    /// Lots of the order that only close what is held; no rule may touch them.
    pub(crate) closes: i64,
    /// Lots of the order that open.
    pub(crate) opens: i64,
    /// Lots on the order's side before it opens any: held, and waiting to fill.
    pub(crate) before: i64,
    /// What a lot is worth at the last price.
    pub(crate) lot: f64,
    pub(crate) equity: f64,
    /// What else is held or waits to fill.
    pub(crate) others: Vec<Holding>,
}

/// What is held of another instrument.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Holding {
    pub(crate) id: InstrumentId,
    /// Negative for a short position.
    pub(crate) worth: f64,
}

/// A limit that the order is over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bound {
    /// The most lots that may be opened.
    pub(crate) opens: i64,
    pub(crate) why: &'static str,
    pub(crate) limit: f64,
    /// What the whole order would come to, or the first lot that is too many, whichever is more.
    pub(crate) actual: f64,
}

/// What a rule makes of a case: no bound, a bound, or why it can't know.
pub(crate) type Ruling = Result<Option<Bound>, &'static str>;

impl Case {
    /// `None` where there is no price to value something at, or its worth does not fit.
    pub(crate) fn new(view: &View<'_>, order: &Order) -> Option<Self> {
        let market = view.market(order.instrument)?;
        let (held, side) = (market.position.qty.lots(), order.side.sign());
        // As the gate has it: an order against the position counts from what live reduce-only orders leave of it.
        let closing =
            if held.signum() == -side { market.closing.lots().min(held.saturating_abs()) } else { 0 };
        let waiting = if order.side == Side::Buy { market.open_buy } else { market.open_sell };
        let reached = held.saturating_mul(side).saturating_add(closing).saturating_add(waiting.lots());
        let wished = order.qty.lots().max(0);
        let closes = reached.saturating_neg().clamp(0, wished);
        let mut others = Vec::new();
        for other in view.markets.iter().filter(|other| other.instrument.id() != order.instrument) {
            let lots = exposed(other);
            if lots != 0 {
                others.push(Holding {
                    id: other.instrument.id(),
                    worth: lot(other, other.last?)? * lots as f64,
                });
            }
        }
        Some(Self {
            id: order.instrument,
            sign: side as f64,
            closes,
            opens: wished - closes,
            before: reached.saturating_add(closes),
            lot: lot(market, market.last.or(order.kind.price())?)?,
            equity: (view.equity.units() as f64).max(0.0),
            others,
        })
    }

    /// What is held of the order's instrument once `lots` of it have opened; never negative.
    pub(crate) fn worth(&self, lots: i64) -> f64 {
        self.before.saturating_add(lots) as f64 * self.lot
    }

    /// What is held of all instruments then, long and short alike.
    pub(crate) fn gross(&self, lots: i64) -> f64 {
        self.worth(lots) + self.others.iter().map(|other| other.worth.abs()).sum::<f64>()
    }

    /// How much may be opened so that `risk`, a function of the lots opened, stays at or below `limit`; or does not
    /// rise above what it is without the order, where that is over the limit already.
    pub(crate) fn hold(
        &self,
        why: &'static str,
        limit: f64,
        mut risk: impl FnMut(i64) -> f64,
    ) -> Option<Bound> {
        let most = limit.max(risk(0));
        let opens = largest(self.opens, |lots| risk(lots) <= most);
        (opens < self.opens).then(|| {
            // The next lot is over it for certain; the whole order may be a hedge that is past the worst.
            let actual = risk(self.opens).max(risk(opens.saturating_add(1)));
            Bound { opens, why, limit, actual }
        })
    }
}

/// The position with the open orders of the side that makes it larger, as if they had filled.
fn exposed(market: &Market) -> i64 {
    let held = market.position.qty.lots();
    let (long, short) =
        (held.saturating_add(market.open_buy.lots()), held.saturating_sub(market.open_sell.lots()));
    if long.saturating_abs() >= short.saturating_abs() { long } else { short }
}

fn lot(market: &Market, price: sdk::Price) -> Option<f64> {
    let worth = market.instrument.notional(price, sdk::Qty::from_lots(1)).ok()?;
    Some(worth.units() as f64).filter(|worth| *worth > 0.0)
}

/// The largest count up to `wished` that fits, as far as doubling and then halving finds it, from 0, which always fits.
///
/// The counts that are tried don't depend on `wished`. So of two orders the larger one never gets less, even where a
/// risk rises and falls again on the way.
pub(crate) fn largest(wished: i64, mut fits: impl FnMut(i64) -> bool) -> i64 {
    let (mut good, mut next) = (0, 1_i64);
    while good < wished && fits(next) {
        good = next;
        next = next.saturating_mul(2);
    }
    if good >= wished {
        return wished.max(0);
    }
    let mut over = next;
    while over - good > 1 {
        let middle = good.midpoint(over);
        if fits(middle) { good = middle } else { over = middle }
    }
    good.min(wished)
}
