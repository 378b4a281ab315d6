//! What a child's wish is held against in the child's own books, as the run's gate would if it were alone: mode, the venue's
//! filters, and the capital that is free.

use sdk::{
    Market, Mode, Money, OrderKind, Overflow, Price, Qty, Rate, Refusal, RefusalRule, Rounding, Side, Wish,
};

use crate::order::Out;

/// A child's books as far as a wish is held against them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Desk<'a> {
    pub(crate) markets: &'a [Market],
    pub(crate) out: &'a [Out],
    pub(crate) mode: Mode,
    pub(crate) equity: Money,
    /// The most that may be held and out, as a multiple of equity.
    pub(crate) leverage: Option<Rate>,
}

/// The price an order is valued at: its own, or the last one (a stop: the last one, or its own).
pub(crate) fn priced(wish: &Wish, market: &Market) -> Option<Price> {
    match wish.kind {
        OrderKind::Limit { price, .. } => Some(price),
        OrderKind::Market | OrderKind::StopMarket { .. } => market.last.or(wish.kind.price()),
    }
}

/// What the opening orders of a list could cost: what of each opens, at its own price or the last one.
///
/// # Errors
/// [`Overflow`] when the sum does not fit.
pub(crate) fn reserved(out: &[Out], markets: &[Market]) -> Result<Money, Overflow> {
    let mut sum = Money::ZERO;
    for out in out.iter().filter(|out| out.opens().lots() > 0) {
        let Some(market) = markets.get(out.wish.instrument.index()) else { continue };
        let price = priced(&out.wish, market).unwrap_or_default();
        sum = sum.plus(market.instrument.notional(price, out.opens())?)?;
    }
    Ok(sum)
}

/// Whether an order against the venue's filters is one that it takes as an opening.
///
/// # Errors
/// The [`Refusal`] that the run's gate would give.
pub(crate) fn filtered(market: &Market, wish: &Wish) -> Result<(), Refusal> {
    let filters = market.instrument.filters();
    if wish.qty < filters.min_qty {
        return Err(refusal(RefusalRule::MinQty, filters.min_qty.lots(), wish.qty.lots()));
    }
    if let Some(most) = filters.max_qty.filter(|most| wish.qty > *most) {
        return Err(refusal(RefusalRule::MaxQty, most.lots(), wish.qty.lots()));
    }
    let price = priced(wish, market).ok_or(refusal(RefusalRule::NoPrice, 0, 0))?;
    let worth = market.instrument.notional(price, wish.qty).map_err(too_large)?;
    if worth < filters.min_notional {
        return Err(refusal(RefusalRule::MinNotional, filters.min_notional.units(), worth.units()));
    }
    Ok(())
}

impl Desk<'_> {
    /// How much of a wish opens: nothing of an exit.
    ///
    /// # Errors
    /// The [`Refusal`] that the child is to hear of. An exit is refused only when it is malformed.
    pub(crate) fn judge(&self, wish: &Wish, owns: bool) -> Result<Qty, Refusal> {
        let market = self.markets.get(wish.instrument.index()).filter(|_| owns);
        let Some(market) = market else {
            return Err(refusal(RefusalRule::ForeignInstrument, 0, 0));
        };
        if wish.qty.lots() <= 0 {
            return Err(refusal(RefusalRule::MinQty, 1, wish.qty.lots()));
        }
        if let Some(price) = wish.kind.price().filter(|price| price.ticks() <= 0) {
            return Err(refusal(RefusalRule::BadPrice, 1, price.ticks()));
        }
        if wish.reduce_only || self.waiting(wish).saturating_add(wish.qty.lots()) <= self.left(wish, market) {
            return Ok(Qty::ZERO);
        }
        match self.mode {
            Mode::Running => {}
            Mode::Lapsed => return Err(refusal(RefusalRule::LicenceEnded, 0, 0)),
            Mode::Paused | Mode::Stopping | Mode::Stopped => {
                return Err(refusal(RefusalRule::NotRunning, 0, 0));
            }
        }
        filtered(market, wish)?;
        let closes = self.left(wish, market).saturating_sub(self.waiting(wish)).clamp(0, wish.qty.lots());
        let opening = Qty::from_lots(wish.qty.lots() - closes);
        self.room(wish, market, opening)?;
        Ok(opening)
    }

    /// What is held against an order's side, and not yet taken by reduce-only orders.
    fn left(&self, wish: &Wish, market: &Market) -> i64 {
        let held = market.position.qty;
        if Side::closing(held) == Some(wish.side) {
            held.abs().lots().saturating_sub(self.out_of(wish, true)).max(0)
        } else {
            0
        }
    }

    /// What waits on an order's side and is not reduce-only.
    fn waiting(&self, wish: &Wish) -> i64 {
        self.out_of(wish, false)
    }

    fn out_of(&self, wish: &Wish, reduce_only: bool) -> i64 {
        let of_side = self.out.iter().filter(|out| {
            out.wish.reduce_only == reduce_only
                && !out.is_house()
                && (out.wish.instrument, out.wish.side) == (wish.instrument, wish.side)
        });
        of_side.fold(0, |sum, out| sum.saturating_add(out.open().lots()))
    }

    /// Whether the child's capital covers what it would hold and have out.
    fn room(&self, wish: &Wish, market: &Market, opening: Qty) -> Result<(), Refusal> {
        let Some(leverage) = self.leverage else { return Ok(()) };
        let used = self.used(wish, market, opening).map_err(too_large)?;
        let room = self.equity.at_rate(leverage, Rounding::Down).map_err(too_large)?;
        if used > room {
            return Err(refusal(RefusalRule::MaxLeverage, room.units(), used.units()));
        }
        Ok(())
    }

    /// What would be held and out. Of a position that the wish is against, what orders are out to close is left out.
    fn used(&self, wish: &Wish, market: &Market, opening: Qty) -> Result<Money, Overflow> {
        let price = priced(wish, market).unwrap_or_default();
        let mut used = reserved(self.out, self.markets)?.plus(market.instrument.notional(price, opening)?)?;
        for other in self.markets {
            let Some(last) = other.last else { continue };
            let same = other.instrument.id() == wish.instrument;
            let against = same && Side::closing(other.position.qty) == Some(wish.side);
            // An order against the position opens only beyond what closes it.
            let kept = if against { Qty::ZERO } else { other.position.qty.abs() };
            used = used.plus(other.instrument.notional(last, kept)?)?;
        }
        Ok(used)
    }
}

fn refusal(rule: RefusalRule, limit: impl Into<i128>, actual: impl Into<i128>) -> Refusal {
    Refusal { rule, limit: limit.into(), actual: actual.into() }
}

/// A value that does not fit into money is over every limit.
const fn too_large(_: Overflow) -> Refusal {
    Refusal { rule: RefusalRule::MaxOrderNotional, limit: i128::MAX, actual: i128::MAX }
}
