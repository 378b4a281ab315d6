//! One simulated market: which of our orders rest, wait or lie in ambush, and what a new price does to them.

use std::collections::HashMap;

use types::{
    Bar, CancelReason, ClientOrderId, Instrument, Order, OrderKind, OrderReport, Overflow, Price, Qty, Quote,
    Rate, RejectReason, ReportKind, Side, Time, TimeInForce,
};

use super::teller::Teller;
use super::{Execution, MarketFill, Path, Touch};
use crate::book::{OrderBook, OrderKey};

/// One market and our orders in it. The book holds only our own resting orders.
#[derive(Debug)]
pub(super) struct SimMarket {
    pub(super) teller: Teller,
    pub(super) book: OrderBook,
    pub(super) resting: HashMap<ClientOrderId, Resting>,
    /// Orders that fill at the next price.
    waiting: Vec<Order>,
    stops: Vec<Order>,
    last: Option<Price>,
    bid: Option<Price>,
    ask: Option<Price>,
    /// What resting orders may still fill of the current bar.
    pub(super) budget: Option<Qty>,
}

/// What the book does not know of a resting order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resting {
    pub(super) key: OrderKey,
    pub(super) reduce_only: bool,
}

impl SimMarket {
    pub(super) fn new(instrument: Instrument) -> Self {
        Self {
            teller: Teller::new(instrument),
            book: OrderBook::with_capacity(256),
            resting: HashMap::with_capacity(256),
            waiting: Vec::with_capacity(16),
            stops: Vec::with_capacity(16),
            last: None,
            bid: None,
            ask: None,
            budget: None,
        }
    }

