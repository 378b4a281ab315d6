//! An unreliable exchange: by seed it rejects, fills in parts, answers late or not at all, and lets a fill slip in before
//! or after a cancel. Nothing it does is outside what real ones do.

use types::{
    Amount, CancelReason, ClientOrderId, Command, Event, Fill, Instrument, InstrumentId, Liquidity, Order,
    OrderKind, OrderReport, Overflow, Price, Qty, RejectReason, ReportKind, Rounding, Side, Time,
    TimeInForce,
};

use crate::Seed;

/// How often something goes wrong: once in so many cases; 0 is never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Faults {
    /// A new order is rejected.
    pub reject: u64,
    /// The answer to a new order is missing until the next market event.
    pub unknown: u64,
    /// A fill is only a part of what is open.
    pub part_fill: u64,
    /// A fill slips in before, or after, a cancel.
    pub race: u64,
    /// At a market event, an order is ended by the exchange.
    pub expire: u64,
}

impl Faults {
    /// As bad as it gets on a bad day.
    #[must_use]
    pub const fn many() -> Self {
        Self { reject: 9, unknown: 14, part_fill: 3, race: 5, expire: 40 }
    }
}

/// See the file's page.
#[derive(Debug, Clone)]
pub struct UnreliableExchange {
    instruments: Vec<Instrument>,
    faults: Faults,
    random: Seed,
    orders: Vec<Working>,
    /// By instrument: the last price, and what the account holds.
    markets: Vec<(Option<Price>, i64)>,
    trades: u64,
}

#[derive(Debug, Clone, Copy)]
struct Working {
    order: Order,
    open: i64,
    /// It is not yet known that it works.
    unknown: bool,
    /// Its trigger was reached.
    triggered: bool,
}

impl UnreliableExchange {
    /// One for these instruments.
    #[must_use]
    pub fn new(instruments: Vec<Instrument>, faults: Faults, seed: u64) -> Self {
        let markets = vec![(None, 0); instruments.len()];
        Self { instruments, faults, random: Seed::new(seed), orders: Vec::new(), markets, trades: 0 }
    }

    /// Takes in a market event; what becomes of orders goes into `reports`.
    ///
    /// # Errors
    /// [`Overflow`] when a fee leaves its range.
    pub fn on_market(&mut self, event: &Event, reports: &mut Vec<OrderReport>) -> Result<(), Overflow> {
        let Some(instrument) = event.instrument() else { return Ok(()) };
        let prices = match event {
            Event::Bar { bar, .. } => vec![bar.open, bar.low, bar.high, bar.close],
            Event::Trade { trade, .. } => vec![trade.price],
            Event::Quote { quote, .. } => vec![quote.bid, quote.ask],
            _ => return Ok(()),
        };
        let time = event.time();
        self.answer(instrument, time, reports);
        for price in prices {
            if let Some(market) = self.markets.get_mut(instrument.index()) {
                market.0 = Some(price);
            }
            self.visit(instrument, time, price, reports)?;
        }
        let expired: Vec<Working> = self.orders.clone();
        for working in expired.iter().filter(|working| working.order.instrument == instrument) {
            if self.chance(self.faults.expire) {
                self.end(working, time, CancelReason::Expired, reports);
            }
        }
        Ok(())
    }

