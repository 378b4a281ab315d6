//! The simulated exchange that a backtest trades on: market data in, order reports out.

mod execution;
mod fills;
mod market;

pub use execution::{Execution, MarketFill, Path, Touch};

use types::{
    Command, Event, Instrument, InstrumentId, Order, OrderReport, Overflow, Price, RejectReason, ReportKind,
    Time,
};

use market::SimMarket;

/// An exchange with one market per instrument, in the order of their ids.
#[derive(Debug)]
pub struct SimExchange {
    markets: Vec<SimMarket>,
    execution: Execution,
}

impl SimExchange {
    /// An exchange where nothing has traded yet.
    #[must_use]
    pub fn new(instruments: &[Instrument], execution: Execution) -> Self {
        let markets = instruments.iter().cloned().map(SimMarket::new).collect();
        Self { markets, execution }
    }

    /// Takes in what happened in the market and appends the reports of orders that this filled or ended.
    ///
    /// # Errors
    /// [`Overflow`] when a notional or a fee does not fit.
    #[inline]
    pub fn on_market(&mut self, event: &Event, reports: &mut Vec<OrderReport>) -> Result<(), Overflow> {
        let Some(market) = event.instrument().and_then(|id| self.markets.get_mut(id.index())) else {
            return Ok(());
        };
        match event {
            Event::Bar { bar, .. } => market.on_bar(bar, &self.execution, reports),
            Event::Trade { trade, .. } => market.on_price(trade.price, trade.time, &self.execution, reports),
            Event::Quote { quote, .. } => market.on_quote(quote, &self.execution, reports),
            Event::Funding { .. } | Event::Signal { .. } | Event::Order(_) | Event::Operator { .. } => Ok(()),
        }
    }

    /// Carries out a command and appends the reports it leads to.
    ///
    /// # Errors
    /// [`Overflow`] when a notional or a fee does not fit.
    pub fn submit(
        &mut self,
        now: Time,
        command: &Command,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Overflow> {
        match command {
            Command::Place(order) => self.place(now, order, reports),
            Command::Cancel { id, instrument } => {
                if let Some(market) = self.markets.get_mut(instrument.index()) {
                    market.cancel(*id, now, reports);
                }
                Ok(())
            }
            Command::Tell(report) => {
                reports.push(*report);
                Ok(())
            }
        }
    }

    /// From now on, market orders fill at once at `price`: how a run is closed at a price of its last bar.
    pub fn close_at(&mut self, instrument: InstrumentId, price: Price) {
        self.execution.market_fill = MarketFill::LastPrice;
        if let Some(market) = self.markets.get_mut(instrument.index()) {
            market.jump_to(price);
        }
    }

    fn place(&mut self, now: Time, order: &Order, reports: &mut Vec<OrderReport>) -> Result<(), Overflow> {
        let rejected = |reason| OrderReport {
            time: now,
            id: order.id,
            instrument: order.instrument,
            kind: ReportKind::Rejected(reason),
        };
        let Some(market) = self.markets.get_mut(order.instrument.index()) else {
            reports.push(rejected(RejectReason::UnknownInstrument));
            return Ok(());
        };
        if order.qty.lots() <= 0 {
            reports.push(rejected(RejectReason::BadQuantity));
            return Ok(());
        }
        if order.kind.price().is_some_and(|price| price.ticks() <= 0) {
            reports.push(rejected(RejectReason::BadPrice));
            return Ok(());
        }
        market.place(order, now, &self.execution, reports)
    }
}
