//! A strategy with its market around it. Every way of reaching a strategy does this same work; they differ in what lies
//! between the caller and it.

use std::ops::DerefMut;

use sdk::{Contract,
    Bar, BuildError, Catalogue, Event, FeeSchedule, Instrument, InstrumentId, InstrumentSpec, Intent,
    Intents, Market, Mode, Money, Price, Qty, Rate, Setup, Side, Strategy, Time, View,
};

/// What goes in: a bar that has closed, in ticks and lots, and what we hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[repr(C)]
pub struct Facts {
    /// Nanoseconds since 1970.
    pub close_time: i64,
    /// First price.
    pub open: i64,
    /// Highest price.
    pub high: i64,
    /// Lowest price.
    pub low: i64,
    /// Last price.
    pub close: i64,
    /// Traded lots.
    pub volume: i64,
    /// Lots held.
    pub position: i64,
}

/// What comes out: an order that is wished for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[repr(C)]
pub struct Order {
    /// 1 to buy, -1 to sell.
    pub side: i64,
    /// How many lots.
    pub lots: i64,
}

/// Any error, as text: this is a measurement.
pub type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// A strategy with its market. `B` owns the strategy: a box of a known type is called directly, a box of `dyn Strategy` as the
/// engine does it.
#[derive(Debug)]
pub struct Session<B> {
    strategy: B,
    markets: Vec<Market>,
    equity: Money,
    intents: Intents,
}

impl<B> Session<B>
where
    B: DerefMut,
    B::Target: Strategy,
{
    /// Puts a market around a strategy.
    pub fn new(strategy: B, setup: &Setup) -> Self {
        let markets = setup.instruments.iter().cloned().map(Market::new).collect();
        Self { strategy, markets, equity: setup.capital, intents: Intents::new(0, 0) }
    }

    /// Takes in a bar; gives the orders that the strategy wishes for.
    #[inline]
    pub fn on_bar(&mut self, facts: &Facts) -> impl Iterator<Item = Order> {
        let time = Time::from_nanos(facts.close_time);
        let bar = Bar {
            open_time: time,
            close_time: time,
            open: Price::from_ticks(facts.open),
            high: Price::from_ticks(facts.high),
            low: Price::from_ticks(facts.low),
            close: Price::from_ticks(facts.close),
            volume: Qty::from_lots(facts.volume),
        };
        if let Some(market) = self.markets.first_mut() {
            market.last = Some(bar.close);
            market.position.qty = Qty::from_lots(facts.position);
        }
        let view = View { now: time, markets: &self.markets, equity: self.equity, mode: Mode::Running };
        self.intents.clear();
        self.strategy.on_event(&view, &Event::Bar { instrument: InstrumentId(0), bar }, &mut self.intents);
        self.intents.as_slice().iter().filter_map(order)
    }
}

fn order(intent: &Intent) -> Option<Order> {
    let Intent::Place(_, wish) = intent else { return None };
    Some(Order { side: if wish.side == Side::Buy { 1 } else { -1 }, lots: wish.qty.lots() })
}

/// The run that every strategy is built for.
///
/// # Errors
/// When the numbers in here are malformed.
pub fn setup() -> Result<Setup, Trouble> {
    let settlement = "USDT".parse()?;
    let fees = FeeSchedule {
        maker: Rate::from_nanos(200_000),
        taker: Rate::from_nanos(400_000),
        asset: settlement,
        asset_price: None,
    };
    let spec = InstrumentSpec {
        symbol: "TESTUSDT".to_owned(),
        contract: Contract::Linear,
        base: "TEST".parse()?,
        quote: settlement,
        tick_size: "0.01".parse()?,
        lot_size: "0.001".parse()?,
        multiplier: "1".parse()?,
        min_qty: "0".parse()?,
        max_qty: "0".parse()?,
        min_notional: "0".parse()?,
        fees,
    };
    Ok(Setup {
        instruments: vec![Instrument::new(InstrumentId(0), spec)?],
        prices: vec![None],
        settlement,
        capital: "10000".parse()?,
        granted: Catalogue::of_this_binary()?,
    })
}

/// Builds a strategy by its id through the catalogue, as the engine does.
///
/// # Errors
/// When there is none of that id, or it refuses to start.
pub fn build(id: &str, setup: &Setup) -> Result<Box<dyn Strategy>, Trouble> {
    let entry = setup.granted.get(id).ok_or_else(|| format!("no strategy `{id}` is linked"))?;
    Ok(entry.build(&toml::Table::new(), setup)?)
}

/// The strategy `yardstick`, its type known to the compiler.
///
/// # Errors
/// As [`build`].
pub fn known_yardstick(setup: &Setup) -> Result<Box<yardstick::Yardstick>, BuildError> {
    yardstick::Yardstick::build(yardstick::Params::default(), setup).map(Box::new)
}

/// The strategy `trend_following`, its type known to the compiler.
///
/// # Errors
/// As [`build`].
pub fn known_trend_following(setup: &Setup) -> Result<Box<trend_following::TrendFollowing>, BuildError> {
    trend_following::TrendFollowing::build(trend_following::Params::default(), setup).map(Box::new)
}

/// A boxed strategy with its market.
pub type AnySession = Session<Box<dyn Strategy>>;

/// A session by a strategy's id.
///
/// # Errors
/// As [`build`].
pub fn session(id: &str) -> Result<AnySession, Trouble> {
    let setup = setup()?;
    Ok(Session::new(build(id, &setup)?, &setup))
}