    /// Takes a command.
    ///
    /// # Errors
    /// As [`Self::on_market`].
    pub fn submit(
        &mut self,
        now: Time,
        command: &Command,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Overflow> {
        match command {
            Command::Tell(report) => reports.push(*report),
            Command::Place(order) => self.place(now, order, reports)?,
            Command::Cancel { id, .. } => self.cancel(now, *id, reports)?,
        }
        Ok(())
    }

    fn place(&mut self, now: Time, order: &Order, reports: &mut Vec<OrderReport>) -> Result<(), Overflow> {
        let say = |kind| OrderReport { time: now, id: order.id, instrument: order.instrument, kind };
        let last = self.markets.get(order.instrument.index()).and_then(|market| market.0);
        let Some(last) = last else {
            reports.push(say(ReportKind::Rejected(RejectReason::NoMarket)));
            return Ok(());
        };
        let OrderKind::Limit { price, tif } = order.kind else {
            return self.take_on(now, order, last, reports);
        };
        let crosses = if order.side == Side::Buy { price >= last } else { price <= last };
        if tif == TimeInForce::PostOnly && crosses {
            reports.push(say(ReportKind::Rejected(RejectReason::WouldTake)));
            return Ok(());
        }
        self.take_on(now, order, last, reports)
    }

    fn take_on(
        &mut self,
        now: Time,
        order: &Order,
        last: Price,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Overflow> {
        let say = |kind| OrderReport { time: now, id: order.id, instrument: order.instrument, kind };
        if self.chance(self.faults.reject) {
            reports.push(say(ReportKind::Rejected(RejectReason::BadQuantity)));
            return Ok(());
        }
        let unknown = self.chance(self.faults.unknown);
        reports.push(say(if unknown { ReportKind::Unknown } else { ReportKind::Accepted }));
        self.orders.push(Working { order: *order, open: order.qty.lots(), unknown, triggered: false });
        if unknown { Ok(()) } else { self.visit(order.instrument, now, last, reports) }
    }

    /// What was unknown becomes known: it works, or it never did.
    fn answer(&mut self, instrument: InstrumentId, time: Time, reports: &mut Vec<OrderReport>) {
        for at in 0..self.orders.len() {
            let Some(working) = self.orders.get(at).copied() else { break };
            if !working.unknown || working.order.instrument != instrument {
                continue;
            }
            let rejected = self.chance(3);
            let kind =
                if rejected { ReportKind::Rejected(RejectReason::BadQuantity) } else { ReportKind::Accepted };
            reports.push(OrderReport { time, id: working.order.id, instrument, kind });
            if let Some(working) = self.orders.get_mut(at) {
                (working.unknown, working.open) = (false, if rejected { 0 } else { working.open });
            }
        }
        self.orders.retain(|working| working.open > 0);
    }

    /// A price is visited: orders it reaches fill, whole or in part.
    fn visit(
        &mut self,
        instrument: InstrumentId,
        time: Time,
        price: Price,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Overflow> {
        for at in 0..self.orders.len() {
            let Some(working) = self.orders.get_mut(at) else { break };
            if working.unknown || working.order.instrument != instrument || working.open <= 0 {
                continue;
            }
            let buy = working.order.side == Side::Buy;
            let at_price = match working.order.kind {
                OrderKind::Market => Some(price),
                OrderKind::Limit { price: limit, .. } => {
                    (if buy { price < limit } else { price > limit }).then_some(limit)
                }
                OrderKind::StopMarket { trigger } => {
                    working.triggered |= if buy { price >= trigger } else { price <= trigger };
                    working.triggered.then_some(price)
                }
            };
            let working = *working;
            let Some(fill_price) = at_price else { continue };
            let qty = if self.chance(self.faults.part_fill) {
                self.random.between(1, working.open)
            } else {
                working.open
            };
            self.fill(at, time, fill_price, qty, reports)?;
        }
        self.orders.retain(|working| working.open > 0);
        Ok(())
    }

    fn fill(
        &mut self,
        at: usize,
        time: Time,
        price: Price,
        lots: i64,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Overflow> {
        let Some(working) = self.orders.get(at).copied() else { return Ok(()) };
        let order = working.order;
        let Some(market) = self.markets.get_mut(order.instrument.index()) else { return Ok(()) };
        let sign = order.side.sign();
        let reducible = if market.1.signum() == -sign { market.1.abs() } else { 0 };
        let lots = if order.reduce_only { lots.min(reducible) } else { lots };
        if lots <= 0 {
            self.end(&working, time, CancelReason::NothingToReduce, reports);
            return Ok(());
        }
        market.1 += sign * lots;
        if let Some(working) = self.orders.get_mut(at) {
            working.open -= lots;
        }
        reports.push(self.filled(&order, time, price, lots)?);
        Ok(())
    }

    fn filled(
        &mut self,
        order: &Order,
        time: Time,
        price: Price,
        lots: i64,
    ) -> Result<OrderReport, Overflow> {
        self.trades += 1;
        let qty = Qty::from_lots(lots);
        let instrument = self.instruments.get(order.instrument.index());
        let resting = matches!(order.kind, OrderKind::Limit { .. });
        let fees = instrument.map(Instrument::fees);
        let fee = match (instrument, fees) {
            (Some(instrument), Some(fees)) => {
                let rate = if resting { fees.maker } else { fees.taker };
                Some(Amount {
                    asset: fees.asset,
                    money: instrument.notional_at_rate(price, qty, rate, Rounding::Up)?,
                })
            }
            _ => None,
        };
        let liquidity = if resting { Liquidity::Maker } else { Liquidity::Taker };
        let fee = fee.ok_or(Overflow("a fee of an unknown instrument"))?;
        let fill = Fill { side: order.side, price, qty, liquidity, fee, trade: self.trades };
        Ok(OrderReport { time, id: order.id, instrument: order.instrument, kind: ReportKind::Filled(fill) })
    }

    fn cancel(
        &mut self,
        now: Time,
        id: ClientOrderId,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Overflow> {
        let Some(at) = self.orders.iter().position(|working| working.order.id == id) else { return Ok(()) };
        let Some(working) = self.orders.get(at).copied() else { return Ok(()) };
        let price = working
            .order
            .kind
            .price()
            .or(self.markets.get(working.order.instrument.index()).and_then(|m| m.0));
        let race = self.chance(self.faults.race) && !working.unknown;
        let after = self.chance(2);
        if let Some(price) = price.filter(|_| race && !after) {
            let lots = self.random.between(1, working.open);
            self.fill(at, now, price, lots, reports)?;
        }
        let Some(working) = self.orders.iter().find(|working| working.order.id == id).copied() else {
            return Ok(());
        };
        if working.open <= 0 {
            self.orders.retain(|working| working.open > 0);
            return Ok(());
        }
        self.end(&working, now, CancelReason::Requested, reports);
        // News of a fill that was faster than the cancel comes after it.
        if let (true, Some(price), false) = (race && after, price, working.order.reduce_only) {
            let lots = self.random.between(1, working.open);
            if let Some(market) = self.markets.get_mut(working.order.instrument.index()) {
                market.1 += working.order.side.sign() * lots;
            }
            let report = self.filled(&working.order, now, price, lots)?;
            reports.push(report);
        }
        Ok(())
    }

    fn end(&mut self, working: &Working, time: Time, why: CancelReason, reports: &mut Vec<OrderReport>) {
        let Order { id, instrument, .. } = working.order;
        if self.orders.iter().any(|other| other.order.id == id) {
            self.orders.retain(|other| other.order.id != id);
            reports.push(OrderReport { time, id, instrument, kind: ReportKind::Cancelled(why) });
        }
    }

    fn chance(&mut self, once_in: u64) -> bool {
        once_in > 0 && self.random.below(once_in) == 0
    }
}
