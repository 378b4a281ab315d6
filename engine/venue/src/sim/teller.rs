//! What the venue keeps of us in one market: our position, the count of executions, and what it says about our orders.

use types::{
    Amount, CancelReason, ClientOrderId, Fill, Instrument, Liquidity, OrderReport, Overflow, Price, Qty,
    ReportKind, Rounding, Side, Time,
};

/// The venue's side of our account in one market.
#[derive(Debug)]
pub(super) struct Teller {
    pub(super) instrument: Instrument,
    pub(super) position: Qty,
    trades: u64,
}

/// One execution of one of our orders.
#[derive(Debug, Clone, Copy)]
pub(super) struct Execution {
    pub(super) id: ClientOrderId,
    pub(super) side: Side,
    pub(super) qty: Qty,
    pub(super) price: Price,
    pub(super) liquidity: Liquidity,
    pub(super) time: Time,
}

impl Teller {
    pub(super) const fn new(instrument: Instrument) -> Self {
        Self { instrument, position: Qty::ZERO, trades: 0 }
    }

    /// How much of the position an order of this side can reduce.
    pub(super) fn reducible(&self, side: Side) -> Qty {
        Qty::from_lots(self.position.lots().saturating_mul(-side.sign()).max(0))
    }

    /// Books an execution and reports it.
    pub(super) fn execute(
        &mut self,
        execution: Execution,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Overflow> {
        let Execution { id, side, qty, price, liquidity, time } = execution;
        let fee = self.fee(price, qty, liquidity)?;
        self.position = self.position.plus(Qty::from_lots(qty.lots() * side.sign()))?;
        self.trades += 1;
        let fill = Fill { side, price, qty, liquidity, fee, trade: self.trades };
        self.say(id, ReportKind::Filled(fill), time, reports);
        Ok(())
    }

    /// Forgets our position: the venue took it. Returns the number of that execution.
    pub(super) const fn take(&mut self) -> u64 {
        self.position = Qty::ZERO;
        self.trades += 1;
        self.trades
    }

    /// Reports the end of an order.
    pub(super) fn end(
        &self,
        id: ClientOrderId,
        reason: CancelReason,
        time: Time,
        reports: &mut Vec<OrderReport>,
    ) {
        self.say(id, ReportKind::Cancelled(reason), time, reports);
    }

    pub(super) fn say(
        &self,
        id: ClientOrderId,
        kind: ReportKind,
        time: Time,
        reports: &mut Vec<OrderReport>,
    ) {
        reports.push(OrderReport { time, id, instrument: self.instrument.id(), kind });
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
