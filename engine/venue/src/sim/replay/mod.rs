//! One market whose order book is replayed: ticks move the book, and what that does to our orders is estimated.
//!
//! Our orders are not in the recording, so nothing in it ever reacts to them. A resting order fills when the market trades
//! through it, when the other side's best comes to its price, or when trades at its price have used up what we believe
//! stands ahead of it ([`Queue`](super::Queue)). A taker meets the levels as they are shown. What one of our orders took is not there for
//! the next one: a trade is spent once, and a level that we ate from stays smaller until the venue tells a new total.

mod arrivals;
mod own;
mod queue;

use depth::Depth;
use types::{
    CancelReason, Instrument, Liquidity, Order, OrderReport, Overflow, Price, Qty, Quote, Side, Tick,
    TickKind, Time,
};

use super::market::reached;
use super::teller::{Execution as Trade, Teller};
use super::{Execution, Fills, Touch};
use own::{Own, OwnSide};
use queue::Queueing;

/// A market with its visible book and our orders in it.
#[derive(Debug)]
pub(super) struct BookMarket {
    teller: Teller,
    depth: Depth,
    buys: OwnSide,
    sells: OwnSide,
    stops: Vec<Order>,
    queueing: Queueing,
    /// What our takers have eaten of levels since their totals were told.
    eaten: Vec<(Side, Price, Qty)>,
    last: Option<Price>,
    /// The mark of the best prices as they were last looked at.
    top: [i64; 2],
}

impl BookMarket {
    pub(super) fn new(instrument: Instrument, execution: &Execution) -> Self {
        Self {
            queueing: Queueing::new(execution.queue, instrument.lot_size()),
            teller: Teller::new(instrument),
            depth: Depth::new(),
            buys: OwnSide::new(Side::Buy),
            sells: OwnSide::new(Side::Sell),
            stops: Vec::new(),
            eaten: Vec::new(),
            last: None,
            top: [0; 2],
        }
    }

    /// Forgets our position: the venue took it. Returns the number of that execution.
    pub(super) const fn taken(&mut self) -> u64 {
        self.teller.take()
    }

    /// Takes in one row of the recording, at its venue time. Says whether a best price moved.
    #[inline]
    pub(super) fn on_tick(
        &mut self,
        tick: &Tick,
        execution: &Execution,
        reports: &mut Vec<OrderReport>,
    ) -> Result<bool, Overflow> {
        match tick.kind {
            TickKind::Level(side) | TickKind::Best(side) => self.on_level(side, tick, reports)?,
            TickKind::Clear(side) => self.depth.clear(side, tick.price),
            TickKind::Trade(taker) => {
                self.on_trade(taker, tick, execution, reports)?;
                return Ok(false);
            }
        }
        let top = self.depth.top();
        Ok(std::mem::replace(&mut self.top, top) != top)
    }

    /// The best of both sides; `None` while a side is empty.
    pub(super) fn quote(&self, time: Time) -> Option<Quote> {
        self.depth.quote(time)
    }

    #[inline]
    fn on_level(&mut self, side: Side, tick: &Tick, reports: &mut Vec<OrderReport>) -> Result<(), Overflow> {
        let Some(change) = self.depth.apply(tick) else { return Ok(()) };
        if !self.eaten.is_empty() && change.before != tick.qty {
            self.eaten.retain(|(eaten, price, _)| (*eaten, *price) != (side, tick.price));
        }
        if !self.own(side).is_empty() {
            let queueing = self.queueing;
            for order in self.own_mut(side).at(tick.price) {
                queueing.level(&mut order.place, change.before, tick.qty);
            }
        }
        let better = match (self.depth.best_price(side), change.best_before) {
            (Some(best), Some(before)) => reached(side.opposite(), before, best, Touch::Through),
            (Some(_), None) => true,
            (None, _) => false,
        };
        if better { self.crossed(side.opposite(), tick.venue_time, reports) } else { Ok(()) }
    }

    /// The best of the other side has come nearer: our orders that it reaches are filled, as makers, whole.
    #[inline]
    fn crossed(&mut self, maker: Side, time: Time, reports: &mut Vec<OrderReport>) -> Result<(), Overflow> {
        let Some(best) = self.depth.best_price(maker.opposite()) else { return Ok(()) };
        self.through(maker, best, Touch::Touch, time, reports).map(|_| ())
    }