    #[inline]
    pub(super) fn on_bar(
        &mut self,
        bar: &Bar,
        execution: &Execution,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Overflow> {
        let quiet = self.waiting.is_empty()
            && self.stops.is_empty()
            && self.book.best_bid().is_none_or(|bid| !reached(Side::Buy, bid, bar.low, execution.touch))
            && self.book.best_ask().is_none_or(|ask| !reached(Side::Sell, ask, bar.high, execution.touch));
        if quiet {
            self.last = Some(bar.close);
            return Ok(());
        }
        self.busy_bar(bar, execution, reports)
    }

    #[inline(never)]
    fn busy_bar(
        &mut self,
        bar: &Bar,
        execution: &Execution,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Overflow> {
        self.budget = execution.max_volume_share.map(|share| part_of(bar.volume, share));
        let low_first = self.low_first(bar, execution.path);
        let (first, second) = if low_first { (bar.low, bar.high) } else { (bar.high, bar.low) };
        self.fill_waiting(bar.open, bar.open, bar.open_time, execution, reports)?;
        self.walk(bar.open, Leg::Jump, bar.open_time, execution, reports)?;
        for extreme in [first, second, bar.close] {
            self.walk(extreme, Leg::Smooth, bar.close_time, execution, reports)?;
        }
        self.budget = None;
        Ok(())
    }

    pub(super) fn on_price(
        &mut self,
        price: Price,
        time: Time,
        execution: &Execution,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Overflow> {
        self.fill_waiting(price, price, time, execution, reports)?;
        self.walk(price, Leg::Jump, time, execution, reports)
    }

    /// A quote fills what it crosses: a resting buy when somebody sells at its price or below.
    pub(super) fn on_quote(
        &mut self,
        quote: &Quote,
        execution: &Execution,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Overflow> {
        (self.bid, self.ask) = (Some(quote.bid), Some(quote.ask));
        self.fill_waiting(quote.ask, quote.bid, quote.time, execution, reports)?;
        self.fill_resting(Side::Buy, quote.ask, Touch::Touch, quote.time, reports)?;
        self.fill_resting(Side::Sell, quote.bid, Touch::Touch, quote.time, reports)
    }

    pub(super) fn place(
        &mut self,
        order: &Order,
        now: Time,
        execution: &Execution,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Overflow> {
        let say = |kind| OrderReport { time: now, id: order.id, instrument: order.instrument, kind };
        let crosses = self.would_take(order);
        if crosses && matches!(order.kind, OrderKind::Limit { tif: TimeInForce::PostOnly, .. }) {
            reports.push(say(ReportKind::Rejected(RejectReason::WouldTake)));
            return Ok(());
        }
        reports.push(say(ReportKind::Accepted));
        match order.kind {
            OrderKind::Limit { price, tif: TimeInForce::PostOnly | TimeInForce::GoodTillCancel }
                if !crosses =>
            {
                self.rest(order, price, order.qty);
                Ok(())
            }
            OrderKind::Limit { .. } if !crosses => {
                reports.push(say(ReportKind::Cancelled(CancelReason::Expired)));
                Ok(())
            }
            OrderKind::StopMarket { trigger } if !self.triggered(order.side, trigger) => {
                self.stops.push(*order);
                Ok(())
            }
            _ => match (execution.market_fill, self.taking_price(order.side)) {
                (MarketFill::LastPrice, Some(price)) => self.take(order, price, now, execution, reports),
                _ => {
                    self.waiting.push(*order);
                    Ok(())
                }
            },
        }
    }

    pub(super) fn cancel(&mut self, id: ClientOrderId, now: Time, reports: &mut Vec<OrderReport>) {
        let mut found = false;
        if let Some(resting) = self.resting.remove(&id) {
            found = self.book.cancel(resting.key).is_some();
        } else {
            for list in [&mut self.waiting, &mut self.stops] {
                let before = list.len();
                list.retain(|order| order.id != id);
                found |= list.len() < before;
            }
        }
        if found {
            self.teller.end(id, CancelReason::Requested, now, reports);
        }
    }

    /// Sets the last price without filling anything.
    pub(super) fn jump_to(&mut self, price: Price) {
        (self.last, self.bid, self.ask) = (Some(price), None, None);
    }

    pub(super) fn rest(&mut self, order: &Order, price: Price, qty: Qty) {
        let key = self.book.rest(order.id, order.side, price, qty);
        self.resting.insert(order.id, Resting { key, reduce_only: order.reduce_only });
    }

    /// Whether a limit order would trade on arrival.
    fn would_take(&self, order: &Order) -> bool {
        let (OrderKind::Limit { price, .. }, Some(other)) = (order.kind, self.taking_price(order.side))
        else {
            return false;
        };
        match order.side {
            Side::Buy => price >= other,
            Side::Sell => price <= other,
        }
    }

    /// The price a taker meets: the other side's best quote, or the last price where there are no quotes.
    fn taking_price(&self, side: Side) -> Option<Price> {
        match side {
            Side::Buy => self.ask.or(self.last),
            Side::Sell => self.bid.or(self.last),
        }
    }

    fn triggered(&self, side: Side, trigger: Price) -> bool {
        self.last.is_some_and(|last| match side {
            Side::Buy => last >= trigger,
            Side::Sell => last <= trigger,
        })
    }

    fn low_first(&self, bar: &Bar, path: Path) -> bool {
        let nearest = || bar.open.ticks() - bar.low.ticks() <= bar.high.ticks() - bar.open.ticks();
        match path {
            Path::OpenLowHighClose => true,
            Path::OpenHighLowClose => false,
            Path::NearestFirst => nearest(),
            Path::WorstFirst => match self.teller.position.lots() {
                0 => nearest(),
                held => held > 0,
            },
        }
    }

    /// Everything that waited for a price fills at this one.
    fn fill_waiting(
        &mut self,
        ask: Price,
        bid: Price,
        time: Time,
        execution: &Execution,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Overflow> {
        let mut at = 0;
        while let Some(order) = self.waiting.get(at).copied() {
            at += 1;
            let price = if order.side == Side::Buy { ask } else { bid };
            self.take(&order, price, time, execution, reports)?;
        }
        self.waiting.clear();
        Ok(())
    }

    /// Moves the last price to `to`, filling what lies on the way in the order it is met; on a tie, the stop first.
    fn walk(
        &mut self,
        to: Price,
        leg: Leg,
        time: Time,
        execution: &Execution,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Overflow> {
        let from = self.last.unwrap_or(to);
        self.last = Some(to);
        // A falling price meets buys and sell stops; a rising one sells and buy stops. Standing still, it meets both.
        for makers in [Side::Buy, Side::Sell] {
            let away = if makers == Side::Buy { to > from } else { to < from };
            if away {
                continue;
            }
            while let Some(at) = self.next_stop(makers.opposite(), to) {
                let stop = self.stops.remove(at);
                let trigger = stop.kind.price().unwrap_or(to);
                self.fill_resting(makers, before(makers, trigger), execution.touch, time, reports)?;
                let price = if leg == Leg::Jump { to } else { trigger };
                self.take(&stop, price, time, execution, reports)?;
            }
            self.fill_resting(makers, to, execution.touch, time, reports)?;
        }
        Ok(())
    }

    /// The stop of `side` that a move to `to` meets first.
    fn next_stop(&self, side: Side, to: Price) -> Option<usize> {
        let met = self.stops.iter().enumerate().filter_map(|(at, stop)| {
            let OrderKind::StopMarket { trigger } = stop.kind else { return None };
            let hit = if side == Side::Buy { trigger <= to } else { trigger >= to };
            (hit && stop.side == side).then_some((at, trigger))
        });
        let first = if side == Side::Buy {
            met.min_by_key(|(at, trigger)| (*trigger, *at))
        } else {
            met.max_by_key(|(at, trigger)| (*trigger, std::cmp::Reverse(*at)))
        };
        first.map(|(at, _)| at)
    }
}

/// How price got there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leg {
    /// It was there at once: a stop fills at the new price.
    Jump,
    /// It went through every price between: a stop fills at its trigger.
    Smooth,
}

/// Whether a market price of `to` fills a maker at `price`.
#[inline]
pub(super) fn reached(maker: Side, price: Price, to: Price, touch: Touch) -> bool {
    match (maker, touch) {
        (Side::Buy, Touch::Through) => to < price,
        (Side::Buy, Touch::Touch) => to <= price,
        (Side::Sell, Touch::Through) => to > price,
        (Side::Sell, Touch::Touch) => to >= price,
    }
}

/// The last price before `trigger` on the way to it: makers beyond it are met only after the stop.
fn before(makers: Side, trigger: Price) -> Price {
    Price::from_ticks(trigger.ticks().saturating_add(makers.sign()))
}

/// A share of a volume, rounded down.
fn part_of(volume: Qty, share: Rate) -> Qty {
    let lots = i128::from(volume.lots()) * i128::from(share.nanos()) / i128::from(Rate::ONE);
    Qty::from_lots(i64::try_from(lots).unwrap_or(i64::MAX))
}
