//! Margin in a backtest: the venue's account beside our books, orders that it does not back, and what the venue takes.
//!
//! The account hears what the kernel hears. On bars a position is taken at the price where its liquidation begins, or at the open
//! where that is beyond it already: before the bar's own fills, unless a stop of ours stands in between, and after them. Where an
//! instrument has mark prices of its own, only those count.

use margin::{Account, Fault, LegSide, Liquidation as Taken, LiquidationPrices, converted, initial_margin};
use sdk::Market;
use types::{
    Amount, Bar, Command, Event, Fill, InstrumentId, Liquidation, Liquidity, Order, OrderKind, OrderReport,
    Price, Qty, RejectReason, ReportKind, Rounding, Side, Time,
};

use crate::BacktestError;
use crate::run::Backtest;

/// The venue's account of a run. Its positions are in one-way mode: a run holds one position an instrument.
#[derive(Debug, Clone)]
pub(crate) struct Margin {
    account: Account,
    /// Instruments that have mark prices of their own.
    marked: Vec<InstrumentId>,
    /// Orders that the venue works and that may open, with what is left of them.
    open: Vec<(Order, Qty)>,
}

impl Margin {
    pub(crate) const fn new(account: Account) -> Self {
        Self { account, marked: Vec::new(), open: Vec::new() }
    }

    /// Takes in a fact that the kernel has taken in.
    fn observe(&mut self, event: &Event, market: Option<&Market>) -> Result<(), Fault> {
        let last = market.and_then(|market| market.last);
        match event {
            Event::Mark { instrument, price, .. } => {
                if !self.marked.contains(instrument) {
                    self.marked.push(*instrument);
                }
                self.account.mark(*instrument, *price)
            }
            Event::Bar { instrument, .. }
            | Event::Trade { instrument, .. }
            | Event::Quote { instrument, .. }
            | Event::Book { instrument, .. } => match last {
                Some(price) if !self.marked.contains(instrument) => self.account.mark(*instrument, price),
                _ => Ok(()),
            },
            Event::Funding { instrument, funding } => {
                match funding.mark.or(market.and_then(|one| one.mark)).or(last) {
                    Some(price) => self.account.funding(*instrument, funding.rate, price).map(drop),
                    None => Ok(()),
                }
            }
            Event::Order(report) => {
                self.hear(report);
                let ReportKind::Filled(fill) = report.kind else { return Ok(()) };
                let Fill { side, price, qty, fee, .. } = fill;
                let fee = market.map_or(Ok(fee), |market| settled(market, fee))?;
                self.account.fill(report.instrument, LegSide::Both, side, price, qty, fee).map(drop)
            }
            Event::Liquidation { .. }
            | Event::Signal { .. }
            | Event::Timer { .. }
            | Event::Operator { .. } => Ok(()),
        }
    }

    /// Keeps count of what is left of open orders.
    fn hear(&mut self, report: &OrderReport) {
        let Some(at) = self.open.iter().position(|(order, _)| order.id == report.id) else { return };
        let filled = if let ReportKind::Filled(fill) = report.kind { fill.qty.lots() } else { 0 };
        if let Some((_, left)) = self.open.get_mut(at) {
            *left = Qty::from_lots(left.lots().saturating_sub(filled));
            if report.kind.ends_order() || left.lots() <= 0 {
                self.open.swap_remove(at);
            }
        }
    }

    /// Whether the account does not back an order beside all others that are open. One that it backs is counted from now on.
    fn refuses(&mut self, order: &Order, markets: &[Market]) -> Result<bool, Fault> {
        if order.reduce_only {
            return Ok(false);
        }
        for market in markets {
            let Some(last) = market.last else { continue };
            let id = market.instrument.id();
            let of = |side: Side| {
                let own = self.open.iter().filter(|(open, _)| open.instrument == id && open.side == side);
                own.fold(0_i64, |sum, (_, left)| sum.saturating_add(left.lots()))
            };
            // What closes holds nothing back.
            let held = self.account.holding(id, LegSide::Both)?.position.qty.lots();
            let buys = of(Side::Buy).saturating_add(held.min(0));
            let opening = buys.max(of(Side::Sell).saturating_sub(held.max(0))).max(0);
            let notional = market.instrument.notional(last, Qty::from_lots(opening))?;
            self.account.reserve(id, initial_margin(notional, self.account.leverage(id)?)?)?;
        }
        let last = markets.get(order.instrument.index()).and_then(|market| market.last);
        if let Some(price) = order.kind.price().or(last) {
            match self.account.can_open(order.instrument, LegSide::Both, order.side, order.qty, price) {
                Ok(_) => {}
                Err(Fault::Insufficient { .. } | Fault::Leverage { .. } | Fault::BeyondTiers { .. }) => {
                    return Ok(true);
                }
                Err(fault) => return Err(fault),
            }
        }
        self.open.push((*order, order.qty));
        Ok(false)
    }

    /// The price at which a bar takes what is held of an instrument, and where that begins.
    fn inside(&self, instrument: InstrumentId, bar: &Bar) -> Result<Option<(Price, Side)>, Fault> {
        let held = self.account.holding(instrument, LegSide::Both)?.position.qty;
        let Some(closing) = Side::closing(held).filter(|_| !self.marked.contains(&instrument)) else {
            return Ok(None);
        };
        let LiquidationPrices { below_tick, above_tick, always, .. } =
            self.account.liquidation_prices(instrument, LegSide::Both)?;
        let below = below_tick.filter(|below| bar.low <= *below).map(|below| below.min(bar.open));
        let above = above_tick.filter(|above| bar.high >= *above).map(|above| above.max(bar.open));
        let at = if always { Some(bar.open) } else { below.or(above) };
        Ok(at.map(|price| (price, closing)))
    }
}