    /// Somebody traded.
    fn on_trade(
        &mut self,
        taker: Option<Side>,
        tick: &Tick,
        execution: &Execution,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Overflow> {
        self.last = Some(tick.price);
        match taker.or_else(|| self.likely_taker(tick.price)) {
            Some(taker) if self.own(taker.opposite()).is_empty() => {}
            Some(taker) => {
                let maker = taker.opposite();
                let spent = self.through(maker, tick.price, Touch::Through, tick.venue_time, reports)?;
                let left = if execution.unshared { tick.qty } else { tick.qty.minus(spent.min(tick.qty))? };
                self.traded_at(maker, tick, left, execution, reports)?;
            }
            None => {
                for maker in [Side::Buy, Side::Sell] {
                    self.through(maker, tick.price, Touch::Through, tick.venue_time, reports)?;
                }
            }
        }
        if self.stops.is_empty() {
            Ok(())
        } else {
            self.trigger(tick.price, tick.venue_time, execution, reports)
        }
    }

    /// Our makers of one side that a price of `to` reaches are filled, whole, the best and oldest first. Returns how much that
    /// was.
    #[inline]
    fn through(
        &mut self,
        maker: Side,
        to: Price,
        touch: Touch,
        time: Time,
        reports: &mut Vec<OrderReport>,
    ) -> Result<Qty, Overflow> {
        let mut filled = Qty::ZERO;
        while let Some((price, own)) = self.own(maker).best()
            && reached(maker, price, to, touch)
        {
            let own = *own;
            self.own_mut(maker).pop_best();
            filled = filled.plus(self.make(maker, price, &own, own.open, time, reports)?)?;
        }
        Ok(filled)
    }

    /// A trade at the price of some of our orders: each gets what is left once the queue ahead of it is served.
    fn traded_at(
        &mut self,
        maker: Side,
        tick: &Tick,
        mut left: Qty,
        execution: &Execution,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Overflow> {
        let queueing = self.queueing;
        let count = self.own_mut(maker).at(tick.price).len();
        for at in (0..count).rev() {
            let Some(own) = self.own_mut(maker).at(tick.price).get_mut(at) else { continue };
            let got = queueing.trade(&mut own.place, left);
            if got.is_zero() {
                continue;
            }
            let qty = if execution.fills == Fills::Whole { own.open } else { got.min(own.open) };
            let before = *own;
            // What may not fill any more is gone with it.
            own.open = own.open.minus(qty)?;
            let filled = self.make(maker, tick.price, &before, qty, tick.venue_time, reports)?;
            if filled < qty
                && let Some(own) = self.own_mut(maker).at(tick.price).get_mut(at)
            {
                own.open = Qty::ZERO;
            }
            if !execution.unshared {
                left = left.minus(filled.min(left))?;
            }
        }
        if count > 0 {
            self.own_mut(maker).sweep(tick.price);
        }
        Ok(())
    }

    /// Fills `qty` of a resting order, less where it may only reduce and there is less to reduce: then it ends. Returns what
    /// filled.
    fn make(
        &mut self,
        side: Side,
        price: Price,
        own: &Own,
        qty: Qty,
        time: Time,
        reports: &mut Vec<OrderReport>,
    ) -> Result<Qty, Overflow> {
        let (id, liquidity) = (own.id, Liquidity::Maker);
        let filled = if own.reduce_only { qty.min(self.teller.reducible(side)) } else { qty };
        if !filled.is_zero() {
            self.teller.execute(Trade { id, side, qty: filled, price, liquidity, time }, reports)?;
        }
        if filled < qty {
            self.teller.end(id, CancelReason::NothingToReduce, time, reports);
        }
        Ok(filled)
    }

    /// Who crossed the spread, going by where the price lies, where the source doesn't say.
    fn likely_taker(&self, price: Price) -> Option<Side> {
        let at = |side, far: fn(Price, Price) -> bool| {
            self.depth.best_price(side).is_some_and(|best| far(price, best))
        };
        if at(Side::Sell, |price, best| price >= best) {
            Some(Side::Buy)
        } else if at(Side::Buy, |price, best| price <= best) {
            Some(Side::Sell)
        } else {
            None
        }
    }

    #[inline]
    const fn own(&self, side: Side) -> &OwnSide {
        match side {
            Side::Buy => &self.buys,
            Side::Sell => &self.sells,
        }
    }

    #[inline]
    const fn own_mut(&mut self, side: Side) -> &mut OwnSide {
        match side {
            Side::Buy => &mut self.buys,
            Side::Sell => &mut self.sells,
        }
    }
}
