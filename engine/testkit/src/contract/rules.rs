//! What a risk rule keeps, tried on random tapes with random holdings: it takes away from what opens, and from nothing else.

use sdk::{Event, Make, Maker, Market, RestoreError, RiskRule, Setup, Verdict, View};
use types::{ClientOrderId, Money, Order, OrderKind, Position, Price, Qty, Side, TimeInForce};

use super::scene::with_stranger;
use super::subject::closable;
use super::{Broken, Contract};
use crate::{LabError, Seed, random_events};

/// The most lots that are held, that wait, and that are wished for.
const MOST_LOTS: i64 = 20_000;

impl Contract {
    /// Tries all that a risk rule keeps. Where the laboratory has one instrument, every other tape has two.
    ///
    /// # Errors
    /// [`Broken`] names the promise, the tape's seed and the event.
    pub fn rule_holds(&self, id: &str, params: &str) -> Result<(), Broken> {
        let entry = self.entry(id)?;
        let Make::RiskRule(make) = entry.make else { return Err(LabError::from(entry.misplaced()).into()) };
        self.defaults(entry)?;
        let params: toml::Table = toml::from_str(params).map_err(LabError::from)?;
        for seed in self.seeds() {
            let more = self.lab.others.is_empty() && seed.is_multiple_of(2);
            let setup = if more { with_stranger(&self.lab)? } else { self.lab.setup(None)? };
            entry.build_rule(&params, &setup).map_err(LabError::from)?;
            let mut trial = Trial::new(make, params.clone(), setup, seed)?;
            let tape = random_events(seed, self.events, &trial.setup.instruments);
            for (event, fact) in tape.iter().enumerate() {
                let broken = |what| Broken::Tape { id: id.to_owned(), seed, event, what };
                trial.hear(fact).map_err(broken)?;
                trial.judge(fact).map_err(broken)?;
            }
        }
        Ok(())
    }
}

/// One rule that is left alone and one that is restarted all the time, in the same markets.
struct Trial {
    make: Maker<dyn RiskRule>,
    params: toml::Table,
    setup: Setup,
    markets: Vec<Market>,
    equity: Money,
    random: Seed,
    steady: Box<dyn RiskRule>,
    restarted: Box<dyn RiskRule>,
}

impl Trial {
    fn new(
        make: Maker<dyn RiskRule>,
        params: toml::Table,
        setup: Setup,
        seed: u64,
    ) -> Result<Self, LabError> {
        let [steady, restarted] = [make(params.clone(), &setup)?, make(params.clone(), &setup)?];
        let markets = setup.instruments.iter().cloned().map(Market::new).collect();
        let (equity, random) = (setup.capital, Seed::new(seed ^ 0xC0DE));
        Ok(Self { make, params, setup, markets, equity, random, steady, restarted })
    }

    /// An event: prices move, holdings are others, and both rules hear of it.
    fn hear(&mut self, event: &Event) -> Result<(), String> {
        self.take_in(event);
        let view = View { now: event.time(), ..view(&self.markets, self.equity) };
        self.steady.on_event(&view, event);
        self.restarted.on_event(&view, event);
        if self.random.below(4) == 0 {
            let built = (self.make)(self.params.clone(), &self.setup);
            let mut fresh = built.map_err(|error| error.to_string())?;
            let restored = fresh.restore(&self.restarted.save());
            restored.map_err(|RestoreError(what)| format!("its own state can't be restored: {what}"))?;
            self.restarted = fresh;
        }
        Ok(())
    }

    fn take_in(&mut self, event: &Event) {
        let random = &mut self.random;
        // Up and down by a percent at most, and sometimes back to what it was.
        let change = i128::from(random.between(-100, 100));
        self.equity = if random.below(30) == 0 {
            self.setup.capital
        } else {
            Money::from_units((self.equity.units() / 10_000 * (10_000 + change)).max(1))
        };
        let at = event.instrument().map(|instrument| instrument.index());
        let Some(market) = at.and_then(|at| self.markets.get_mut(at)) else { return };
        match event {
            Event::Bar { bar, .. } => market.last = Some(bar.close),
            Event::Trade { trade, .. } => market.last = Some(trade.price),
            Event::Quote { quote, .. } => {
                (market.last, market.bid, market.ask) = (Some(quote.bid), Some(quote.bid), Some(quote.ask));
            }
            _ => {}
        }
        let Some(last) = market.last.filter(|_| random.below(3) == 0) else { return };
        let held = if random.below(4) == 0 { 0 } else { random.between(-MOST_LOTS, MOST_LOTS) };
        let cost = market.instrument.notional(last, Qty::from_lots(held)).unwrap_or(Money::ZERO);
        market.position = Position { qty: Qty::from_lots(held), cost };
        let mut waits =
            |most: i64| Qty::from_lots(if random.below(2) == 0 { 0 } else { random.between(0, most) });
        (market.open_buy, market.open_sell) = (waits(MOST_LOTS), waits(MOST_LOTS));
        market.closing = waits(held.abs());
    }

    /// An order that the gate would ask about: priced, and more than one that only closes.
    fn judge(&mut self, event: &Event) -> Result<(), String> {
        let place = usize::try_from(self.random.below(self.markets.len() as u64)).unwrap_or(0);
        let Some((market, last)) = self.markets.get(place).and_then(|market| Some((market, market.last?)))
        else {
            return Ok(());
        };
        let side = if self.random.below(2) == 0 { Side::Buy } else { Side::Sell };
        let closes = closable(market, side);
        let lots = closes.saturating_add(self.random.between(1, MOST_LOTS));
        let price = Price::from_ticks(last.ticks().saturating_add(self.random.between(-50, 50)).max(1));
        let kind = match self.random.below(3) {
            0 => OrderKind::Market,
            1 => OrderKind::Limit { price, tif: TimeInForce::GoodTillCancel },
            _ => OrderKind::StopMarket { trigger: price },
        };
        let id = ClientOrderId { run: 0, strategy: 0, slot: 0, generation: 1 };
        let (instrument, qty, time) = (market.instrument.id(), Qty::from_lots(lots), event.time());
        let order = Order { id, instrument, side, qty, kind, reduce_only: false, time };
        let view = View { now: time, ..view(&self.markets, self.equity) };
        let (verdict, again) = (self.steady.judge(&view, &order), self.restarted.judge(&view, &order));
        if verdict != again {
            return Err(format!(
                "a restart changes what it says of {order:?}\n  without: {verdict:?}\n  with: {again:?}"
            ));
        }
        let left = match verdict {
            Verdict::Pass => lots,
            Verdict::Shrink { qty, .. } if qty.lots() <= 0 => {
                return Err(format!("it leaves {} lots of {order:?}; it should refuse it then", qty.lots()));
            }
            Verdict::Shrink { qty, .. } => qty.lots(),
            Verdict::Refuse { .. } => 0,
        };
        if left < closes {
            return Err(format!(
                "it leaves {left} lots of {order:?}, of which {closes} only close: {verdict:?}"
            ));
        }
        Ok(())
    }
}

const fn view(markets: &[Market], equity: Money) -> View<'_> {
    View { now: types::Time::EPOCH, markets, equity, mode: sdk::Mode::Running }
}
