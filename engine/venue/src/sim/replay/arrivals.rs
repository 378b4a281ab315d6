//! What arrives at a replayed market: orders that rest, take or wait for a trigger, and cancels.

use types::{
    CancelReason, ClientOrderId, Liquidity, Order, OrderKind, OrderReport, Overflow, Price, Qty,
    RejectReason, ReportKind, Side, Time, TimeInForce,
};

use super::BookMarket;
use crate::sim::market::{next_stop, triggers};
use crate::sim::teller::Execution as Trade;
use crate::sim::{Execution, Fills};

impl BookMarket {
    /// An order arrives.
    pub(in crate::sim) fn place(
        &mut self,
        order: &Order,
        now: Time,
        execution: &Execution,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Overflow> {
        let refuse = match order.kind {
            OrderKind::Limit { price, tif: TimeInForce::PostOnly } if self.crosses(order.side, price) => {
                Some(RejectReason::WouldTake)
            }
            OrderKind::Market if self.depth.best_price(order.side.opposite()).is_none() => {
                Some(RejectReason::NoMarket)
            }
            _ => None,
        };
        if let Some(reason) = refuse {
            self.teller.say(order.id, ReportKind::Rejected(reason), now, reports);
            return Ok(());
        }
        self.teller.say(order.id, ReportKind::Accepted, now, reports);
        match order.kind {
            OrderKind::StopMarket { trigger } if !self.triggered(order.side, trigger) => {
                self.stops.push(*order);
                Ok(())
            }
            OrderKind::Market | OrderKind::StopMarket { .. } => {
                let left = self.take(order, None, now, execution, reports)?;
                self.expire(order.id, left, now, reports);
                Ok(())
            }
            OrderKind::Limit { price, tif } => self.limit(order, price, tif, now, execution, reports),
        }
    }

    /// A cancel arrives. Where it comes too late, the fill that was faster is the answer.
    pub(in crate::sim) fn cancel(&mut self, id: ClientOrderId, now: Time, reports: &mut Vec<OrderReport>) {
        let resting = self.buys.remove(id).or_else(|| self.sells.remove(id)).is_some();
        let before = self.stops.len();
        self.stops.retain(|order| order.id != id);
        if resting || self.stops.len() < before {
            self.teller.end(id, CancelReason::Requested, now, reports);
        }
    }

    /// Stops that the last price has reached take what there is, the nearest trigger first.
    pub(super) fn trigger(
        &mut self,
        last: Price,
        now: Time,
        execution: &Execution,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Overflow> {
        for side in [Side::Buy, Side::Sell] {
            while let Some(at) = next_stop(&self.stops, side, last) {
                let stop = self.stops.remove(at);
                let left = self.take(&stop, None, now, execution, reports)?;
                self.expire(stop.id, left, now, reports);
            }
        }
        Ok(())
    }

    /// A limit order: takes what it may, and rests with what is left where its kind says so.
    fn limit(
        &mut self,
        order: &Order,
        price: Price,
        tif: TimeInForce,
        now: Time,
        execution: &Execution,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Overflow> {
        let mut left = order.qty;
        if self.crosses(order.side, price) {
            let whole = execution.fills == Fills::Whole;
            if tif == TimeInForce::FillOrKill
                && !whole
                && self.within(order.side, price, order.qty) < order.qty
            {
                self.teller.end(order.id, CancelReason::Expired, now, reports);
                return Ok(());
            }
            left = self.take(order, Some(price), now, execution, reports)?;
        }
        match tif {
            _ if left.is_zero() => {}
            TimeInForce::GoodTillCancel | TimeInForce::PostOnly => {
                let place = self.queueing.join(self.depth.qty(order.side, price));
                self.own_mut(order.side).add(order.id, price, left, place, order.reduce_only);
            }
            TimeInForce::ImmediateOrCancel | TimeInForce::FillOrKill => {
                self.expire(order.id, left, now, reports);
            }
        }
        Ok(())
    }

    /// A taker meets the levels down to its limit. Returns what is left of it and may go on; nothing where it was cut to what
    /// it may reduce.
    fn take(
        &mut self,
        order: &Order,
        limit: Option<Price>,
        now: Time,
        execution: &Execution,
        reports: &mut Vec<OrderReport>,
    ) -> Result<Qty, Overflow> {
        let most = if order.reduce_only { self.teller.reducible(order.side) } else { order.qty };
        let wanted = order.qty.min(most);
        let mut left = wanted;
        while !left.is_zero() {
            let Some((level, price, there)) = self.next_level(order.side, limit, execution)? else { break };
            let qty = if execution.fills == Fills::Whole { left } else { left.min(there) };
            self.eat(order.side.opposite(), level, qty)?;
            let (id, side, liquidity) = (order.id, order.side, Liquidity::Taker);
            self.teller.execute(Trade { id, side, qty, price, liquidity, time: now }, reports)?;
            left = left.minus(qty)?;
        }
        if execution.unshared {
            self.eaten.clear();
        }
        if wanted < order.qty && left.is_zero() {
            self.teller.end(order.id, CancelReason::NothingToReduce, now, reports);
        }
        Ok(left)
    }

    /// The next level a taker meets: its price, the price less slippage, and what is there.
    fn next_level(
        &self,
        taker: Side,
        limit: Option<Price>,
        execution: &Execution,
    ) -> Result<Option<(Price, Price, Qty)>, Overflow> {
        let maker = taker.opposite();
        for (price, shown) in self.depth.levels(maker) {
            if limit.is_some_and(|limit| !reaches(taker, limit, price)) {
                break;
            }
            let there = shown.minus(self.eaten_of(maker, price))?;
            if there.lots() > 0 {
                let slipped =
                    price.offset(i64::from(execution.slippage_ticks).saturating_mul(taker.sign()))?;
                let at = match (limit, taker) {
                    (None, _) => Price::from_ticks(slipped.ticks().max(1)),
                    (Some(limit), Side::Buy) => slipped.min(limit),
                    (Some(limit), Side::Sell) => slipped.max(limit),
                };
                return Ok(Some((price, at, there)));
            }
        }
        Ok(None)
    }

    /// What a taker could get down to its limit; counting ends once it is `enough`. What was eaten of a level that is gone since
    /// takes nothing from the others.
    fn within(&self, taker: Side, limit: Price, enough: Qty) -> Qty {
        let maker = taker.opposite();
        let mut sum = 0_i64;
        for (price, shown) in self.depth.levels(maker) {
            if sum >= enough.lots() || !reaches(taker, limit, price) {
                break;
            }
            let there = shown.lots().saturating_sub(self.eaten_of(maker, price).lots());
            sum = sum.saturating_add(there.max(0));
        }
        Qty::from_lots(sum)
    }

    fn eaten_of(&self, maker: Side, price: Price) -> Qty {
        self.eaten
            .iter()
            .find(|(side, at, _)| (*side, *at) == (maker, price))
            .map_or(Qty::ZERO, |(.., qty)| *qty)
    }

    fn eat(&mut self, maker: Side, price: Price, qty: Qty) -> Result<(), Overflow> {
        match self.eaten.iter_mut().find(|(side, at, _)| (*side, *at) == (maker, price)) {
            Some((.., eaten)) => *eaten = eaten.plus(qty)?,
            None => self.eaten.push((maker, price, qty)),
        }
        Ok(())
    }

    fn expire(&self, id: ClientOrderId, left: Qty, now: Time, reports: &mut Vec<OrderReport>) {
        if !left.is_zero() {
            self.teller.end(id, CancelReason::Expired, now, reports);
        }
    }

    /// Whether an order would take at once.
    fn crosses(&self, side: Side, price: Price) -> bool {
        self.depth.best_price(side.opposite()).is_some_and(|best| reaches(side, price, best))
    }

    fn triggered(&self, side: Side, trigger: Price) -> bool {
        self.last.is_some_and(|last| triggers(side, trigger, last))
    }
}

/// Whether a taker with this limit reaches a maker's price.
const fn reaches(taker: Side, limit: Price, maker: Price) -> bool {
    match taker {
        Side::Buy => limit.ticks() >= maker.ticks(),
        Side::Sell => limit.ticks() <= maker.ticks(),
    }
}
