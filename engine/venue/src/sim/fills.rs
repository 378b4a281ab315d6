//! Executions on prices without a book: how much of an order fills at a price.

use types::{
    CancelReason, Liquidity, Order, OrderKind, OrderReport, Overflow, Price, Side, Time, TimeInForce,
};

use super::market::{SimMarket, reached};
use super::teller::Execution as Trade;
use super::{Execution, Touch};

impl SimMarket {
    /// A taker meets `price`, less slippage, but never worse than its limit.
    pub(super) fn take(
        &mut self,
        order: &Order,
        price: Price,
        time: Time,
        execution: &Execution,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Overflow> {
        let slipped = price.offset(i64::from(execution.slippage_ticks).saturating_mul(order.side.sign()))?;
        let mut at = Price::from_ticks(slipped.ticks().max(1));
        if let OrderKind::Limit { price: limit, tif } = order.kind {
            let marketable = if order.side == Side::Buy { price <= limit } else { price >= limit };
            if !marketable {
                // It crossed when it was sent, but the market went away before it arrived.
                if tif == TimeInForce::GoodTillCancel {
                    self.rest(order, limit, order.qty);
                } else {
                    self.teller.end(order.id, CancelReason::Expired, time, reports);
                }
                return Ok(());
            }
            at = if order.side == Side::Buy { at.min(limit) } else { at.max(limit) };
        }
        let qty =
            if order.reduce_only { order.qty.min(self.teller.reducible(order.side)) } else { order.qty };
        if !qty.is_zero() {
            let (id, side, liquidity) = (order.id, order.side, Liquidity::Taker);
            self.teller.execute(Trade { id, side, qty, price: at, liquidity, time }, reports)?;
        }
        if qty < order.qty {
            self.teller.end(order.id, CancelReason::NothingToReduce, time, reports);
        }
        Ok(())
    }

    /// Fills our resting orders of one side that a market price of `to` reaches, best price and oldest first.
    pub(super) fn fill_resting(
        &mut self,
        side: Side,
        to: Price,
        touch: Touch,
        time: Time,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Overflow> {
        while let Some((key, order)) = self.book.front(side) {
            if !reached(side, order.price, to, touch) {
                break;
            }
            let reduce_only = self.resting.get(&order.id).is_some_and(|resting| resting.reduce_only);
            let wanted = if reduce_only { order.open.min(self.teller.reducible(side)) } else { order.open };
            let qty = self.budget.map_or(wanted, |budget| wanted.min(budget));
            if qty.is_zero() && !wanted.is_zero() {
                break; // The bar's volume is used up.
            }
            if qty < order.open && reduce_only && qty == wanted {
                self.book.cancel(key);
            } else {
                self.book.reduce(key, qty);
            }
            if qty == wanted {
                self.resting.remove(&order.id);
            }
            if !qty.is_zero() {
                if let Some(budget) = &mut self.budget {
                    *budget = budget.minus(qty)?;
                }
                let (id, price, liquidity) = (order.id, order.price, Liquidity::Maker);
                self.teller.execute(Trade { id, side, qty, price, liquidity, time }, reports)?;
            }
            if qty == wanted && qty < order.open {
                self.teller.end(order.id, CancelReason::NothingToReduce, time, reports);
            }
        }
        Ok(())
    }
}
