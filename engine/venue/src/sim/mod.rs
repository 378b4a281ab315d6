//! The simulated exchange that a backtest trades on: market data in, order reports out.

mod execution;
mod fills;
mod market;
mod replay;
mod teller;

pub use execution::{Execution, Exponent, Fills, MarketFill, Path, Queue, Touch};

use types::{
    Command, Event, Instrument, InstrumentId, Order, OrderReport, Overflow, Price, Quote, RejectReason,
    ReportKind, Tick, Time,
};

use market::SimMarket;
use replay::BookMarket;

/// An exchange with one market per instrument, in the order of their ids.
#[derive(Debug)]
pub struct SimExchange {
    markets: Vec<Market>,
    execution: Execution,
}

/// A market as its data allow to simulate it.
#[derive(Debug)]
enum Market {
    /// Bars, trades and quotes: our orders against prices.
    Prices(SimMarket),
    /// Ticks: our orders in the order book as it was.
    Book(BookMarket),
}

impl SimExchange {
    /// An exchange where nothing has traded yet.
    #[must_use]
    pub fn new(instruments: &[Instrument], execution: Execution) -> Self {
        let markets = instruments.iter().cloned().map(|one| Market::Prices(SimMarket::new(one))).collect();
        Self { markets, execution }
    }

    /// The same, where the order book of this instrument is replayed from ticks.
    #[must_use]
    pub fn replaying(mut self, instrument: &Instrument) -> Self {
        if let Some(market) = self.markets.get_mut(instrument.id().index()) {
            *market = Market::Book(BookMarket::new(instrument.clone(), &self.execution));
        }
        self
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
        match (event, market) {
            (Event::Bar { bar, .. }, Market::Prices(market)) => market.on_bar(bar, &self.execution, reports),
            (Event::Trade { trade, .. }, Market::Prices(market)) => {
                market.on_price(trade.price, trade.time, &self.execution, reports)
            }
            (Event::Quote { quote, .. }, Market::Prices(market)) => {
                market.on_quote(quote, &self.execution, reports)
            }
            _ => Ok(()),
        }
    }

    /// Takes in one row of an order book's recording, at its venue time, and says whether a best price moved. It is passed over for
    /// an instrument that is not [replayed](Self::replaying).
    ///
    /// # Errors
    /// [`Overflow`] when a notional or a fee does not fit.
    #[inline]
    pub fn on_tick(
        &mut self,
        instrument: InstrumentId,
        tick: &Tick,
        reports: &mut Vec<OrderReport>,
    ) -> Result<bool, Overflow> {
        match self.markets.get_mut(instrument.index()) {
            Some(Market::Book(market)) => market.on_tick(tick, &self.execution, reports),
            _ => Ok(false),
        }
    }

    /// The best of both sides of a replayed book, as of `time`; `None` while a side is empty.
    #[must_use]
    pub fn quote(&self, instrument: InstrumentId, time: Time) -> Option<Quote> {
        match self.markets.get(instrument.index()) {
            Some(Market::Book(market)) => market.quote(time),
            _ => None,
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
                match self.markets.get_mut(instrument.index()) {
                    Some(Market::Prices(market)) => market.cancel(*id, now, reports),
                    Some(Market::Book(market)) => market.cancel(*id, now, reports),
                    None => {}
                }
                Ok(())
            }
            Command::Tell(report) => {
                reports.push(*report);
                Ok(())
            }
        }
    }

    /// Our position is gone: the venue took it for want of margin. Returns the number of that execution.
    pub fn liquidated(&mut self, instrument: InstrumentId) -> u64 {
        match self.markets.get_mut(instrument.index()) {
            Some(Market::Prices(market)) => market.teller.take(),
            Some(Market::Book(market)) => market.taken(),
            None => 0,
        }
    }

    /// From now on, market orders fill at once at `price`: how a run is closed at a price of its last bar.
    pub fn close_at(&mut self, instrument: InstrumentId, price: Price) {
        self.execution.market_fill = MarketFill::LastPrice;
        if let Some(Market::Prices(market)) = self.markets.get_mut(instrument.index()) {
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
        match market {
            Market::Prices(market) => market.place(order, now, &self.execution, reports),
            Market::Book(market) => market.place(order, now, &self.execution, reports),
        }
    }
}
