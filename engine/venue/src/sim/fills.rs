//! Executions: how much of an order fills at a price, what it costs, and what is said about it.

use types::{
    Amount, CancelReason, Fill, Liquidity, Order, OrderKind, OrderReport, Overflow, Price, Qty, ReportKind,
    Rounding, Side, Time, TimeInForce,
};

use super::market::{SimMarket, reached};
use super::{Execution, Touch};

/// One execution that is to be reported.
struct Trade<'a> {
    id: types::ClientOrderId,
    side: Side,
    qty: Qty,
    price: Price,
    liquidity: Liquidity,
    time: Time,
    reports: &'a mut Vec<OrderReport>,
}

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
                    self.end(order.id, CancelReason::Expired, time, reports);
                }
                return Ok(());
            }
            at = if order.side == Side::Buy { at.min(limit) } else { at.max(limit) };
        }
        let qty = if order.reduce_only { order.qty.min(self.reducible(order.side)) } else { order.qty };
        if !qty.is_zero() {
            let (id, side, liquidity) = (order.id, order.side, Liquidity::Taker);
            self.execute(Trade { id, side, qty, price: at, liquidity, time, reports })?;
        }
        if qty < order.qty {
            self.end(order.id, CancelReason::NothingToReduce, time, reports);
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
            let wanted = if reduce_only { order.open.min(self.reducible(side)) } else { order.open };
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
                self.execute(Trade { id, side, qty, price, liquidity, time, reports })?;
            }
            if qty == wanted && qty < order.open {
                self.end(order.id, CancelReason::NothingToReduce, time, reports);
            }
        }
        Ok(())
    }

    /// How much of the position an order of this side can reduce.
    fn reducible(&self, side: Side) -> Qty {
        Qty::from_lots(self.position.lots().saturating_mul(-side.sign()).max(0))
    }

    fn execute(&mut self, trade: Trade<'_>) -> Result<(), Overflow> {
        let Trade { id, side, qty, price, liquidity, time, reports } = trade;
        let fee = self.fee(price, qty, liquidity)?;
        self.position = self.position.plus(Qty::from_lots(qty.lots() * side.sign()))?;
        self.trades += 1;
        let fill = Fill { side, price, qty, liquidity, fee, trade: self.trades };
        let instrument = self.instrument.id();
        reports.push(OrderReport { time, id, instrument, kind: ReportKind::Filled(fill) });
        Ok(())
    }

    /// Notional × rate, rounded against us, in the asset that fees are paid in.
    fn fee(&self, price: Price, qty: Qty, liquidity: Liquidity) -> Result<Amount, Overflow> {
        let fees = self.instrument.fees();
        let rate = if liquidity == Liquidity::Maker { fees.maker } else { fees.taker };
        let worth = self.instrument.notional_at_rate(price, qty, rate, Rounding::Up)?;
        let money = match fees.asset_price {
            None => worth,
            Some(rate) => {
                let whole = i64::try_from(rate.mantissa()).map_err(|_| Overflow("a fee's price"))?;
                let scale = 10_i128.checked_pow(u32::from(rate.scale())).ok_or(Overflow("a fee's price"))?;
                worth.share(scale, whole, Rounding::Up)?
            }
        };
        Ok(Amount { asset: fees.asset, money })
    }
}