/// A fee in the asset that the account settles in: one paid in another asset at its configured price, rounded against us.
fn settled(market: &Market, fee: Amount) -> Result<Amount, Fault> {
    let (fees, asset) = (market.instrument.fees(), market.instrument.settle());
    match fees.asset_price {
        Some(price) if fee.asset == fees.asset => {
            Ok(Amount { asset, money: converted(fee.money, price, Rounding::Up)? })
        }
        _ => Ok(fee),
    }
}

impl Backtest {
    /// The same backtest on an account with margin: orders that it does not back are rejected, and what is at its maintenance margin is
    /// taken. The account is in one-way mode, and has been given the run's capital.
    #[must_use]
    pub fn with_margin(mut self, account: Account) -> Self {
        self.margin = Some(Box::new(Margin::new(account)));
        self
    }

    /// The venue's account, where the run has margin.
    #[must_use]
    pub fn margin_account(&self) -> Option<&Account> {
        self.margin.as_ref().map(|margin| &margin.account)
    }

    /// What the kernel has just taken in, for the venue's account.
    #[cold]
    pub(crate) fn observe_margin(&mut self, event: &Event) -> Result<(), BacktestError> {
        let market = event.instrument().and_then(|id| self.kernel.markets().get(id.index()));
        match &mut self.margin {
            Some(margin) => {
                margin.observe(event, market).map_err(|fault| self.margin_fault(event.time(), fault))
            }
            None => Ok(()),
        }
    }

    /// The rejection of an order that the account does not back.
    #[cold]
    pub(crate) fn refused_by_margin(
        &mut self,
        time: Time,
        command: &Command,
    ) -> Result<Option<OrderReport>, BacktestError> {
        let (Command::Place(order), Some(margin)) = (command, &mut self.margin) else { return Ok(None) };
        let refuses = margin.refuses(order, self.kernel.markets());
        let kind = ReportKind::Rejected(RejectReason::NoMargin);
        let report = OrderReport { time, id: order.id, instrument: order.instrument, kind };
        match refuses {
            Ok(refuses) => Ok(refuses.then_some(report)),
            Err(fault) => Err(self.margin_fault(time, fault)),
        }
    }

    /// Takes what a bar's prices take. Before the bar's own fills (`first`) a stop of ours that stands in between goes first.
    #[cold]
    pub(crate) fn liquidate_inside(
        &mut self,
        instrument: InstrumentId,
        bar: &Bar,
        time: Time,
        first: bool,
    ) -> Result<bool, BacktestError> {
        let Some(margin) = &self.margin else { return Ok(false) };
        let found = margin.inside(instrument, bar).map_err(|fault| self.margin_fault(time, fault))?;
        let Some((price, closing)) = found else { return Ok(false) };
        let stands_between = |order: &Order| {
            let OrderKind::StopMarket { trigger } = order.kind else { return false };
            let before = if closing == Side::Sell { trigger > price } else { trigger < price };
            order.instrument == instrument && order.side == closing && before && price != bar.open
        };
        let mut live = (0..self.kernel.seats()).flat_map(|place| self.kernel.live_orders(place));
        if first && live.any(|live| stands_between(&live.order)) {
            return Ok(false);
        }
        if let Some(margin) = &mut self.margin {
            margin.account.mark(instrument, price).map_err(|fault| self.margin_fault(time, fault))?;
        }
        self.liquidate(time)
    }

    /// Takes what is due at the account's marks. Says whether there was anything.
    #[cold]
    pub(crate) fn liquidate(&mut self, time: Time) -> Result<bool, BacktestError> {
        let Some(margin) = &mut self.margin else { return Ok(false) };
        let taken = margin.account.check(time).map_err(|fault| self.margin_fault(time, fault))?;
        for one in &taken {
            self.take(one, time)?;
        }
        Ok(!taken.is_empty())
    }

    /// One liquidation: the venue forgets the position, the kernel books it, the record has it. Its cancels go the usual way.
    fn take(&mut self, taken: &Taken, time: Time) -> Result<(), BacktestError> {
        let Taken { instrument, side, price, qty, fee, insurance, .. } = *taken;
        let trade = self.venue.liquidated(instrument);
        let fill = Fill { side, price, qty, liquidity: Liquidity::Taker, fee, trade };
        let liquidation = Liquidation { time, fill, insurance: insurance.money };
        self.advance(&Event::Liquidation { instrument, liquidation }, time)?;
        if let Some((booked, turnover)) = &self.outbox.booked {
            // No order of ours asked for it: the record has it under an id that no order has.
            let id = self.outbox.taken.unwrap_or_default();
            let report = OrderReport { time, id, instrument, kind: ReportKind::Filled(fill) };
            self.recorder.fill(&report, booked, *turnover);
            self.recorder.round_trips(&self.outbox.closed);
        }
        self.send(time)
    }

    #[cold]
    fn margin_fault(&self, time: Time, source: Fault) -> BacktestError {
        BacktestError::Margin { event: self.events, time, source }
    }
}
