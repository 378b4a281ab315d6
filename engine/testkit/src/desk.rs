//! A strategy driven by hand: the test is its market and its exchange, and says what becomes of each order.

use sdk::{Intent, Intents, Market, Mode, Strategy, View, Wish};
use types::{
    Amount, Bar, ClientOrderId, Event, Fill, InstrumentId, Liquidity, Money, OrderKind, OrderReport,
    Position, Price, Qty, ReportKind, Side, Time, Trade,
};

use crate::{Lab, LabError};

/// One strategy, its market and what it wished for last. Prices are in ticks, quantities in lots.
///
/// For what no tape says: an order that is rejected, that expires, that fills in parts or late. Times stand still.
pub struct Desk {
    strategy: Box<dyn Strategy>,
    market: Market,
    intents: Intents,
    /// Whether the strategy may open risk.
    pub mode: Mode,
}

/// An order that was wished for, and the same in words.
pub struct Placed {
    /// Its id.
    pub id: ClientOrderId,
    wish: Wish,
    /// As in `buy 3 stop 90 reduce`.
    pub text: String,
}

impl Desk {
    /// The strategy `id` in the usual laboratory.
    ///
    /// # Errors
    /// [`LabError`] when it is not linked or refuses its parameters.
    pub fn new(id: &str, params: &str) -> Result<Self, LabError> {
        let lab = Lab::new()?;
        let seats = lab.kernel(id, params, None)?.seats;
        let strategy = seats.into_iter().map(|seat| seat.strategy).next();
        Ok(Self {
            strategy: strategy.ok_or_else(|| LabError::NotLinked(id.to_owned()))?,
            market: Market::new(lab.instrument()?),
            intents: Intents::new(0, 0),
            mode: Mode::Running,
        })
    }

    /// A bar closes.
    pub fn bar(&mut self, [open, high, low, close]: [i64; 4]) -> Vec<Placed> {
        let [open, high, low, close] = [open, high, low, close].map(Price::from_ticks);
        self.market.last = Some(close);
        let bar = Bar { open, high, low, close, ..Bar::default() };
        self.event(&Event::Bar { instrument: InstrumentId(0), bar })
    }

    /// Bars that stand still.
    pub fn bars(&mut self, closes: &[i64]) -> Vec<Placed> {
        closes.iter().flat_map(|close| self.bar([*close; 4])).collect()
    }

    /// A trade at a price.
    pub fn trade(&mut self, price: i64) -> Vec<Placed> {
        let price = Price::from_ticks(price);
        self.market.last = Some(price);
        let trade = Trade { time: Time::from_nanos(0), price, qty: Qty::from_lots(1), taker: None };
        self.event(&Event::Trade { instrument: InstrumentId(0), trade })
    }

    /// So many lots of an order fill at a price, which becomes that of all that is held.
    pub fn fill(&mut self, order: &Placed, lots: i64, price: i64) -> Vec<Placed> {
        let market = &mut self.market;
        let (side, price) = (order.wish.side, Price::from_ticks(price));
        let held = Qty::from_lots(market.position.qty.lots() + side.sign() * lots);
        let cost = market.instrument.notional(price, held).unwrap_or_default();
        market.position = Position { qty: held, cost };
        let fee = Amount { asset: market.instrument.quote(), money: Money::ZERO };
        let qty = Qty::from_lots(lots);
        let fill = Fill { side, price, qty, liquidity: Liquidity::Taker, fee, trade: 1 };
        self.report(order, ReportKind::Filled(fill))
    }

    /// An order ends, or is accepted.
    pub fn report(&mut self, order: &Placed, kind: ReportKind) -> Vec<Placed> {
        let (time, instrument) = (Time::from_nanos(0), InstrumentId(0));
        self.event(&Event::Order(OrderReport { time, id: order.id, instrument, kind }))
    }

    fn event(&mut self, event: &Event) -> Vec<Placed> {
        self.intents.clear();
        let equity = Money::from_units(10_000_000_000_000_000_000_000);
        let markets = std::slice::from_ref(&self.market);
        let view = View { now: Time::from_nanos(0), markets, equity, mode: self.mode };
        self.strategy.on_event(&view, event, &mut self.intents);
        let placed = self.intents.as_slice().iter().filter_map(|intent| match intent {
            Intent::Place(id, wish) => Some(Placed { id: *id, wish: *wish, text: words(wish) }),
            _ => None,
        });
        placed.collect()
    }
}

fn words(wish: &Wish) -> String {
    let side = if wish.side == Side::Buy { "buy" } else { "sell" };
    let kind = match wish.kind {
        OrderKind::Market => "market".to_owned(),
        OrderKind::Limit { price, .. } => format!("at {}", price.ticks()),
        OrderKind::StopMarket { trigger } => format!("stop {}", trigger.ticks()),
    };
    let reduce = if wish.reduce_only { " reduce" } else { "" };
    format!("{side} {} {kind}{reduce}", wish.qty.lots())
}

/// The orders in words.
#[must_use]
pub fn texts(placed: &[Placed]) -> Vec<&str> {
    placed.iter().map(|order| order.text.as_str()).collect()
}
